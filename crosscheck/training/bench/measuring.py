"""Timing variants in turns, in one process, on one thread; ratios of medians, and their goals."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from crosscheck.training.bench.tasks import Task
from crosscheck.training.bench.variants import VARIANTS, Variant
from crosscheck.training.choices import NETWORK


@dataclass(frozen=True)
class Timing:
    """How long one variant takes for one task.

    Attributes:
        task, variant: What was timed.
        seconds: The time of every epoch; empty where the variant could not be run.
        first: The time of the first epoch. It does not count, since it may compile something.
        missing: The exception because of which there are no times, or None.
    """

    task: Task
    variant: Variant
    seconds: tuple[float, ...]
    first: float = 0.0
    missing: str | None = None

    @property
    def median_seconds(self) -> float:
        """The median time of an epoch; NaN where there is none."""
        return median(self.seconds) if self.seconds else float("nan")

    @property
    def seconds_per_step(self) -> float:
        """The median time of an epoch, divided by its number of steps."""
        return self.median_seconds / -(-self.task.samples // self.task.batch_size)


# Several rivals under one name: a reference is compared with the fastest of them.
NN, PRODUCTS = "torch.nn + torch.optim, the fastest", "matrix products, the fastest"
RIVALS = {
    NN: (
        "torch.nn, default",
        "torch.nn, foreach",
        "torch.nn, fused",
        "torch.nn, DataLoader",
    ),
    PRODUCTS: ("matrix products", "jax, matrix products"),
}


@dataclass(frozen=True)
class Goal:
    """A ratio of times that a reference should reach, for NETWORK in float32.

    Attributes:
        variant: The reference.
        against: Its rival, or a name in RIVALS.
        batch_size, optimizer: The task.
        ratio: The least ratio of the rival's time to the reference's.
        at_most: Whether the rival is a floor, which no epoch can reach. Then `ratio` is the
            largest ratio of the reference's time to the floor's.
        set_aside: A variant whose time is first subtracted from the reference's, because the rival
            does without that part of an epoch; or None.
    """

    variant: str
    against: str
    batch_size: int
    optimizer: str
    ratio: float
    at_most: bool = False
    set_aside: str | None = None

    @property
    def rivals(self) -> tuple[str, ...]:
        """The names of the variants of which the fastest is the rival."""
        return RIVALS.get(self.against, (self.against,))

    def is_reached_by(self, measured: float) -> bool:
        """Whether a measured ratio reaches this goal."""
        return is_reached(measured, self.ratio, at_most=self.at_most)


def is_reached(measured: float, goal: float, *, at_most: bool) -> bool:
    """Whether a measured ratio is at least, or at most, what it should be."""
    return measured <= goal if at_most else measured >= goal


GOALS = (
    Goal("numpy", "scikit-learn", 32, "sgd", 2.2),
    Goal("numpy", "scikit-learn", 32, "adam", 2.1),
    Goal("numpy", "numpy, written out", 32, "sgd", 1.25, at_most=True),
    Goal("numpy", "per sample", 10, "sgd", 10.0),
    Goal("torch", NN, 32, "sgd", 1.25),
    Goal("torch", NN, 32, "adam", 1.2),
    Goal("torch compiled", NN, 32, "sgd", 3.0),
    Goal("torch compiled", NN, 32, "adam", 3.0),
    Goal("jax", "optax", 32, "sgd", 2.0),
    Goal("jax", "optax", 32, "adam", 1.8),
    Goal("jax", "optax", 10, "sgd", 2.8),
    Goal("jax", PRODUCTS, 32, "sgd", 2.0, at_most=True, set_aside="jax, gathering"),
    Goal("jax", PRODUCTS, 256, "sgd", 1.3, at_most=True, set_aside="jax, gathering"),
)


def measure(
    tasks: Sequence[Task],
    repeats: int,
    variants: Sequence[Variant] = VARIANTS,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Timing]:
    """Time every variant on every task.

    The variants of a task take turns, epoch by epoch, so that whatever slows the machine down for
    a while slows them all.

    Args:
        tasks: What is trained.
        repeats: How many epochs count; one before them does not.
        variants: The ways to train. One that is not made for a task is left out there.
        progress: Called with a text before a variant is set up for a task.
    """
    timings = []
    with one_thread():
        for task in tasks:
            timings += _in_turns(task, repeats, [v for v in variants if v.takes(task)], progress)
    return timings


def _in_turns(
    task: Task, repeats: int, variants: Sequence[Variant], progress: Callable[[str], None]
) -> list[Timing]:
    epochs, firsts, missing = {}, {}, {}
    for variant in variants:
        progress(f"{variant.name}, batch {task.batch_size}, {task.dtype}, {task.optimizer}")
        try:
            epoch = variant.make(task)
            began = time.perf_counter()
            epoch(0)
        except (ImportError, RuntimeError) as error:  # not installed; or no compiler, no memory
            missing[variant.name] = f"{type(error).__name__}: {error}"
            continue
        firsts[variant.name] = time.perf_counter() - began
        epochs[variant.name] = epoch
    seconds: dict[str, list[float]] = {name: [] for name in epochs}
    with threadpool_limits(limits=1):  # again, for the libraries that the variants imported
        for number in range(1, repeats + 1) if epochs else ():
            gc.collect()
            for name, epoch in epochs.items():
                began = time.perf_counter()
                epoch(number)
                seconds[name].append(time.perf_counter() - began)
    return [
        Timing(
            task,
            variant,
            tuple(seconds.get(variant.name, ())),
            firsts.get(variant.name, 0.0),
            missing.get(variant.name),
        )
        for variant in variants
    ]


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit this process to one thread and one core, until the block ends.

    The limit of one thread is for the thread pools that exist, the one core for those that start
    later. One core alone is not enough: NumPy's BLAS started its threads when it was imported, and
    they stay on the cores that were allowed then.
    """
    with threadpool_limits(limits=1), _one_core():
        yield


@contextmanager
def _one_core() -> Iterator[None]:
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def measured_ratio(goal: Goal, timings: Sequence[Timing]) -> float | None:
    """The ratio of times that a goal is about.

    Args:
        goal: What is compared, on which task.
        timings: What was measured.

    Returns:
        The ratio, or None where one of its times was not measured.
    """
    wanted = (NETWORK, "float32", goal.batch_size, goal.optimizer)
    times = {
        timing.variant.name: timing.median_seconds
        for timing in timings
        if timing.seconds
        and (timing.task.layers, timing.task.dtype, timing.task.batch_size, timing.task.optimizer)
        == wanted
    }
    set_aside = [goal.set_aside] if goal.set_aside else []
    if any(name not in times for name in (goal.variant, *goal.rivals, *set_aside)):
        return None
    own = times[goal.variant] - sum(times[name] for name in set_aside)
    rival = min(times[name] for name in goal.rivals)
    return own / rival if goal.at_most else rival / own


def power_law_exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """k of the power law seconds = c size^k that fits best, by least squares of the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])

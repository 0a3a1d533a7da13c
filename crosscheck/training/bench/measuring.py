"""Measuring in turns, in one run, on one thread; medians, ratios and goals."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from crosscheck.training.bench.tasks import NETWORK, Task
from crosscheck.training.bench.variants import VARIANTS, Variant


@dataclass(frozen=True)
class Measured:
    """One variant on one task.

    Attributes:
        task, variant: What.
        seconds: Of every epoch, in turns with the other variants.
        first: Seconds of the first epoch, which is not counted: it compiles, and warms up.
        missing: The exception that says why there is nothing, or None.
    """

    task: Task
    variant: Variant
    seconds: tuple[float, ...]
    first: float = 0.0
    missing: str | None = None

    @property
    def median(self) -> float:
        return median(self.seconds) if self.seconds else float("nan")


# Whose fastest is held against a reference.
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
    """A ratio of times that a reference has to reach, on NETWORK in float32.

    Attributes:
        variant: The reference.
        against: The rival, or the name of several of which the fastest counts.
        batch_size, optimizer: Of the task.
        ratio: The rival's time over the reference's, at least; for the floor (`at_most`) the
            reference's time without gathering over the floor's, at most.
    """

    variant: str
    against: str
    batch_size: int
    optimizer: str
    ratio: float
    at_most: bool = False

    @property
    def rivals(self) -> tuple[str, ...]:
        return RIVALS.get(self.against, (self.against,))

    def reached_by(self, measured: float) -> bool:
        return measured <= self.ratio if self.at_most else measured >= self.ratio


GOALS = (
    Goal("numpy", "scikit-learn", 32, "sgd", 3.0),
    Goal("numpy", "scikit-learn", 32, "adam", 2.8),
    Goal("numpy", "per sample", 10, "sgd", 10.0),
    Goal("torch", NN, 32, "sgd", 1.25),
    Goal("torch", NN, 32, "adam", 1.25),
    Goal("torch compiled", NN, 32, "sgd", 3.0),
    Goal("torch compiled", NN, 32, "adam", 3.0),
    Goal("jax", "optax", 32, "sgd", 2.0),
    Goal("jax", "optax", 32, "adam", 1.8),
    Goal("jax", "optax", 10, "sgd", 2.8),
    Goal("jax", PRODUCTS, 32, "sgd", 2.0, at_most=True),
    Goal("jax", PRODUCTS, 256, "sgd", 1.3, at_most=True),
)


def measure(
    tasks: Sequence[Task],
    repeats: int,
    variants: Sequence[Variant] = VARIANTS,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Measured]:
    """Time every variant on every task: so many epochs each, in turns.

    Args:
        tasks: What to train.
        repeats: Epochs that count; one more before them does not.
        variants: Which ways.
        progress: Called with the name of every variant that begins to be set up, then of every
            round.
    """
    found = []
    with one_thread():
        for task in tasks:
            found += _in_turns(task, repeats, [v for v in variants if v.takes(task)], progress)
    return found


def _in_turns(
    task: Task, repeats: int, variants: Sequence[Variant], progress: Callable[[str], None]
) -> list[Measured]:
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
    with threadpool_limits(limits=1):  # also of what the variants have loaded since
        for number in range(1, repeats + 1):
            gc.collect()
            for name, epoch in epochs.items():
                began = time.perf_counter()
                epoch(number)
                seconds[name].append(time.perf_counter() - began)
    return [
        Measured(
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
    """One thread in every pool that is there, and one core for whatever starts one later.

    A core alone does not do: NumPy's BLAS has had its threads since it was imported, and they keep
    to the cores that were free then.
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


def achieved(goal: Goal, measured: Sequence[Measured]) -> float | None:
    """The ratio that was measured for a goal, or None where something of it was not."""
    wanted = (NETWORK, "float32", goal.batch_size, goal.optimizer)
    times = {
        found.variant.name: found.median
        for found in measured
        if found.seconds
        and (found.task.layers, found.task.dtype, found.task.batch_size, found.task.optimizer)
        == wanted
    }
    needed = [goal.variant, *goal.rivals, *(["jax, gathering"] if goal.at_most else [])]
    if any(name not in times for name in needed):
        return None
    own, rival = times[goal.variant], min(times[name] for name in goal.rivals)
    return (own - times["jax, gathering"]) / rival if goal.at_most else rival / own


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """k of the power law seconds = c size^k that fits best in the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])

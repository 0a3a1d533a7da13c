"""The histories of gradients on which somebody's own optimizer is identified, and how it runs them.

Every entry has a size of its own, from 1e-10 to 1e2, so that a small step is not hidden beneath a
large parameter. Some entries start at 0 and some near 1: what decays shows in the latter, the last
digits of a small step in the former.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import OptimizerAdapter
from crosscheck.frameworks.plain_text import in_words

Array = np.ndarray
STEPS = 48
SHAPES = ((4, 3), (5,))
# Of every step: both signs, several sizes, and one step at which every gradient is 0.
FACTORS = (1.0, -0.5, 2.0, 1e-2, 0.3, 0.0, -3.0, 1.0, 0.1, -1.0, 5.0, 1e-3, 0.7)
LATE = 5  # before this step the first entry of every array has a gradient of 0
# The learning rate in the three thirds of a history in which it changes, as a part of itself.
PARTS = (1.0, 0.25, 0.5)


@dataclass(frozen=True)
class OptimizerHistory:
    """Where some arrays start, the gradient of every step, and the learning rate if it changes.

    Attributes:
        start: The arrays.
        grads: For every step, a gradient for each array.
        rates: The rate of every step, which is set between the steps; None leaves it alone.
    """

    start: tuple[Array, ...]
    grads: tuple[tuple[Array, ...], ...]
    rates: tuple[float, ...] | None = None

    @cached_property
    def start_vector(self) -> Array:
        """All entries of the start."""
        return vector(self.start)

    @cached_property
    def grad_vectors(self) -> list[Array]:
        """All entries of the gradient of every step."""
        return [vector(grads) for grads in self.grads]

    def only(self, index: int) -> "OptimizerHistory":
        """The history of one of the arrays, alone."""
        grads = tuple((step[index],) for step in self.grads)
        return replace(self, start=(self.start[index],), grads=grads)

    @property
    def turned(self) -> "OptimizerHistory":
        """The same history with the arrays in the opposite order."""
        grads = tuple(step[::-1] for step in self.grads)
        return replace(self, start=self.start[::-1], grads=grads)

    def place(self, entry: int) -> tuple[int, tuple[int, ...]]:
        """The array in which an entry of the vector lies, and its index there."""
        for number, array in enumerate(self.start):
            if entry < array.size:
                return number, tuple(map(int, np.unravel_index(entry, array.shape)))
            entry -= array.size
        raise IndexError(entry)


@dataclass
class Run:
    """What an optimizer made of a history.

    Attributes:
        steps: All entries of the parameters after every step it came to, (steps, entries).
        error: The exception that ended it, in words; None if it came to the end.
        overwritten: The first step, from 1, at which it changed the gradients; or None.
    """

    steps: Array
    error: str | None = None
    overwritten: int | None = None


@dataclass
class _Running:
    steps: list[Array] = field(default_factory=list)
    overwritten: int | None = None


def vector(arrays: Sequence[Array]) -> Array:
    """All entries of some arrays, one after the other."""
    return np.concatenate([np.ravel(array) for array in arrays])


def history(dtype: str, rate: float | None = None, scale: float = 1.0) -> OptimizerHistory:
    """The history of all checks.

    Args:
        dtype: Of every array.
        rate: The learning rate at first, where it is to change; None leaves it alone.
        scale: What every gradient is multiplied by.
    """
    rng = np.random.default_rng(20)
    entries = sum(int(np.prod(shape)) for shape in SHAPES)
    sizes = rng.permutation(np.geomspace(1e-10, 1e2, entries))
    start = rng.standard_normal(entries) * (np.arange(entries) % 2)
    grads = []
    for step in range(STEPS):
        grad = FACTORS[step % len(FACTORS)] * sizes * rng.standard_normal(entries)
        if step < LATE:
            grad[[0, int(np.prod(SHAPES[0]))]] = 0.0
        grads.append(_split((scale * grad).astype(dtype)))
    rates = None
    if rate is not None:
        parts = np.repeat(PARTS, STEPS // len(PARTS))
        rates = tuple(float(rate * part) for part in parts)
    return OptimizerHistory(_split(start.astype(dtype)), tuple(grads), rates)


def _split(entries: Array) -> tuple[Array, ...]:
    ends = np.cumsum([int(np.prod(shape)) for shape in SHAPES])[:-1]
    return tuple(
        part.reshape(shape) for part, shape in zip(np.split(entries, ends), SHAPES, strict=True)
    )


def run(adapter: OptimizerAdapter, given: OptimizerHistory) -> Run:
    """Let an optimizer take the steps of a history; what it raises ends the run."""
    running = _Running()
    error = None
    try:
        # A wrong optimizer may well divide by 0; its numbers show that by themselves.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            _take_steps(adapter, given, running)
    except (Exception, SystemExit) as raised:
        error = in_words(raised)
    entries = given.start_vector.size
    steps = np.array(running.steps).reshape(-1, entries)
    return Run(steps, error, running.overwritten)


def _take_steps(adapter: Any, given: OptimizerHistory, running: _Running) -> None:
    schedule = getattr(adapter, "set_rates", None)
    if given.rates is not None and schedule is not None:
        schedule(given.rates)
    adapter.start([array.copy() for array in given.start])
    for step, grads in enumerate(given.grads):
        if given.rates is not None and schedule is None:
            adapter.set_rate(given.rates[step])
        own = [grad.copy() for grad in grads]
        params = [np.array(array) for array in adapter.step(own)]
        shapes = [array.shape for array in params]
        if shapes != [array.shape for array in given.start]:
            raise ValueError(f"the parameters have the shapes {shapes} after step {step + 1}")
        running.steps.append(vector(params))
        changed = any(not np.array_equal(*pair) for pair in zip(own, grads, strict=True))
        if changed and running.overwritten is None:
            running.overwritten = step + 1

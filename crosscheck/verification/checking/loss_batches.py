"""The batches on which somebody's loss is judged, how it is called, and what it should be."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.verification.checking import exact_functions
from crosscheck.verification.checking.models import Factor
from crosscheck.verification.exact_values import ExactTensor

# Logits, times how far they reach.
SURE = np.array(
    [
        [1.0, -1, 0, -1],
        [-1, 1, -0.5, 0.5],
        [0, -1, 1, 0.25],
        [1, 0.5, -1, -1],
        [-1, -1, -1, 1],
        [0.5, 1, 0.25, -1],
    ]
)


@dataclass(frozen=True, eq=False)
class Batch:
    """Outputs and targets, (batch, outputs); samples are rows."""

    outputs: Array
    targets: Array

    def factor(self, factor: Factor) -> float:
        """A factor on this batch."""
        return factor.sign * factor.of(*self.outputs.shape)


def _drawn(batch: int, outputs: int, one_hot: bool) -> Batch:
    rng = np.random.default_rng([31, batch, outputs])
    # No probability is so small that what people add to it, or clip it to, is of its size.
    p = 0.9 * rng.dirichlet(np.ones(outputs), batch) + 0.1 / outputs
    t = rng.dirichlet(np.ones(outputs), batch)
    p, t = (rng.uniform(0.05, 0.95, (batch, 1)) for _ in "pt") if outputs == 1 else (p, t)
    if one_hot:
        t = np.eye(outputs)[t.argmax(axis=1)]
    return Batch(p, t)


@dataclass(frozen=True)
class Way:
    """How a function is called: which array comes first, and how samples lie."""

    targets_first: bool
    columns: bool = False
    labels: bool = False
    one_hot: bool = False

    @property
    def batches(self) -> tuple[Batch, Batch]:
        """The batches on which it is called so."""
        return batches(self.labels or self.one_hot)

    @property
    def words(self) -> str:
        """In words: "(targets, outputs), samples as columns"."""
        order = "(targets, outputs)" if self.targets_first else "(outputs, targets)"
        kind = ", targets as the number of a class" if self.labels else ""
        kind += ", targets of which one is 1" if self.one_hot else ""
        return order + kind + (", samples as columns" if self.columns else "")

    def arrays(self, batch: Batch) -> tuple[Array, ...]:
        """The arrays in the order of the arguments."""
        a, t = batch.outputs, batch.targets
        t = t.argmax(axis=1) if self.labels else t
        both = (a.T.copy(), t.T.copy()) if self.columns else (a, t)
        return both[::-1] if self.targets_first else both

    def like(self, batch: Batch, slope: Array) -> Array:
        """A slope with samples as rows."""
        turned = self.columns and slope.shape == batch.outputs.T.shape
        return slope.T if turned else slope


@dataclass(frozen=True)
class Known:
    """What a loss was found to be."""

    loss: str
    factor: Factor
    way: Way
    each: bool = False
    guard: float | None = None


@cache
def batches(one_hot: bool) -> tuple[Batch, Batch]:
    """Two batches of different sizes, so that what depends on their number shows."""
    return _drawn(6, 4, one_hot), _drawn(5, 4, one_hot)


@cache
def exact_loss(name: str, batch: Batch) -> ExactTensor:
    """The exact loss of a batch."""
    return exact_functions.loss(name, batch.outputs, batch.targets)


def exactly(known: Known, batch: Batch, shape: tuple[int, ...] = ()) -> ExactTensor:
    """What a loss should be, its factor included."""
    if known.each:
        each = exact_functions.each_loss(known.loss, batch.outputs, batch.targets, shape)
        return scaled(each, batch.factor(known.factor))
    return scaled(exact_loss(known.loss, batch), batch.factor(known.factor))


def scaled(exact: ExactTensor, factor: float) -> ExactTensor:
    """A constant times an exact array, with the two roundings that the constant takes."""
    value = factor * np.asarray(exact.value)
    rounding = 0.0 if factor == 1 else 2 * float(np.finfo(exact.dtype).eps) * np.abs(value)
    bound = abs(factor) * np.asarray(exact.error_bound) + rounding
    return ExactTensor(value, bound, exact.dtype, factor * np.asarray(exact.rest))

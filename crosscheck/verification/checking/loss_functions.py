"""Which loss somebody's function of two arrays is, by which convention, and whether it is right."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

import reference_numpy.losses as reference_losses
from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.contract import LOSSES
from crosscheck.verification.checking import exact_functions
from crosscheck.verification.checking.asking import RaisedByOwnCodeError
from crosscheck.verification.checking.departing import Instance, asked, explained, line
from crosscheck.verification.checking.exact_functions import OF_PROBABILITIES
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.forward import MEANT
from crosscheck.verification.checking.losses import EXPLAINED, GUARDS
from crosscheck.verification.checking.models import (
    BINARY,
    CROSS,
    FACTORS,
    NEGATIVE,
    SQUARED,
    STATED,
    Factor,
    factors_of,
)
from crosscheck.verification.checking.within import near, within
from crosscheck.verification.exact_values import ExactTensor

LOGITS = "sigmoid_binary_cross_entropy"
CANDIDATES = (SQUARED, OF_PROBABILITIES, CROSS, BINARY, LOGITS)
PROBABILITIES = (BINARY, OF_PROBABILITIES)
# What a sum over columns looks like where samples are rows: it is tried after all others.
COLUMNS_LAST = "the sum over the batch, the mean over the outputs"
EACH = Factor("not summed or averaged", lambda batch, outputs: 1.0)
SUM = next(each for each in FACTORS if each.words == "the sum over the batch")

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

    @property
    def words(self) -> str:
        """In words: "(targets, outputs), samples as columns"."""
        order = "(targets, outputs)" if self.targets_first else "(outputs, targets)"
        kind = ", targets as the number of a class" if self.labels else ""
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


def ways_of(adapter: Any) -> Sequence[Way]:
    """The ways to call a function."""
    labels_at = getattr(adapter, "labels_at", None)
    if labels_at is not None:
        return [Way(labels_at == 0, labels=True)]
    first = bool(getattr(adapter, "targets_first", None))
    orders = [Way(first), Way(not first)]
    return [*orders, *(replace(way, columns=True) for way in orders)]


def values_of(adapter: Any, way: Way) -> list[Array]:
    """The values on the two batches.

    Raises:
        RaisedByOwnCodeError: If it raises.
    """
    return [asked(adapter.value, *way.arrays(batch)) for batch in batches(way.labels)]


def exactly(known: Known, batch: Batch, shape: tuple[int, ...] = ()) -> ExactTensor:
    """What a loss should be, its factor included."""
    if known.each:
        return exact_functions.each_loss(known.loss, batch.outputs, batch.targets, shape)
    return scaled(exact_loss(known.loss, batch), batch.factor(known.factor))


def scaled(exact: ExactTensor, factor: float) -> ExactTensor:
    """A constant times an exact array, with the two roundings that the constant takes."""
    value = factor * np.asarray(exact.value)
    bound = abs(factor) * np.asarray(exact.error_bound)
    bound = bound + (2 * 2.0**-52 * np.abs(value) if factor != 1 else 0.0)
    return ExactTensor(value, bound, exact.dtype, factor * np.asarray(exact.rest))


def identify(adapter: Any, names: Sequence[str]) -> Known | None:
    """Which of these losses it is, within the bound on both batches."""
    ways = ways_of(adapter)
    for columns in (False, True):
        for way in (each for each in ways if each.columns == columns):
            try:
                values = values_of(adapter, way)
            except RaisedByOwnCodeError:
                continue
            for known in _possible(names, way):
                if _is(known, values):
                    return known
    plain = [way for way in ways if not way.columns]
    for last in (_by_columns, _guarded):
        for way in plain:
            try:
                values = values_of(adapter, way)
            except RaisedByOwnCodeError:
                continue
            for known in last(names, way, values):
                return known
    return None


def _possible(names: Sequence[str], way: Way) -> Iterator[Known]:
    for name in names:
        if way.labels and name not in (CROSS, OF_PROBABILITIES):
            continue
        for factor in factors_of(name):
            if factor.words != COLUMNS_LAST:
                yield Known(name, factor, way)
        yield Known(name, EACH, way, each=True)


def _is(known: Known, values: Sequence[Array]) -> bool:
    for value, batch in zip(values, batches(known.way.labels), strict=True):
        if known.each:
            if value.size == 1 or known.way.columns:
                return False
            if value.shape[0] != len(batch.outputs) or value.ndim > 2:
                return False
            exact = exactly(known, batch, value.shape)
        else:
            if value.size != 1:
                return False
            value, exact = value.reshape(()), exactly(known, batch)
        if not within(value, exact).holds:
            return False
    return True


def _by_columns(names: Sequence[str], way: Way, values: Sequence[Array]) -> Iterator[Known]:
    factor = next(each for each in FACTORS if each.words == COLUMNS_LAST)
    for name in names:
        if _is(Known(name, factor, way), values):
            yield Known(name, factor, way)


def _guarded(names: Sequence[str], way: Way, values: Sequence[Array]) -> Iterator[Known]:
    """Losses of probabilities to which something is added before the logarithm is taken."""
    for name in (each for each in PROBABILITIES if each in names):
        for guard in GUARDS:
            for factor in factors_of(name):
                known = Known(name, factor, way, guard=guard)
                if all(
                    value.size == 1 and _explains(known, batch, float(value.reshape(())))
                    for value, batch in zip(values, batches(way.labels), strict=True)
                ):
                    yield known


def with_guard(known: Known, batch: Batch) -> float:
    """The loss of probabilities that are moved by a guard."""
    p, t, guard = batch.outputs, batch.targets, known.guard or 0.0
    total = -(t * np.log(p + guard)).sum()
    if known.loss == BINARY:
        total -= ((1 - t) * np.log(1 - p + guard)).sum()
    return float(total / len(p)) * batch.factor(known.factor)


def _explains(known: Known, batch: Batch, value: float) -> bool:
    exact, moved = exactly(known, batch), with_guard(known, batch)
    departure = abs(moved - float(exact.value))
    return abs(value - moved) <= EXPLAINED * departure + float(exact.error_bound)


def located(adapter: Any, names: Sequence[str]) -> tuple[Known, list[str]] | None:
    """The loss that a wrong one is meant to be: by a known mistake, its sign, or as it is near."""
    for way in ways_of(adapter)[:2]:
        try:
            values = [each.reshape(()) for each in values_of(adapter, way)]
        except (RaisedByOwnCodeError, ValueError):
            continue
        pairs = list(zip(batches(way.labels), values, strict=True))
        for contract in LOSSES:
            name, words = STATED[contract]
            factor = next(each for each in FACTORS if each.words == words)
            known = Known(name, factor, way)
            if name in names and not way.labels and (found := mistakes(known, contract, pairs)):
                return known, found
        for name in names:
            for factor in (*NEGATIVE, *factors_of(name)):
                known = Known(name, factor, way)
                exact = [(value, exactly(known, batch)) for batch, value in pairs]
                if factor.sign < 0 and all(within(value, one).holds for value, one in exact):
                    turned = replace(factor, words=factor.words.removeprefix("minus "), sign=1)
                    return Known(name, turned, way), ["the sign is turned round"]
                if factor.sign > 0 and all(near(v, one.value) < MEANT for v, one in exact):
                    return known, []
    return None


def mistakes(known: Known, contract: str, values: Sequence[tuple[Batch, Array]]) -> list[str]:
    """The known mistakes of a loss that give its wrong values on these batches."""
    instances = [
        Instance(value, exactly(known, batch), _again(known, contract, batch))
        for batch, value in values
    ]
    return explained(reference_losses.LOSSES[contract], instances)


def _again(known: Known, contract: str, batch: Batch) -> Callable[[Any], Array]:
    words = STATED[contract][1]
    own = next(each for each in FACTORS if each.words == words)
    factor = batch.factor(known.factor) / batch.factor(own)

    def again(framework: Any) -> Array:
        a, t = batch.outputs.copy(), batch.targets.copy()
        return np.asarray(factor * framework.losses.LOSSES[contract](a, t))

    return again


def judged(
    quantity: str, value: Callable[..., Array], known: Known, batch: Batch, contract: str | None
) -> Line:
    """Whether the loss of another batch is right, and else the known mistakes."""
    try:
        computed = asked(value, *known.way.arrays(batch))
    except RaisedByOwnCodeError as error:
        return Line(quantity, Verdict.WRONG, f"raises {error}", np.inf)
    exact = exactly(known, batch, computed.shape)
    computed = computed.reshape(exact.value.shape) if computed.size == 1 else computed
    found = line(quantity, computed, exact)
    if found.verdict == Verdict.WRONG and contract is not None and not known.each:
        found = replace(found, mistakes=tuple(mistakes(known, contract, [(batch, computed)])))
    return found

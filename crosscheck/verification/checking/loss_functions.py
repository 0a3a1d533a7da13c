"""Which loss somebody's function of two arrays is, by which convention, and whether it is right."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

import reference_numpy.activations as reference_activations
import reference_numpy.losses as reference_losses
from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.contract import LOSSES
from crosscheck.verification.checking.asking import RaisedByOwnCodeError
from crosscheck.verification.checking.departing import Instance, asked, explained, line
from crosscheck.verification.checking.exact_functions import OF_PROBABILITIES
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.forward import MEANT
from crosscheck.verification.checking.loss_batches import (
    Batch,
    Known,
    Way,
    exactly,
)
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

LOGITS = "sigmoid_binary_cross_entropy"
CANDIDATES = (SQUARED, OF_PROBABILITIES, CROSS, BINARY, LOGITS)
PROBABILITIES = (BINARY, OF_PROBABILITIES)
OF_LOGITS = {CROSS: "softmax", LOGITS: "sigmoid"}
# What a sum over columns looks like where samples are rows: it is tried after all others.
COLUMNS_LAST = "the sum over the batch, the mean over the outputs"
EACH = (
    Factor("not summed or averaged", lambda batch, outputs: 1.0),
    Factor("half, not summed or averaged", lambda batch, outputs: 0.5),
)
SUMS = ("the sum over the batch", "half the sum over the batch")


def ways_of(adapter: Any) -> Sequence[Way]:
    """The ways to call a function."""
    labels_at = getattr(adapter, "labels_at", None)
    if labels_at is not None:
        return [Way(labels_at == 0, labels=True)]
    first = bool(getattr(adapter, "targets_first", None))
    orders = [Way(first), Way(not first)]
    columns = [replace(way, columns=True) for way in orders]
    return [*orders, *columns, *(replace(way, one_hot=True) for way in orders)]


def values_of(adapter: Any, way: Way) -> list[Array]:
    """The values on the two batches.

    Raises:
        RaisedByOwnCodeError: If it raises.
    """
    return [asked(adapter.value, *way.arrays(batch)) for batch in way.batches]


def factor_of_slope(known: Known) -> Factor:
    """The factor that the slope should have: of what is not summed, that of its sum."""
    if not known.each:
        return known.factor
    words = SUMS[[each.words for each in EACH].index(known.factor.words)]
    return next(each for each in FACTORS if each.words == words)


def identify(adapter: Any, names: Sequence[str]) -> Known | None:
    """Which of these losses it is, within the bound on both batches."""
    ways = ways_of(adapter)
    for way in ways:
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
        if (way.labels or way.one_hot) and name not in (CROSS, OF_PROBABILITIES):
            continue
        for factor in factors_of(name):
            if factor.words != COLUMNS_LAST:
                yield Known(name, factor, way)
        yield from (Known(name, factor, way, each=True) for factor in EACH)


def _is(known: Known, values: Sequence[Array]) -> bool:
    for value, batch in zip(values, known.way.batches, strict=True):
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
    for name in (each for each in (*PROBABILITIES, *OF_LOGITS) if each in names):
        if way.labels and name not in (CROSS, OF_PROBABILITIES):
            continue
        for guard in GUARDS:
            for factor in factors_of(name):
                known = Known(name, factor, way, guard=guard)
                if all(
                    value.size == 1 and _explains(known, batch, float(value.reshape(())))
                    for value, batch in zip(values, way.batches, strict=True)
                ):
                    yield known


def probabilities_of(known: Known, batch: Batch) -> Array:
    """The outputs, or the probabilities of which they are the logits."""
    activation = OF_LOGITS.get(known.loss)
    if activation is None:
        return batch.outputs
    return np.asarray(reference_activations.ACTIVATIONS[activation](batch.outputs))


def guard_of(known: Known, batch: Batch, value: Array) -> float | None:
    """What explains a value that is off: added to the probabilities, too little to show in most."""
    return next(
        (
            guard
            for guard in (*GUARDS, float(np.finfo("float64").eps))
            if value.size == 1 and _explains(replace(known, guard=guard), batch, float(value))
        ),
        None,
    )


def with_guard(known: Known, batch: Batch) -> float:
    """The loss of probabilities that are moved by a guard."""
    p, t, guard = probabilities_of(known, batch), batch.targets, known.guard or 0.0
    total = -(t * np.log(p + guard)).sum()
    if known.loss in (BINARY, LOGITS):
        total -= ((1 - t) * np.log(1 - p + guard)).sum()
    return float(total / len(p)) * batch.factor(known.factor)


def _explains(known: Known, batch: Batch, value: float) -> bool:
    exact, moved = exactly(known, batch), with_guard(known, batch)
    departure = abs(moved - float(exact.value))
    return abs(value - moved) <= EXPLAINED * departure + float(exact.error_bound)


def located(adapter: Any, names: Sequence[str]) -> tuple[Known, list[str]] | None:
    """The loss that a wrong one is meant to be: by a known mistake, its sign, or as it is near."""
    for way in [each for each in ways_of(adapter) if not each.columns]:
        try:
            values = [each.reshape(()) for each in values_of(adapter, way)]
        except (RaisedByOwnCodeError, ValueError):
            continue
        pairs = list(zip(way.batches, values, strict=True))
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

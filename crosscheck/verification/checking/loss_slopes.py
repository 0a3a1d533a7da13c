"""The slope of somebody's loss by its outputs: its own, or by the tape of its framework."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import reference_numpy.gradients as reference_gradients
from crosscheck.frameworks.adapters import Array
from crosscheck.verification.checking import exact_functions
from crosscheck.verification.checking.asking import RaisedByOwnCodeError
from crosscheck.verification.checking.departing import Instance, asked, explained, line
from crosscheck.verification.checking.exact_functions import LOSS_WORDS
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.checking.loss_batches import SURE, Batch, Known, Way, scaled
from crosscheck.verification.checking.loss_functions import (
    CANDIDATES,
    LOGITS,
    PROBABILITIES,
    factor_of_slope,
    probabilities_of,
    ways_of,
)
from crosscheck.verification.checking.models import (
    CROSS,
    FACTORS,
    NEGATIVE,
    SQUARED,
    STATED,
    Factor,
)
from crosscheck.verification.checking.within import near, within
from crosscheck.verification.exact_values import ExactTensor

# a - y is the slope of half the squares.
HALVES = [each for each in FACTORS if each.words.startswith("half ")]
GIVEN_PROBABILITIES = "the slope is given the probabilities of the logits"
OF_LOGITS = "the slope is that by the logits behind the probabilities, a - y"


@dataclass(frozen=True)
class Slope:
    """A slope that a loss may have: of which loss, by which factor, and with what to say."""

    loss: str
    factor: Factor
    way: Way
    words: str | None = None

    def exactly(self, batch: Batch) -> ExactTensor:
        """The exact slope of a batch."""
        exact = exact_functions.loss_slope(self.loss, batch.outputs, batch.targets)
        return scaled(exact, batch.factor(self.factor))


def judge_loss_slope(adapter: Any, report: CheckReport, known: Known, contract: str | None) -> None:
    """Add what is said of the slope of a loss that is known; nothing where it has none."""
    own, tape = getattr(adapter, "slope", None), getattr(adapter, "tape", None)
    if own is None and tape is None:
        return
    mine = factor_of_slope(known)
    try:
        if own is None:
            own_batches = known.way.batches
            values_of = {known.way: [_by_tape(adapter, known, each) for each in own_batches]}
        else:
            values_of = {way: _values(own, way) for way in _orders(adapter, known)}
    except RaisedByOwnCodeError as error:
        report.lines.append(Line("slope", Verdict.WRONG, f"raises {error}", np.inf))
        return
    if own is not None and known.loss in (CROSS, LOGITS):
        moved = _of_probabilities(own, known, mine, values_of)
        if moved:
            values_of, adapter = {known.way: moved}, None
            report.conventions.append(GIVEN_PROBABILITIES)
    for slope in _possible(known.loss, mine, list(values_of)):
        if known.guard is not None and slope.words is None:
            continue  # of what is moved, it is near to this one and no more
        if (fraction := _fraction(slope, values_of[slope.way])) is not None:
            _add(report, slope, mine, fraction)
            if slope.factor.sign > 0 and adapter is not None:
                _tails(adapter, report, slope, known)
            return
    if known.guard is not None:
        text = "not judged: the probabilities are moved before the logarithm is taken"
        report.lines.append(Line("slope", Verdict.SKIPPED, text))
        return
    way = next(iter(values_of))
    slope, batch = Slope(known.loss, mine, way), known.way.batches[0]
    computed, exact = values_of[way][0], slope.exactly(batch)
    found = line("slope", computed, exact)
    if contract is not None and computed.shape == exact.value.shape:
        found = replace(found, mistakes=tuple(_mistakes(contract, slope, batch, computed)))
    report.lines.append(found)


def judge_slope_of_a_loss(adapter: Any, report: CheckReport, stated: str | None) -> None:
    """Find out of which loss a function of two arrays is the slope."""
    names: Sequence[str] = CANDIDATES if stated is None else [STATED[stated][0]]
    refused: RaisedByOwnCodeError | None = None
    for way in ways_of(adapter):
        try:
            values = _values(adapter.value, way)
        except RaisedByOwnCodeError as error:
            refused = error
            continue
        for name in names:
            for factor in (*FACTORS, *NEGATIVE):
                slope = Slope(name, factor, way)
                if (fraction := _fraction(slope, values)) is not None:
                    report.understood += f"; the slope of {LOSS_WORDS[name]}, {way.words}"
                    _add(report, slope, factor if factor.sign > 0 else FACTORS[0], fraction)
                    return
    text = "it is not the slope of any loss of the contract: --loss states which one it should be"
    if stated is not None:
        why = f"it raises {refused}" if refused else f"it is not the slope of {stated}"
        report.lines.append(Line("slope", Verdict.WRONG, why, np.inf))
    else:
        report.lines.append(Line("slope", Verdict.SKIPPED, text))


def _of_probabilities(
    own: Callable[..., Array], known: Known, mine: Factor, values_of: dict[Way, list[Array]]
) -> list[Array]:
    """What the slope of a loss of logits is given their probabilities, if it is right only so."""
    slopes = list(_possible(known.loss, mine, [known.way]))
    if any(_fraction(each, values_of[known.way]) is not None for each in slopes):
        return []
    batches = [Batch(probabilities_of(known, each), each.targets) for each in known.way.batches]
    try:
        values = [known.way.like(each, asked(own, *known.way.arrays(each))) for each in batches]
    except RaisedByOwnCodeError:
        return []
    return values if any(_fraction(each, values) is not None for each in slopes) else []


def _orders(adapter: Any, known: Known) -> list[Way]:
    """The order of the loss; of squares, which do not tell it, also the other one."""
    ways = [known.way]
    if known.loss == SQUARED and getattr(adapter, "targets_first", None) is None:
        ways.append(replace(known.way, targets_first=not known.way.targets_first))
    return ways


def _values(own: Callable[..., Array], way: Way) -> list[Array]:
    return [way.like(batch, asked(own, *way.arrays(batch))) for batch in way.batches]


def _by_tape(adapter: Any, known: Known, batch: Batch) -> Array:
    at, arrays = int(known.way.targets_first), known.way.arrays(batch)
    ones = np.ones_like(asked(adapter.value, *arrays))
    slope = asked(lambda *given: adapter.tape(ones, *given, at=at), *arrays)
    return known.way.like(batch, slope)


def _tails(adapter: Any, report: CheckReport, slope: Slope, known: Known) -> None:
    """The slope of logits that reach far; past what data reach, what is wrong is advice."""
    if slope.loss not in (CROSS, LOGITS):
        return
    own, way = getattr(adapter, "slope", None), slope.way
    for reach in (40.0, 800.0):
        batch = Batch(reach * SURE, way.batches[0].targets)
        quantity = f"slope at z of {reach:g}"
        try:
            if own is None:
                computed = _by_tape(adapter, known, batch)
            else:
                computed = way.like(batch, asked(own, *way.arrays(batch)))
        except RaisedByOwnCodeError as error:
            found = Line(quantity, Verdict.WRONG, f"raises {error}", np.inf)
        else:
            found = line(quantity, computed, slope.exactly(batch))
        if found.verdict == Verdict.WRONG and reach > 40:
            report.advice.append(f"{quantity}: {found.text}")
        else:
            report.lines.append(found)


def _possible(loss: str, mine: Factor, ways: Sequence[Way]) -> Iterator[Slope]:
    yield from (Slope(loss, mine, way) for way in ways)
    for way in ways:
        yield from (Slope(loss, factor, way) for factor in FACTORS)
    if loss in PROBABILITIES:
        for way in ways:
            for factor in HALVES:
                yield Slope(SQUARED, factor, way, OF_LOGITS)
    yield from (Slope(loss, factor, way) for way in ways for factor in NEGATIVE)


def _fraction(slope: Slope, values: Sequence[Array]) -> float | None:
    """The worst fraction of the bound, or None if it is another one."""
    worst = 0.0
    for value, batch in zip(values, slope.way.batches, strict=True):
        found = within(value, slope.exactly(batch)).comparison
        if not found.holds:
            return None
        worst = max(worst, found.fraction_of_bound)
    return worst


def _add(report: CheckReport, slope: Slope, mine: Factor, fraction: float) -> None:
    if slope.factor.sign < 0:
        text = "the sign is turned round: it points the way down"
        report.lines.append(Line("slope", Verdict.WRONG, text, np.inf, (text,)))
        return
    words = slope.factor.words
    if slope.words is not None:
        report.conventions.append(slope.words)
        words = words.removeprefix("half ")
    if words == mine.words:
        report.lines.append(Line("slope", Verdict.RIGHT, words, fraction))
        return
    text = f"that of {words}, where the loss is {mine.words}"
    report.lines.append(Line("slope", Verdict.FACTOR, text, fraction))
    report.conventions.append(f"the slope is {text}")


def _mistakes(contract: str, slope: Slope, batch: Batch, computed: Array) -> list[str]:
    """The known mistakes of the derivative of a loss that give all its wrong values."""
    own = next(each for each in FACTORS if each.words == STATED[contract][1])
    factor = batch.factor(slope.factor) / batch.factor(own)

    def again(framework: Any) -> Array:
        table = framework.gradients.LOSS_GRADIENTS
        return np.asarray(factor * table[contract](batch.outputs.copy(), batch.targets.copy()))

    exact = slope.exactly(batch)
    if near(computed, exact.value) == np.inf:
        return []
    gradient = reference_gradients.LOSS_GRADIENTS[contract]
    return explained(gradient, [Instance(computed, exact, again)])

"""Judging one function of somebody's own: an activation, a loss, or the slope of one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, Understood
from crosscheck.verification.checking import exact_functions
from crosscheck.verification.checking.activation_functions import judge_activation
from crosscheck.verification.checking.asking import RaisedByOwnCodeError
from crosscheck.verification.checking.departing import asked, line
from crosscheck.verification.checking.exact_functions import LOSS_WORDS, OF_PROBABILITIES
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.checking.loss_batches import SURE, Batch, Known, batches, scaled
from crosscheck.verification.checking.loss_functions import (
    CANDIDATES,
    LOGITS,
    PROBABILITIES,
    guard_of,
    identify,
    judged,
    located,
    values_of,
    ways_of,
)
from crosscheck.verification.checking.loss_slopes import judge_loss_slope, judge_slope_of_a_loss
from crosscheck.verification.checking.models import CROSS, FACTORS, STATED

_NORMAL = np.random.default_rng([31, 9]).standard_normal((6, 4))
_TARGETS = batches(False)[0].targets
_ONE = Batch(batches(False)[0].outputs[:1], _TARGETS[:1])
# The class of which a network is sure, for each sample.
_SURE_OF = np.eye(4)[[0, 1, 2, 3, 0, 1]]


def check_function(
    understood: Understood,
    target: str = "",
    *,
    activations: Sequence[str] | None = None,
    loss: str | None = None,
    reduction: str | None = None,
    is_part: bool = False,
) -> CheckReport:
    """Judge a function on z, or on outputs and targets, that are the same for everybody.

    Args:
        understood: What makes an adapter, whose `value` takes one array or two.
        target: What it is called in the report.
        activations: One name of the contract, which it should be; None to find out.
        loss: A name of the contract, likewise.
        reduction: "mean" or "sum" over the batch, likewise.
        is_part: Whether nobody named the function: it was found in a file. Then an activation that
            is right but for digits that it loses where it is small is right, and the usual other
            forms of one are not judged.

    Raises:
        ValueError: If there are several activations, or a loss or a reduction is stated for a
            function of one array, or an activation for one of two.
    """
    adapter, report = understood.make(), CheckReport(target, "function", understood.words)
    count = getattr(adapter, "count", 1)
    if activations is not None and (len(activations) != 1 or count != 1):
        arrays = "one array" if count == 1 else f"{count} arrays"
        raise ValueError(
            f"of a function of {arrays} --activations states "
            f"{'one activation' if count == 1 else 'nothing'}, not {', '.join(activations)}"
        )
    if loss is not None and count != 2:
        raise ValueError(f"it is a function of one array, and --loss {loss} is one of two")
    if reduction is not None and count != 2:
        raise ValueError("it is a function of one array, and --reduction is that of a loss")
    if count == 1:
        stated = None if activations is None else activations[0]
        judge_activation(adapter, report, stated, is_part=is_part)
    elif getattr(adapter, "is_slope", False):
        judge_slope_of_a_loss(adapter, report, loss)
    else:
        _judge_loss(adapter, report, loss, reduction)
    return report


def _judge_loss(
    adapter: Any, report: CheckReport, stated: str | None, reduction: str | None
) -> None:
    names: Sequence[str] = CANDIDATES if stated is None else (STATED[stated][0],)
    if stated == CROSS:
        names = (CROSS, OF_PROBABILITIES)
    known = identify(adapter, names)
    named: list[str] = []
    if known is None:
        found = located(adapter, names)
        if found is None:
            report.lines.append(_not_found(adapter, stated))
            return
        known, named = found
    report.understood += f"; {LOSS_WORDS[known.loss]}, {known.way.words}"
    report.understood += " (stated)" if stated else ""
    contract = _contract(known)
    first = _first(adapter, known, stated)
    if reduction not in (None, known.factor.reduction):
        text = f"{known.factor.words}, not the {reduction}"
        first = Line("value", Verdict.WRONG, text, first.fraction)
    report.lines.append(replace(first, mistakes=tuple(named)) if named else first)
    if first.verdict == Verdict.WRONG:
        report.advice.append("mend the values first: the slope is that of what is computed")
        return
    _say_conventions(report, known, stated)
    _further(adapter, report, known, contract, stated)
    judge_loss_slope(adapter, report, known, contract)


def _contract(known: Known) -> str | None:
    """The contract's name of a loss, the one with the same factor if there is one."""
    names = [name for name, (loss, _) in STATED.items() if loss == known.loss]
    same = [name for name in names if STATED[name][1] == known.factor.words]
    return next(iter([*same, *names]), None)


def _not_found(adapter: Any, stated: str | None) -> Line:
    try:
        values_of(adapter, ways_of(adapter)[0])
    except RaisedByOwnCodeError as error:
        return Line("value", Verdict.WRONG, f"raises {error}", np.inf)
    if stated is not None:
        text = f"it is not {stated}, nor a constant times it, in either order of its arguments"
        return Line("value", Verdict.WRONG, text, np.inf)
    text = (
        f"it is none of the losses of the contract ({', '.join(STATED)}), nor a constant times "
        "one: --loss states which one it should be"
    )
    return Line("value", Verdict.SKIPPED, text)


def _first(adapter: Any, known: Known, stated: str | None) -> Line:
    """The line of what identified it."""
    lines = [judged("value", adapter.value, known, batch, None) for batch in known.way.batches]
    if known.guard is not None:
        return Line("value", Verdict.RIGHT, known.factor.words)
    wrong = [each for each in lines if each.verdict == Verdict.WRONG]
    if wrong:
        return wrong[0]
    fraction = max(each.fraction or 0.0 for each in lines)
    if stated is not None and known.factor.words != STATED[stated][1]:
        text = f"{known.factor.words}, not {STATED[stated][1]}"
        return Line("value", Verdict.FACTOR, text, fraction)
    return Line("value", Verdict.RIGHT, known.factor.words, fraction)


def _say_conventions(report: CheckReport, known: Known, stated: str | None) -> None:
    if known.guard is not None:
        report.conventions.append(
            f"the logarithm is of a probability that is moved by {known.guard:g} or clipped to it"
        )
    usual = None if stated is None else STATED[stated][1]
    ours = [words for loss, words in STATED.values() if loss == known.loss] or [FACTORS[0].words]
    if known.each or known.factor.words not in (ours if usual is None else [usual]):
        wanted = FACTORS[0].words if usual is None else usual
        report.conventions.append(f"the loss is {known.factor.words}, where ours is {wanted}")
    if stated == CROSS and known.loss == OF_PROBABILITIES:
        report.conventions.append(f"it takes probabilities, where {CROSS} takes logits")


def _further(
    adapter: Any, report: CheckReport, known: Known, contract: str | None, stated: str | None
) -> None:
    """One sample, outputs of any size, and the tails; what data do not reach is advice."""
    if known.guard is None and not known.way.columns:
        one = Batch(_ONE.outputs, known.way.batches[0].targets[:1])
        report.lines.append(judged("value of one sample", adapter.value, known, one, contract))
    hot = batches(True)[0].targets
    targets = hot if known.way.labels or known.way.one_hot else _TARGETS
    tails: list[tuple[str, Batch, bool]] = []
    if known.loss in PROBABILITIES:
        soft = hot if targets is hot else np.full((6, 4), 0.25)
        for power in (4, 9):
            small = Batch(_probabilities(10.0**-power), soft)
            # Data reach 1e-4 and less; but what is moved by a guard is a convention, unless stated.
            held = stated is not None or power == 4
            if power == 4 and known.guard is not None:
                continue
            tails.append((f"value at probabilities of 1e-{power}", small, held))
        sure = Batch(_SURE_OF, _SURE_OF)
        tails += [] if known.guard else [("value at probabilities of exactly 0 and 1", sure, False)]
    elif known.guard is None:
        any_size = Batch(3 * _NORMAL, targets)
        tails.append(("value of outputs of any sign", any_size, True))
    if known.loss in (CROSS, LOGITS) and known.guard is None:
        tails += [
            (f"value at z of {reach:g}", Batch(reach * SURE, targets), reach == 40)
            for reach in (40.0, 800.0)
        ]
    for quantity, batch, held in tails:
        found = judged(quantity, adapter.value, known, batch, contract)
        if found.verdict == Verdict.WRONG and stated is None and known.loss in PROBABILITIES:
            held = held and not _is_guarded(adapter, known, batch)
        if found.verdict == Verdict.WRONG and not held:
            more = "".join(f" ({each})" for each in found.mistakes[:1])
            if not more or not any(each.endswith(more) for each in report.advice):
                report.advice.append(f"{found.quantity}: {found.text}{more}")
        else:
            report.lines.append(found)
    if known.guard is None and not known.each and not known.way.columns:
        _float32(adapter, report, known)


def _is_guarded(adapter: Any, known: Known, batch: Batch) -> bool:
    """Whether something is added to the probabilities that is too little to show before."""
    try:
        return guard_of(known, batch, asked(adapter.value, *known.way.arrays(batch))) is not None
    except RaisedByOwnCodeError:
        return False


def _probabilities(small: float) -> Array:
    """Rows that sum to one, of which three entries are small."""
    return np.where(_SURE_OF == 1, 1 - 3 * small, small)


def _float32(adapter: Any, report: CheckReport, known: Known) -> None:
    """The value in float32, where it takes that; it should return the same dtype."""
    drawn = known.way.batches[0]
    narrow = Batch(drawn.outputs.astype("float32"), drawn.targets.astype("float32"))
    try:
        computed = asked(adapter.value, *known.way.arrays(narrow))
    except RaisedByOwnCodeError as error:
        report.advice.append(f"float32 is not taken: {error}")
        return
    if computed.dtype != np.float32:
        report.advice.append(f"of float32 it makes {computed.dtype}")
    wide = narrow.outputs.astype("float64"), narrow.targets.astype("float64")
    exact = exact_functions.loss(known.loss, *wide, "float32")
    wanted = scaled(exact, drawn.factor(known.factor))
    report.lines.append(line("value in float32", computed.reshape(wanted.value.shape), wanted))

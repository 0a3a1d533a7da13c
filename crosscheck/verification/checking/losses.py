"""Which loss somebody computes, and by which convention it departs from the contract's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from crosscheck.verification.checking.asking import Make, RaisedByOwnCodeError, has, loss
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.findings import NO_LOSS, Line, Verdict
from crosscheck.verification.checking.models import (
    CROSS,
    FACTORS,
    SQUARED,
    STATED,
    Factor,
    Model,
    factors_of,
    losses_after,
)
from crosscheck.verification.checking.penalties import Penalty, of_loss
from crosscheck.verification.checking.within import within
from crosscheck.verification.exact_values import ExactTensor

QUANTITY = "loss"
SUBTRACTED = "the penalty on the parameters is subtracted, and rewards large ones"
# What people add to a probability, or clip it to, so that its logarithm is finite.
GUARDS = tuple(10.0**-power for power in range(5, 16))
# A guard is that one if it leaves at most this part of the departure unexplained; the next one is
# ten times as large, or as small.
EXPLAINED = 0.01


@dataclass(frozen=True)
class Loss:
    """What is known of a loss.

    Attributes:
        model: The activations with the loss; None if nobody can tell which one it is.
        factor: The constant by which it departs.
        line: Whether it is right.
        convention: How it departs without being wrong, in words; or None.
        penalty: What it has beside the loss of the data.
    """

    model: Model | None
    factor: Factor
    line: Line
    convention: str | None = None
    penalty: Penalty | None = None


def models(activations: Sequence[str], stated: str | None, outputs: int) -> list[Model]:
    """The losses that there may be after these activations, or the one that is stated.

    One output is no distribution over classes: a softmax of it is always 1.
    """
    if stated is not None:
        return [Model(tuple(activations), STATED[stated][0])]
    names = [name for name in losses_after(activations[-1]) if outputs > 1 or name != CROSS]
    return [Model(tuple(activations), name) for name in names]


def judge_loss(
    make: Make,
    batches: Sequence[Drawn],
    activations: Sequence[str],
    stated: str | None,
    reduction: str | None = None,
) -> Loss:
    """Find out which loss is computed, unless that is stated, and judge it.

    Args:
        make: Makes an adapter.
        batches: The same network on batches of several sizes.
        activations: That of each layer.
        stated: A loss of the contract, by name; then another one is wrong.
        reduction: "mean" or "sum" over the batch; then the other one is wrong.
    """
    candidates = models(activations, stated, batches[0].outputs)
    if not has(make, "loss"):
        nothing = Line(QUANTITY, Verdict.SKIPPED, NO_LOSS)
        if stated is None:
            return Loss(None, FACTORS[0], nothing)
        return Loss(candidates[0], _stated_factor(stated, reduction), nothing)
    try:
        values = [loss(make, drawn) for drawn in batches]
    except RaisedByOwnCodeError as error:
        model = candidates[0] if stated is not None else None
        return Loss(model, FACTORS[0], Line(QUANTITY, Verdict.WRONG, f"raises {error}", np.inf))
    for model in candidates:
        for factor in factors_of(model.loss):
            found = [
                within(np.asarray(value), model.exactly(drawn).loss, factor.at(drawn))
                for value, drawn in zip(values, batches, strict=True)
            ]
            if all(each.holds for each in found):
                fraction = max(each.comparison.fraction_of_bound for each in found)
                return _right(model, factor, fraction, stated, reduction)
    for model, factor, guard in _guarded(candidates, batches, values):
        text = f"the logarithm is of a probability that is moved by {guard:g} or clipped to it"
        right = _right(model, factor, None, stated, reduction)
        words = text if right.convention is None else f"{right.convention}; {text}"
        return replace(right, convention=words)
    if with_penalty := _penalised(make, candidates, batches, values):
        model, factor, penalty = with_penalty
        right = _right(model, factor, None, stated, reduction)
        line = replace(right.line, text=f"{right.line.text}, plus {penalty.in_words}")
        if penalty.is_subtracted:
            line = replace(line, verdict=Verdict.WRONG, text=f"{SUBTRACTED}; it is {line.text}")
        return replace(right, line=line, penalty=penalty)
    if stated is None:
        text = "it is none of the contract's losses, nor a constant times one"
        return Loss(None, FACTORS[0], Line(QUANTITY, Verdict.SKIPPED, text))
    wanted = _stated_factor(stated, reduction)
    compared = [
        within(np.asarray(value), candidates[0].exactly(drawn).loss, wanted.at(drawn))
        for value, drawn in zip(values, batches, strict=True)
    ]
    wrong = next(each for each in compared if not each.holds)
    fraction = wrong.comparison.fraction_of_bound
    return Loss(candidates[0], wanted, Line(QUANTITY, Verdict.WRONG, wrong.in_words, fraction))


def _stated_factor(stated: str, reduction: str | None) -> Factor:
    usual = next(each for each in FACTORS if each.words == STATED[stated][1])
    of_one = (each for each in FACTORS if each.of(1, 3) == usual.of(1, 3))
    return next(each for each in of_one if each.reduction == (reduction or usual.reduction))


def _right(
    model: Model,
    factor: Factor,
    fraction: float | None,
    stated: str | None,
    reduction: str | None,
) -> Loss:
    text = f"{model.in_words}, {factor.words}"
    if reduction is not None and factor.reduction != reduction:
        text = f"{factor.words}, not the {reduction}"
        return Loss(model, factor, Line(QUANTITY, Verdict.WRONG, text, fraction))
    usual = factor if stated is None else _stated_factor(stated, reduction)
    if factor == usual:
        return Loss(model, factor, Line(QUANTITY, Verdict.RIGHT, text, fraction))
    line = Line(QUANTITY, Verdict.FACTOR, f"{factor.words}, not {usual.words}", fraction)
    words = f"the loss is {factor.words}, where {stated} is {usual.words}"
    return Loss(model, factor, line, words)


def _penalised(
    make: Make, candidates: Sequence[Model], batches: Sequence[Drawn], values: Sequence[float]
) -> tuple[Model, Factor, Penalty] | None:
    """The loss of the data and the penalty beside it, if together they give what was computed."""
    # Of another network too: on one alone the squares of the weights are a constant times theirs
    # and the biases'.
    other = replace(
        batches[0],
        params=[(w * (1 + n / 4), b) for n, (w, b) in enumerate(batches[0].params, start=1)],
    )
    try:
        values, batches = [*values, loss(make, other)], [*batches, other]
    except RaisedByOwnCodeError:
        return None
    for model in candidates:
        exact = [model.exactly(drawn).loss for drawn in batches]
        for factor in factors_of(model.loss):
            if penalty := of_loss(values, exact, factor, batches):
                return model, factor, penalty
    return None


def _guarded(
    candidates: Sequence[Model], batches: Sequence[Drawn], values: Sequence[float]
) -> Iterator[tuple[Model, Factor, float]]:
    """The loss of probabilities that somebody moved or clipped before taking the logarithm."""
    for model in candidates:
        if model.loss == SQUARED:
            continue
        exact = [model.exactly(drawn).loss for drawn in batches]
        for guard in GUARDS:
            moved = [_with_guard(model, drawn, guard) for drawn in batches]
            for factor in factors_of(model.loss):
                if all(
                    _explains(value / factor.at(drawn), with_guard, without)
                    for value, drawn, with_guard, without in zip(
                        values, batches, moved, exact, strict=True
                    )
                ):
                    yield model, factor, guard


def _explains(value: float, with_guard: float, without: ExactTensor) -> bool:
    departure = abs(with_guard - float(without.value))
    return abs(value - with_guard) <= EXPLAINED * departure + float(without.error_bound)


def _with_guard(model: Model, drawn: Drawn, guard: float) -> float:
    *hidden, last = model.activations
    if last == "identity":  # the loss takes the last activation itself
        last = "softmax" if model.loss == CROSS else "sigmoid"
    p = np.asarray(drawn.exactly((*hidden, last), SQUARED).activations[-1].value)
    t = drawn.targets
    total = -(t * np.log(p + guard)).sum()
    if model.loss != CROSS:
        total -= ((1 - t) * np.log(1 - p + guard)).sum()
    return float(total / drawn.batch)

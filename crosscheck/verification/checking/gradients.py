"""Whether somebody's gradients are those of the loss, and which known mistake gives the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from crosscheck.verification.checking.asking import (
    Make,
    RaisedByOwnCodeError,
    WrongShapeError,
    gradients,
    slack,
)
from crosscheck.verification.checking.computed import Computed
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.models import FACTORS, NEGATIVE, Factor, Model, factors_of
from crosscheck.verification.checking.named import names_of
from crosscheck.verification.checking.own_rates import scaled, with_own_rates
from crosscheck.verification.checking.penalties import Penalty, of_gradients
from crosscheck.verification.checking.within import Found, within


@dataclass(frozen=True)
class Gradients:
    """What is known of somebody's gradients.

    Attributes:
        model: The activations and the loss whose gradients they are compared with.
        factor: The constant by which they depart.
        lines: One for each weight and bias, the last layer first, as they are computed.
        convention: How they depart without being wrong, in words; or None.
    """

    model: Model
    factor: Factor
    lines: tuple[Line, ...]
    convention: str | None = None

    @property
    def right(self) -> int:
        """How many of them are right, or right but for the constant."""
        return sum(line.verdict in (Verdict.RIGHT, Verdict.FACTOR) for line in self.lines)

    @property
    def judged(self) -> int:
        """How many of them could be compared."""
        return sum(line.verdict != Verdict.SKIPPED for line in self.lines)


NO_STEP = (
    "they are right but for a constant, and nobody can tell whether that is the rate of the steps, "
    "which was not found in the file"
)
GROWS = "a decay of the wrong sign, which makes the parameters grow"


def judge_gradients(
    make: Make,
    batches: Sequence[Drawn],
    candidates: Sequence[Model],
    factor: Factor | None,
    *,
    any_loss: bool = False,
    penalty: Penalty | None = None,
    reduction: str | None = None,
) -> Gradients | Line:
    """Compare gradients with those of the loss, or of each loss that it may be.

    Args:
        make: Makes an adapter.
        batches: The same network on batches of several sizes.
        candidates: The activations with each loss that there may be.
        factor: The constant by which the loss departs from the contract's; None if nobody knows
            the loss.
        any_loss: Whether there is a loss, but none of the contract's: then nobody knows what its
            gradients should be, and only those that are all of another one are judged.
        penalty: What the loss has beside that of the data.
        reduction: "mean" or "sum" over the batch; then the other one is wrong.

    Returns:
        The judgement under the loss and the constant that leave the fewest of them wrong; or one
        line, if there are none to compare.
    """
    try:
        grads = [gradients(make, drawn) for drawn in batches]
        computed = Computed(batches, grads, [slack(make, drawn) for drawn in batches])
    except WrongShapeError as error:
        return Line("gradients", Verdict.WRONG, str(error), np.inf)
    except RaisedByOwnCodeError as error:
        # Perhaps it is called as it is not meant to be: it runs forwards.
        return Line("gradients", Verdict.SKIPPED, f"raises {error}")
    tried = [
        (model, each)
        for model in candidates
        for each in dict.fromkeys([factor or FACTORS[0], *factors_of(model.loss), *NEGATIVE])
    ]
    own = computed.without(penalty)
    found = [_judged(*each, factor, own) for each in tried]
    best = max(found, key=lambda each: each.right)  # the first of several: the simplest
    adapter = make()
    rate, single = (getattr(adapter, each, None) for each in ("difference_rate", "one_by_one"))
    numbers: tuple[float, ...] | None = getattr(adapter, "own_rates", ())
    if best.right < best.judged and numbers:
        rated = with_own_rates(tried, batches[0], own.grads[0], numbers)
        best = max([best, *(_judged(*each, factor, own) for each in rated)], key=lambda e: e.right)
        tried += rated
    if best.right < best.judged and (other := _multiplied(tried, factor, computed, penalty)):
        return _held(other, reduction)
    if best.right < best.judged and (other := _penalised(tried, factor, computed, penalty)):
        return _held(other, reduction)
    if best.right == 0 or (any_loss and best.right < best.judged):
        alike = [scaled(each.model, each.factor, batches, own.grads) for each in found]
        if numbers is None and any(alike):
            return Line("gradients", Verdict.SKIPPED, NO_STEP)
        if factor is None and not (numbers and any(alike)):
            return Line("gradients", Verdict.SKIPPED, "they are those of no loss of the contract")
        best = found[alike.index(True) if factor is None else 0]
        if numbers is not None and len(numbers) == 1:
            best = _judged(best.model, replace(best.factor, rate=numbers[0]), factor, own)
    if best.right == best.judged:
        return _held(best, reduction)
    names = names_of(best.model, best.factor, batches, own.grads, rate, bool(single))
    lines = tuple(
        replace(each, mistakes=names) if each.verdict == Verdict.WRONG else each
        for each in best.lines
    )
    return replace(best, lines=lines)


def _held(judged: Gradients, reduction: str | None) -> Gradients:
    """The same, wrong if the samples are gathered in another way than is stated."""
    if reduction in (None, judged.factor.reduction):
        return judged
    text = f"that of {judged.factor.words}, not the {reduction}"
    lines = tuple(
        replace(each, verdict=Verdict.WRONG, text=text)
        if each.verdict in (Verdict.RIGHT, Verdict.FACTOR)
        else each
        for each in judged.lines
    )
    return replace(judged, lines=lines)


def _multiplied(
    tried: Sequence[tuple[Model, Factor]],
    of_loss: Factor | None,
    computed: Computed,
    penalty: Penalty | None,
) -> Gradients | None:
    """The judgement if loss and penalty are multiplied by the same constant in the gradients."""
    if penalty is None or of_loss is None:
        return None
    for model, factor in tried:
        ratios = [factor.at(drawn) / of_loss.at(drawn) for drawn in computed.batches]
        scaled = penalty.times(ratios, computed.batches)
        judged = _judged(model, factor, of_loss, computed.without(scaled))
        if scaled is not None and judged.right == judged.judged:
            return judged
    return None


def _penalised(
    tried: Sequence[tuple[Model, Factor]],
    of_loss: Factor | None,
    computed: Computed,
    penalty: Penalty | None,
) -> Gradients | None:
    """The judgement if the gradients are right but for a penalty that the loss has not, or has."""
    for model, factor in tried:
        exact = [model.exactly(drawn) for drawn in computed.batches]
        own = of_gradients(computed.grads, computed.slacks, exact, factor, computed.batches)
        if own is None and penalty is None:
            continue
        judged = _judged(model, factor, of_loss, computed.without(own))
        if judged.right < judged.judged:
            continue
        if penalty is None:
            assert own is not None
            if own.is_subtracted == (factor.sign > 0):
                return _of_weights(judged, own, f"{GROWS}: {own.slope_in_words}")
            words = f"the gradients have a decay that the loss has not: {own.slope_in_words}"
            text = words if judged.convention is None else f"{judged.convention}; {words}"
            return replace(judged, convention=text)
        has = "that is missing" if own is None else f"it has {own.slope_in_words}"
        text = f"the slope of the penalty is {penalty.slope_in_words}; {has}"
        return _of_weights(judged, penalty, text)
    return None


def _of_weights(judged: Gradients, penalty: Penalty, text: str) -> Gradients:
    """The same, wrong in all that a penalty is taken of."""
    lines = tuple(
        Line(each.quantity, Verdict.WRONG, text, None)
        if penalty.biases or " W" in each.quantity
        else each
        for each in judged.lines
    )
    return replace(judged, lines=lines)


def _judged(
    model: Model,
    factor: Factor,
    of_loss: Factor | None,
    computed: Computed,
) -> Gradients:
    batches = computed.batches
    exact = [model.exactly(drawn) for drawn in batches]
    lines = []
    for layer in reversed(range(len(batches[0].params))):
        for part, name in enumerate(("W", "b")):
            found = [
                within(
                    own,
                    every.grads[layer][part],
                    factor.at(drawn),
                    0.0 if off is None or off[layer][part] is None else off[layer][part],
                )
                for layers, every, drawn, off in zip(
                    computed.grads, exact, batches, computed.slacks, strict=True
                )
                if (own := layers[layer][part]) is not None
            ]
            quantity = f"gradient of {name}{layer + 1}"
            if not found:
                if batches[0].params[layer][part].any():  # else the layer has no bias
                    lines.append(Line(quantity, Verdict.SKIPPED, "there is none of its shape"))
                continue
            lines.append(_line(quantity, found, factor, of_loss, batches))
    said = []
    if not factor.is_like(of_loss):
        assert of_loss is not None
        said.append(f"the gradients are those of {factor.words}, the loss is {of_loss.words}")
    elif of_loss is None:
        said.append(f"the gradients are those of {factor.words} of the {model.in_words}")
    if factor.rate != 1:
        said.append(f"the learning rate of its steps is taken as {factor.rate:g}")
    return Gradients(model, factor, tuple(lines), "; ".join(said) or None)


def _line(
    quantity: str,
    found: Sequence[Found],
    factor: Factor,
    of_loss: Factor | None,
    batches: Sequence[Drawn],
) -> Line:
    wrong = next((each for each in found if not each.holds), None)
    if wrong is not None:
        text = _departure(found, batches) or wrong.in_words
        return Line(quantity, Verdict.WRONG, text, wrong.comparison.fraction_of_bound)
    fraction = max(each.comparison.fraction_of_bound for each in found)
    if factor.is_like(of_loss):
        return Line(quantity, Verdict.RIGHT, "", fraction)
    return Line(quantity, Verdict.FACTOR, factor.words, fraction)


# By how much one gradient may depart where the others do not.
DEPARTURES: dict[str, Callable[[Drawn], float]] = {
    "it is divided by the number of samples once too often": lambda drawn: 1 / drawn.batch,
    "it is not divided by the number of samples": lambda drawn: drawn.batch,
    "it is divided by the number of outputs once too often": lambda drawn: 1 / drawn.outputs,
    "it is half of what it should be": lambda drawn: 0.5,
    "it is twice what it should be": lambda drawn: 2.0,
    "it has the opposite sign": lambda drawn: -1.0,
}


def _departure(found: Sequence[Found], batches: Sequence[Drawn]) -> str | None:
    """The constant by which one gradient departs, in words; None if there is none of these."""
    for words, of in DEPARTURES.items():
        if all(
            each.ratio is not None and np.isclose(each.ratio, of(drawn), rtol=1e-9)
            for each, drawn in zip(found, batches, strict=True)
        ):
            return words
    return None

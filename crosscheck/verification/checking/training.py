"""Whether what trains somebody's network goes by the gradients: the step in a loop, or in `fit`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.checking.asking import Make, RaisedByOwnCodeError, ask, gradients
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.gradients import Gradients, judge_gradients
from crosscheck.verification.checking.models import Factor, Model
from crosscheck.verification.checking.penalties import Penalty
from crosscheck.verification.checking.updating import QUANTITY, UPHILL
from crosscheck.verification.checking.within import near

# A rate at which several steps are as good as one: each moves next to nothing.
SMALL_RATE = 1e-7
# How far the steps of single samples may then be from a multiple of that of all.
SAME_AT_SMALL = 1e-3
# How far a step may be from a multiple of a gradient to be nothing but that.
SAME = 1e-9
SINGLES = 3
BY_SAMPLES = "{} takes a step for each sample, or for a few"
ALONE = "{} was looked at with one sample alone: with several it takes several steps"
ONE_SAMPLE = "{} moves the parameters by one sample alone, the {} of those that it is given"
STILL = "{} never moves {}"
UNKNOWN = "not judged: what {} does is no plain step by the gradients"


@dataclass(frozen=True)
class Meant:
    """The gradients by which a network is meant to be trained.

    Attributes:
        model: Of what they are the gradients.
        factor: The constant by which these are multiplied.
        penalty: What the loss has beside that of the data.
    """

    model: Model
    factor: Factor
    penalty: Penalty | None


def judge_training(make: Make, batches: Sequence[Drawn], meant: Meant) -> Line:
    """The line of the update that the training of a network makes.

    Args:
        make: Makes adapters whose gradients are the difference that one call makes.
        batches: A network and batches of several sizes.
        meant: What the gradients are meant to be.
    """
    words = make().words
    try:
        found = _judged(make, batches, meant)
        if isinstance(found, Line):
            return replace(found, quantity=QUANTITY)
        if _is_right(found) and make().still:
            text = STILL.format(words, ", ".join(make().still))
            return Line(QUANTITY, Verdict.WRONG, text, np.inf, (text,))
        if _is_right(found):
            text = "" if found.convention is None else f"{words}: {found.convention}"
            return Line(QUANTITY, Verdict.RIGHT, text, _worst(found))
        if (line := _one_alone(make, batches, words)) is not None:
            return line
        singles = [_only(batches[0], at) for at in range(SINGLES)]
        alone = _judged(make, singles, meant)
        if isinstance(alone, Gradients) and _is_right(alone):
            return _several(make, batches[0], words, _worst(alone))
        uneven = _uneven(make, batches, meant, words)
        return uneven or Line(QUANTITY, Verdict.SKIPPED, UNKNOWN.format(words))
    except RaisedByOwnCodeError as error:
        return Line(QUANTITY, Verdict.SKIPPED, f"not judged: {words} raises {error}")


def _judged(make: Make, batches: Sequence[Drawn], meant: Meant) -> Gradients | Line:
    return judge_gradients(make, batches, [meant.model], meant.factor, penalty=meant.penalty)


def _is_right(found: Gradients) -> bool:
    return found.right == found.judged and found.factor.sign > 0


def _worst(found: Gradients) -> float:
    return max((line.fraction or 0.0 for line in found.lines), default=0.0)


def _only(drawn: Drawn, at: int) -> Drawn:
    """One sample of a batch."""
    return replace(drawn, inputs=drawn.inputs[at:][:1], targets=drawn.targets[at:][:1])


def _flat(grads: Any) -> dict[str, Array]:
    """Gradients by their names, without those that are not there."""
    return {
        f"{name}{layer}": np.asarray(leaf, "float64")
        for layer, pair in enumerate(grads, start=1)
        for name, leaf in zip(("W", "b"), pair, strict=True)
        if leaf is not None
    }


def _times(actual: Array, expected: Array, same: float = SAME) -> float | None:
    """The constant by which one array is another; None if it is no multiple of it."""
    square = float((expected**2).sum())
    if not np.isfinite(actual).all() or square == 0 or actual.shape != expected.shape:
        return None
    constant = float((actual * expected).sum()) / square
    if not np.any(actual):
        return 0.0
    return constant if near(actual, constant * expected) <= same else None


def _common(actual: dict[str, Array], expected: dict[str, Array], same: float) -> float | None:
    """The constant by which all arrays are others; None if there is none that is above 0."""
    ratios = [_times(actual[name], expected[name], same) for name in actual]
    first = ratios[0]
    if (
        first is None
        or first <= 0
        or any(r is None or abs(r - first) > same * first for r in ratios)
    ):
        return None
    return first


def _one_alone(make: Make, batches: Sequence[Drawn], words: str) -> Line | None:
    """The line of a training that forgets all samples but one."""
    whole = [_flat(gradients(make, drawn)) for drawn in batches]
    for which, at in (("last", -1), ("first", 0)):
        single = [_flat(gradients(make, _only(drawn, at % drawn.batch))) for drawn in batches]
        if all(_common(*pair, SAME) is not None for pair in zip(whole, single, strict=True)):
            text = ONE_SAMPLE.format(words, which)
            return Line(QUANTITY, Verdict.WRONG, text, np.inf, (text,))
    return None


def _several(make: Make, drawn: Drawn, words: str, fraction: float) -> Line:
    """The line of a training that is right for one sample, and takes several steps for several."""
    if make().difference_rate == 1:  # nobody can make its steps small
        return Line(QUANTITY, Verdict.RIGHT, ALONE.format(words), fraction)
    single = [_moved(make, _only(drawn, at)) for at in range(drawn.batch)]
    total = {name: np.sum([each[name] for each in single], axis=0) for name in single[0]}
    if _common(_moved(make, drawn), total, SAME_AT_SMALL) is not None:
        return Line(QUANTITY, Verdict.RIGHT, BY_SAMPLES.format(words), fraction)
    return Line(QUANTITY, Verdict.SKIPPED, UNKNOWN.format(words))


def _moved(make: Make, drawn: Drawn) -> dict[str, Array]:
    """What a call at a small rate takes away from each parameter, divided by the rate."""
    after = _flat(ask(make, drawn, "update", SMALL_RATE))
    before = _flat(drawn.params)
    return {name: (before[name] - after[name]) / SMALL_RATE for name in after}


def _uneven(make: Make, batches: Sequence[Drawn], meant: Meant, words: str) -> Line | None:
    """The line of a training that moves each parameter by its gradient, but not all alike."""
    scale = abs(meant.factor.at(batches[0]))
    exact = _flat(
        (scale * np.asarray(weight.value), scale * np.asarray(bias.value))
        for weight, bias in meant.model.exactly(batches[0]).grads
    )
    own = _flat(gradients(make, batches[0]))
    ratios = {name: _times(own[name], exact[name]) for name in own}
    known = {name: ratio for name, ratio in ratios.items() if ratio is not None}
    if len(known) < len(ratios):
        return None
    if all(ratio < 0 for ratio in known.values()):
        return Line(QUANTITY, Verdict.WRONG, UPHILL, np.inf, (UPHILL,))
    shown = {name: few_digits(ratio) for name, ratio in known.items()}
    if len({*shown.values()}) == 1:
        return None  # a constant more: perhaps they are clipped
    # Beside the one that most of them have.
    usual = max(shown.values(), key=[*shown.values()].count)
    one = next(known[name] for name, text in shown.items() if text == usual)
    said = [
        f"{', '.join(name for name, each in shown.items() if each == text)} by "
        f"{_in_words(next(known[n] for n, e in shown.items() if e == text) / (one or 1.0))}"
        for text in dict.fromkeys(shown.values())
    ]
    return Line(QUANTITY, Verdict.WRONG, f"{words} moves {'; '.join(said)}", np.inf)


def _in_words(times: float) -> str:
    if times == 0:
        return "nothing"
    if few_digits(times) == "1":
        return "the rate times the gradient"
    return f"{few_digits(times)} times that"

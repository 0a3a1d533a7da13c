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
IGNORED = "the rate that it is given is not used"
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
        if found is not None and _is_right(found):
            if make().still:
                text = STILL.format(words, ", ".join(make().still))
                return Line(QUANTITY, Verdict.WRONG, text, np.inf, (text,))
            said = [*([IGNORED] if make().ignores_rate else []), found.convention]
            text = "; ".join(each for each in said if each is not None)
            text = f"{words}: {text}" if text else ""
            return Line(QUANTITY, Verdict.RIGHT, text, _worst(found))
        if (line := _one_alone(make, batches, words)) is not None:
            return line
        singles = [_only(batches[0], at) for at in range(SINGLES)]
        alone = _judged(make, singles, meant)
        if isinstance(alone, Gradients) and _is_right(alone):
            return _several(make, batches[0], words, _worst(alone))
        uneven = _uneven(make, batches, meant, words) or _uneven(make, singles, meant, words)
        return uneven or Line(QUANTITY, Verdict.SKIPPED, UNKNOWN.format(words))
    except RaisedByOwnCodeError as error:
        return Line(QUANTITY, Verdict.SKIPPED, f"not judged: {words} raises {error}")


def _judged(make: Make, batches: Sequence[Drawn], meant: Meant) -> Gradients | Line | None:
    """What is found of what it moves; None if that is no number: several steps at a large rate."""
    moved = (each for drawn in batches for each in _flat(gradients(make, drawn)).values())
    if not all(np.isfinite(each).all() for each in moved):
        return None
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
    constant = float((actual * expected).sum() / square)
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
    """The line of a training that moves each parameter by its gradient, but not all alike.

    None if it is none, or if the constants change from batch to batch: perhaps they are clipped.
    """
    ratios = [_ratios(make, drawn, meant) for drawn in batches]
    if any(each is None for row in ratios for each in row.values()):
        return None
    if all(each < 0 for row in ratios for each in row.values() if each is not None):
        return Line(QUANTITY, Verdict.WRONG, UPHILL, np.inf, (UPHILL,))
    one = _usual(ratios[0])
    sizes = [drawn.batch for drawn in batches]
    said: dict[str, list[str]] = {}
    for name in ratios[0]:
        constants = [(row[name] or 0.0) / ((row[one] or 0.0) or 1.0) for row in ratios]
        text = _in_words(constants, sizes)
        if text is None:
            return None
        said.setdefault(text, []).append(name)
    if len(said) == 1:
        return None
    parts = [f"{', '.join(names)} by {text}" for text, names in said.items()]
    return Line(QUANTITY, Verdict.WRONG, f"{words} moves {'; '.join(parts)}", np.inf)


def _ratios(make: Make, drawn: Drawn, meant: Meant) -> dict[str, float | None]:
    """By how many times its gradient each parameter moves."""
    scale = abs(meant.factor.at(drawn))
    exact = _flat(
        (scale * np.asarray(weight.value), scale * np.asarray(bias.value))
        for weight, bias in meant.model.exactly(drawn).grads
    )
    own = _flat(gradients(make, drawn))
    return {name: _times(own[name], exact[name]) for name in own}


def _usual(ratios: dict[str, float | None]) -> str:
    """The parameter whose constant most of them have."""
    shown = {name: few_digits(each or 0.0) for name, each in ratios.items()}
    return max(shown, key=lambda name: [*shown.values()].count(shown[name]))


def _in_words(constants: Sequence[float], sizes: Sequence[int]) -> str | None:
    """Constants that batches of several sizes show; None if they are no one constant."""
    for power, words in (
        (0, ""),
        (1, "the number of samples times "),
        (-1, "one over the number of samples times "),
    ):
        each = [c / size**power for c, size in zip(constants, sizes, strict=True)]
        if np.allclose(each, each[0], rtol=SAME, atol=0):
            if each[0] == 0:
                return "nothing"
            number = "" if few_digits(each[0]) == "1" else f"{few_digits(each[0])} times "
            return f"{words}{number}that" if words or number else "the rate times the gradient"
    return None

"""Whether what trains somebody's network goes by the gradients: the step in a loop, or in `fit`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.verification.checking.asking import Make, RaisedByOwnCodeError, ask, gradients
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.gradients import Gradients, judge_gradients
from crosscheck.verification.checking.limited import limits_in_words, stepped
from crosscheck.verification.checking.models import Factor, Model
from crosscheck.verification.checking.multiples import Multiples, common, flat, one_alone, only
from crosscheck.verification.checking.one_step import QUANTITY
from crosscheck.verification.checking.own_steps import FIRST_ALONE
from crosscheck.verification.checking.penalties import Penalty
from crosscheck.verification.checking.trained_steps import (
    idle_momentum,
    judge_rule,
    sees_later_steps,
)
from crosscheck.verification.checking.training_laws import judge_law
from crosscheck.verification.checking.updating import UPHILL
from crosscheck.verification.checking.within import near

# A rate at which several steps are as good as one: each moves next to nothing.
SMALL_RATE = 1e-7
# How far the steps of single samples may then be from a multiple of that of all: at that rate a
# parameter near 1 shows a gradient of 1e-6 to three digits. Each was held to its bound before.
SAME_AT_SMALL = 1e-3
SINGLES = 3
BY_SAMPLES = "{} takes a step for each sample, or for a few"
ALONE = "{} was looked at with one sample alone: with several it takes several steps"
ONE_SAMPLE = "{} moves the parameters by one sample alone, the {} of those that it is given"
STILL = "{} never moves {}"
# By what part a second step may differ; a velocity, or a rate that grows, differs by more.
REMEMBERS = 0.02
NO_NUMBER = "{} leaves no numbers in {}"
STEPS_BY = "a step by {}, where the gradients are those of {}"
LEANS = "it goes by the forward pass that ran before it, whatever samples it is given"
IGNORED = "the rate that it is given is not used"
ONLY_ALONE = (
    "not judged: with one sample {} steps by the gradient; with several it takes other steps"
)
STRAY = "{} moves {} by other than the rate times the gradient, which the others move by"
KEPT = "{} keeps {}"
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


def judge_training(make: Make, batches: Sequence[Drawn], meant: Meant, network: Make) -> Line:
    """The line of the update that the training of a network makes.

    Args:
        make: Makes adapters whose gradients are the difference that one call makes.
        batches: A network and batches of several sizes.
        meant: What the gradients are meant to be.
        network: Makes adapters of the network, whose gradients are seen.
    """
    line = _judged_once(make, batches, meant)
    keeps = line.verdict == Verdict.RIGHT and remembers(make, batches[0])
    is_unknown = line.text == UNKNOWN.format(make().words)
    if keeps or is_unknown:
        rule = judge_rule(make, batches[0], partial(gradients_of, meant=meant))
        if rule is None and is_unknown:
            rule = judge_law(network, make, batches)
        if rule is not None:
            return rule
    said = FIRST_ALONE if keeps else None
    if line.verdict == Verdict.RIGHT and not keeps:
        said = idle_momentum(make, batches[0])
    return replace(line, text="; ".join(each for each in (line.text, said) if each))


def remembers(make: Make, drawn: Drawn) -> bool:
    """Whether a later step is another than a first one from the same place, or may be."""
    adapter, own = make(), drawn.copies()
    later = getattr(adapter, "later_step", None)
    if later is None:
        return False
    if getattr(adapter, "one_by_one", False):
        own = only(own, 0)
    try:
        with np.errstate(all="ignore"):
            adapter.set_params(own.params)
            found = later(own.inputs, own.targets)
    except (Exception, SystemExit):  # whatever it raises: of a later step nothing is known
        return True
    # Of samples in a random order two steps are the same but for the rate.
    return found is not None and any(near(*pair) > REMEMBERS for pair in zip(*found, strict=True))


def is_reset_by(make: Make, drawn: Drawn, line: Line) -> bool:
    """Whether what trains a network goes by the gradients of each step alone, step after step.

    Then something sets them to zero: the loop, or the optimizer.

    Args:
        make: Makes an adapter of the training.
        drawn: On which it is looked at.
        line: Its own line.
    """
    is_right = line.verdict == Verdict.RIGHT and FIRST_ALONE not in line.text
    return is_right and sees_later_steps(make, drawn)


def _judged_once(make: Make, batches: Sequence[Drawn], meant: Meant) -> Line:
    """The line of the first step."""
    words = make().words
    try:
        found = _judged(make, batches, meant)
        if isinstance(found, Line):
            return replace(found, quantity=QUANTITY)
        if found is not None and _is_right(found):
            if make().still:
                text = STILL.format(words, ", ".join(make().still))
                return Line(QUANTITY, Verdict.WRONG, text, np.inf, (text,))
            if (twice := _too_far(found, meant, batches)) is not None:
                text = f"{words}: {twice}"
                return Line(QUANTITY, Verdict.WRONG, text, np.inf, (twice,))
            said = [
                IGNORED if make().ignores_rate else None,
                LEANS if make().leans else None,
                _departs(found, meant),
            ]
            text = "; ".join(each for each in said if each is not None)
            text = f"{words}: {text}" if text else ""
            return Line(QUANTITY, Verdict.RIGHT, text, _worst(found))
        moved = [flat(gradients(make, drawn)) for drawn in batches]
        which = one_alone(moved, batches, partial(gradients, make))
        if which is not None and make().is_loop:
            return _alone(make, only(batches[0], 0), meant, words)
        if which is not None:
            text = ONE_SAMPLE.format(words, which)
            return Line(QUANTITY, Verdict.WRONG, text, np.inf, (text,))
        singles = [only(batches[0], at) for at in range(SINGLES)]
        alone = _judged(make, singles, meant)
        right_alone = isinstance(alone, Gradients) and _is_right(alone)
        worst = _worst(alone) if isinstance(alone, Gradients) else None
        if right_alone and _adds_up(make, batches[0]):
            return Line(QUANTITY, Verdict.RIGHT, BY_SAMPLES.format(words), worst)
        if (line := _wrong(make, batches, meant, words)) is not None:
            return line
        if right_alone:
            rated = make().difference_rate != 1
            text = (ONLY_ALONE if rated else ALONE).format(words)
            return Line(QUANTITY, Verdict.SKIPPED if rated else Verdict.RIGHT, text, worst)
        line = _no_number(make, singles[0], words) or _wrong(make, singles, meant, words)
        return line or Line(QUANTITY, Verdict.SKIPPED, UNKNOWN.format(words))
    except RaisedByOwnCodeError as error:
        return Line(QUANTITY, Verdict.SKIPPED, f"not judged: {words} raises {error}")


def _alone(make: Make, drawn: Drawn, meant: Meant, words: str) -> Line:
    """The line of one pass of a loop that goes through the samples, and takes one of them."""
    first = _judged(make, [drawn], meant)
    if isinstance(first, Gradients) and _is_right(first):
        return Line(QUANTITY, Verdict.RIGHT, ALONE.format(words), _worst(first))
    return _wrong(make, [drawn], meant, words) or Line(
        QUANTITY, Verdict.SKIPPED, UNKNOWN.format(words)
    )


def _judged(make: Make, batches: Sequence[Drawn], meant: Meant) -> Gradients | Line | None:
    """What is found of what it moves; None if that is no number: several steps at a large rate."""
    moved = (each for drawn in batches for each in flat(gradients(make, drawn)).values())
    if not all(np.isfinite(each).all() for each in moved):
        return None
    return judge_gradients(make, batches, [meant.model], meant.factor, penalty=meant.penalty)


def _too_far(found: Gradients, meant: Meant, batches: Sequence[Drawn]) -> str | None:
    """How far its steps go beyond the gradients, by a constant that is none of the samples'."""
    ratios = [replace(found.factor, rate=1.0).at(d) / abs(meant.factor.at(d)) for d in batches]
    if max(ratios) > 1 and len({round(each, 9) for each in ratios}) == 1:
        return STEPS_BY.format(found.factor.words, meant.factor.words)
    return None


def _departs(found: Gradients, meant: Meant) -> str | None:
    """How its steps depart from the gradients without being wrong, in words."""
    text = found.convention
    if text is None or found.factor.is_like(meant.factor):
        return text
    rest = text.partition("; ")[2]
    own = STEPS_BY.format(found.factor.words, meant.factor.words)
    return f"{own}; {rest}" if rest else own


def _is_right(found: Gradients) -> bool:
    return found.right == found.judged and found.factor.sign > 0


def _worst(found: Gradients) -> float:
    return max((line.fraction or 0.0 for line in found.lines), default=0.0)


def _adds_up(make: Make, drawn: Drawn) -> bool:
    """Whether a training takes a step for each sample: at a small rate they add up to its own.

    False where no rate can be set.
    """
    if make().difference_rate == 1:
        return False
    single = [_moved(make, only(drawn, at)) for at in range(drawn.batch)]
    total = {name: np.sum([each[name] for each in single], axis=0) for name in single[0]}
    return common(_moved(make, drawn), total, SAME_AT_SMALL) is not None


def _no_number(make: Make, drawn: Drawn, words: str) -> Line | None:
    """The line of a training that leaves no numbers, though its rate is small."""
    lost = [name for name, each in _moved(make, drawn).items() if not np.isfinite(each).all()]
    if not lost:
        return None
    return Line(QUANTITY, Verdict.WRONG, NO_NUMBER.format(words, ", ".join(lost)), np.inf)


def _moved(make: Make, drawn: Drawn) -> dict[str, Array]:
    """What a call at a small rate takes away from each parameter, divided by the rate."""
    after = flat(ask(make, drawn, "update", SMALL_RATE))
    before = flat(drawn.params)
    return {name: (before[name] - after[name]) / SMALL_RATE for name in after}


def _wrong(make: Make, batches: Sequence[Drawn], meant: Meant, words: str) -> Line | None:
    """The line of a training that moves some parameters otherwise than others, or uphill."""
    moved = [flat(gradients(make, drawn)) for drawn in batches]
    grads = [gradients_of(drawn, meant) for drawn in batches]
    rate = make().difference_rate
    found = Multiples.of(moved, grads, [drawn.batch for drawn in batches], rate)
    if found.goes_up:
        return Line(QUANTITY, Verdict.WRONG, UPHILL, np.inf, (UPHILL,))
    if found.uneven is not None:
        return Line(QUANTITY, Verdict.WRONG, f"{words} moves {found.uneven}", np.inf)
    if stray := found.stray:
        ratios = found.usual_ratios
        steps = stepped(batches, moved, grads, ratios, rate)
        if rate != 1:  # at a huge one hardly anything is left between the limits
            slowly = [_moved(make, drawn) for drawn in batches]
            steps += stepped(batches, slowly, grads, ratios, SMALL_RATE)
        if (kept := limits_in_words(steps, stray)) is not None:
            return Line(QUANTITY, Verdict.RIGHT, KEPT.format(words, kept))
        text = STRAY.format(words, ", ".join(stray))
        return Line(QUANTITY, Verdict.WRONG, text, np.inf)
    return None


def gradients_of(drawn: Drawn, meant: Meant) -> dict[str, Array]:
    """The gradients as they are meant to be."""
    scale = abs(meant.factor.at(drawn))
    return flat(
        (scale * np.asarray(weight.value), scale * np.asarray(bias.value))
        for weight, bias in meant.model.exactly(drawn).grads
    )

"""Whether one step of somebody's own training moves the parameters by their own gradients."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from crosscheck.verification.checking.asking import Make, RaisedByOwnCodeError, gradients, has
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.limited import limits_in_words, stepped
from crosscheck.verification.checking.models import FACTORS, NEGATIVE, Factor
from crosscheck.verification.checking.multiples import Multiples, one_alone
from crosscheck.verification.checking.one_step import QUANTITY, RATE, Taken, take
from crosscheck.verification.checking.step_laws import law_of

NO_PLAIN = "not judged: it is no plain step by the gradients"
BY_ONE = "a step by one sample alone, the {} of those that it is given"
SCALED = "a step by {}the rate times the gradient"
KEPT = "a step keeps {}"
UPHILL = "a step goes up the loss, and not down: the sign of the gradients is wrong where they step"


def judge_update(make: Make, batches: Sequence[Drawn], downhill: bool) -> list[Line]:
    """The line of the update: the parameters before, less the rate times the gradients.

    One that sums over the samples where the gradients are means, or the like, has a convention of
    its own, as long as all parameters have it; so has one that clips the gradients, or lets the
    parameters decay.

    Args:
        make: Makes an adapter.
        batches: The same network on batches of several sizes.
        downhill: Whether the gradients point the way down, and must be added.
    """
    if downhill and getattr(make(), "difference_rate", None) is not None:
        # The gradients are what the step took away: all of them are minus those of the loss.
        return [Line(QUANTITY, Verdict.WRONG, UPHILL, np.inf, (UPHILL,))]
    if not has(make, "update"):
        return []
    try:
        step = take(make, batches[0])
        line = _judged(step, downhill)
        if line.verdict == Verdict.WRONG and not downhill and not line.mistakes:
            steps = [step, *(take(make, each) for each in batches[1:])]
            line = law_of(make, steps) or _otherwise(make, steps, line)
    except RaisedByOwnCodeError as error:
        return [Line(QUANTITY, Verdict.WRONG, f"raises {error}", np.inf)]
    return [line]


def _judged(step: Taken, downhill: bool) -> Line:
    """The line of one step, if nothing is in it but a rate, a constant and the gradients."""
    signs = (-1.0,) if downhill else (1.0,)
    factors = FACTORS if step.one_by_one else FACTORS[:1]
    known = (*factors, *(NEGATIVE if step.one_by_one else NEGATIVE[:1]))
    found = {each: _worst(step, signs if each.sign > 0 else (1.0,), each) for each in known}
    if downhill and max(_worst(step, (1.0,), FACTORS[0]).values()) <= 1:
        return Line(QUANTITY, Verdict.WRONG, UPHILL, np.inf, (UPHILL,))
    best = min(factors, key=lambda each: max(found[each].values()))  # the first of the best
    if max(found[best].values()) <= 1:
        worst = max(found[best].values())
        if best is FACTORS[0]:
            return Line(QUANTITY, Verdict.RIGHT, "", worst)
        text = f"a step by {best.words}, where a mean of the gradients of each sample is usual"
        return Line(QUANTITY, Verdict.FACTOR, text, worst)
    return Line(QUANTITY, Verdict.WRONG, _in_words(found), max(found[FACTORS[0]].values()))


def _otherwise(make: Make, steps: Sequence[Taken], line: Line) -> Line:
    """The line of steps that are no plain ones: wrong only if no other rule makes them.

    Args:
        make: Makes an adapter.
        steps: On batches of several sizes.
        line: What is said of the first one, if it is wrong.
    """
    every = [each for step in steps for each in step.moved]
    if any(e.after.shape != e.before.shape or not np.isfinite(e.after).all() for e in every):
        return line
    moved = [
        {each.name: (each.before - each.after) / RATE for each in step.moved} for step in steps
    ]
    grads = [{each.name: each.grad for each in step.moved} for step in steps]
    batches = [step.drawn for step in steps]
    found = Multiples.of(moved, grads, [drawn.batch for drawn in batches], RATE)
    if found.goes_up:
        return Line(QUANTITY, Verdict.WRONG, UPHILL, line.fraction, (UPHILL,))
    if found.uneven is not None:
        known = line.text.startswith("a step moves")  # by the sum over the batch, or the like
        return line if known else replace(line, text=f"a step moves {found.uneven}")
    if found.stray:
        after = stepped(batches, moved, grads, found.usual_ratios, RATE)
        kept = limits_in_words(after, found.stray)
        return line if kept is None else Line(QUANTITY, Verdict.RIGHT, KEPT.format(kept))
    if found.forgets_some:
        return line
    if (which := one_alone(moved, batches, partial(gradients, make))) is not None:
        text = BY_ONE.format(which)
        return Line(QUANTITY, Verdict.WRONG, text, np.inf, (text,))
    constant = found.common
    if constant is None:
        return Line(QUANTITY, Verdict.SKIPPED, NO_PLAIN)
    first = next(iter(found.ratios[0].values())) or 0.0
    if "samples" in constant or not 0 < first < 1:
        return line
    # A rate that warms up, or falls, is less than what was set.
    return Line(QUANTITY, Verdict.RIGHT, SCALED.format(constant))


def _worst(step: Taken, signs: Sequence[float], factor: Factor) -> dict[str, float]:
    """By how many times its bound each parameter is off, if the step has this factor."""
    times, samples = factor.at(step.drawn), step.drawn.batch
    worst: dict[str, float] = {}
    for moved in step.moved:
        grad = times * moved.grad
        allowed = moved.allowed(grad, samples, times)
        worst[moved.name] = min(moved.over(sign * grad, allowed) for sign in signs)
    return worst


def _in_words(found: dict[Factor, dict[str, float]]) -> str:
    """What is wrong: the parameters that step otherwise than the others, or simply that they do."""
    names = list(next(iter(found.values())))
    step_by = {
        name: next((each.words for each, worst in found.items() if worst[name] <= 1), None)
        for name in names
    }
    several = [each for each in dict.fromkeys(step_by.values()) if each is not None]
    if len(several) > 1 and None not in step_by.values():
        parts = [
            f"{', '.join(name for name in names if step_by[name] == words)} by {words}"
            for words in several
        ]
        return f"a step moves {'; '.join(parts)}"
    wrong = [name for name in names if found[FACTORS[0]][name] > 1]
    return f"{', '.join(wrong)} after a step are not those before, less the rate times the gradient"

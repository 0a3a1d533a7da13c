"""What a step may do beside going by the gradients: let parameters decay, or clip the gradients.

Neither is a mistake, as long as one law gives every step. The constant of a decay and the limit of
a clipping are measured, and then held on batches of several sizes. Gradients that are divided by
their norm look clipped as long as they are large: so there must be small ones, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.checking.asking import Make, gradients, outputs
from crosscheck.verification.checking.clipping import ADDED, Clipping, laws_at
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.models import FACTORS, Factor
from crosscheck.verification.checking.one_step import QUANTITY, RATE, Taken, take
from crosscheck.verification.checking.penalties import every_form, with_constant

# The digits in which people give a limit.
DIGITS = 6
# How far below its limit a small gradient is, and in how many tries one is looked for.
BELOW, TRIES = 0.5, 8
NO_SMALL = (
    "it has the gradients clipped {}, or always brings them to that size: none that are smaller "
    "were found"
)
ALWAYS = "not judged: it brings the gradients {}, however small they are"


def law_of(make: Make, steps: Sequence[Taken]) -> Line | None:
    """The line of an update that has a decay, or clips; None if no such law gives every step.

    Args:
        make: Makes an adapter.
        steps: Those taken on batches of several sizes, of which none is plain descent.
    """
    if any(each.after.shape != each.before.shape for step in steps for each in step.moved):
        return None
    return _decayed(steps) or _clipped(make, steps)


def _decayed(steps: Sequence[Taken]) -> Line | None:
    factors = FACTORS if steps[0].one_by_one else FACTORS[:1]
    for factor in factors:
        rest, open_to = [], []
        for step in steps:
            times = factor.at(step.drawn)
            for each in step.moved:
                grad = times * each.grad
                # Twice, since the decay is a part of the step that is rounded, too.
                allowed = 2 * each.allowed(grad, step.drawn.batch, times)
                rest.append(-each.rest(grad).ravel() / RATE)
                open_to.append(allowed.ravel() / RATE)
        for form in every_form():
            slopes = [form.slope(s.drawn, m.layer, m.part).ravel() for s in steps for m in s.moved]
            off, limits, along = (np.concatenate(each) for each in (rest, open_to, slopes))
            if found := with_constant(form, off, limits, along):
                if found.is_subtracted:
                    text = f"a step makes the parameters grow: {found.slope_in_words}"
                    return Line(QUANTITY, Verdict.WRONG, text, np.inf, (text,))
                likewise = ", of biases likewise" if found.biases else ""
                text = (
                    f"a step also takes {found.slope_in_words} times the rate away{likewise}: "
                    "a decay"
                )
                left = np.abs(off - found.strength * along)
                worst = float(np.max(left / (limits + found.uncertainty * np.abs(along))))
                return Line(QUANTITY, Verdict.RIGHT, _beside(text, factor), worst)
    return None


def _beside(text: str, factor: Factor) -> str:
    return text if factor is FACTORS[0] else f"{text}; a step by {factor.words}"


def _clipped(make: Make, steps: Sequence[Taken]) -> Line | None:
    law = next((each for each in _laws(steps) if _worst(each, steps) <= 1), None)
    if law is None:
        return None
    if law.is_wrong:
        text = f"a step has the gradients clipped {law.words}"
        return Line(QUANTITY, Verdict.WRONG, text, np.inf, (text,))
    small = _small(make, steps[0].drawn, law)
    if small is None:
        return Line(QUANTITY, Verdict.SKIPPED, NO_SMALL.format(law.words))
    worst = _worst(law, [*steps, small])
    if worst > 1:
        return Line(QUANTITY, Verdict.SKIPPED, ALWAYS.format(law.words))
    return Line(QUANTITY, Verdict.RIGHT, f"a step has the gradients clipped {law.words}", worst)


def _laws(steps: Sequence[Taken]) -> Iterator[Clipping]:
    """The laws at the limits that the first step shows."""
    moved = [(each.before - each.after) / RATE for each in steps[0].moved]
    grads = [each.grad for each in steps[0].moved]
    norms = [(_norm([one]), _norm([other])) for one, other in zip(moved, grads, strict=True)]
    norms.append((_norm(moved), _norm(grads)))
    shown = [float(np.abs(each).max()) for each in moved]
    for added, (own, whole) in product(ADDED, norms):
        if whole:
            shown += [own / whole * (whole + added), own / whole * (whole**2 + added)]
    limits = dict.fromkeys(float(few_digits(each, DIGITS)) for each in shown)
    for limit in limits:
        if limit > 0:
            yield from laws_at(limit)


def _norm(arrays: Sequence[Array]) -> float:
    return float(np.sqrt(sum((each**2).sum() for each in arrays)))


def _worst(law: Clipping, steps: Sequence[Taken]) -> float:
    """By how many times its bound the steps of a law are off: their roundings, and the norm's."""
    worst = 0.0
    for step in steps:
        clipped = law.of(tuple(each.grad for each in step.moved))
        terms = sum(each.grad.size for each in step.moved)
        for each, grad in zip(step.moved, clipped, strict=True):
            of_norm = terms * each.unit * np.abs(RATE * grad)  # a sum of so many squares
            allowed = each.allowed(grad, step.drawn.batch) + of_norm
            worst = max(worst, each.over(grad, allowed))
    return worst


def _small(make: Make, drawn: Drawn, law: Clipping) -> Taken | None:
    """A step by gradients that the law leaves as they are, well below its limit; or None."""
    for candidate in _nearly_right(make, drawn):
        flat = [leaf for pair in gradients(make, candidate) for leaf in pair if leaf is not None]
        # Larger ones, which the law still leaves as they are.
        larger = tuple(np.asarray(leaf, "float64") / BELOW for leaf in flat)
        same = zip(law.of(larger), larger, strict=True)
        if all(np.array_equal(one, other) for one, other in same) and _is_there(larger):
            return take(make, candidate)
    return None


def _is_there(grads: Sequence[Array]) -> bool:
    return all(np.any(each != 0) for each in grads)


def _nearly_right(make: Make, drawn: Drawn) -> Iterator[Drawn]:
    """The same network with outputs nearer and nearer to its targets."""
    for power in range(1, TRIES + 1):
        own = outputs(make, drawn)
        yield replace(drawn, targets=own + (drawn.targets - own) / 10**power)
    for power in range(1, TRIES + 1):
        # Of classes there is nothing between: the network is made sure of the one that it gives.
        weight, bias = drawn.params[-1]
        sure = replace(drawn, params=[*drawn.params[:-1], (weight * 2.0**power, bias * 2.0**power)])
        own = outputs(make, sure)
        yield replace(sure, targets=np.eye(drawn.outputs)[np.argmax(own, axis=1)])

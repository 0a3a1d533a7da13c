"""Whether one step of somebody's own training moves the parameters by their own gradients."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.verification.checking.asking import (
    Make,
    RaisedByOwnCodeError,
    ask,
    gradients,
    has,
)
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.models import FACTORS, NEGATIVE, Factor
from crosscheck.verification.checking.named import Grads

# The rate, and how many roundings a step may take beside those of the gradient.
RATE, ROUNDINGS = 0.25, 4
QUANTITY = "update"
UPHILL = "a step goes up the loss, and not down: the sign of the gradients is wrong where they step"


def judge_update(make: Make, drawn: Drawn, downhill: bool) -> list[Line]:
    """The line of the update: the parameters before, less the rate times the gradients.

    One that sums over the samples where the gradients are means, or the like, has a convention of
    its own, as long as all parameters have it.

    Args:
        make: Makes an adapter.
        drawn: A network and a batch.
        downhill: Whether the gradients point the way down, and must be added.
    """
    if downhill and getattr(make(), "difference_rate", None) is not None:
        # The gradients are what the step took away: all of them are minus those of the loss.
        return [Line(QUANTITY, Verdict.WRONG, UPHILL, np.inf, (UPHILL,))]
    if not has(make, "update"):
        return []
    try:
        after = ask(make, drawn, "update", RATE)
        grads = gradients(make, drawn)
        spread = _spread(make, drawn)
    except RaisedByOwnCodeError as error:
        return [Line(QUANTITY, Verdict.WRONG, f"raises {error}", np.inf)]
    signs = (-1.0,) if downhill else (1.0,)
    factors = FACTORS if spread is not None else FACTORS[:1]
    known = (*factors, *(NEGATIVE if spread is not None else NEGATIVE[:1]))
    found = {
        each: _worst(drawn, grads, after, signs if each.sign > 0 else (1.0,), spread, each)
        for each in known
    }
    if downhill and max(_worst(drawn, grads, after, (1.0,), spread, FACTORS[0]).values()) <= 1:
        return [Line(QUANTITY, Verdict.WRONG, UPHILL, np.inf, (UPHILL,))]
    best = min(factors, key=lambda each: max(found[each].values()))  # the first of the best
    if max(found[best].values()) <= 1:
        worst = max(found[best].values())
        if best is FACTORS[0]:
            return [Line(QUANTITY, Verdict.RIGHT, "", worst)]
        text = f"a step by {best.words}, where a mean of the gradients of each sample is usual"
        return [Line(QUANTITY, Verdict.FACTOR, text, worst)]
    return [Line(QUANTITY, Verdict.WRONG, _in_words(found), max(found[FACTORS[0]].values()))]


def _spread(make: Make, drawn: Drawn) -> Grads | None:
    """The mean size of the gradients of each sample, for a network that takes one at a time."""
    if not getattr(make(), "one_by_one", False):
        return None
    single = [
        gradients(
            make, replace(drawn, inputs=drawn.inputs[at:][:1], targets=drawn.targets[at:][:1])
        )
        for at in range(drawn.batch)
    ]
    return [
        (
            np.mean([np.abs(weight) for weight, _ in layer], axis=0),
            None if layer[0][1] is None else np.mean([np.abs(bias) for _, bias in layer], axis=0),
        )
        for layer in zip(*single, strict=True)
    ]


def _worst(
    drawn: Drawn,
    grads: Grads,
    after: Sequence[tuple[Array, Array]],
    signs: Sequence[float],
    spread: Grads | None,
    factor: Factor,
) -> dict[str, float]:
    """By how many times its bound each parameter is off, if the step has this factor."""
    unit, times = np.finfo(drawn.dtype).eps / 2, factor.at(drawn)
    worst: dict[str, float] = {}
    for layer, (own, moved) in enumerate(zip(grads, after, strict=True)):
        for part, name in enumerate(("W", "b")):
            before, g, now = drawn.params[layer][part], own[part], np.asarray(moved[part])
            if g is None:
                continue
            step = RATE * times * np.asarray(g, "float64")
            allowed = ROUNDINGS * unit * (np.abs(before) + np.abs(step))
            if spread is not None:
                size = spread[layer][part]
                assert size is not None
                # The samples are added up in an order of their own.
                allowed = allowed + (drawn.batch + ROUNDINGS) * unit * RATE * abs(times) * size
            if now.shape != before.shape:
                worst[f"{name}{layer + 1}"] = np.inf
                continue
            worst[f"{name}{layer + 1}"] = min(
                float(np.max(np.abs(now - (before - sign * step)) / allowed)) for sign in signs
            )
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

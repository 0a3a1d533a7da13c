"""The eps with which one optimizer comes nearest to another whose eps stands elsewhere."""

import math
from collections.abc import Iterable

import numpy as np

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.simplifying import differences
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.wide import distance

# Round numbers are preferred if they are nearly as near.
NEARLY = 1.02
DIGITS = 3
LARGEST = 1e6  # beyond it nothing moves


def with_nearest_eps(call: Call, source: Spec, steps: np.ndarray) -> Call:
    """A call with the eps that is nearest to another spec over all magnitudes of the gradient.

    An eps inside a root is nearest at about the square of one outside. The call itself is returned
    if both have their eps in the same place.

    Args:
        call: The call to improve.
        source: What it should come near to.
        steps: The reference's steps of `source`, from `reference_steps`.
    """
    argument = next((a for a in call.optimizer.arguments if a.keyword == "eps"), None)
    eps = source.keywords.get("eps")
    elsewhere = "eps_place" in differences(source, call.spec())
    if (
        argument is None
        or not eps
        or eps > LARGEST
        or not elsewhere
        or argument.name in call.optimizer.only
    ):
        return call

    def at(value: float) -> Call:
        return Call(call.optimizer, call.arguments | {argument.name: value}, call.rate_decay)

    def nearest(values: Iterable[float]) -> tuple[float, float]:
        return min((distance(at(each).spec(), steps), each) for each in values)

    simple = nearest((eps, eps**2, math.sqrt(eps)))
    low, high = sorted((eps, eps**2 if eps < 1 else math.sqrt(eps)))
    low, high = math.log10(min(low, eps**2)) - 1, math.log10(max(high, math.sqrt(eps))) + 1
    best = simple
    for points in (49, 9, 9, 9):
        tried = np.linspace(low, high, points)
        best = min(best, nearest(10.0**tried))
        width, middle = (high - low) / (points - 1), math.log10(best[1])
        low, high = middle - width, middle + width
    rounded = float(f"{best[1]:.{DIGITS - 1}e}")
    return at(simple[1] if simple[0] <= NEARLY * best[0] else rounded)

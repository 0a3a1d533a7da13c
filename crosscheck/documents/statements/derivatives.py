"""For the demonstrations: derivatives by differences, and whether two numbers are equal."""

from collections.abc import Callable
from typing import Any

import numpy as np

STEP = 1e-5


def numeric(function: Callable[[Any], Any], at: np.ndarray) -> np.ndarray:
    """The derivative of the number `function(at)` with respect to every entry of `at`.

    Args:
        function: Takes an array of the shape of `at`, and returns one number.
        at: Where the derivative is taken, by central differences.
    """
    slopes = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        nudge = np.zeros_like(at)
        nudge[place] = STEP
        above, below = np.asarray(at + nudge), np.asarray(at - nudge)  # a sum may be a scalar
        slopes[place] = (function(above) - function(below)) / (2 * STEP)
    return slopes


def slope(function: Callable[[Any], Any], at: float) -> float:
    """The derivative of a function of one number, by central differences."""
    return float(numeric(function, np.array(at, dtype=float)))


def close(a: Any, b: Any) -> bool:
    """Whether two sides, each of a few float64 operations on numbers near 1, differ by rounding."""
    return bool(np.allclose(a, b, rtol=1e-12, atol=1e-14))


def near(a: Any, b: Any) -> bool:
    """Whether two sides differ by no more than `numeric` does.

    Its differences leave out terms of STEP^2 = 1e-10, and round by 1e-16 / STEP.
    """
    return bool(np.allclose(a, b, rtol=1e-7, atol=1e-9))


def fits(product: Callable[[], Any]) -> bool:
    """Whether a product of arrays can be taken: NumPy raises where their shapes do not fit."""
    try:
        product()
    except ValueError:
        return False
    return True

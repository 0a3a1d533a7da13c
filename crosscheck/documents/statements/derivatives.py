"""Derivatives without a formula, and how near two numbers are: for the demonstrations."""

from collections.abc import Callable
from typing import Any

import numpy as np

STEP = 1e-5


def numeric(function: Callable[[Any], Any], at: np.ndarray) -> np.ndarray:
    """The derivative of a number, `function(at)`, in every entry of `at`: central differences."""
    slopes = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        nudge = np.zeros_like(at)
        nudge[place] = STEP
        above, below = np.asarray(at + nudge), np.asarray(at - nudge)  # arrays of no axes too
        slopes[place] = (function(above) - function(below)) / (2 * STEP)
    return slopes


def slope(function: Callable[[Any], Any], at: float) -> float:
    """The same for a function of one number."""
    return float(numeric(function, np.array(at, dtype=float)))


def close(a: Any, b: Any) -> bool:
    """Equal but for rounding: both sides are a handful of float64 operations on numbers near 1."""
    return bool(np.allclose(a, b, rtol=1e-12, atol=1e-14))


def near(a: Any, b: Any) -> bool:
    """Equal but for the error of `numeric`: it cuts off STEP^2 = 1e-10 and rounds 1e-16 / STEP."""
    return bool(np.allclose(a, b, rtol=1e-7, atol=1e-9))


def fits(product: Callable[[], Any]) -> bool:
    """Whether a product of arrays can be taken: NumPy refuses shapes that do not go together."""
    try:
        product()
    except ValueError:
        return False
    return True

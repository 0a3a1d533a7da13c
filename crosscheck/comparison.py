"""Comparing two computations of one quantity, tensor by tensor.

The rule, until derived bounds replace it: per tensor, the largest difference may be at most
64 eps times the scale of the expected tensor, eps the machine epsilon of the dtype. The scale is
the largest magnitude in it or, for a gradient, among the sums of the magnitudes of its terms. Below
the smallest normal number nothing is compared, since JAX flushes what is smaller to zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

UNITS = 64


@dataclass(frozen=True)
class Tensor:
    """An array, and the size of what it was added up from where that is more than its own."""

    value: np.ndarray
    scale: float | None = None


# A quantity as the tensors it consists of, each under the name of its place.
Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Comparison:
    """The worst disagreement of two computations of one quantity in one case.

    Attributes:
        case, quantity: What was computed.
        frameworks: The two that are compared; the second is the one expected.
        worst: The largest difference, in the tensor that comes nearest to what it is allowed.
        allowed: What is allowed in that tensor.
        place: That tensor, the index in it, and the two values.
        holds: Whether every tensor stays within what it is allowed.
    """

    case: str
    quantity: str
    frameworks: tuple[str, str]
    worst: float
    allowed: float
    place: str

    @property
    def holds(self) -> bool:
        return self.worst <= self.allowed

    @property
    def fraction(self) -> float:
        """`worst` as a fraction of `allowed`; infinite where nothing is allowed."""
        if self.worst == 0:
            return 0.0
        return self.worst / self.allowed if self.allowed > 0 else np.inf


def compare(
    case: str,
    quantity: str,
    frameworks: tuple[str, str],
    actual: Tensors,
    expected: Tensors,
    scales: Tensors,
    dtype: str,
) -> Comparison:
    """Compare every tensor of a quantity and keep the worst.

    A missing tensor, another shape or dtype, or a number that is not finite on one side only, is a
    disagreement without measure: infinite.

    Args:
        case, quantity, frameworks: What is compared, for the result.
        actual, expected: The two computations.
        scales: The exact tensors, for their scales.
        dtype: What every tensor must have.
    """
    if list(actual) != list(expected):
        place = f"has {list(actual)} instead of {list(expected)}"
        return Comparison(case, quantity, frameworks, np.inf, 0.0, place)
    found = []
    for name in expected:
        limits = np.finfo(dtype)
        scale = scales[name].scale
        if scale is None:
            scale = float(np.max(np.abs(expected[name].value), initial=0.0))
        allowed = float(max(UNITS * limits.eps * scale, limits.smallest_normal))
        worst, note = _largest_difference(actual[name].value, expected[name].value, dtype)
        place = f"{quantity}{name}{note}"
        found.append(Comparison(case, quantity, frameworks, worst, allowed, place))
    return max(found, key=lambda comparison: comparison.fraction)


def _largest_difference(actual: np.ndarray, expected: np.ndarray, dtype: str) -> tuple[float, str]:
    """The largest difference of two arrays, and where it is, with both values."""
    if actual.shape != expected.shape:
        return np.inf, f": has shape {actual.shape} instead of {expected.shape}"
    if actual.dtype != dtype:
        return np.inf, f": has dtype {actual.dtype} instead of {dtype}"
    actual, expected = actual.astype("float64"), expected.astype("float64")
    same = (actual == expected) | (np.isnan(actual) & np.isnan(expected))
    difference = np.zeros_like(expected)
    np.subtract(actual, expected, out=difference, where=~same)
    difference = np.nan_to_num(np.abs(difference), nan=np.inf, posinf=np.inf)
    index = tuple(int(i) for i in np.unravel_index(np.argmax(difference), difference.shape))
    where = str(list(index)) if index else ""
    return float(difference[index]), f"{where} is {actual[index]}, expected {expected[index]}"

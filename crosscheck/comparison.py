"""Comparing two computations of one quantity, tensor by tensor, entry by entry.

What a pass computes in a generated case may be off by its derived bound (see `bounds`), entry by
entry; two frameworks may differ by twice that. The documents' examples, whose decimals no float can
hold, and what an optimizer leaves are held to a plainer rule: 64 eps times the largest magnitude of
the expected tensor, eps the machine epsilon of the dtype. Below the smallest normal number nothing
is compared, since JAX flushes that to zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

UNITS = 64


@dataclass(frozen=True)
class Tensor:
    """An array and, for an exact one, how far an honest implementation may be from each entry."""

    value: np.ndarray
    bound: np.ndarray | None = None


# A quantity as the tensors it consists of, each under the name of its place.
Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Comparison:
    """The worst disagreement of two computations of one quantity in one case.

    Attributes:
        case, quantity: What was computed.
        frameworks: The two that are compared; the second is the one expected.
        worst: The difference of the entry that comes nearest to what it is allowed, or passes it.
        allowed: What is allowed there.
        place: The tensor and index of that entry, and the two values.
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
    exact: Tensors,
    dtype: str,
) -> Comparison:
    """Compare every tensor of a quantity and keep the worst.

    A missing tensor, another shape or dtype, or a number that is not finite on one side only, is a
    disagreement without measure: infinite.

    Args:
        case, quantity, frameworks: What is compared, for the result.
        actual, expected: The two computations.
        exact: The exact tensors, with their bounds.
        dtype: What every tensor must have.
    """
    if list(actual) != list(expected):
        place = f"has {list(actual)} instead of {list(expected)}"
        return Comparison(case, quantity, frameworks, np.inf, 0.0, place)
    found = []
    for name in expected:
        allowed = _allowed(expected[name].value, exact[name], dtype)
        if expected is not exact:
            allowed = 2 * allowed
        worst, room, note = _worst(actual[name].value, expected[name].value, allowed, dtype)
        found.append(Comparison(case, quantity, frameworks, worst, room, f"{quantity}{name}{note}"))
    return max(found, key=lambda comparison: comparison.fraction)


def _allowed(expected: np.ndarray, exact: Tensor, dtype: str) -> np.ndarray:
    limits = np.finfo(dtype)
    if exact.bound is not None:
        # Beside the bound, the rounding of the exact value to the float64 that stands here.
        return exact.bound + np.finfo("float64").eps / 2 * np.abs(exact.value)
    largest = float(np.max(np.abs(expected), initial=0.0))
    rule = max(UNITS * float(limits.eps) * largest, float(limits.smallest_normal))
    return np.full(exact.value.shape, rule)


def _worst(
    actual: np.ndarray, expected: np.ndarray, allowed: np.ndarray, dtype: str
) -> tuple[float, float, str]:
    """Difference and allowance of the worst entry, and where it is, with both values."""
    if actual.shape != expected.shape:
        return np.inf, 0.0, f": has shape {actual.shape} instead of {expected.shape}"
    if actual.dtype != dtype:
        return np.inf, 0.0, f": has dtype {actual.dtype} instead of {dtype}"
    actual, expected = actual.astype("float64"), expected.astype("float64")
    same = (actual == expected) | (np.isnan(actual) & np.isnan(expected))
    difference = np.zeros_like(expected)
    np.subtract(actual, expected, out=difference, where=~same)
    difference = np.nan_to_num(np.abs(difference), nan=np.inf, posinf=np.inf)
    # Where nothing differs nothing need be allowed; where nothing is allowed, nothing may differ.
    fraction = np.where(difference == 0, 0.0, np.inf)
    within = (allowed > 0) & np.isfinite(difference) & (difference > 0)
    np.divide(difference, allowed, out=fraction, where=within)
    index = tuple(int(i) for i in np.unravel_index(np.argmax(fraction), fraction.shape))
    where = str(list(index)) if index else ""
    note = f"{where} is {actual[index]}, expected {expected[index]}"
    return float(difference[index]), float(allowed[index]), note

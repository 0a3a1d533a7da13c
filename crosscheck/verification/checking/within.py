"""Somebody's own array against an exact one, or a constant times it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.numerics.comparison import Comparison, Tensor, compare_with_exact
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.exact_values import ExactTensor

# A number that should be times a constant takes two roundings more: the constant and the product.
ROUNDINGS = 2


@dataclass(frozen=True)
class Found:
    """How one array compares with what it should be."""

    comparison: Comparison
    ratio: float | None

    @property
    def holds(self) -> bool:
        """Whether it is within its bound."""
        return self.comparison.holds

    @property
    def in_words(self) -> str:
        """What is wrong with it: "7.1e+13 times what rounding allows at [0, 2]: ..."."""
        wrong = self.comparison
        if wrong.mismatch is not None or wrong.actual is None or wrong.expected is None:
            return wrong.mismatch or "it has no entries"
        values = f"{few_digits(wrong.actual, 6)} instead of {few_digits(wrong.expected, 6)}"
        at = f" at {list(wrong.index)}" if wrong.index else ""
        if self.ratio is not None and few_digits(self.ratio) != "1":
            return f"every entry is {few_digits(self.ratio)} times what it should be"
        if not np.isfinite(wrong.fraction_of_bound):
            return f"{values}{at}"
        times = few_digits(wrong.fraction_of_bound)
        return f"{values}{at}: {times} times what rounding allows"


def within(
    actual: Array, exact: ExactTensor, factor: float = 1.0, slack: Array | float = 0.0
) -> Found:
    """Compare an array with a constant times an exact one, within as many times its bound.

    Args:
        actual, exact: The two.
        factor: The constant.
        slack: By how much more the array may be off, however it was got.
    """
    value, bound = np.asarray(exact.value), np.asarray(exact.error_bound)
    size = np.abs(factor * value) * _roundings(exact)
    wanted = Tensor(
        factor * value,
        abs(factor) * bound + (size if factor != 1 else 0.0) + slack,
        factor * np.asarray(exact.rest),
    )
    comparison = compare_with_exact(np.asarray(actual, "float64"), wanted)
    return Found(comparison, None if comparison.holds else _constant(actual, exact, factor, slack))


def _constant(
    actual: Array, exact: ExactTensor, factor: float, slack: Array | float
) -> float | None:
    """The constant by which every entry is off, or None if there is no such constant."""
    value, bound = factor * np.asarray(exact.value), np.asarray(exact.error_bound)
    if actual.shape != value.shape or value.size < 2 or not np.isfinite(actual).all():
        return None
    where = np.unravel_index(np.argmax(np.abs(value)), value.shape)
    if value[where] == 0 or actual[where] == 0:
        return None
    ratio = float(actual[where] / value[where])
    # The ratio itself is off by the bound of its own entry.
    share = (bound + slack)[where] / abs(value[where]) + _roundings(exact)
    allowed = 2 * abs(ratio * factor) * (bound + share * np.abs(value)) + _roundings(
        exact
    ) * np.abs(actual)
    allowed = allowed + 2 * slack
    return ratio if bool(np.all(np.abs(actual - ratio * value) <= allowed)) else None


def _roundings(exact: ExactTensor) -> float:
    return ROUNDINGS * float(np.finfo(exact.dtype).eps)


def near(actual: Any, expected: Array) -> float:
    """How far two arrays are apart, as a part of the largest expected entry; infinite if unlike."""
    array = np.asarray(actual, "float64")
    if array.shape != expected.shape or not np.isfinite(array).all():
        return np.inf
    return float(np.abs(array - expected).max() / max(float(np.abs(expected).max()), 1e-300))

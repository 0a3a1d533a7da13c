"""Two arrays entry by entry: how far they are apart, and how far they may be."""

from typing import NamedTuple

import numpy as np

from crosscheck.numerics.dtypes import is_floating, limits_of

Array = np.ndarray


class EntryDifferences(NamedTuple):
    """Two arrays in float64 and, for each entry, the difference and the one that is allowed."""

    actual: Array
    expected: Array
    difference: Array
    allowed: Array
    fraction: Array

    @property
    def rank(self) -> tuple[float, bool]:
        """The larger, the worse; an array without entries comes last."""
        return float(self.fraction.max(initial=0.0)), self.fraction.size > 0


def is_text(array: Array) -> bool:
    """Whether an array is one text: what a framework does, in words."""
    return array.dtype.kind == "U" and array.shape == ()


def mismatch_of(actual: Array, expected: Array, dtype: str) -> str | None:
    """Why the difference of two arrays cannot be measured, or None if it can.

    Texts are never measured: they are equal, or their difference is told.
    """
    if is_text(expected):
        told = f"{actual}" if is_text(actual) else f"gives {actual.dtype} in place of words"
        return None if told == f"{expected}" else f"{told}, expected: {expected}"
    if actual.shape != expected.shape:
        return f"has shape {actual.shape} instead of {expected.shape}"
    if actual.dtype != dtype:
        return f"has dtype {actual.dtype} instead of {dtype}"
    # The other framework's array has no floats. Its own comparison with the exact value says so.
    if not is_floating(expected.dtype):
        return f"stands beside {expected.dtype}"
    return None


def allowed_errors(value: Array, bound: Array | None, radius: Array | float, name: str) -> Array:
    """How far a computed entry may be from the middle of its ball: by the bound and the radius.

    Args:
        value: The middles.
        bound: The bound of each; None allows no error.
        radius: The radius of each ball.
        name: What the array is called in a message.

    Raises:
        ValueError: If a bound is negative or NaN, or is not of the shape of `value`.
    """
    if bound is None:
        return np.zeros_like(value)
    if not np.all(np.asarray(bound) >= 0):  # which a NaN is not
        raise ValueError(f"a bound of {name or 'the value'} is negative or NaN")
    if np.shape(bound) != value.shape:
        raise ValueError(
            f"the bound of {name or 'the value'} has shape {np.shape(bound)} instead of "
            f"{value.shape}"
        )
    return np.asarray(bound + radius)


def entry_differences(
    actual: Array, expected: Array, rest: Array | float, allowed: Array
) -> EntryDifferences:
    """Measure two arrays of one shape; a difference that is no number is infinite.

    Args:
        actual, expected: The arrays, of any dtype that float64 can hold.
        rest: What was lost when `expected` was rounded to float64: the difference is
            |actual - (expected + rest)|.
        allowed: The largest difference that is allowed for each entry.
    """
    one, other = np.asarray(actual, "float64"), np.asarray(expected, "float64")
    difference = np.where(one == other, 0.0, one - other)  # inf - inf would be NaN
    difference = np.abs(difference - rest)
    difference = np.where(np.isnan(difference), np.inf, difference)
    # Equal entries use nothing of a bound, not even of one that is 0. An infinite bound promises
    # nothing, so that even a NaN uses nothing of it.
    unused = (difference == 0) | (allowed == np.inf)
    fraction = np.where(unused, 0.0, difference / allowed)
    return EntryDifferences(one, other, difference, allowed, fraction)


def ulp(exact: float, dtype: str) -> float:
    """The unit in the last place of a number in a dtype; at least that of the smallest normal."""
    limits = limits_of(dtype)
    size = min(max(abs(exact), float(limits.smallest_normal)), float(limits.max) / 2)
    return float(np.spacing(np.asarray(size, dtype)))

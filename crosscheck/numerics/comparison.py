"""Comparing two computations of one quantity, tensor by tensor, entry by entry.

What is computed may be off by its derived bound (see `bounds`), entry by entry; two frameworks may
differ by twice that. What has no bound is discrete (a count, an order, an input) and must be equal.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

EXACT = "exact"


class Tensor(NamedTuple):
    """An array; an exact one with how far an honest implementation may be from each entry.

    Attributes:
        value: The array; exact values are rounded to float64.
        bound: Of every entry, for an exact array; None where it must be met exactly.
        rest: What that rounding left: the exact value is `value + rest`.
        radius: Of the enclosures behind an exact array, where they stayed wide; else 0.
    """

    value: np.ndarray
    bound: np.ndarray | None = None
    rest: np.ndarray | float = 0.0
    radius: np.ndarray | float = 0.0


# A quantity as the tensors it consists of, each under the name of its place.
Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Place:
    """What is compared: a quantity of a case, and the stage of the computation it belongs to."""

    group: str
    case: str
    stage: str
    quantity: str
    dtype: str


@dataclass(frozen=True)
class Comparison:
    """The worst disagreement of two computations of one quantity.

    Attributes:
        place: What was computed.
        frameworks: The two that are compared; the second is the one expected.
        tensor, index: The place of the worst entry in the quantity: "[0].weight" and (1, 2).
        actual, expected: The two values of that entry; None where `mismatch` says why.
        exact: Its exact value, and the radius of the enclosure where that stayed wide.
        error: |actual - expected|; infinite where it has no measure.
        allowed: What is allowed there; None for what is discrete.
        ulps: The error in units of the last place of the exact value, in the dtype.
        mismatch: Why nothing can be measured (a shape, a dtype, a missing tensor), or None.
        known_failure: What the framework that fails here declares of it, or None.
    """

    place: Place
    frameworks: tuple[str, str]
    tensor: str
    index: tuple[int, ...]
    actual: float | None
    expected: float | None
    exact: tuple[float, float]
    error: float
    allowed: float | None
    ulps: float
    mismatch: str | None = None
    known_failure: str | None = None

    @property
    def holds(self) -> bool:
        return self.fraction <= 1

    @property
    def discrete(self) -> bool:
        """Whether nothing but equality was allowed."""
        return self.allowed is None

    @property
    def fraction(self) -> float:
        """`error` as a fraction of `allowed`; infinite where nothing is allowed."""
        if self.error == 0 or self.allowed == np.inf:
            return 0.0
        return self.error / self.allowed if self.allowed else np.inf

    @property
    def where(self) -> str:
        """The worst entry by its full name: "grads[0].weight[1, 2]"."""
        return self.place.quantity + self.tensor + (str(list(self.index)) if self.index else "")

    def in_words(self) -> str:
        """Who, where, by how much, and how much is allowed."""
        actual, expected = self.frameworks
        start = f"{actual} from {expected}, {self.place.case}, {self.place.stage}: {self.where}"
        if self.mismatch is not None:
            return f"{start} {self.mismatch}"
        middle, radius = self.exact
        exact = f"{middle!r}" + (f" +- {radius:.2g}" if radius else "")
        text = f"{start} is {self.actual!r}, expected {self.expected!r}"
        text += "" if expected == EXACT and not radius else f" (exact {exact})"
        if self.discrete:
            return f"{text}; these must be equal"
        return (
            f"{text}: off by {self.error:.3g}, {self.fraction:.3g} times its bound of "
            f"{self.allowed:.3g} ({self.ulps:.3g} ulps)"
        )


def compare(
    place: Place, frameworks: tuple[str, str], actual: Tensors, expected: Tensors, exact: Tensors
) -> Comparison:
    """Compare every tensor of a quantity and keep the worst entry.

    A missing tensor, another shape or dtype, or a number that is not finite on one side only, is a
    disagreement without measure: infinite.

    Args:
        place, frameworks: What is compared, for the result.
        actual, expected: The two computations.
        exact: The exact tensors, with their bounds.
    """
    if list(actual) != list(expected):
        mismatch = f"has {list(actual)} instead of {list(expected)}"
        return _mismatch(place, frameworks, "", mismatch)
    measured: dict[str, Measured] = {}
    with np.errstate(all="ignore"):  # what is beyond all measure is infinite
        for name, tensor in expected.items():
            unlike = _unlike(actual[name].value, tensor.value, place.dtype)
            if unlike is not None:
                return _mismatch(place, frameworks, name, unlike)
            twice = 1 if frameworks[1] == EXACT else 2
            measured[name] = _measured(actual[name], tensor, exact[name], twice)
    worst = max(measured, key=lambda name: measured[name].largest)
    return _at_the_worst(place, frameworks, worst, measured[worst], exact[worst])


def _mismatch(place: Place, frameworks: tuple[str, str], tensor: str, mismatch: str) -> Comparison:
    return Comparison(
        place,
        frameworks,
        tensor,
        index=(),
        actual=None,
        expected=None,
        exact=(np.nan, 0.0),
        error=np.inf,
        allowed=0.0,
        ulps=np.inf,
        mismatch=mismatch,
    )


class Measured(NamedTuple):
    """Two tensors in float64, entry by entry: how far apart, of how much that is allowed."""

    actual: np.ndarray
    expected: np.ndarray
    difference: np.ndarray
    allowed: np.ndarray
    fraction: np.ndarray

    @property
    def largest(self) -> float:
        return float(self.fraction.max())


def _unlike(actual: np.ndarray, expected: np.ndarray, dtype: str) -> str | None:
    """Why two tensors cannot be measured, or None."""
    if actual.shape != expected.shape:
        return f"has shape {actual.shape} instead of {expected.shape}"
    if actual.dtype != dtype:
        return f"has dtype {actual.dtype} instead of {dtype}"
    if expected.dtype.kind != "f":  # another framework's, of which the exact value tells
        return f"stands beside {expected.dtype}"
    return None


def _measured(actual: Tensor, expected: Tensor, exact: Tensor, twice: int) -> Measured:
    one, other = np.asarray(actual.value, "float64"), np.asarray(expected.value, "float64")
    allowed = _allowed(exact) * twice
    difference = _difference(one, other, exact.rest if twice == 1 else 0.0)
    # Where nothing is allowed, nothing may differ. An infinite bound promises nothing, and then
    # even a NaN is none the worse.
    nothing = (difference == 0) | (allowed == np.inf)
    fraction = np.where(nothing, 0.0, difference / allowed)
    return Measured(one, other, difference, allowed, fraction)


def _at_the_worst(
    place: Place, frameworks: tuple[str, str], name: str, measured: Measured, exact: Tensor
) -> Comparison:
    """The entry of one tensor that comes nearest to what it is allowed, or passes it furthest."""
    shape = measured.fraction.shape
    index = tuple(int(i) for i in np.unravel_index(np.argmax(measured.fraction), shape))
    middle, error = float(exact.value[index]), float(measured.difference[index])
    return Comparison(
        place,
        frameworks,
        name,
        index,
        float(measured.actual[index]),
        float(measured.expected[index]),
        (middle, float(np.broadcast_to(exact.radius, exact.value.shape)[index])),
        error,
        None if exact.bound is None else float(measured.allowed[index]),
        error / _ulp(middle, place.dtype),
    )


def _allowed(exact: Tensor) -> np.ndarray:
    if exact.bound is None:
        return np.zeros_like(exact.value)
    return np.asarray(exact.bound + exact.radius)


def _difference(actual: np.ndarray, expected: np.ndarray, rest: np.ndarray | float) -> np.ndarray:
    difference = np.where(actual == expected, 0.0, actual - expected)  # inf equals inf
    difference = np.abs(difference - rest)
    return np.where(np.isnan(difference), np.inf, difference)


def _ulp(exact: float, dtype: str) -> float:
    limits = np.finfo(dtype)
    size = min(max(abs(exact), float(limits.smallest_normal)), float(limits.max) / 2)
    return float(np.spacing(np.asarray(size, dtype)))


def finite(number: float | None) -> float | None:
    """The number, or None where it is infinite or NaN, which JSON does not have."""
    return number if number is not None and math.isfinite(number) else None

"""Compare two computations of one quantity, tensor by tensor and entry by entry.

A computed entry may differ from the exact one by its derived bound (see `bounds`), and two computed
entries may differ from each other by twice that. A quantity without a bound is discrete (a count,
an order, an input), and must be equal.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from crosscheck.numerics.digits import few_digits
from crosscheck.numerics.entries import (
    EntryDifferences,
    allowed_errors,
    entry_differences,
    is_text,
    mismatch_of,
    ulp,
)
from crosscheck.numerics.explained import Explained

# The second name of a comparison with the exact value.
EXACT = "exact"


class Tensor(NamedTuple):
    """A computed array, or an exact one with the bound of each entry.

    Attributes:
        value: The array. An exact value is rounded to float64. Or one text, which must be equal.
        bound: For an exact array: how far an honest implementation may be from each entry. None
            where the entries must be met exactly.
        rest: What the rounding of an exact value left over: the exact value is `value + rest`.
        radius: The radius of the ball that encloses each exact value, where the ball stayed wide;
            0 elsewhere.
    """

    value: np.ndarray
    bound: np.ndarray | None = None
    rest: np.ndarray | float = 0.0
    radius: np.ndarray | float = 0.0


# The tensors of one quantity, by their place in it: "[0].weight", or "" for a bare array.
Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Place:
    """Which quantity is compared, in which stage of which case. Names that are not known are "".

    `dtype` is the dtype that the computed arrays must have.
    """

    group: str = ""
    case: str = ""
    stage: str = ""
    quantity: str = ""
    dtype: str = "float64"


@dataclass(frozen=True)
class Comparison:
    """The worst disagreement of two computations of one quantity.

    Attributes:
        place: Which quantity was compared.
        frameworks: The names of the two computations. The second one is the one expected: `EXACT`,
            or another framework.
        tensor, index: The place of the worst entry in the quantity: "[0].weight" and (1, 2).
        actual, expected: The two values of that entry; None where there is no such entry.
        exact: The exact value of that entry, and the radius of its ball where that stayed wide.
        error: |actual - expected|; infinite where it cannot be measured.
        allowed: The largest error allowed there; None if the quantity is discrete.
        ulps: The error in units in the last place of the exact value, in the dtype.
        mismatch: Why nothing could be measured (another shape or dtype, a missing tensor), or None.
        known_failure: What the framework that fails here declares about it, or None.
        explained: Which known mistakes explain it; None where none was tried.
        pre_activation: The z of the worst entry, where an activation is wrong at a right z.
        case: The case that was compared, so that it can be run again; None for bare arrays.
        entries: How many entries were compared.
        excluded: How many of them have an infinite bound, so that nothing is promised of them.
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
    explained: Explained | None = None
    pre_activation: float | None = None
    case: Any = field(default=None, repr=False, compare=False)
    entries: int = 0
    excluded: int = 0

    @property
    def holds(self) -> bool:
        """Whether no entry differs by more than is allowed there."""
        return self.fraction_of_bound <= 1

    @property
    def discrete(self) -> bool:
        """Whether the entries must be equal."""
        return self.allowed is None

    @property
    def fraction_of_bound(self) -> float:
        """`error` divided by `allowed`; infinite where there is an error and none is allowed."""
        if self.error == 0 or self.allowed == np.inf:
            return 0.0
        return self.error / self.allowed if self.allowed else np.inf

    @property
    def location(self) -> str:
        """The full name of the worst entry: "grads[0].weight[1, 2]"."""
        return self.place.quantity + self.tensor + (str(list(self.index)) if self.index else "")

    @property
    def message(self) -> str:
        """One sentence: what was compared, the worst entry, its error, and the error allowed.

        Where known mistakes were tried, it ends with those that explain it.
        """
        if self.explained is None:
            return self._sentence()
        return f"{self._sentence()}; {self.explained.in_words()}"

    @property
    def mistakes(self) -> tuple[str, ...] | None:
        """The names of the known mistakes that explain it; None where none was tried."""
        return None if self.explained is None else self.explained.mistakes

    def _sentence(self) -> str:
        actual, expected = self.frameworks
        start = self.location or "the value"
        if self.place.case:
            start = f"{actual} from {expected}, {self.place.case}, {self.place.stage}: {start}"
        if self.mismatch is not None:
            return f"{start} {self.mismatch}"
        if self.actual is None:
            return f"{start} has no entries"
        value, radius = self.exact
        exact = f"{value!r}" + (f" +- {radius:.2g}" if radius else "")
        at = "" if self.pre_activation is None else f" at z = {self.pre_activation!r}"
        text = f"{start} is {self.actual!r}{at}, expected {self.expected!r}"
        text += "" if expected == EXACT and not radius else f" (exact {exact})"
        if self.allowed is None:
            return f"{text}; these must be equal"
        numbers = (self.error, self.fraction_of_bound, self.allowed, self.ulps)
        error, fraction, allowed, ulps = (few_digits(each) for each in numbers)
        unit = "ulp" if ulps == "1" else "ulps"
        return f"{text}: off by {error}, {fraction} times its bound of {allowed} ({ulps} {unit})"


def compare_with_exact(
    actual: np.ndarray, exact: Tensor, *, label: str = "", dtype: str = "float64"
) -> Comparison:
    """Compare one computed array with its exact value, entry by entry.

    Args:
        actual: The computed array, of any shape.
        exact: The exact array of the same shape, with the bound of each entry. Where the bound is
            None every entry must be equal.
        label: What the array is called in the result's `location` and `message`.
        dtype: The dtype that `actual` must have, which is the one that the bound was derived for.

    Returns:
        The comparison of the entry that uses most of its bound. Another shape or dtype is reported
        as its `mismatch`, and does not hold. An array without entries holds.

    Raises:
        ValueError: If a bound is negative or NaN, or is not of the shape of the exact array.
    """
    place = Place(quantity=label, dtype=dtype)
    expected = {"": exact}
    return compare(place, ("actual", EXACT), {"": Tensor(np.asarray(actual))}, expected, expected)


def compare(
    place: Place, frameworks: tuple[str, str], actual: Tensors, expected: Tensors, exact: Tensors
) -> Comparison:
    """Compare every tensor of a quantity, and keep the worst entry.

    A missing tensor, another shape or dtype, or a number that is finite on one side only is a
    disagreement that cannot be measured: its error is infinite.

    Args:
        place: Which quantity is compared.
        frameworks: The names of the two computations.
        actual, expected: The tensors of the two computations.
        exact: The exact tensors, with their bounds: `expected` itself, if its name is `EXACT`.

    Raises:
        ValueError: If a bound is negative or NaN, or is not of the shape of its exact tensor.
    """
    if list(actual) != list(expected):
        other_tensors = f"has {list(actual)} instead of {list(expected)}"
        return _not_measured(place, frameworks, "", other_tensors)
    computed_sides = 1 if frameworks[1] == EXACT else 2
    differences: dict[str, EntryDifferences] = {}
    with np.errstate(all="ignore"):  # an overflow or a NaN becomes an infinite difference
        for name, tensor in expected.items():
            one, other, limit = actual[name].value, tensor.value, exact[name]
            mismatch = mismatch_of(one, other, place.dtype)
            if mismatch is not None:
                return _not_measured(place, frameworks, name, mismatch)
            if is_text(other):
                continue
            own_error = allowed_errors(
                limit.value, limit.bound, limit.radius, place.quantity + name
            )
            rest = limit.rest if computed_sides == 1 else 0.0
            allowed = computed_sides * own_error
            differences[name] = entry_differences(one, other, rest, allowed)
    if not differences:  # but texts, which are equal
        return _not_measured(place, frameworks, "", None)
    worst = max(differences, key=lambda name: differences[name].rank)
    allowed_of_all = [each.allowed for each in differences.values()]
    return replace(
        _worst_entry(place, frameworks, worst, differences[worst], exact[worst]),
        entries=sum(each.size for each in allowed_of_all),
        excluded=sum(int(np.isposinf(each).sum()) for each in allowed_of_all),
    )


def _not_measured(
    place: Place, frameworks: tuple[str, str], tensor: str, mismatch: str | None
) -> Comparison:
    """A comparison without a worst entry: of a mismatch, or of a tensor without entries (None)."""
    error = 0.0 if mismatch is None else np.inf
    return Comparison(
        place,
        frameworks,
        tensor,
        index=(),
        actual=None,
        expected=None,
        exact=(np.nan, 0.0),
        error=error,
        allowed=0.0,
        ulps=error,
        mismatch=mismatch,
    )


def _worst_entry(
    place: Place,
    frameworks: tuple[str, str],
    name: str,
    differences: EntryDifferences,
    exact: Tensor,
) -> Comparison:
    """The comparison of the entry of a tensor that uses most of its bound."""
    shape = differences.fraction.shape
    if 0 in shape:
        return _not_measured(place, frameworks, name, None)
    index = tuple(int(i) for i in np.unravel_index(np.argmax(differences.fraction), shape))
    value, error = float(exact.value[index]), float(differences.difference[index])
    return Comparison(
        place,
        frameworks,
        name,
        index,
        float(differences.actual[index]),
        float(differences.expected[index]),
        (value, float(np.broadcast_to(exact.radius, shape)[index])),
        error,
        None if exact.bound is None else float(differences.allowed[index]),
        error / ulp(value, place.dtype),
    )


def finite(number: float | None) -> float | None:
    """The number, or None where it is infinite or NaN, which JSON does not have."""
    return number if number is not None and math.isfinite(number) else None

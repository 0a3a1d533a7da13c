"""Arrays with a bound of their error, and an arithmetic that computes the bound of every result.

What one operation may lose is said in `precision`; here it is carried from operation to operation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import mul
from typing import Any

import numpy as np

from crosscheck.numerics.bounds.precision import DOUBLE, Array, Precision


@dataclass(frozen=True)
class Inexact:
    """A computed array of one dtype: its value, and a bound of |computed - exact|, entry by entry.

    In an operation of two dtypes the operand of the finer dtype is first rounded to the coarser, as
    NumPy rounds a Python float beside an array of float32. The bound is never negative and never
    NaN; it is infinite where nothing is promised. Value and bound are computed in float64. There
    the value may be as far from the exact one as its bound says; so what must be far from 0 (a
    divisor, a sign) must be so by two bounds, one for the value and one for a framework.
    """

    value: Any
    error: Any
    precision: Precision

    __array_ufunc__ = None  # so that `ndarray + Inexact` calls this class, too

    def __add__(self, other: Any) -> "Inexact":
        x, y, p = _in_common_precision(self, other)
        total = _rounded(x.value + y.value, x.error + y.error, p)
        # Nothing is rounded where 0 is added.
        zeros = _is_zero(x) | _is_zero(y)
        return bounded(total.value, np.where(zeros, x.error + y.error, total.error), p)

    def __mul__(self, other: Any) -> "Inexact":
        x, y, p = _in_common_precision(self, other)
        x_size, y_size = abs(x.value), abs(y.value)
        error = x_size * y.error + x.error * y_size + x.error * y.error
        product = _rounded(x.value * y.value, error, p)
        # A product with 1, -1 or 0 is not rounded, but a result below tiny may be replaced by 0.
        units = _is_unit(x_size, x.error) | _is_unit(y_size, y.error)
        if not units.any():
            return product
        normal = (product.value == 0) | (abs(product.value) >= p.tiny)
        return bounded(product.value, np.where(units & normal, error, product.error), p)

    @np.errstate(divide="ignore", invalid="ignore")
    def __truediv__(self, other: Any) -> "Inexact":
        x, y, p = _in_common_precision(self, other)
        quotient = x.value / y.value
        smallest_divisor = np.maximum(abs(y.value) - 2 * y.error, 0)  # in absolute value
        return _rounded(quotient, (x.error + abs(quotient) * y.error) / smallest_divisor, p)

    def __pow__(self, exponent: int) -> "Inexact":
        slope = exponent * (abs(self.value) + self.error) ** (exponent - 1)
        units = max(2, exponent)  # of a library's power, or of a running product
        return _rounded(self.value**exponent, slope * self.error, self.precision, units=units)

    @np.errstate(divide="ignore", invalid="ignore")
    def sqrt(self, signed: bool = False) -> "Inexact":
        """The square root; |sqrt x - sqrt y| is |x - y| / (sqrt x + sqrt y).

        Args:
            signed: Whether what is computed may be below 0 where it should be 0, as a difference
                may. Its root is then NaN, so that nothing is promised.
        """
        total = sum(np.sqrt(np.maximum(self.value - n * self.error, 0)) for n in (1, 2))
        # The root of the error is more than the difference of any two roots.
        error = np.fmin(np.sqrt(self.error), self.error / total)
        if signed:
            error = np.where((self.value < 2 * self.error) & (self.error > 0), np.inf, error)
        return _rounded(np.sqrt(np.maximum(self.value, 0)), error, self.precision)

    def __abs__(self) -> "Inexact":
        return Inexact(abs(self.value), self.error, self.precision)

    def sign(self) -> "Inexact":
        """-1, 0 or 1. The error is 2 where the number may have another sign than its value."""
        error = np.where(abs(self.value) > 2 * self.error, 0.0, 2.0)
        known = (self.value == 0) & (self.error == 0)
        return Inexact(np.sign(self.value), np.where(known, 0.0, error), self.precision)

    def __neg__(self) -> "Inexact":
        return Inexact(-self.value, self.error, self.precision)

    def __sub__(self, other: Any) -> "Inexact":
        return self + -_inexact(other)

    def __rsub__(self, other: Any) -> "Inexact":
        return _inexact(other) - self

    def __rtruediv__(self, other: Any) -> "Inexact":
        return _inexact(other) / self

    __radd__ = __add__
    __rmul__ = __mul__


def exactly(value: Any, precision: Precision) -> Inexact:
    """A number or an array as it is given: it has an error only where it may be read as 0."""
    value = np.asarray(value, "float64")
    return Inexact(value, precision.read(value), precision)


def bounded(value: Any, error: Any, precision: Precision) -> Inexact:
    """A value with its error, which is infinite where it is NaN or the number may overflow."""
    return Inexact(
        value, np.where(abs(value) + error <= precision.largest, error, np.inf), precision
    )


def either(one: Inexact, other: Inexact) -> Inexact:
    """What may be one or the other: its value is that of the first."""
    apart = abs(one.value - other.value)
    return bounded(one.value, apart + one.error + other.error, one.precision)


def in_precision(number: Any, precision: Precision) -> Inexact:
    """A number or an array in a precision: it is rounded, unless it is one of its numbers."""
    x = _inexact(number)
    if x.precision == precision:
        return x
    rounded = _rounded(x.value, x.error, precision)
    known = (x.error == 0) & (x.value.astype(precision.dtype) == x.value)
    error = np.where(known, precision.read(x.value), rounded.error)
    return bounded(x.value, error, precision)


@np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore")
def in_any_order(whole: Inexact, factors: Sequence[Any], divisors: Sequence[Any]) -> Inexact:
    """A product of factors over divisors, which another order might compute by smaller parts.

    Args:
        whole: The product, computed in one order.
        factors, divisors: Numbers and `Inexact` arrays.
    """
    p = whole.precision
    numbers = [_inexact(each) for each in (*factors, *divisors)]
    sizes = [abs(each.value) for each in numbers]
    sizes = sizes[: len(factors)] + [1 / size for size in sizes[len(factors) :]]
    # As large as each may be computed: at the largest number a rounding makes the difference.
    grown = [
        size * (1 + each.error / abs(each.value)) for size, each in zip(sizes, numbers, strict=True)
    ]
    smallest = reduce(mul, (np.minimum(size, 1.0) for size in sizes))
    largest = reduce(mul, (np.fmax(size, 1.0) for size in grown))
    largest = largest * (1 + p.product(len(numbers)))
    # What a part loses below the smallest number is all of it, or a share that grows as it falls.
    share = np.minimum(1.0, len(numbers) * p.tiny / np.maximum(smallest, p.tiny))
    lost = np.where(smallest < p.smallest, abs(whole.value) * share, 0.0)
    return bounded(whole.value, whole.error + lost + p.overflow(largest), p)


def by_reciprocal(quotient: Inexact, divisor: Any) -> Inexact:
    """What was divided by a number, whose reciprocal may pass the largest: then nothing is sure."""
    y, p = _inexact(divisor), quotient.precision
    largest = (1 + p.product(2)) / np.maximum(abs(y.value) - 2 * y.error, p.tiny)
    return bounded(quotient.value, quotient.error + p.overflow(largest), p)


def maximum(one: Any, other: Any) -> Inexact:
    """The larger of two, entry by entry; its error is at most the larger of their errors."""
    x, y, p = _in_common_precision(one, other)
    return bounded(np.maximum(x.value, y.value), np.maximum(x.error, y.error), p)


def power(base: float, exponent: Any) -> Inexact:
    """base^exponent, for a positive base without an error and an exponent that may have one."""
    x = _inexact(exponent)
    value = base**x.value
    slope = abs(np.log(base)) * value
    return _rounded(value, slope * x.error, x.precision, units=2)


def product(x: Inexact, y: Inexact, plus: Inexact | None = None) -> Inexact:
    """The matrix product x y (+ plus), whose sums may be added up in any order."""
    p = x.precision
    terms = x.value.shape[1] + (plus is not None)
    x_size, y_size = (abs(each.value) + each.error for each in (x, y))  # as large as computed
    value, size = x.value @ y.value, x_size @ y_size
    error = x.error @ y_size + abs(x.value) @ y.error
    lost = _not_zero(x) @ _not_zero(y)  # the products that may fall below the smallest number
    if plus is not None:
        value, size = value + plus.value, size + abs(plus.value) + plus.error
        error, lost = error + plus.error, lost + _not_zero(plus)
    own = p.inner(terms, size, abs(value) + error + (0.0 if plus is None else abs(plus.value)))
    return bounded(value, error + own + lost * p.tiny + p.overflow(size), p)


def column_sums(x: Inexact) -> Inexact:
    """The sum of every column, whose terms may be added up in any order."""
    p, sizes = x.precision, abs(x.value) + x.error
    size, lost = sizes.sum(axis=0), _not_zero(x).sum(axis=0) * p.tiny
    error = x.error.sum(axis=0) + p.sum(len(sizes)) * size + lost + p.overflow(size)
    return bounded(x.value.sum(axis=0), error, p)


def rows(x: Inexact, start: int, number: int) -> Inexact:
    """So many rows, from one on; fewer if the array ends before."""
    chosen = slice(start, start + number)
    return Inexact(x.value[chosen], x.error[chosen], x.precision)


def transposed(x: Inexact) -> Inexact:
    """The transpose."""
    return Inexact(x.value.T, x.error.T, x.precision)


def _not_zero(x: Inexact) -> Array:
    return 1.0 * ((x.value != 0) | (x.error > 0))


def _is_zero(x: Inexact) -> Any:
    return (x.value == 0) & (x.error == 0)


def _is_unit(size: Any, error: Any) -> Any:
    return (error == 0) & ((size == 1) | (size == 0))


def _inexact(number: Any) -> Inexact:
    return number if isinstance(number, Inexact) else exactly(number, DOUBLE)


def _in_common_precision(one: Any, other: Any) -> tuple[Inexact, Inexact, Precision]:
    """Two operands, both in the coarser precision of the two, and that precision."""
    x, y = _inexact(one), _inexact(other)
    if x.precision is y.precision:
        return x, y, x.precision
    p = max(x.precision, y.precision, key=lambda precision: precision.u)
    return in_precision(x, p), in_precision(y, p), p


def _rounded(value: Any, error: Any, p: Precision, units: int = 1) -> Inexact:
    # What is rounded may itself be off by the error.
    return bounded(value, error + p.product(units) * (abs(value) + error) + p.tiny, p)

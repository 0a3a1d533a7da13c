"""Arrays with a bound of their error, and an arithmetic that computes the bound of every result.

The model of floating-point arithmetic is the usual one: the error of an operation is at most u
times its result, with the unit roundoff u of the dtype; and at most the smallest normal number
more, since JAX replaces smaller numbers by 0. Source: Higham, "Accuracy and Stability of Numerical
Algorithms", 2nd ed., chapters 2 and 3.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

Array = np.ndarray

# The error of one elementary function (exp, log1p, erfc, or two or three of them combined), in
# units of roundoff. It was measured; those of XLA's log1p and erfc are larger: see docs/bounds.md.
FUNCTION = 4
# The same for tanh. XLA's is a rational approximation, whose error is a little larger.
TANH = 8


@dataclass(frozen=True)
class Precision:
    """A dtype's unit roundoff and smallest normal number."""

    u: float
    tiny: float

    @classmethod
    @cache
    def of(cls, dtype: str) -> "Precision":
        """The precision of a dtype, by its name."""
        limits = np.finfo(dtype)
        return cls(float(limits.eps) / 2, float(limits.smallest_normal))

    def gamma(self, n: int) -> float:
        """The largest relative error of n roundings in a row, or of a sum of n products."""
        return n * self.u / (1 - n * self.u)


DOUBLE = Precision.of("float64")


@dataclass(frozen=True)
class Inexact:
    """A computed array of one dtype: its value, and a bound of |computed - exact|, entry by entry.

    In an operation of two dtypes the operand of the finer dtype is first rounded to the coarser, as
    NumPy rounds a Python float beside an array of float32. The bound itself is computed in float64,
    whose errors change it only in second order.
    """

    value: Any
    error: Any
    precision: Precision

    __array_ufunc__ = None  # so that `ndarray + Inexact` calls this class, too

    def __add__(self, other: Any) -> "Inexact":
        x, y, p = _in_common_precision(self, other)
        return _rounded(x.value + y.value, x.error + y.error, p)

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
        return Inexact(product.value, np.where(units & normal, error, product.error), p)

    def __truediv__(self, other: Any) -> "Inexact":
        x, y, p = _in_common_precision(self, other)
        quotient = x.value / y.value
        smallest_divisor = np.maximum(abs(y.value) - y.error, 0)  # in absolute value
        return _rounded(quotient, (x.error + abs(quotient) * y.error) / smallest_divisor, p)

    def __pow__(self, exponent: int) -> "Inexact":
        slope = exponent * abs(self.value) ** (exponent - 1)
        return _rounded(self.value**exponent, slope * self.error, self.precision, units=2)

    def sqrt(self) -> "Inexact":
        """The square root; |sqrt x - sqrt y| is |x - y| / (sqrt x + sqrt y)."""
        root = np.sqrt(self.value)
        lowest = np.sqrt(np.maximum(self.value - self.error, 0))
        total = root + lowest
        error = np.where(total > 0, self.error / np.where(total > 0, total, 1), np.sqrt(self.error))
        return _rounded(root, error, self.precision)

    def __abs__(self) -> "Inexact":
        return Inexact(abs(self.value), self.error, self.precision)

    def sign(self) -> "Inexact":
        """-1, 0 or 1. The error is 2 where the number may have another sign than its value."""
        error = np.where(abs(self.value) > self.error, 0.0, 2.0)
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
    """A number or an array as an `Inexact` without an error."""
    value = np.asarray(value, "float64")
    return Inexact(value, np.zeros(value.shape), precision)


def in_precision(number: Any, precision: Precision) -> Inexact:
    """A number or an array in a precision: it is rounded, unless that is its own."""
    x = _inexact(number)
    return x if x.precision == precision else _rounded(x.value, x.error, precision)


def maximum(one: Any, other: Any) -> Inexact:
    """The larger of two, entry by entry; its error is at most the larger of their errors."""
    x, y, p = _in_common_precision(one, other)
    return Inexact(np.maximum(x.value, y.value), np.maximum(x.error, y.error), p)


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
    value = x.value @ y.value
    size = abs(x.value) @ abs(y.value)
    error = x.error @ (abs(y.value) + y.error) + abs(x.value) @ y.error
    underflows = _not_zero(x) @ _not_zero(y)  # products that are not exactly 0
    if plus is not None:
        value, size, error = value + plus.value, size + abs(plus.value), error + plus.error
        underflows = underflows + _not_zero(plus)
    return Inexact(value, error + p.gamma(terms) * size + underflows * p.tiny, p)


def transposed(x: Inexact) -> Inexact:
    """The transpose."""
    return Inexact(x.value.T, x.error.T, x.precision)


def _not_zero(x: Inexact) -> Array:
    return 1.0 * ((x.value != 0) | (x.error > 0))


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
    return Inexact(value, error + units * p.u * abs(value) + p.tiny, p)

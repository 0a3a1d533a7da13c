"""Arrays with a bound on their error, and an arithmetic that carries the bound along.

The model of floating-point arithmetic is the usual one: an operation errs by at most u times its
result, u the unit roundoff of the dtype, and may lose the smallest normal number besides, since JAX
flushes what is smaller. Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed.,
chapters 2 and 3.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray

# Units of roundoff that one elementary function may err by (exp, log1p, erfc, and what is made of
# two or three of them). Chosen by measuring; XLA's log1p and erfc pass it (see docs/bounds.md).
FUNCTION = 4
# XLA's tanh is a rational approximation, and errs by a little more.
TANH = 8


@dataclass(frozen=True)
class Precision:
    """A dtype's unit roundoff and smallest normal number."""

    u: float
    tiny: float

    @classmethod
    def of(cls, dtype: str) -> "Precision":
        limits = np.finfo(dtype)
        return cls(float(limits.eps) / 2, float(limits.smallest_normal))

    def gamma(self, n: int) -> float:
        """What n roundings in a row, or a sum of n products, may err by, relatively."""
        return n * self.u / (1 - n * self.u)


DOUBLE = Precision.of("float64")


@dataclass(frozen=True)
class Inexact:
    """A computed array of one dtype: its value, and a bound of |computed - exact|, entry by entry.

    Where two dtypes meet, the finer is first rounded to the coarser, as a Python float is beside an
    array of float32. What the bound is made of is itself computed in float64; its own errors are of
    second order.
    """

    value: Any
    error: Any
    precision: Precision

    __array_ufunc__ = None  # an ndarray on the left leaves the operation to this class

    def __add__(self, other: Any) -> "Inexact":
        x, y, p = _meet(self, other)
        return _rounded(x.value + y.value, x.error + y.error, p)

    def __mul__(self, other: Any) -> "Inexact":
        x, y, p = _meet(self, other)
        error = np.abs(x.value) * y.error + x.error * np.abs(y.value) + x.error * y.error
        product = _rounded(x.value * y.value, error, p)
        # 1, -1 and 0 times a number is not rounded; what is smaller than tiny may still be lost.
        kept = (product.value == 0) | (np.abs(product.value) >= p.tiny)
        unchanged = (_is_unit(x) | _is_unit(y)) & kept
        return Inexact(product.value, np.where(unchanged, error, product.error), p)

    def __truediv__(self, other: Any) -> "Inexact":
        x, y, p = _meet(self, other)
        quotient = x.value / y.value
        nearest = np.maximum(np.abs(y.value) - y.error, 0)  # to 0 that the divisor may be
        return _rounded(quotient, (x.error + np.abs(quotient) * y.error) / nearest, p)

    def __pow__(self, exponent: int) -> "Inexact":
        slope = exponent * np.abs(self.value) ** (exponent - 1)
        return _rounded(self.value**exponent, slope * self.error, self.precision, units=2)

    def sqrt(self) -> "Inexact":
        """The square root; |sqrt x - sqrt y| is |x - y| / (sqrt x + sqrt y)."""
        root = np.sqrt(self.value)
        lowest = np.sqrt(np.maximum(self.value - self.error, 0))
        total = root + lowest
        error = np.where(total > 0, self.error / np.where(total > 0, total, 1), np.sqrt(self.error))
        return _rounded(root, error, self.precision)

    def __abs__(self) -> "Inexact":
        return Inexact(np.abs(self.value), self.error, self.precision)

    def sign(self) -> "Inexact":
        """-1, 0 or 1; where the error reaches 0, any of them."""
        error = np.where(np.abs(self.value) > self.error, 0.0, 2.0)
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
    """A number or an array that has no error yet."""
    value = np.asarray(value, "float64")
    return Inexact(value, np.zeros_like(value), precision)


def to(number: Any, precision: Precision) -> Inexact:
    """A number or an array in another precision: rounded, unless it is its own."""
    x = _inexact(number)
    return x if x.precision == precision else _rounded(x.value, x.error, precision)


def maximum(one: Any, other: Any) -> Inexact:
    """The larger of two, entry by entry: it errs by no more than either does."""
    x, y, p = _meet(one, other)
    return Inexact(np.maximum(x.value, y.value), np.maximum(x.error, y.error), p)


def power(base: float, exponent: Any) -> Inexact:
    """base^exponent for a positive number and an exponent that has an error itself."""
    x = _inexact(exponent)
    value = base**x.value
    slope = abs(np.log(base)) * value
    return _rounded(value, slope * x.error, x.precision, units=2)


def product(x: Inexact, y: Inexact, plus: Inexact | None = None) -> Inexact:
    """The matrix product x y (+ plus): sums of so many terms, added up in any order."""
    p = x.precision
    terms = x.value.shape[1] + (plus is not None)
    value = x.value @ y.value
    size = np.abs(x.value) @ np.abs(y.value)
    error = x.error @ (np.abs(y.value) + y.error) + np.abs(x.value) @ y.error
    underflows = _not_zero(x) @ _not_zero(y)  # zero times anything is zero, and loses nothing
    if plus is not None:
        value, size, error = value + plus.value, size + np.abs(plus.value), error + plus.error
        underflows = underflows + _not_zero(plus)
    return Inexact(value, error + p.gamma(terms) * size + underflows * p.tiny, p)


def transposed(x: Inexact) -> Inexact:
    """The transpose."""
    return Inexact(x.value.T, x.error.T, x.precision)


def _not_zero(x: Inexact) -> Array:
    return 1.0 * ((x.value != 0) | (x.error > 0))


def _is_unit(x: Inexact) -> Any:
    return (x.error == 0) & ((np.abs(x.value) == 1) | (x.value == 0))


def _inexact(number: Any) -> Inexact:
    return number if isinstance(number, Inexact) else exactly(number, DOUBLE)


def _meet(one: Any, other: Any) -> tuple[Inexact, Inexact, Precision]:
    x, y = _inexact(one), _inexact(other)
    p = max(x.precision, y.precision, key=lambda precision: precision.u)
    return to(x, p), to(y, p), p


def _rounded(value: Any, error: Any, p: Precision, units: int = 1) -> Inexact:
    return Inexact(value, error + units * p.u * np.abs(value) + p.tiny, p)

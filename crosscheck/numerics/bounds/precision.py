"""What one operation in a dtype may lose: by rounding, below the smallest and above the largest.

The model: an operation gives its exact result times 1 + d with |d| <= u, the unit roundoff. A sum
of n terms, and an inner product of n pairs, errs by at most n u times the sum of the magnitudes,
in any order (Jeannerod and Rump 2013); a product of n factors by at most (1 + u)^n - 1 of itself.

What the model does not hold for is said here. A number below the smallest normal one may be read as
0, and a result below it may be replaced by 0: JAX does both, in every dtype but float16, which it
computes in float32. A number above the largest becomes infinite, and then nothing is promised: its
bound is infinite.

In a dtype of 16 bits a framework may add up in float32 and round the sum once. That loses little
more than the rounding, where a sum in the dtype may lose a unit for each of its terms. Which sums
are of that kind a framework declares; where nothing is said they are in the dtype.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from crosscheck.numerics.dtypes import limits_of

Array = np.ndarray
# The kinds of sums that may be in float32: matrix products, and sums of the entries of an array.
PRODUCTS, SUMS = SUM_KINDS = ("products", "sums")
# What one addition in float32 may lose: two units of roundoff, since the instructions for inner
# products of bfloat16 that some ARM processors have round to odd, and not to nearest.
FLOAT32_ADDITION = 2 * 2.0**-24


@dataclass(frozen=True)
class Precision:
    """What the numbers of a dtype are like.

    Attributes:
        dtype: Its name.
        u: Its unit roundoff.
        tiny: What an operation may lose beside u of its result: all of a result below the smallest
            normal number; in float16 one unit below it. Half of that is lost by rounding to
            nearest, the rest is for what is computed in another order.
        largest: Its largest number.
        smallest: Its smallest normal number.
        in_float32: The kinds of sums that are added up in float32 and rounded once.
    """

    dtype: str
    u: float
    tiny: float
    largest: float
    smallest: float
    in_float32: tuple[str, ...] = ()

    @classmethod
    @cache
    def of(cls, dtype: str, in_float32: tuple[str, ...] = ()) -> "Precision":
        """The precision of a dtype, by its name, and the kinds of sums that are in float32."""
        limits = limits_of(dtype)
        smallest = float(limits.smallest_normal)
        # Of float32 numbers, as of those of bfloat16, what is subnormal may be replaced by 0. The
        # subnormal numbers of float16 are normal in float32, where they are computed.
        tiny = float(limits.smallest_subnormal) if dtype == "float16" else smallest
        return cls(dtype, float(limits.eps) / 2, tiny, float(limits.max), smallest, in_float32)

    def sum(self, n: int, before: int = 0) -> float:
        """What a sum of the n entries of an array may lose of their magnitudes.

        Args:
            n: How many entries, or additions, there are.
            before: How many more operations are rounded before or after it.
        """
        if SUMS not in self.in_float32:
            return (n + before) * self.u
        return self._rounded_once(n, 1 + before)

    def _rounded_once(self, n: int, roundings: int) -> float:
        # (1 + d)(1 + e) - 1, where n additions in float32 lose d and the roundings e.
        lost = self.product(roundings)
        return lost + n * FLOAT32_ADDITION * (1 + lost)

    def mean(self, n: int) -> float:
        """What the sum in the mean of n terms may lose of their magnitudes."""
        return self.sum(n)

    def inner(self, n: int, size: Any, parts: Any) -> Any:
        """What an inner product in a matrix product may lose.

        In float32 it is rounded before a number is added, and after.

        Args:
            n: How many pairs it has, a number that is added counted as one.
            size: The sum of the magnitudes.
            parts: As large as its result, and what it was before that number was added, may be.
        """
        if PRODUCTS not in self.in_float32:
            return n * self.u * size
        lost = n * FLOAT32_ADDITION * size
        return lost + self.product(2) * (parts + lost)

    @property
    def has_stock_cross_entropy(self) -> bool:
        """Whether the slope (p - t) / max(p (1 - p), 1e-12) counts as right where it is lost."""
        return False

    @property
    def one_plus_erf(self) -> float:
        """What 1 + erf(x) loses where it stands for erfc(-x); here it does not."""
        return 0.0

    def product(self, n: int) -> float:
        """What a product of n factors, or any n roundings in a row, may lose of itself."""
        return float(np.expm1(n * np.log1p(self.u)))

    def share(self, n: int) -> float:
        """What x / (x + ...) may lose of itself, the divisor a sum of n terms above 0."""
        lost = self.sum(n - 1)
        if lost >= 1:
            return np.inf
        return float(np.expm1(np.log1p(self.u) - np.log1p(-lost)))  # (1 + u) / (1 - lost) - 1

    def read(self, x: Any) -> Any:
        """How far an operand may be from x when it is read: |x|, where x may be read as 0."""
        size = abs(x)
        return np.where(size < self.tiny, size, 0.0)

    @property
    def is_narrow(self) -> bool:
        """Whether it has 16 bits, so that every one of its numbers can be tried."""
        return self.u > 2**-16

    def overflow(self, size: Any) -> Any:
        """Infinite where something of that size may pass the largest number; 0 elsewhere."""
        return np.where(size <= self.largest, 0.0, np.inf)  # a NaN is one of those that may


DOUBLE = Precision.of("float64")

"""What one operation in a dtype may lose: by rounding, below the smallest and above the largest.

The model: an operation gives its exact result times 1 + d with |d| <= u, the unit roundoff. A sum
of n terms, and an inner product of n pairs, errs by at most n u times the sum of the magnitudes,
in any order (Jeannerod and Rump 2013); a product of n factors by at most (1 + u)^n - 1 of itself.

What the model does not hold for is said here. A number below the smallest normal one may be read as
0, and a result below it may be replaced by 0: JAX does both. A number above the largest becomes
infinite, and then nothing is promised: its bound is infinite.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Precision:
    """A dtype: its name, its unit roundoff, its smallest normal number and its largest number."""

    dtype: str
    u: float
    tiny: float
    largest: float

    @classmethod
    @cache
    def of(cls, dtype: str) -> "Precision":
        """The precision of a dtype, by its name."""
        limits = np.finfo(dtype)
        return cls(dtype, float(limits.eps) / 2, float(limits.smallest_normal), float(limits.max))

    def sum(self, n: int) -> float:
        """What a sum of n terms, or an inner product of n pairs, may lose of its magnitudes."""
        return n * self.u

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

    def overflow(self, size: Any) -> Any:
        """Infinite where something of that size may pass the largest number; 0 elsewhere."""
        return np.where(size <= self.largest, 0.0, np.inf)  # a NaN is one of those that may


DOUBLE = Precision.of("float64")

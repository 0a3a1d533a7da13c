"""A dtype's unit roundoff, and how many units an elementary function may err by."""

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

# Units of roundoff that one elementary function may err by (exp, log1p, erfc, and what is made of
# two or three of them). Chosen by measuring: all three frameworks stay within what follows.
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
        return n * self.u / (1 - n * self.u)

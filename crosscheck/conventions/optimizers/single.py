"""Numbers of which a framework computes powers or products in float32, with their bounds.

A bound of crosscheck.numerics takes what is made of hyperparameters alone for a float64 number. Of
a framework that is known not to compute it so, these bound what it may lose.
"""

from typing import Any

from crosscheck.numerics.bounds.inexact import Inexact, in_precision
from crosscheck.numerics.bounds.precision import DOUBLE, Precision

SINGLE = Precision.of("float32")


class Float32Powers(Inexact):
    """A number whose powers are float32 numbers; beside that it is an ordinary one."""

    @classmethod
    def of(cls, number: Inexact) -> "Float32Powers":
        return cls(number.value, number.error, number.precision)

    def __pow__(self, exponent: int) -> Inexact:
        return in_precision(self, SINGLE) ** exponent


class Float32Product(Inexact):
    """A number that is kept in float32, and so is every product with it.

    A sum with it is an ordinary number, since PyTorch reads the float32 number as a Python float.
    """

    @classmethod
    def of(cls, number: Inexact) -> "Float32Product":
        return cls(number.value, number.error, number.precision)

    def __mul__(self, other: Any) -> "Float32Product":
        product = in_precision(self, SINGLE) * other
        return Float32Product(product.value, product.error, DOUBLE)

"""What an optimizer's steps compute with beside + - * /, for `Inexact` arrays and for balls."""

from typing import Any

from crosscheck.numerics.bounds import inexact
from crosscheck.numerics.bounds.inexact import Inexact, exactly
from crosscheck.numerics.exact.balls import elementwise, from_floats


def sqrt(x: Any) -> Any:
    """The square root."""
    return x.sqrt() if hasattr(x, "sqrt") else elementwise(lambda ball: ball.sqrt(), x)


def sign(x: Any) -> Any:
    """-1, 0 or 1."""
    return x.sign() if isinstance(x, Inexact) else elementwise(lambda ball: ball.sgn(), x)


def maximum(x: Any, y: Any) -> Any:
    """The larger of two."""
    if isinstance(y, Inexact):
        return inexact.maximum(x, y)
    return elementwise(lambda one, other: other.max(one), x, y)


def power(base: float, exponent: Any) -> Any:
    """base^exponent, for a positive base."""
    if isinstance(exponent, Inexact):
        return inexact.power(base, exponent)
    return from_floats(base) ** exponent


def zeros(g: Any) -> Any:
    """Zeros of the shape of the gradients, without an error."""
    return exactly(0 * g.value, g.precision) if isinstance(g, Inexact) else 0 * g


def rounded_like(g: Any, number: Any) -> Any:
    """A number as an array of the gradients' dtype holds it: rounded to that dtype."""
    return inexact.in_precision(number, g.precision) if isinstance(g, Inexact) else number


def midpoint(number: Any) -> float:
    """The value of a number, without its error or its radius."""
    return float(number.value if isinstance(number, Inexact) else number.mid())


def is_zero(number: Any) -> bool:
    """Whether a number is 0, whatever its error."""
    return bool((number.value if isinstance(number, Inexact) else number) == 0)

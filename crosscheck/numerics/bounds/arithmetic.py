"""What the steps of an optimizer need beside + - * /, on `Inexact` arrays and on balls alike."""

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
    """As many zeros as there are gradients, without an error."""
    return exactly(0 * g.value, g.precision) if isinstance(g, Inexact) else 0 * g


def like(g: Any, number: Any) -> Any:
    """A number that an array of the gradients' dtype is filled with: it is rounded to that."""
    return inexact.to(number, g.precision) if isinstance(g, Inexact) else number


def middle(number: Any) -> float:
    """A number without its error."""
    return float(number.value if isinstance(number, Inexact) else number.mid())


def is_zero(number: Any) -> bool:
    """Whether a number is 0, whatever its error."""
    return bool((number.value if isinstance(number, Inexact) else number) == 0)

"""What an optimizer's steps compute with beside + - * /, for `Inexact` arrays and for balls."""

from collections.abc import Sequence
from functools import reduce
from operator import mul, truediv
from typing import Any

from crosscheck.numerics.bounds import inexact
from crosscheck.numerics.bounds.inexact import Inexact, exactly
from crosscheck.numerics.exact.balls import elementwise, from_floats, is_above


def sqrt(x: Any, signed: bool = False) -> Any:
    """The square root; `signed` says that a computation may find a number below 0 instead."""
    if isinstance(x, Inexact):
        return x.sqrt(signed)
    return x.sqrt() if hasattr(x, "sqrt") else elementwise(lambda ball: ball.sqrt(), x)


def sign(x: Any) -> Any:
    """-1, 0 or 1."""
    return x.sign() if isinstance(x, Inexact) else elementwise(lambda ball: ball.sgn(), x)


def quotient(x: Any, number: Any) -> Any:
    """An array divided by a number, or multiplied by its reciprocal, as XLA does it."""
    found = x / number
    return inexact.by_reciprocal(found, number) if isinstance(found, Inexact) else found


def ratio(factors: Sequence[Any], divisors: Sequence[Any] = ()) -> Any:
    """The product of some factors, divided by some divisors, in whichever order that is done.

    The order matters where a part of the product falls below the smallest number, so that all of it
    may be lost, or passes the largest.
    """
    whole = reduce(mul, factors)
    whole = reduce(truediv, divisors, whole)
    return inexact.in_any_order(whole, factors, divisors) if isinstance(whole, Inexact) else whole


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


def where_above(number: Any, threshold: Any, above: Any, below: Any) -> Any:
    """`above` where a number is above a threshold, else `below`.

    Where a computation may find it on either side, the result may be one or the other.
    """
    if not isinstance(number, Inexact):
        return above if is_above(number, threshold) else below
    difference = number - threshold
    chosen, other = (above, below) if difference.value > 0 else (below, above)
    sure = abs(difference.value) > 2 * difference.error
    return chosen if sure else inexact.either(chosen, other)


def is_zero(number: Any) -> bool:
    """Whether a number is 0, whatever its error."""
    return bool((number.value if isinstance(number, Inexact) else number) == 0)

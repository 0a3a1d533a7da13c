"""Numbers of ball arithmetic (python-flint's `arb`), and arrays of them.

A ball encloses one real number. An array is a NumPy array of dtype object: `@`, `+` and
broadcasting work on balls unchanged. `matmul` is a faster `@`.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx, fmpq

Array = Any  # a NumPy array of balls; its operations have no types

# Float64 has 53 bits, and no formula of a document loses 150 of 256. If one did, its ball would be
# too wide to compare, and `is_within` would raise.
PRECISION = 256
# `enclose` doubles its precision between these until every ball is narrow.
FIRST_PRECISION, LAST_PRECISION = 128, 4096
# A thousandth of an ulp of float64: relative to a number, and of the smallest normal number.
NARROW, SMALLEST = arb(2) ** -53 / 1000, arb(2) ** -1022 / 1000
# Between its inverse and this a number may be printed; flint ends the process where it has to write
# out one with some millions of digits.
FARTHEST = arb(2) ** 100_000
# From so many products on, flint multiplies matrices faster than NumPy, conversion included.
PRODUCTS = 60


class UndecidedError(ArithmeticError):
    """A ball is too wide to tell on which side of a threshold its number lies."""


def working_precision(bits: int = PRECISION) -> AbstractContextManager[None]:
    """Compute with so many bits inside a `with` block; flint's precision is a global setting."""
    return ctx.workprec(bits)


def enclose(compute: Callable[[], Any]) -> Any:
    """Compute with more and more bits until every ball of the result is narrow.

    Balls that are still wide at the last precision are returned as they are: ask `is_narrow`.

    Args:
        compute: A function that converts floats or decimals to balls and computes with them. It is
            called once for each precision, and returns balls, arrays of them, or tuples of these.

    Raises:
        UndecidedError: If `compute` still raises it at the last precision.
    """
    bits = FIRST_PRECISION
    while True:
        with working_precision(bits):
            try:
                result = compute()
                if bits >= LAST_PRECISION or all(map(is_narrow, balls_of(result))):
                    return result
            except UndecidedError:
                if bits >= LAST_PRECISION:
                    raise
        bits *= 2


def is_narrow(ball: arb) -> bool:
    """Whether the radius is below 1e-3 ulp of float64, or of the smallest normal number."""
    if not ball.is_finite():
        return False
    # A quick yes for nearly every ball: its radius is below 2^-63 of its middle, or 0.
    if ball.rel_accuracy_bits() > 63:
        return True
    return bool(ball.rad() <= max(abs(ball.mid()) * NARROW, SMALLEST))


def balls_of(result: Any) -> Iterator[arb]:
    """Every ball in a ball, an array of balls, or a tuple or dict of these."""
    if isinstance(result, arb):
        yield result
    elif isinstance(result, np.ndarray):
        yield from (ball for ball in result.flat if isinstance(ball, arb))
    elif isinstance(result, tuple | list):
        for part in result:
            yield from balls_of(part)
    elif isinstance(result, dict):
        for part in result.values():
            yield from balls_of(part)


def from_rational(number: Fraction | int) -> arb:
    """The ball of a rational number; its radius is 0 if the number is a binary fraction."""
    rational = Fraction(number)
    return arb(fmpq(rational.numerator, rational.denominator))


def from_decimals(texts: Any) -> Array:
    """Nested lists of printed decimals as balls; each decimal is read as a rational number."""
    return elementwise(lambda text: from_rational(Fraction(text)), np.array(texts, dtype=object))


def from_floats(values: Any) -> Array:
    """An array of floats as balls of radius 0: every float is a binary fraction."""
    return elementwise(arb, np.asarray(values, dtype="float64").astype(object))


def elementwise(function: Callable[..., Any], *arrays: Any) -> Any:
    """Apply a function of balls to every entry; arrays are broadcast as NumPy does."""
    return np.frompyfunc(function, len(arrays), 1)(*arrays)


def is_above(ball: arb, threshold: arb) -> bool:
    """Whether the number is above a threshold; one that no precision can tell from it is not.

    Raises:
        UndecidedError: If more bits may still decide it.
    """
    if ball > threshold or ball <= threshold:
        return bool(ball > threshold)
    if may_decide():
        raise UndecidedError(f"{ball} may lie on either side of {threshold}")
    return False


def matmul(x: Array, y: Array) -> Array:
    """The product of two matrices of balls, as `x @ y`, by flint's own matrices where they pay.

    Args:
        x: (rows, inner).
        y: (inner, columns).

    Returns:
        The enclosures of the (rows, columns) entries. They may differ from those of `x @ y` in
        their radii, since flint sums in another order.
    """
    (rows, inner), columns = x.shape, y.shape[1]
    if y.shape[0] != inner or rows * inner * columns < PRODUCTS:
        return x @ y  # which refuses shapes that do not meet
    product = arb_mat(rows, inner, x.ravel().tolist()) * arb_mat(inner, columns, y.ravel().tolist())
    return np.array(product.entries(), dtype=object).reshape(rows, columns)


def is_positive(ball: arb) -> bool:
    """Whether the number is above 0.

    Raises:
        UndecidedError: If the ball touches 0 but is not 0.
    """
    if ball > 0 or ball <= 0:
        return bool(ball > 0)
    raise UndecidedError(f"{ball} may lie on either side of 0")


def is_within(ball: arb, centre: Fraction, distance: Fraction) -> bool:
    """Whether the number lies within `distance` of `centre`, ends included.

    A number that no precision can tell from an end lies there.

    Raises:
        UndecidedError: If an end lies inside the ball, and more bits may still decide it.
    """
    excess = abs(ball - from_rational(centre)) - from_rational(distance)
    if excess <= 0 or excess > 0:
        return bool(excess <= 0)
    if _is_as_narrow_as_can_be(ball):
        return True
    raise UndecidedError(f"{ball} may lie on either side of {centre} +- {distance}")


def to_decimal(ball: arb, digits: int = 20) -> str:
    """The number rounded to so many significant digits.

    A number that no precision can tell from 0, or from halfway between two, is taken for that.

    Raises:
        UndecidedError: If the ball is too wide for so many digits, or so far from 1 that nobody
            prints it.
    """
    if not all(
        part == 0 or FARTHEST**-1 < part < FARTHEST for part in (abs(ball.mid()), ball.rad())
    ):
        raise UndecidedError(f"{ball} is too large or too small to be printed")
    with localcontext(prec=digits):
        ends = {_quotient(end.fmpq()) for end in (ball.lower(), ball.upper())}
        if len(ends) > 1 and _is_as_narrow_as_can_be(ball):
            ends = {Decimal(0) if ball.contains(0) else _quotient(ball.mid().fmpq())}
        if len(ends) > 1:
            raise UndecidedError(f"{ball} does not determine {digits} digits")
        number = ends.pop()
        if number == 0:
            return "0"
        return str(number.quantize(Decimal(1).scaleb(number.adjusted() - digits + 1)))


def may_decide() -> bool:
    """Whether a higher precision than the one that is set may still decide a question."""
    return bool(ctx.prec < LAST_PRECISION)


def _is_as_narrow_as_can_be(ball: arb) -> bool:
    """Whether the last precision was used, and the ball shows nothing of what may come of it."""
    if may_decide() or not ball.is_finite():
        return False
    return bool(ball.rad() <= (1 + abs(ball.mid())) * arb(2) ** (-LAST_PRECISION // 2))


def to_float(ball: arb) -> float:
    """The float nearest to the middle of the ball.

    Raises:
        UndecidedError: If the ball is not finite: a NaN must not be taken for a value.
    """
    if not ball.is_finite():
        raise UndecidedError(f"{ball} is no finite number")
    return float(ball.mid())


def nearest_floats(balls: Array) -> Any:
    """The float nearest to the middle of each ball; infinite beyond the largest, NaN if unknown."""
    return np.array([float(ball.mid()) for ball in balls.flat]).reshape(balls.shape)


def _quotient(number: fmpq) -> Decimal:
    return Decimal(int(number.p)) / Decimal(int(number.q))

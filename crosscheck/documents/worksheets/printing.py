"""An exact number as it is printed to so many significant digits."""

import re
from decimal import Decimal, localcontext
from fractions import Fraction

from flint import arb

from crosscheck.numerics.exact.balls import to_decimal

# Beside those that are asked for, so many digits are looked at to see that rounding is clear.
MORE = 12
# A number is clear if it is at least so far, in units of the last digit, from the end between two
# printed numbers.
MARGIN = Decimal("0.01")
# From this power of ten downwards a number is written with an exponent.
SMALLEST = -4


def printed(value: arb, digits: int) -> str:
    """A number to so many significant digits: "-0.9000", "1.204e-7"; 0 is "0".

    Raises:
        UndecidedError: If the ball is too wide.
    """
    number = _number(value, digits)
    if number == 0:
        return "0"
    with localcontext(prec=digits):
        rounded = +number
    unit = rounded.adjusted() - digits + 1
    if rounded.adjusted() < SMALLEST or unit > 0:
        return re.sub(r"E\+?", "e", f"{rounded:.{digits - 1}E}")
    return f"{rounded:.{-unit}f}" if unit < 0 else f"{rounded:.1f}"


def is_clear(value: arb, digits: int) -> bool:
    """Whether nobody who computes it can round it the other way."""
    number = _number(value, digits)
    if number == 0:
        return True
    units = number.scaleb(digits - 1 - number.adjusted())
    part = abs(units) % 1
    return abs(part - Decimal("0.5")) > MARGIN


def significant(text: str) -> int:
    """How many significant digits a number has as it is written: 3 in "0.0210"."""
    mantissa = re.split("[eE]", text)[0]
    return len(re.sub(r"\D", "", mantissa).lstrip("0"))


def half_unit(number: Fraction, digits: int) -> Fraction:
    """Half a unit of the last of so many significant digits; 0 has none."""
    if number == 0:
        return Fraction(0)
    with localcontext(prec=digits + MORE):
        adjusted = (Decimal(number.numerator) / Decimal(number.denominator)).adjusted()
    return Fraction(10) ** (adjusted - digits + 1) / 2


def _number(value: arb, digits: int) -> Decimal:
    return Decimal(to_decimal(value, digits + MORE))

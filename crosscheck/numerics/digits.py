"""Numbers that a reader compares by their size."""

from decimal import localcontext

# The powers of ten between which a decimal number is written without an exponent.
SMALL, LARGE = -7, 15


def few_digits(number: float, digits: int = 3) -> str:
    """A number with so many significant digits at most: "0.46", "63", "6.28e15", "inf"."""
    mantissa, e, exponent = f"{number:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def counted(count: int, noun: str) -> str:
    """A number of things in English: "1 problem", "2 problems", "1,024 entries".

    Args:
        count: How many there are.
        noun: One of them, of which the plural ends in s, or in ies for a y.
    """
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun.removesuffix('y')}{'ies' if noun.endswith('y') else 's'}"


def of_bound(fraction: float) -> str:
    """A fraction of a bound: to the hundredth where it holds, by its size where it does not."""
    return f"{fraction:.2f}" if fraction <= 1 else few_digits(fraction)


def significant(decimal: str, digits: int) -> str:
    """A decimal number rounded to so many significant digits: "0.11488850", "13002", "8.24e-7".

    Args:
        decimal: The number, as a text of any length.
        digits: How many digits; zeros at the end are left out.
    """
    with localcontext(prec=digits) as context:
        number = context.create_decimal(decimal).normalize()
    if not number:
        return "0"
    if SMALL <= number.adjusted() <= LARGE:
        return f"{number:f}"
    mantissa, _, exponent = f"{number:e}".partition("e")
    return f"{mantissa}e{int(exponent)}"

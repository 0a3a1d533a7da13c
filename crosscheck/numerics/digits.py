"""Numbers that a reader compares by their size."""


def few_digits(number: float, digits: int = 3) -> str:
    """A number with so many significant digits at most: "0.46", "63", "6.28e15", "inf"."""
    mantissa, e, exponent = f"{number:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def of_bound(fraction: float) -> str:
    """A fraction of a bound: to the hundredth where it holds, by its size where it does not."""
    return f"{fraction:.2f}" if fraction <= 1 else few_digits(fraction)

"""The lines of an exercise as a lecturer writes them: each with its equation and its arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass

from crosscheck.documents.document import Printed
from crosscheck.documents.worksheets.exercise import Blank, Exercise
from crosscheck.documents.worksheets.notation import by_hand, equation, numbers, symbol
from crosscheck.numerics.exact.balls import from_rational, working_precision


@dataclass(frozen=True)
class Line:
    """One number with how it is got.

    Attributes:
        blank: What is computed.
        symbol: "z⁽¹⁾₁".
        equation: "w⁽¹⁾₁₁·x₁ + b⁽¹⁾₁".
        arithmetic: The same with the numbers of the lines before; "" if that is the number itself.
        relation: "=", or "≈" if the number is rounded.
        value: "−0.9000".
    """

    blank: Blank
    symbol: str
    equation: str
    arithmetic: str
    relation: str
    value: str


def lines(exercise: Exercise) -> Iterator[Line]:
    """Every line of an exercise, in the order in which they are computed."""
    known = exercise.given | exercise.solution
    with working_precision():
        for blank in exercise.blanks:
            exact, printed = exercise.exact(blank.quantity), exercise.solution[blank.quantity]
            assert exact is not None
            number = from_rational(Printed(printed).value)
            value = by_hand(printed)
            arithmetic = equation(blank.step, numbers(known.get))
            yield Line(
                blank,
                symbol(blank.quantity),
                equation(blank.step, lambda each: symbol(each) if each in known else None),
                "" if arithmetic == value else arithmetic,
                "=" if number.overlaps(exact) else "≈",
                value,
            )

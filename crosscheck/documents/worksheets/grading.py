"""Marks for answers: what is wrong loses its mark, and what follows from it does not.

A number is right if it is the exact one, rounded to the digits that it shows. Else it follows from
what was written before if rounding explains it: the step of its own line, on the numbers written
before, where each of them may have been rounded, and the result of every operation too. So nobody
loses a mark for rounding early, and none is given for what rounding cannot explain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from fractions import Fraction

from flint import arb

from crosscheck.documents.document import Printed
from crosscheck.documents.entries import DECIMAL
from crosscheck.documents.expressions import evaluate
from crosscheck.documents.worksheets.exercise import Blank, Exercise
from crosscheck.documents.worksheets.printing import half_unit, printed, significant
from crosscheck.numerics.exact.balls import (
    UndecidedError,
    from_rational,
    is_within,
    working_precision,
)

# What rounding explains is no evidence if it is wider than this part of the number itself.
TOO_WIDE = Fraction(1, 10)


class Mark(StrEnum):
    """What is said of an answer."""

    RIGHT = "right"
    INHERITED = "follows from an earlier mistake"
    ROUNDED = "rounded earlier"
    UNDECIDED = "not decided by the digits"
    TOO_FEW_DIGITS = "too few digits"
    WRONG = "wrong"
    NO_NUMBER = "no number"
    MISSING = "not answered"


# Marks after which what follows has a mistake to inherit.
UNSOUND = (Mark.WRONG, Mark.INHERITED, Mark.UNDECIDED)
# Answers in whose place the exact value is taken.
UNUSED = (Mark.MISSING, Mark.NO_NUMBER)
# The share of its points that an answer gets, unless it is stated otherwise.
SHARES = {
    Mark.RIGHT: Fraction(1),
    Mark.INHERITED: Fraction(1),
    Mark.ROUNDED: Fraction(1),
    Mark.UNDECIDED: Fraction(1),
    Mark.TOO_FEW_DIGITS: Fraction(0),
    Mark.WRONG: Fraction(0),
    Mark.NO_NUMBER: Fraction(0),
    Mark.MISSING: Fraction(0),
}


@dataclass(frozen=True)
class Answer:
    """One answer with its mark.

    Attributes:
        blank: What was asked.
        given: What was written.
        expected: The exact value, to the digits that are asked for.
        mark: The mark.
        slip: The known slip that gives what was written, if it is wrong; or None.
        from_these: The quantities with a mistake from which it follows.
    """

    blank: Blank
    given: str
    expected: str
    mark: Mark
    slip: str | None = None
    from_these: tuple[str, ...] = ()


def grade(exercise: Exercise, given: Mapping[str, str]) -> tuple[Answer, ...]:
    """Mark the answers to an exercise.

    Args:
        exercise: The exercise.
        given: What was written for each quantity, as a text; what is missing was not answered.

    Returns:
        One answer for every blank, in their order.
    """
    with working_precision():
        marked: dict[str, Answer] = {}
        for blank in exercise.blanks:
            text = _plain(given.get(blank.quantity, ""))
            marked[blank.quantity] = _marked(exercise, blank, text, marked)
    return tuple(marked.values())


def _plain(text: str) -> str:
    """A number as it is read here: with a point, and with the signs of a keyboard."""
    return text.strip().replace("\N{MINUS SIGN}", "-").replace(",", ".").lower()


def _marked(exercise: Exercise, blank: Blank, text: str, before: Mapping[str, Answer]) -> Answer:
    exact = exercise.exact(blank.quantity)
    assert exact is not None, blank.quantity
    expected = printed(exact, exercise.digits)
    if not text:
        return Answer(blank, text, expected, Mark.MISSING)
    if not DECIMAL.fullmatch(text):
        return Answer(blank, text, expected, Mark.NO_NUMBER)
    written = Written(exercise, before)
    number = Printed(text).value
    near = half_unit(number, exercise.digits)
    if number == Printed(expected).value or (
        significant(text) >= exercise.digits
        and is_within(exact, number, half_unit(Printed(expected).value, exercise.digits))
    ):
        return Answer(blank, text, expected, Mark.RIGHT)
    if significant(text) < exercise.digits and is_within(exact, number, Printed(text).tolerance):
        return Answer(blank, text, expected, Mark.TOO_FEW_DIGITS)
    follows = written.explains(blank.step, number, near)
    unsound = tuple(q for q in written.used if before[q].mark in UNSOUND)
    if follows in (Explained.AS_PRINTED, Explained.YES):
        mark = Mark.INHERITED if unsound else Mark.ROUNDED
        return Answer(blank, text, expected, mark, from_these=unsound)
    if follows is Explained.PERHAPS:
        return Answer(blank, text, expected, Mark.UNDECIDED, from_these=unsound)
    for explained in (Explained.AS_PRINTED, Explained.YES):
        for name, wrong in blank.slips:
            if written.explains(wrong, number, near) in (explained, Explained.AS_PRINTED):
                return Answer(blank, text, expected, Mark.WRONG, name)
    return Answer(blank, text, expected, Mark.WRONG)


class Explained(Enum):
    """Whether a step gives a number."""

    AS_PRINTED = "on the numbers as they are written"
    YES = "if they were rounded, or its operations"
    PERHAPS = "but rounding might explain anything near it"
    NO = "in no way"


class Written:
    """The numbers that somebody wrote before, and what steps on them may give.

    Attributes:
        used: The quantities that the steps have taken.
    """

    def __init__(self, exercise: Exercise, before: Mapping[str, Answer]) -> None:
        self._exercise, self._before = exercise, before
        self.used: dict[str, None] = {}

    def explains(self, step: str, number: Fraction, near: Fraction) -> Explained:
        """Whether a step gives a number, up to half a unit of its last digit."""
        try:
            plain = evaluate(step, self._as_printed)
            # A number in the middle between two printed ones may be either.
            if plain.is_finite() and plain.overlaps(_around(number, near)):
                return Explained.AS_PRINTED
            wide = evaluate(step, self._before_rounding, self._rounded)
        except UndecidedError:
            return Explained.PERHAPS
        if not wide.is_finite():
            return Explained.PERHAPS
        if not wide.overlaps(_ball(number)):
            return Explained.NO
        sure = plain.is_finite() and wide.rad() <= abs(plain) * _ball(TOO_WIDE)
        return Explained.YES if sure else Explained.PERHAPS

    def _as_printed(self, name: str) -> arb | None:
        answer = self._answer(name)
        return self._exercise.exact(name) if answer is None else _ball(Printed(answer.given).value)

    def _before_rounding(self, name: str) -> arb | None:
        """What may have stood in the place of a number before it was rounded."""
        exact, answer = self._exercise.exact(name), self._answer(name)
        if answer is None or exact is None:
            return exact
        number = Printed(answer.given)
        if answer.mark is Mark.RIGHT:
            return exact.union(_ball(number.value))
        return _around(number.value, number.tolerance)

    def _answer(self, name: str) -> Answer | None:
        answer = self._before.get(name)
        if answer is not None:
            self.used[name] = None
        return None if answer is None or answer.mark in UNUSED else answer

    def _rounded(self, value: arb) -> arb:
        """The result of an operation, which may have been rounded to the digits asked for."""
        if not value.is_finite() or value.contains(0):
            return value
        middle = Fraction(float(value.mid()))
        return value + arb(0, _ball(half_unit(middle, self._exercise.digits)))


def _ball(number: Fraction) -> arb:
    return from_rational(number)


def _around(number: Fraction, distance: Fraction) -> arb:
    return arb(_ball(number), _ball(distance))

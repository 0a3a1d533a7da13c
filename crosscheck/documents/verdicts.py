"""Verdicts on printed numbers, worked out from the document's own data.

The exact value of a number is the document's own formula, computed in ball arithmetic from its data
to the end. A value matches a printed string if it lies within half a unit of the last printed
digit; an integer must be equal. Only a count that the document means in round figures, as 13000 for
13,002, is read as rounded to its zeros; what ends in no zero, as 13,001, is no round figure. A
number that is more than an illustration gets the first verdict that applies:

1. confirmed: the exact value matches the printed string;
2. contradicted: the line's own step, on the operands printed nearest before it, does not match;
3. inherited: that step matches, but one of those operands is itself contradicted or inherited;
4. rounded inputs: that step matches, and its operands are sound; only their rounding shows.

The operands are the largest parts of the step that are printed: a printed product counts, and not
its factors. Of a part that is printed more than once, the one nearest before counts.

An illustration is not worked out from anything: an example of a size, or a year or a count of
history, which is out of scope (`statements.statement` says why).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import arb

from crosscheck.documents.entries import TranscriptionError
from crosscheck.documents.expressions import ExpressionError, Lookup, evaluate, resolve
from crosscheck.documents.transcription import Document, Inputs, Number, Printed, Slip, load
from crosscheck.documents.worked_examples import exact_names, given_names
from crosscheck.numerics.exact.balls import (
    from_rational,
    is_within,
    to_decimal,
    working_precision,
)


class Verdict(StrEnum):
    """The verdict on a printed number; the module says which one applies."""

    CONFIRMED = "confirmed"
    ROUNDED_INPUTS = "rounded inputs"
    INHERITED = "inherited"
    CONTRADICTED = "contradicted"
    ILLUSTRATION = "illustration"


UNSOUND = (Verdict.CONTRADICTED, Verdict.INHERITED)


@dataclass(frozen=True)
class SlipOutcome:
    """What a slip gives in place of one contradicted number.

    Attributes:
        name, explanation, inputs: Of the slip.
        expression: Its wrong step for this number.
        gives: The value of that step on the inputs of the slip, to 20 digits.
        reproduces: Whether that value matches the printed string.
        otherwise: The value on the other kind of inputs, and whether it matches.
    """

    name: str
    explanation: str
    inputs: Inputs
    expression: str
    gives: str
    reproduces: bool
    otherwise: tuple[str, bool]


@dataclass(frozen=True)
class Judged:
    """A printed number with its verdict.

    Attributes:
        number: The printed number.
        exact: Its exact value, to 20 digits; None for an illustration.
        verdict: The verdict.
        operands: The printed numbers that the step of its line takes.
        slip: What the slip that touches it gives; None if it is not contradicted, or if none does.
    """

    number: Number
    exact: str | None
    verdict: Verdict
    operands: tuple[Number, ...] = ()
    slip: SlipOutcome | None = None


@cache
def judge(document: str) -> tuple[Judged, ...]:
    """The verdict on every number of a document, in its order.

    Raises:
        TranscriptionError: As `judge_document` does.
    """
    with working_precision():
        return judge_document(load(document))


def judge_document(document: Document) -> tuple[Judged, ...]:
    """`judge` for a document that is loaded already, in the precision that is set.

    Raises:
        TranscriptionError: If an expression of a number or of its slip cannot be computed.
    """
    given, exact = given_names(document), exact_names(document)

    def look_up_exact(name: str) -> arb | None:
        return ball(resolve(name, exact))

    judged: list[Judged] = []
    latest: dict[str, Judged] = {}  # by quantity: its number that is printed nearest before
    for number in document.numbers:
        if number.illustration is not None:
            judged.append(Judged(number, None, Verdict.ILLUSTRATION))
            continue
        used: list[Judged] = []

        def look_up_printed(name: str, used: list[Judged] = used) -> arb | None:
            if name in latest:
                used.append(latest[name])
                return from_rational(latest[name].number.value)
            return ball(resolve(name, given))

        try:
            value = evaluate(number.quantity, look_up_exact)
            step = evaluate(number.step, look_up_printed)
            verdict, operands = _verdict(number, value, step, used), tuple(used)
            slip = None
            if verdict is Verdict.CONTRADICTED:
                lookups = {Inputs.PRINTED: look_up_printed, Inputs.EXACT: look_up_exact}
                slip = _slip_outcome(document.slips, number, lookups)
        except ExpressionError as error:
            raise TranscriptionError(f"{number.place}: {error}") from None
        numbers = tuple(operand.number for operand in operands)
        judged.append(Judged(number, to_decimal(value), verdict, numbers, slip))
        latest[number.quantity] = judged[-1]
    return tuple(judged)


def _verdict(number: Number, value: arb, step: arb, operands: list[Judged]) -> Verdict:
    if matches(number, value):
        return Verdict.CONFIRMED
    if not matches(number, step):
        return Verdict.CONTRADICTED
    if any(operand.verdict in UNSOUND for operand in operands):
        return Verdict.INHERITED
    return Verdict.ROUNDED_INPUTS


def matches(number: Number, value: arb) -> bool:
    """Whether the printed string is `value`, rounded to the digits that it shows.

    Raises:
        UndecidedError: If the ball is too wide to decide it.
    """
    return is_within(value, number.value, number.tolerance)


def matches_printed(text: str, exact: Any) -> bool:
    """Whether a number is printed as `text`: rounded to the digits that the text shows.

    Args:
        text: The number as printed: "-0.0287", "1.2e-3", "13,001". A whole number must be equal;
            any other may be off by half a unit of its last digit.
        exact: The number: an int, a float, a Fraction, a Decimal, or a scalar that NumPy takes. It
            is taken as it stands; a float is a binary fraction.

    Raises:
        ValueError: If the text is no number, or `exact` is not finite.
        TypeError: If either is none of these.
    """
    if not isinstance(text, str):
        raise TypeError(f"a printed number must be a text, not {text!r}")
    printed = Printed(text)
    try:
        number = Fraction(exact)
    except TypeError:
        number = Fraction(float(np.asarray(exact)))
    except OverflowError:
        raise ValueError(f"{exact} is not finite") from None
    return abs(number - printed.value) <= printed.tolerance


def _slip_outcome(
    slips: tuple[Slip, ...], number: Number, lookups: Mapping[Inputs, Lookup]
) -> SlipOutcome | None:
    """What the slip that touches a number gives for it, on both kinds of inputs."""
    slip = next((slip for slip in slips if number.quantity in slip.steps), None)
    if slip is None:
        return None
    expression, outcomes = slip.steps[number.quantity], {}
    for inputs, lookup in lookups.items():
        value = evaluate(expression, lookup)
        outcomes[inputs] = (to_decimal(value), matches(number, value))
    gives, reproduces = outcomes.pop(slip.inputs)
    (otherwise,) = outcomes.values()
    return SlipOutcome(
        slip.name, slip.explanation, slip.inputs, expression, gives, reproduces, otherwise
    )


def ball(value: object) -> arb | None:
    """The value if it is a ball, and so a number that can stand in an expression; else None."""
    return value if isinstance(value, arb) else None


def problems(document: Document, judged: tuple[Judged, ...]) -> list[str]:
    """Contradicted numbers that no slip explains, and slips that explain none; as messages.

    A wrong transcription shows up here: it gives a contradiction that nothing explains.
    """
    contradicted = [entry for entry in judged if entry.verdict is Verdict.CONTRADICTED]
    found = [
        f"{entry.number.place}: contradicted (exact value {entry.exact}), and no slip explains it"
        for entry in contradicted
        if entry.slip is None
    ]
    for slip in document.slips:
        explained = {
            entry.number.quantity: entry.slip.reproduces
            for entry in contradicted
            if entry.slip is not None and entry.slip.name == slip.name
        }
        found += [
            f"document {document.number}: slip {slip.name!r} explains {quantity}, "
            "which is not contradicted"
            for quantity in sorted(set(slip.steps) - set(explained))
        ]
        if not any(explained.values()):
            found.append(f"document {document.number}: slip {slip.name!r} reproduces nothing")
    return found

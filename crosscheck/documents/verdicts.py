"""Verdicts on printed numbers, worked out from the document's own data.

The exact value of a number is the document's own formula, computed in ball arithmetic from its data
to the end. A value matches a printed string if it lies within half a unit of the last printed
digit; an integer must be equal, but for a count in round figures, as 13000 for 13,002, which is
read as rounded to its zeros. What is no illustration gets the first verdict that applies:

1. confirmed: the exact value matches the printed string;
2. contradicted: the line's own step, on the operands printed nearest before it, does not match; or
   it is another formula, which on exact operands gives another value;
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
from functools import cache, partial
from os import PathLike
from typing import Any

import numpy as np
from flint import arb

from crosscheck.documents.document import Document, Inputs, Number, Printed, Slip
from crosscheck.documents.expressions import ExpressionError, Lookup, evaluate, resolve
from crosscheck.documents.faults import Path
from crosscheck.documents.transcription import load, read
from crosscheck.documents.worked_examples import exact_names, given_names
from crosscheck.numerics.exact.balls import (
    UndecidedError,
    enclose,
    from_rational,
    is_within,
    may_decide,
    to_decimal,
)


class Verdict(StrEnum):
    """The verdict on a printed number; the module says which one applies."""

    CONFIRMED = "confirmed"
    ROUNDED_INPUTS = "rounded inputs"
    INHERITED = "inherited"
    CONTRADICTED = "contradicted"
    ILLUSTRATION = "illustration"


# Beyond 1e1000, which nobody prints, flint's numbers become no rational ones in any useful time.
LARGEST = arb(10) ** 1000
UNSOUND = (Verdict.CONTRADICTED, Verdict.INHERITED)


@dataclass(frozen=True)
class SlipOutcome:
    """What a slip gives in place of one contradicted number.

    Attributes:
        name, explanation, inputs: Of the slip.
        expression: Its wrong step for this number.
        gives: The value of that step on the inputs of the slip, to 20 digits.
        reproduces: Whether that value matches the printed string.
        otherwise: The value on the other kind of inputs, and whether it matches; None where that
            step cannot be computed on them, since a quantity of it is not printed before.
    """

    name: str
    explanation: str
    inputs: Inputs
    expression: str
    gives: str
    reproduces: bool
    otherwise: tuple[str, bool] | None


@dataclass(frozen=True)
class Judged:
    """A printed number with its verdict.

    Attributes:
        number: The printed number.
        exact: Its exact value, to 20 digits; None for an illustration.
        verdict: The verdict.
        operands: The printed numbers that the step of its line takes.
        on_printed: What the step of its line gives on those, to 20 digits; None for an
            illustration.
        slip: What the slip that touches it gives; None if it is not contradicted, or if none does.
    """

    number: Number
    exact: str | None
    verdict: Verdict
    operands: tuple[Number, ...] = ()
    slip: SlipOutcome | None = None
    on_printed: str | None = None


@cache
def judge(document: str) -> tuple[Judged, ...]:
    """The verdict on every number of one of the five documents, in its order.

    Raises:
        TranscriptionError: As `judge_document` does.
    """
    return judge_document(load(document))


def judge_document(document: Document | str | PathLike[str]) -> tuple[Judged, ...]:
    """The verdict on every printed number of a document of one's own, in its order.

    Args:
        document: The path of its TOML file, in the format that docs/documents.md describes; or the
            document itself.

    Raises:
        TranscriptionError: If the file is malformed, or an expression of a number or of its slip
            cannot be computed. The message names every place with its line.
        OSError: If the file cannot be read.
    """
    if not isinstance(document, Document):
        document = read(document)
    verdicts: tuple[Judged, ...] = enclose(partial(_judged, document))
    return verdicts


def _judged(document: Document) -> tuple[Judged, ...]:
    """The verdicts, in the precision that is set.

    Raises:
        UndecidedError: If more bits may decide what these cannot.
    """
    given, exact = given_names(document), exact_names(document)

    def look_up_exact(name: str) -> arb | None:
        return ball(resolve(name, exact))

    judged: list[Judged] = []
    latest: dict[str, Judged] = {}  # by quantity: its number that is printed nearest before
    faults: dict[Path, str] = {}
    for index, number in enumerate(document.numbers):
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
            value = finite_value(number.quantity, look_up_exact)
            step = finite_value(number.step, look_up_printed)
            is_right = _is_same(finite_value(number.step, look_up_exact), value)
            verdict, operands = _verdict(number, value, step, is_right, used), tuple(used)
            slip = None
            if verdict is Verdict.CONTRADICTED:
                lookups = {Inputs.PRINTED: look_up_printed, Inputs.EXACT: look_up_exact}
                slip = _slip_outcome(document.slips, number, lookups)
        except (ExpressionError, UndecidedError) as error:
            if isinstance(error, UndecidedError) and may_decide():
                raise
            place = number.path or ("numbers", index)
            faults[place] = f"{number.printed} in {number.line!r}: {error}"
            continue
        numbers = tuple(operand.number for operand in operands)
        judged.append(Judged(number, to_decimal(value), verdict, numbers, slip, to_decimal(step)))
        latest[number.quantity] = judged[-1]
    if faults:
        raise document.error(faults)
    return tuple(judged)


def finite_value(expression: str, lookup: Lookup) -> arb:
    """The value of an expression; 0 where it is smaller than whatever can be printed.

    Raises:
        ExpressionError: If it cannot be computed, or is no finite number, or too large a one.
        UndecidedError: If more bits may still show that it is one.
    """
    value = evaluate(expression, lookup)
    if not abs(value) < LARGEST:
        kind = UndecidedError if may_decide() else ExpressionError
        raise kind(f"{expression} is no finite number below 1e1000")
    return arb(0) if abs(value) * LARGEST < 1 else value


def _is_same(gives: arb, value: arb) -> bool:
    """Whether a formula gives the exact value, but for a constant in it that is a float."""
    return bool(gives.overlaps(value) or abs(gives - value) <= abs(value) * arb(2) ** -40)


def _verdict(
    number: Number, value: arb, step: arb, is_right: bool, operands: list[Judged]
) -> Verdict:
    if matches(number, value):
        return Verdict.CONFIRMED
    if not (is_right and matches(number, step)):
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
            is not rounded first; a float is a binary fraction.

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
        try:
            value = finite_value(expression, lookup)
        except ExpressionError:
            if inputs is slip.inputs:
                raise
            continue
        outcomes[inputs] = (to_decimal(value), matches(number, value))
    gives, reproduces = outcomes.pop(slip.inputs)
    otherwise = next(iter(outcomes.values()), None)
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

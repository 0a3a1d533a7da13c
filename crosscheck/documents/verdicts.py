"""Verdicts on printed numbers, worked out from the document's own data.

In this order, for every number that is not a mere illustration:

1. "confirmed": the exact value matches the printed string;
2. "contradicted": the line's own step, on the operands printed nearest before it, does not;
3. "inherited": it does, but one of those operands is itself contradicted or inherited;
4. "rounded inputs": it does, and its operands are sound; only their rounding shows.

To match is to lie within half a unit of the last printed digit; a printed integer must be equal.
The exact value is the document's own formula, end to end from its data, in ball arithmetic.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache

from flint import arb

from crosscheck.documents.entries import TranscriptionError
from crosscheck.documents.expressions import ExpressionError, Lookup, evaluate, resolve
from crosscheck.documents.transcription import Document, Inputs, Number, Slip, load
from crosscheck.documents.worked_examples import exact_names, given_names
from crosscheck.numerics.exact.balls import (
    from_rational,
    is_within,
    to_decimal,
    working_precision,
)


class Verdict(StrEnum):
    """What a printed number is; the module says when."""

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
        gives: The number it gives on its stated inputs, to 20 digits.
        reproduces: Whether that matches the printed string.
        otherwise: The same two on the other kind of inputs.
    """

    name: str
    explanation: str
    inputs: str
    expression: str
    gives: str
    reproduces: bool
    otherwise: tuple[str, bool]


@dataclass(frozen=True)
class Judged:
    """A printed number with its exact value (20 digits), its verdict and its slip."""

    number: Number
    exact: str | None
    verdict: Verdict
    operands: tuple[Number, ...] = ()
    slip: SlipOutcome | None = None


@cache
def judge(document: str) -> tuple[Judged, ...]:
    """The verdict on every number of a document, in its order."""
    with working_precision():
        return judge_document(load(document))


def judge_document(document: Document) -> tuple[Judged, ...]:
    """As `judge`, for a document at hand."""
    given = given_names(document)
    exact = exact_names(document)

    def exactly(name: str) -> arb | None:
        return ball(resolve(name, exact))

    judged: list[Judged] = []
    latest: dict[str, Judged] = {}  # the occurrence nearest before, by quantity
    for number in document.numbers:
        if number.illustration is not None:
            judged.append(Judged(number, None, Verdict.ILLUSTRATION))
            continue
        used: list[Judged] = []

        def as_printed(name: str, used: list[Judged] = used) -> arb | None:
            if name in latest:
                used.append(latest[name])
                return from_rational(latest[name].number.value)
            return ball(resolve(name, given))

        try:
            value = evaluate(number.quantity, exactly)
            step = evaluate(number.step, as_printed)
        except ExpressionError as error:
            raise TranscriptionError(f"{number.place}: {error}") from None
        verdict = _verdict(number, value, step, used)
        slip = None
        if verdict is Verdict.CONTRADICTED:
            slip = _slip(
                document.slips, number, {Inputs.PRINTED: as_printed, Inputs.EXACT: exactly}
            )
        operands = tuple(operand.number for operand in used)
        judged.append(Judged(number, to_decimal(value), verdict, operands, slip))
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
    """Whether the printed string is `value`, rounded to the digits that it shows."""
    return is_within(
        value, number.value, number.half_unit if not number.is_integer else Fraction(0)
    )


def _slip(
    slips: tuple[Slip, ...], number: Number, inputs: dict[Inputs, Lookup]
) -> SlipOutcome | None:
    """What the slip that touches this number gives for it, on both kinds of inputs."""
    for slip in slips:
        if number.quantity in slip.steps:
            outcomes = {}
            for kind, lookup in inputs.items():
                value = evaluate(slip.steps[number.quantity], lookup)
                outcomes[kind] = (to_decimal(value), matches(number, value))
            gives, reproduces = outcomes.pop(slip.inputs)
            (otherwise,) = outcomes.values()
            said = (slip.name, slip.explanation, slip.inputs, slip.steps[number.quantity])
            return SlipOutcome(*said, gives, reproduces, otherwise)
    return None


def ball(value: object) -> arb | None:
    """The value if it is a ball, and so a number that can stand in an expression; else None."""
    return value if isinstance(value, arb) else None


def problems(document: Document, judged: tuple[Judged, ...]) -> list[str]:
    """What is amiss in a document's account: every contradiction needs a slip, and every slip one.

    A wrong transcription shows up here: it contradicts, and nothing explains it.
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

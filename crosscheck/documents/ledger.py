"""The ledger of the documents: every printed number and every statement, with its verdict."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from crosscheck.documents import transcription, verdicts
from crosscheck.documents.document import ComputedTable, Document, Inputs
from crosscheck.documents.expressions import ExpressionError, normal_form, resolve
from crosscheck.documents.faults import Path
from crosscheck.documents.statements.catalogue import all_statements
from crosscheck.documents.statements.statement import Statement, StatementVerdict
from crosscheck.documents.verdicts import Judged
from crosscheck.documents.worked_examples import exact_names, given_names
from crosscheck.numerics.exact.balls import enclose, from_rational, to_decimal

# What a demonstration that runs a network rests on.
RESTS_ON = (
    "Short programs that use the NumPy reference test the statements. `crosscheck verify` compares "
    "this reference with exact values, and says whether it computes correctly on your machine."
)


@dataclass(frozen=True)
class Ledger:
    """The ledger of one document.

    Attributes:
        document: The transcription.
        numbers: Every printed number, judged.
        statements: Every statement, with its verdict.
        frameworks: By framework and quantity, the float that the framework computes.
    """

    document: Document
    numbers: tuple[Judged, ...]
    statements: tuple[tuple[Statement, StatementVerdict], ...]
    frameworks: Mapping[str, Mapping[str, float]]

    def count(self) -> Counter[str]:
        """How many numbers have each verdict, and how many statements."""
        return Counter(judged.verdict for judged in self.numbers) + Counter(
            verdict for _, verdict in self.statements
        )


def ledger(
    document: str | Document, values: Mapping[str, Mapping[str, float]] | None = None
) -> Ledger:
    """Judge one document.

    Args:
        document: The number of one of the five, as "002"; or a document of one's own, which makes
            no statements.
        values: By framework and quantity, the float that the framework computes, to be shown beside
            the printed number. Nothing is judged by it.
    """
    if isinstance(document, Document):
        return Ledger(document, verdicts.judge_document(document), (), values or {})
    loaded, judged = transcription.load(document), verdicts.judge(document)
    return Ledger(loaded, judged, _judged_statements(document), values or {})


@cache
def _judged_statements(document: str) -> tuple[tuple[Statement, StatementVerdict], ...]:
    return tuple(
        (statement, statement.verdict())
        for statement in all_statements()
        if statement.document == document
    )


def problems(document: str) -> list[str]:
    """What is wrong with the account of a document, with its slips or statements, as messages."""
    return verdicts.problems(transcription.load(document), verdicts.judge(document)) + [
        f"document {document}, section {statement.section}: {statement.statement!r} {verdict}, "
        f"but what is right instead is {'not ' if statement.correct is None else ''}given"
        for statement, verdict in _judged_statements(document)
        if (statement.correct is None) != (verdict is StatementVerdict.HOLDS)
    ]


def ledger_as_json(ledgers: Iterable[Ledger]) -> dict[str, Any]:
    """The ledger in the form that other programs read."""
    ledgers = list(ledgers)
    return {
        "documents": {entry.document.number: entry.document.title for entry in ledgers},
        "numbers": numbers_as_json(ledgers),
        "statements": [
            {
                "document": statement.document,
                "section": statement.section,
                "statement": statement.statement,
                "verdict": verdict,
                "correct": statement.correct,
                "readings": {name: bool(held) for name, held in statement.demonstrate().items()},
            }
            for entry in ledgers
            for statement, verdict in entry.statements
        ],
    }


def numbers_as_json(ledgers: Iterable[Ledger]) -> list[dict[str, Any]]:
    """The printed numbers of a ledger in the form that other programs read, and `findings`."""
    return [
        {
            "document": judged.number.document,
            "section": judged.number.section,
            "line": judged.number.line,
            "quantity": judged.number.illustration or judged.number.quantity,
            "printed": judged.number.printed,
            "exact": judged.exact,
            "verdict": judged.verdict,
            "slip": judged.slip
            and {
                "name": judged.slip.name,
                "explanation": judged.slip.explanation,
                "expression": judged.slip.expression,
                "inputs": judged.slip.inputs,
                "gives": judged.slip.gives,
                "reproduces": judged.slip.reproduces,
            },
            "frameworks": {
                name: values[judged.number.quantity]
                for name, values in entry.frameworks.items()
                if judged.number.quantity in values
            },
        }
        for entry in ledgers
        for judged in entry.numbers
    ]


def tables(document: Document) -> list[tuple[str, list[str], list[list[str]]]]:
    """The tables that a transcription asks for: title, head, rows; every cell computed.

    Raises:
        TranscriptionError: If a cell is to show a printed number that is not printed, or what is
            no finite number.
    """
    found: list[tuple[str, list[str], list[list[str]]]] = enclose(
        lambda: [
            _with_values(document, ("tables", index), table)
            for index, table in enumerate(document.tables)
        ]
    )
    return found


def _with_values(
    document: Document, where: Path, table: ComputedTable
) -> tuple[str, list[str], list[list[str]]]:
    latest = {number.quantity: number for number in document.numbers}
    names, given = exact_names(document), given_names(document)

    def exact(name: str) -> Any:
        return verdicts.ball(resolve(name, names))

    def printed(name: str) -> Any:
        if name in latest:
            return from_rational(latest[name].value)
        return verdicts.ball(resolve(name, given))

    def cell(inputs: Inputs, expression: str) -> str:
        if inputs is not Inputs.VERBATIM:
            lookup = printed if inputs is Inputs.PRINTED else exact
            try:
                return to_decimal(verdicts.finite_value(expression, lookup), digits=8)
            except ExpressionError as error:
                raise document.error({where: str(error)}) from None
        number = latest.get(normal_form(expression))
        if number is None:
            raise document.error({where: f"{table.title!r}: {expression} is not printed"})
        return number.printed

    head = ["", *(column.title for column in table.columns)]
    rows = [
        [label, *(cell(c.inputs, each) for c, each in zip(table.columns, cells, strict=True))]
        for label, cells in table.rows
    ]
    return table.title, head, rows

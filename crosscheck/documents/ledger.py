"""The ledger of the documents: every printed number and every statement, with its verdict."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from crosscheck.documents import transcription, verdicts
from crosscheck.documents.expressions import ExpressionError, evaluate, normal_form, resolve
from crosscheck.documents.statements.statement import Statement, all_statements
from crosscheck.documents.transcription import Document
from crosscheck.documents.verdicts import Judged
from crosscheck.documents.worked_examples import exact_names, framework_names, given_names
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.exact.balls import from_rational, to_decimal, working_precision

STATEMENT_VERDICTS = ("holds", "fails", "ambiguous")


@dataclass(frozen=True)
class Account:
    """The ledger of one document.

    Attributes:
        document: The transcription.
        numbers: Every printed number, judged.
        statements: Every statement with its verdict.
        frameworks: For each framework, the float it computes for a quantity, where it does.
    """

    document: Document
    numbers: tuple[Judged, ...]
    statements: tuple[tuple[Statement, str], ...]
    frameworks: dict[str, dict[str, float]]

    def count(self) -> Counter[str]:
        """How many numbers have each verdict, and how many statements."""
        return Counter(judged.verdict for judged in self.numbers) + Counter(
            verdict for _, verdict in self.statements
        )


def account(document: str, frameworks: Iterable[Framework] = ()) -> Account:
    """Judge one document; with frameworks, what each computes beside it."""
    loaded = transcription.load(document)
    values = {framework.name: _values(loaded, framework) for framework in frameworks}
    return Account(loaded, verdicts.judge(document), _judged_statements(document), values)


@cache
def _judged_statements(document: str) -> tuple[tuple[Statement, str], ...]:
    return tuple(
        (statement, statement.verdict())
        for statement in all_statements()
        if statement.document == document
    )


def problems(document: str) -> list[str]:
    """What is amiss in the account of a document: in its slips, or in its statements."""
    return verdicts.problems(transcription.load(document), verdicts.judge(document)) + [
        f"document {document}, section {statement.section}: {statement.statement!r} {verdict}, "
        f"but what is right instead is {'not ' if statement.correct is None else ''}given"
        for statement, verdict in _judged_statements(document)
        if (statement.correct is None) != (verdict == "holds")
    ]


def _values(document: Document, framework: Framework) -> dict[str, float]:
    """What a framework makes of every printed quantity; an expression of its values, exactly."""
    found = {}
    with working_precision():
        names, given = framework_names(document, framework), given_names(document)
        for number in document.numbers:
            own: list[str] = []

            def looked_up(name: str, own: list[str] = own) -> Any:
                value = resolve(name, names)
                if value is None:
                    return verdicts.ball(resolve(name, given))
                own.append(name)
                return from_rational(Fraction(float(value)))

            if number.illustration is not None:
                continue
            try:
                value = evaluate(number.quantity, looked_up)
            except ExpressionError:  # of something that no framework is asked for, as a surface
                continue
            if own:
                found[number.quantity] = float(value.mid())
    return found


def as_json(accounts: Iterable[Account]) -> dict[str, Any]:
    """The ledger in the form that other programs read."""
    accounts = list(accounts)
    return {
        "documents": {entry.document.number: entry.document.title for entry in accounts},
        "numbers": [
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
            for entry in accounts
            for judged in entry.numbers
        ],
        "statements": [
            {
                "document": statement.document,
                "section": statement.section,
                "statement": statement.statement,
                "verdict": verdict,
                "correct": statement.correct,
                "readings": {name: bool(held) for name, held in statement.demonstrate().items()},
            }
            for entry in accounts
            for statement, verdict in entry.statements
        ],
    }


def tables(document: Document) -> list[tuple[str, list[str], list[list[str]]]]:
    """The tables that a transcription asks for: title, head, rows; every cell computed."""
    latest = {number.quantity: number for number in document.numbers}
    with working_precision():
        names, given = exact_names(document), given_names(document)

        def exact(name: str) -> Any:
            return verdicts.ball(resolve(name, names))

        def printed(name: str) -> Any:
            if name in latest:
                return from_rational(latest[name].value)
            return verdicts.ball(resolve(name, given))

        def cell(inputs: str, expression: str) -> str:
            if inputs == "verbatim":
                return latest[normal_form(expression)].printed
            value = evaluate(expression, {"printed": printed, "exact": exact}[inputs])
            return to_decimal(value, digits=8)

        return [
            (
                table["title"],
                ["", *(column["title"] for column in table["columns"])],
                [
                    [row[0]]
                    + [
                        cell(column["inputs"], expression)
                        for column, expression in zip(table["columns"], row[1:], strict=True)
                    ]
                    for row in table["rows"]
                ],
            )
            for table in document.given.get("tables", [])
        ]

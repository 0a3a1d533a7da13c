"""The tables of `crosscheck errata`, and the summary of the documents in `crosscheck verify`."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crosscheck.documents.document import Inputs
from crosscheck.documents.ledger import RESTS_ON, Ledger, tables
from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Verdict
from crosscheck.report.colours import coloured


def summary(ledgers: Iterable[Ledger]) -> Table:
    """How many numbers and statements of each document have which verdict.

    Args:
        ledgers: The documents, judged.
    """
    table = Table(title="Documents")
    table.add_column("")
    table.add_column("document")
    columns = (*Verdict, *StatementVerdict)
    for verdict in columns:
        table.add_column(coloured(verdict), justify="right")
    for ledger in ledgers:
        counts = ledger.count()
        cells = [str(counts[verdict]) if counts[verdict] else "-" for verdict in columns]
        table.add_row(ledger.document.number, escape(ledger.document.title), *cells)
    table.caption = "Numbers: confirmed to illustration. Statements: holds, fails, ambiguous."
    return table


def show_errata(console: Console, ledgers: Sequence[Ledger], everything: bool) -> None:
    """Print the ledger, document by document.

    Args:
        console: Where to print.
        ledgers: The documents, judged.
        everything: Whether to show also what is confirmed, only illustrates or holds.
    """
    for ledger in ledgers:
        document = ledger.document
        console.rule(f"Document {document.number}: {escape(document.title)}")
        console.print(_numbers(ledger, everything))
        _show_slips(console, ledger)
        for title, head, rows in tables(document):
            table = Table(*head, title=title)
            for row in rows:
                table.add_row(*map(escape, row))
            console.print(table)
        if ledger.statements:  # a document of one's own makes none
            console.print(_statements(ledger, everything))
    console.print(summary(ledgers))
    if any(ledger.statements for ledger in ledgers):
        console.print(RESTS_ON)


def _numbers(ledger: Ledger, everything: bool) -> Table:
    table = Table(title="Printed numbers")
    for column in ("section", "printed", "exact", "verdict", "quantity"):
        table.add_column(column, overflow="fold")
    for name in ledger.frameworks:
        table.add_column(name)
    hidden = 0
    for judged in ledger.numbers:
        if judged.verdict in (Verdict.CONFIRMED, Verdict.ILLUSTRATION) and not everything:
            hidden += 1
            continue
        number = judged.number
        values = [
            f"{values[number.quantity]:.9g}" if number.quantity in values else ""
            for values in ledger.frameworks.values()
        ]
        table.add_row(
            escape(number.section),
            number.printed,
            judged.exact[:14] if judged.exact and "E" not in judged.exact else judged.exact,
            coloured(judged.verdict),
            escape(number.quantity if number.illustration is None else number.illustration),
            *values,
        )
    if hidden:
        table.caption = f"{hidden} more are confirmed or only illustrate (--all shows them)."
    return table


def _show_slips(console: Console, ledger: Ledger) -> None:
    for slip in ledger.document.slips:
        table = Table(title=f"Slip: {slip.name}", caption=escape(slip.explanation))
        other = Inputs.EXACT if slip.inputs is Inputs.PRINTED else Inputs.PRINTED
        for column in ("quantity", "printed", f"gives on {slip.inputs} inputs", f"on {other} ones"):
            table.add_column(column)
        for judged in ledger.numbers:
            outcome = judged.slip
            if outcome is not None and outcome.name == slip.name:
                table.add_row(
                    escape(judged.number.quantity),
                    judged.number.printed,
                    _value(outcome.gives, outcome.reproduces),
                    _value(*outcome.otherwise) if outcome.otherwise else "",
                )
        console.print(table)


def _value(gives: str, reproduces: bool) -> str:
    """What a slip gives, and whether that is the printed number."""
    return f"{gives[:12]} " + ("[green]reproduced[/]" if reproduces else "[red]not reproduced[/]")


def _statements(ledger: Ledger, everything: bool) -> Table:
    table = Table(title="Statements", show_lines=True)
    for column in ("section", "statement", "verdict", "what is right"):
        table.add_column(column, overflow="fold")
    hidden = 0
    for statement, verdict in ledger.statements:
        if verdict is StatementVerdict.HOLDS and not everything:
            hidden += 1
            continue
        table.add_row(
            escape(statement.section),
            escape(statement.statement),
            coloured(verdict),
            escape(statement.correct or ""),
        )
    if hidden:
        table.caption = f"{hidden} more hold (--all shows them)."
    return table

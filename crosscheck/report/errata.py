"""The tables of `crosscheck errata`, and the summary of the documents in `crosscheck verify`."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crosscheck.documents import ledger, verdicts
from crosscheck.documents.ledger import Account
from crosscheck.report.colours import coloured


def summary(accounts: Iterable[Account]) -> Table:
    """How many numbers and statements of each document have which verdict.

    Args:
        accounts: The documents, judged.
    """
    table = Table(title="Documents")
    table.add_column("")
    table.add_column("document")
    columns = (*verdicts.VERDICTS, *ledger.STATEMENT_VERDICTS)
    for verdict in columns:
        table.add_column(coloured(verdict), justify="right")
    for account in accounts:
        counts = account.count()
        cells = [str(counts[verdict]) if counts[verdict] else "-" for verdict in columns]
        table.add_row(account.document.number, escape(account.document.title), *cells)
    table.caption = "Numbers: confirmed to illustration. Statements: holds, fails, ambiguous."
    return table


def show_errata(console: Console, accounts: Sequence[Account], everything: bool) -> None:
    """Print the ledger, document by document.

    Args:
        console: Where to print.
        accounts: The documents, judged.
        everything: Whether to show also what is confirmed, only illustrates or holds.
    """
    for account in accounts:
        document = account.document
        console.rule(f"Document {document.number}: {escape(document.title)}")
        console.print(_numbers(account, everything))
        _show_slips(console, account)
        for title, head, rows in ledger.tables(document):
            table = Table(*head, title=title)
            for row in rows:
                table.add_row(*map(escape, row))
            console.print(table)
        console.print(_statements(account, everything))
    console.print(summary(accounts))


def _numbers(account: Account, everything: bool) -> Table:
    table = Table(title="Printed numbers")
    for column in ("section", "printed", "exact", "verdict", "quantity"):
        table.add_column(column, overflow="fold")
    for name in account.frameworks:
        table.add_column(name)
    hidden = 0
    for judged in account.numbers:
        if judged.verdict in ("confirmed", "illustration") and not everything:
            hidden += 1
            continue
        number = judged.number
        values = [
            f"{values[number.quantity]:.9g}" if number.quantity in values else ""
            for values in account.frameworks.values()
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


def _show_slips(console: Console, account: Account) -> None:
    for slip in account.document.slips:
        table = Table(title=f"Slip: {slip.name}", caption=escape(slip.explanation))
        other = "exact" if slip.inputs == "printed" else "printed"
        for column in ("quantity", "printed", f"gives on {slip.inputs} inputs", f"on {other} ones"):
            table.add_column(column)
        for judged in account.numbers:
            outcome = judged.slip
            if outcome is not None and outcome.name == slip.name:
                table.add_row(
                    escape(judged.number.quantity),
                    judged.number.printed,
                    _attempt(outcome.gives, outcome.reproduces),
                    _attempt(*outcome.otherwise),
                )
        console.print(table)


def _attempt(gives: str, reproduces: bool) -> str:
    return f"{gives[:12]} " + ("[green]reproduced[/]" if reproduces else "[red]not reproduced[/]")


def _statements(account: Account, everything: bool) -> Table:
    table = Table(title="Statements", show_lines=True)
    for column in ("section", "statement", "verdict", "what is right"):
        table.add_column(column, overflow="fold")
    hidden = 0
    for statement, verdict in account.statements:
        if verdict == "holds" and not everything:
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

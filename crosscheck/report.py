"""What a person reads: tables of a verification and of the ledger, drawn by rich."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crosscheck import ledger, verdicts
from crosscheck.comparison import Comparison
from crosscheck.ledger import Account
from crosscheck.verification import Status, Verification

COLOURS = {
    "verified": "green",
    "wrong": "bold red",
    "not installed": "yellow",
    "confirmed": "green",
    "rounded inputs": "cyan",
    "inherited": "yellow",
    "contradicted": "bold red",
    "illustration": "dim",
    "holds": "green",
    "fails": "bold red",
    "ambiguous": "yellow",
}
SHOWN_FAILURES = 12


def coloured(verdict: str) -> str:
    """A verdict in its colour, as markup; the word is always there."""
    return f"[{COLOURS[verdict]}]{verdict}[/]"


# ----- verify -----


def show_verification(console: Console, result: Verification, accounts: Iterable[Account]) -> None:
    """The tables of one verification and, last, its outcome in one line."""
    console.print(_frameworks(result.frameworks))
    if result.comparisons:
        console.print(_worst(result.comparisons))
    console.print(_summary(accounts))
    for name, status in result.frameworks.items():
        if status.status == "wrong":
            for reason in status.reasons:
                console.print(f"[bold red]{name} is wrong:[/] {escape(reason)}")
        for what in status.not_supported:
            console.print(f"[yellow]{name} does not support[/] {escape(what)}")
    failures = [comparison for comparison in result.comparisons if not comparison.holds]
    for failure in failures[:SHOWN_FAILURES]:
        console.print(f"[bold red]differs:[/] {escape(in_words(failure))}")
    if len(failures) > SHOWN_FAILURES:
        console.print(f"... and {len(failures) - SHOWN_FAILURES} more (--json has them all)")
    for problem in result.problems:
        console.print(f"[bold red]ledger:[/] {escape(problem)}")
    console.print(closing_line(result))


def in_words(comparison: Comparison) -> str:
    """One comparison as a sentence: who, where, by how much, and how much is allowed."""
    actual, expected = comparison.frameworks
    return (
        f"{actual} from {expected}, {comparison.case}: {comparison.place} "
        f"(differs by {comparison.worst:.3g}, allowed {comparison.allowed:.3g})"
    )


def closing_line(result: Verification) -> str:
    """The outcome in one line, as markup."""
    by_status = {
        status: [name for name, entry in result.frameworks.items() if entry.status == status]
        for status in ("verified", "wrong", "not installed")
    }
    parts = [
        f"{coloured(status)}: {', '.join(names)}" for status, names in by_status.items() if names
    ]
    failures = sum(not comparison.holds for comparison in result.comparisons)
    parts.append(f"{len(result.comparisons)} comparisons, {failures} differ")
    parts.append(f"{len(result.problems)} problems in the ledger")
    return ("[green]All holds.[/] " if result.holds else "[bold red]WRONG.[/] ") + "; ".join(parts)


def _frameworks(statuses: dict[str, Status]) -> Table:
    table = Table(title="Frameworks")
    for column in ("framework", "version", "status", "note"):
        table.add_column(column)
    for name, status in statuses.items():
        note = status.reasons[0] if status.reasons else ""
        if status.not_supported:
            note += f" ({len(status.not_supported)} not supported)"
        table.add_row(name, status.version or "-", coloured(status.status), escape(note.strip()))
    return table


def _worst(comparisons: Sequence[Comparison]) -> Table:
    table = Table(
        title="Worst disagreement: largest difference (as a fraction of what is allowed)",
        caption="Over the documents' examples and every activation, loss and optimizer, in "
        "float64 and float32.",
    )
    pairs = list(dict.fromkeys(comparison.frameworks for comparison in comparisons))
    table.add_column("quantity")
    for actual, expected in pairs:
        table.add_column(f"{actual}\n{expected}", justify="right")
    worst: dict[tuple[str, tuple[str, str]], Comparison] = {}
    for comparison in comparisons:
        key = (comparison.quantity, comparison.frameworks)
        if key not in worst or comparison.fraction > worst[key].fraction:
            worst[key] = comparison
    for quantity in dict.fromkeys(comparison.quantity for comparison in comparisons):
        cells = []
        for pair in pairs:
            found = worst.get((quantity, pair))
            if found is None:
                cells.append("-")
                continue
            text = f"{found.worst:.1e} ({found.fraction:.2f})"
            cells.append(text if found.holds else f"[bold red]{text}[/]")
        table.add_row(quantity, *cells)
    return table


# ----- errata -----


def _summary(accounts: Iterable[Account]) -> Table:
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
    """The ledger, document by document; only what is not plainly right unless `everything`."""
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
    console.print(_summary(accounts))


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

"""The tables of `crosscheck verify`."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crosscheck.comparison import EXACT, Comparison
from crosscheck.diagnosis import explain
from crosscheck.discrimination import PRINTED
from crosscheck.fixtures import network
from crosscheck.ledger import Account
from crosscheck.report import coloured
from crosscheck.report.errata import summary
from crosscheck.verification import Status, Verification

SHOWN_FAILURES = 12


def show_verification(console: Console, result: Verification, accounts: Iterable[Account]) -> None:
    """The tables of one verification and, last, its outcome in one line."""
    console.print(_frameworks(result.frameworks))
    if result.comparisons:
        console.print(_worst(result.comparisons))
    console.print(summary(accounts))
    for name, status in result.frameworks.items():
        if status.status == "wrong":
            for reason in status.reasons:
                console.print(f"[bold red]{name} is wrong:[/] {escape(reason)}")
        for what in status.not_supported:
            console.print(f"[yellow]{name} does not support[/] {escape(what)}")
    failures = [comparison for comparison in result.comparisons if not comparison.holds]
    failures.sort(key=lambda failure: failure.frameworks[1] != EXACT)  # who is wrong comes first
    for failure in failures[:SHOWN_FAILURES]:
        console.print(f"[bold red]differs:[/] {escape(explain(failure))}")
    if len(failures) > SHOWN_FAILURES:
        console.print(f"... and {len(failures) - SHOWN_FAILURES} more (--json has them all)")
    if result.comparisons:
        console.print(_kinks())
    for problem in result.problems:
        console.print(f"[bold red]ledger:[/] {escape(problem)}")
    console.print(closing_line(result))


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
        title="Worst error, as a fraction of its derived bound (in units of the last place)",
        caption="Over the documents' examples, every activation, loss and optimizer, and training, "
        "in float64 and float32. Of what must be equal only a difference has a number.",
    )
    pairs = list(dict.fromkeys(comparison.frameworks for comparison in comparisons))
    table.add_column("fixtures")
    table.add_column("stage")
    for actual, expected in pairs:
        table.add_column(f"{actual}\n{expected}", justify="right")
    worst: dict[tuple[str, str], dict[tuple[str, str], Comparison]] = {}
    for comparison in comparisons:
        row = worst.setdefault((comparison.place.group, comparison.place.stage), {})
        known = row.get(comparison.frameworks)
        if known is None or comparison.fraction > known.fraction:
            row[comparison.frameworks] = comparison
    for (group, stage), row in worst.items():
        table.add_row(group, stage, *(_cell(row[pair]) if pair in row else "-" for pair in pairs))
    return table


def _cell(worst: Comparison) -> str:
    if worst.place.group == PRINTED:
        text = f"{worst.fraction:.2f}"  # of half a printed unit: ulps say nothing here
    else:
        text = f"{worst.fraction:.2f} ({worst.ulps:.2g})"
    return text if worst.holds else f"[bold red]{text}[/]"


def _kinks() -> str:
    cases = (*network.worked(), *network.generated(), *network.edges())
    found = [case.name for case in cases if case.kinks]
    return (
        "[dim]A relu at exactly 0 has no derivative; the suite's convention, slope 0, is what is "
        f"compared in {', '.join(found)}.[/]"
    )

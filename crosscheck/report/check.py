"""What `crosscheck check` says of one file, or of many."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crosscheck.report.colours import BAD, CARE, GOOD, QUIET, Colour
from crosscheck.verification.checking.findings import CheckReport, Line, Outcome, Verdict

COLOURS = {
    Verdict.RIGHT: GOOD,
    Verdict.FACTOR: CARE,
    Verdict.WRONG: BAD,
    Verdict.SKIPPED: QUIET,
}
OUTCOMES: dict[Outcome, Colour] = {
    Outcome.RIGHT: GOOD,
    Outcome.WRONG: BAD,
    Outcome.NOT_UNDERSTOOD: CARE,
}
# So many known mistakes are named; what they share cannot be told apart.
NAMED = 2


def show_report(console: Console, report: CheckReport) -> None:
    """Print what was understood, a line for each quantity, and the outcome."""
    console.print(f"[bold]{escape(report.target)}[/]: {escape(report.understood)}")
    if report.lines:
        table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
        for _ in range(3):
            table.add_column(overflow="fold")
        for line in report.lines:
            verdict = str(line.verdict).upper() if line.verdict == Verdict.WRONG else line.verdict
            shown = COLOURS[line.verdict].paint(str(verdict))
            table.add_row(escape(line.quantity), shown, escape(line.text))
        console.print(table)
    for text in report.conventions:
        console.print(f"  {CARE.paint('convention:')} {escape(text)}")
    first = report.first_wrong
    if first is not None:
        console.print(f"  {BAD.paint('first wrong:')} {escape(_first(first))}")
        for mistake in first.mistakes[:NAMED]:
            console.print(f"  {BAD.paint('known mistake:')} {escape(mistake)}")
    for text in report.advice:
        console.print(f"  {CARE.paint('look also at:')} {escape(text)}")
    for text in report.worked:
        console.print(f"  {escape(text)}", soft_wrap=True)
    for text in report.printed:
        console.print(f"  {QUIET.paint('printed:')} {escape(text)}")
    colour = OUTCOMES[report.outcome]
    console.print(colour.paint(f"{report.outcome}.".upper()))


def show_table(console: Console, reports: Sequence[CheckReport]) -> None:
    """Print a row for each of many files, and how many there are of each outcome."""
    table = Table()
    for column in ("file", "outcome", "understood", "first wrong", "known mistake"):
        table.add_column(column, overflow="fold")
    for report in reports:
        first = report.first_wrong
        named = first.mistakes[0].partition(":")[0] if first and first.mistakes else ""
        outcome = OUTCOMES[report.outcome].paint(str(report.outcome))
        understood = report.understood.partition("\n")[0]
        where = "" if first is None else first.quantity
        table.add_row(
            *map(escape, (report.target,)), outcome, *map(escape, (understood, where, named))
        )
    console.print(table)
    counts = {outcome: sum(report.outcome == outcome for report in reports) for outcome in Outcome}
    console.print(", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count))


def _first(line: Line) -> str:
    return f"{line.quantity}: {line.text}" if line.text else line.quantity

"""What `crosscheck check` says of one file, or of many."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from crosscheck.report.colours import BAD, CARE, GOOD, QUIET, Colour
from crosscheck.report.layout import Column, Records, say, say_whole
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
    understood, _, adapter = report.understood.partition("\n\n")
    say(console, f"[bold]{escape(report.target)}[/]: {escape(understood)}")
    if adapter:
        console.print()
        for code in adapter.split("\n"):
            say_whole(console, escape(code))  # so that it can be copied
        console.print()
    table = Records("", *(Column("", leads=True),) * 2, Column("", words=True), is_plain=True)
    for line in report.lines:
        verdict = str(line.verdict).upper() if line.verdict == Verdict.WRONG else line.verdict
        shown = COLOURS[line.verdict].paint(str(verdict))
        table.add(escape(line.quantity), shown, escape(line.text))
    table.show(console)
    for text in report.conventions:
        say(console, f"  {CARE.paint('convention:')} {escape(text)}")
    first = report.first_wrong
    if first is not None:
        say(console, f"  {BAD.paint('first wrong:')} {escape(_first(first))}")
        for mistake in first.mistakes[:NAMED]:
            say(console, f"  {BAD.paint('known mistake:')} {escape(mistake)}")
    for text in report.advice:
        say(console, f"  {CARE.paint('look also at:')} {escape(text)}")
    for text in report.worked:
        say(console, f"  {escape(text)}")
    for text in report.printed:
        say(console, f"  {QUIET.paint('printed:')} {escape(text)}")
    colour = OUTCOMES[report.outcome]
    say(console, colour.paint(f"{report.outcome}.".upper()))


def show_table(console: Console, reports: Sequence[CheckReport]) -> None:
    """Print a row for each of many files, and how many there are of each outcome."""
    table = Records(
        "",
        *(Column(name, leads=True) for name in ("file", "outcome")),
        *(Column(name, words=True) for name in ("understood", "first wrong", "known mistake")),
    )
    for report in reports:
        first = report.first_wrong
        named = first.mistakes[0].partition(":")[0] if first and first.mistakes else ""
        outcome = OUTCOMES[report.outcome].paint(str(report.outcome))
        understood = report.understood.partition("\n")[0]
        where = "" if first is None else first.quantity
        table.add(*map(escape, (report.target,)), outcome, *map(escape, (understood, where, named)))
    table.show(console)
    counts = {outcome: sum(report.outcome == outcome for report in reports) for outcome in Outcome}
    say(console, ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count))


def _first(line: Line) -> str:
    return f"{line.quantity}: {line.text}" if line.text else line.quantity

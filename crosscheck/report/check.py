"""What `crosscheck check` says of one file, or of many."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from crosscheck.report.colours import BAD, CARE, GOOD, QUIET, Colour
from crosscheck.report.languages import in_language, joined, mark
from crosscheck.report.layout import Column, Records, say, say_as_it_is, say_whole
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
    """Print what was understood, a line for each quantity, likewise of each part, the outcome."""
    _show_findings(console, report, report.lines)
    also_right = []
    for each in report.others:
        if each.outcome == Outcome.WRONG:
            _show_findings(console, each, each.lines)
        elif _says_more(each):
            _show_findings(console, each, [line for line in each.lines if line.text])
        else:
            also_right.append(escape(each.target.rpartition(":")[2]))
    if also_right:
        _say_named(console, GOOD, "also right", joined(console, also_right))
    if report.next_step is not None:
        _say_named(console, CARE, "next", in_language(console, escape(report.next_step)))
    colour = OUTCOMES[report.outcome]
    say(console, colour.paint(f"{report.outcome}.".upper()))


def _says_more(report: CheckReport) -> bool:
    """Whether there is more to say of a part that is right than that."""
    in_full = any(line.verdict != Verdict.RIGHT for line in report.lines)
    return bool(in_full or report.kind == "optimizer" or report.conventions or report.advice)


def _show_findings(console: Console, report: CheckReport, lines: Sequence[Line]) -> None:
    understood, _, adapter = report.understood.partition("\n\n")
    said = "\n".join(in_language(console, escape(line)) for line in understood.split("\n"))
    say_as_it_is(console, f"[bold]{escape(report.target)}[/]{mark(console, ': ')}{said}")
    if adapter:
        console.print()
        for code in adapter.split("\n"):
            say_whole(console, in_language(console, escape(code)))  # so that it can be copied
        console.print()
    table = Records("", *(Column("", leads=True),) * 2, Column("", words=True), is_plain=True)
    for line in lines:
        verdict = str(line.verdict).upper() if line.verdict == Verdict.WRONG else line.verdict
        shown = COLOURS[line.verdict].paint(str(verdict))
        table.add(escape(line.quantity), shown, escape(line.text))
    table.show(console)
    for text in report.conventions:
        _say_named(console, CARE, "convention", in_language(console, escape(text)))
    first = next((each for each in report.lines if each.verdict == Verdict.WRONG), None)
    if first is not None:
        _say_named(console, BAD, "first wrong", _first(console, first))
        for mistake in first.mistakes[:NAMED]:
            _say_named(console, BAD, "known mistake", in_language(console, escape(mistake)))
    for text in report.advice:
        _say_named(console, CARE, "look also at", _headed(console, text))
    for text in report.worked:
        say_as_it_is(console, f"  {in_language(console, escape(text))}")
    for text in report.printed:
        _say_named(console, QUIET, "printed", escape(text))


def _say_named(console: Console, colour: Colour, name: str, markup: str) -> None:
    """A line that begins with what it is, in a colour."""
    head = in_language(console, colour.paint(f"{name}:"))
    say_as_it_is(console, f"  {head}{mark(console, ' ')}{markup}")


def show_table(console: Console, reports: Sequence[CheckReport]) -> None:
    """Print a row for each of many files, and how many there are of each outcome."""
    table = Records(
        "",
        *(Column("file", leads=True, own=True), Column("outcome", leads=True)),
        *(Column(name, words=True) for name in ("understood", "first wrong")),
        Column("known mistake", words=True, own=True),
    )
    for report in reports:
        first = report.first_wrong
        named = _name_of(console, first.mistakes[0]) if first and first.mistakes else ""
        outcome = OUTCOMES[report.outcome].paint(str(report.outcome))
        understood = report.understood.partition("\n")[0]
        part = next((each for each in report.others if each.first_wrong is first), None)
        where = [] if part is None else [escape(part.target.rpartition(":")[2])]
        where += [] if first is None else [escape(first.quantity)]
        told = joined(console, where, ": ")
        table.add(escape(report.target), outcome, escape(understood), told, named)
    table.show(console)
    counts = {outcome: sum(report.outcome == outcome for report in reports) for outcome in Outcome}
    texts = (f"{count} {outcome}" for outcome, count in counts.items() if count)
    say_as_it_is(console, joined(console, texts))
    if counts[Outcome.NOT_UNDERSTOOD]:
        then = "`crosscheck check` with that file alone says what to write"
        _say_named(console, CARE, "next", in_language(console, then))


def _first(console: Console, line: Line) -> str:
    texts = filter(None, (escape(line.quantity), escape(line.text)))
    return joined(console, texts, ": ")


def _name_of(console: Console, mistake: str) -> str:
    """A known mistake without its formulas, as markup."""
    colon = mark(console, ": ").strip()
    return in_language(console, escape(mistake)).partition(colon)[0]


def _headed(console: Console, text: str) -> str:
    """A text, or a quantity and what is said of it with a colon between them."""
    quantity, colon, said = text.partition(": ")
    if colon and in_language(console, quantity) != quantity:
        return joined(console, (escape(quantity), escape(said)), ": ")
    return in_language(console, escape(text))

"""What `crosscheck verify` shows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count

from rich.console import Console
from rich.markup import escape

from crosscheck.documents.ledger import Ledger
from crosscheck.numerics.comparison import EXACT, Comparison
from crosscheck.numerics.digits import counted, few_digits, of_bound
from crosscheck.report.colours import coloured
from crosscheck.report.errata import show_counts, show_findings
from crosscheck.report.languages import in_language, joined, mark
from crosscheck.report.layout import Column, Records, say, say_as_it_is, whole
from crosscheck.verification.discrimination import PRINTED
from crosscheck.verification.ladder import Rung, in_words
from crosscheck.verification.result import Outcome, Status, Verification

SHOWN_FAILURES = 12


def show_verification(
    console: Console, result: Verification, ledgers: Sequence[Ledger], everything: bool = False
) -> None:
    """Print one verification: the frameworks, what differs, what is wrong in the documents.

    Args:
        console: Where to print.
        result: The verification.
        ledgers: The documents, judged; empty if they are not to be shown.
        everything: Whether to show also every stage that holds, and the counts of each document.
    """
    _frameworks(console, result.frameworks).show(console)
    if result.comparisons:
        _show_worst(console, result.comparisons, everything)
    if ledgers and everything:
        show_counts(console, ledgers)
    if not result.holds:  # then what is wrong with a framework is to stand last
        _show_documents(console, ledgers)
    for name, status in result.frameworks.items():
        if status.status not in (Outcome.VERIFIED, Outcome.NOT_INSTALLED):
            _say_some(console, f"[bold red]{name} is {status.status}:[/]", status.reasons)
        for reason, cases in status.not_supported.items():
            _say(console, f"[yellow]{name} does not support[/] {_counted(cases)}:", reason)
        for what, cases in status.known_failures.items():
            _say(console, f"[yellow]{name} fails[/] {_counted(cases)}:", what)
        if status.ladder:
            _ladder(console, name, status.ladder).show(console)
    failures = [each for each in result.comparisons if not (each.holds or each.known_failure)]
    # Who is wrong comes first, and the printed numbers last: their few digits often agree or
    # differ by coincidence.
    failures.sort(key=lambda each: (each.place.group == PRINTED, each.frameworks[1] != EXACT))
    least = len({failure.frameworks[0] for failure in failures})
    texts = [failure.message for failure in _in_turns(failures)]
    _say_some(console, "[bold red]differs:[/]", texts, max(SHOWN_FAILURES, least))
    compared = {each.place.case for each in result.comparisons}
    if kinks := [case for case in result.kinks if case in compared]:
        say(console, _kinks(kinks))
    for name, status in result.frameworks.items():
        _show_said(console, name, status)
    for line in result.skipped:
        _say(console, "[yellow]skipped:[/]", line)
    for problem in result.problems:
        _say(console, "[bold red]ledger:[/]", problem)
    if result.holds:
        _show_documents(console, ledgers)
    say_as_it_is(console, closing_line(console, result))


def _show_documents(console: Console, ledgers: Sequence[Ledger]) -> None:
    """What is wrong in the documents, if they are to be shown at all."""
    if ledgers:
        show_findings(console, ledgers)
        say(console, "[dim]All of it: `crosscheck verify --all`, `crosscheck errata --all`.[/]")
        console.print()


def _show_said(console: Console, name: str, status: Status) -> None:
    """What a framework warned of and printed, as far as it is kept."""
    for warning in status.warnings:
        _say(console, f"[yellow]{name} warns:[/]", warning, own=True)
    if status.printed_lines:
        lines = counted(status.printed_lines, "line")
        say(console, f"[yellow]{name} printed {lines}:[/]")
        for line in status.printed:
            _say(console, "   ", line, own=True)
        if status.printed_lines > len(status.printed):
            say(console, f"    ... and {status.printed_lines - len(status.printed):,} more")


def _in_turns(failures: Sequence[Comparison]) -> list[Comparison]:
    """The first failure of every framework, then the second of every one, and so on."""
    turns, seen = [], Counter[str]()
    for failure in failures:
        turns.append(seen[failure.frameworks[0]])
        seen[failure.frameworks[0]] += 1
    return [failure for _, _, failure in sorted(zip(turns, count(), failures, strict=False))]


def _say_some(
    console: Console, head: str, texts: Sequence[str], shown: int = SHOWN_FAILURES
) -> None:
    """The first of several texts, each in lines of its own, and how many more there are."""
    for text in texts[:shown]:
        _say(console, head, text)
    if len(texts) > shown:
        say(console, f"... and {len(texts) - shown} more (--json has them all)")


def _say(console: Console, head: str, text: str, own: bool = False) -> None:
    """A text that a framework or a document may have written, behind a head as markup.

    On a terminal its further lines stand below its first, so that none can pass for another
    result; elsewhere it is one line. A framework's own words are not translated.
    """
    head, text = in_language(console, head), escape(text)
    text = text if own else in_language(console, text)
    space = " " if not head.strip() else mark(console, " ")
    if not console.is_terminal:
        console.print(f"{head}{space}{text}", soft_wrap=True)
        return
    say_as_it_is(console, f"{head}{space}{text}")


def closing_line(console: Console, result: Verification) -> str:
    """The outcome in one line, as markup in the language of the console."""
    by_status = {
        status: [name for name, entry in result.frameworks.items() if entry.status is status]
        for status in Outcome
    }
    parts = [
        joined(console, (coloured(status), ", ".join(names)), ": ")
        for status, names in by_status.items()
        if names
    ]
    differ = [comparison for comparison in result.comparisons if not comparison.holds]
    known = sum(comparison.known_failure is not None for comparison in differ)
    text = f"{counted(len(result.comparisons), 'comparison')}, {len(differ) - known} differ"
    parts.append(text + (f" and {known} more are known to" if known else ""))
    parts += _counts(result.counts)
    if result.unsettled:
        unsettled = counted(len(result.unsettled), "disagreement")
        parts.append(f"{unsettled} that the exact value does not settle")
    parts.append(f"{counted(len(result.problems), 'problem')} in the ledger")
    outcome = "[bold red]WRONG.[/]"
    if result.holds:
        outcome = "[green]All holds.[/]"
    elif not (by_status[Outcome.WRONG] or result.problems or result.unsettled):
        finished = by_status[Outcome.NOT_COMPARED] and not by_status[Outcome.UNFINISHED]
        outcome = f"[yellow]{'NOT COMPARED' if finished else 'UNFINISHED'}.[/]"
    return joined(console, (outcome, joined(console, parts, "; ")), " ")


def _counts(counts: Mapping[str, int]) -> list[str]:
    """How many numbers stand behind the comparisons, and how many do not."""
    excluded, limited = counts["excluded"], counts["not_supported"]
    return [
        f"{counted(counts['numbers'], 'number')} compared with exact values",
        *([f"{excluded} excluded, since their bound is infinite"] if excluded else []),
        *([f"{counted(limited, 'case')} {whole('not supported')}"] if limited else []),
    ]


def _frameworks(console: Console, statuses: dict[str, Status]) -> Records:
    table = Records(
        "Frameworks",
        Column("framework", leads=True, own=True),
        Column("version", own=True),
        Column("status", leads=True),
        Column("note", words=True, own=True),
    )
    for name, status in statuses.items():
        note = in_words(status.ladder) if status.ladder else (*status.reasons, "")[0]
        note = in_language(console, escape(note))
        for what, cases in (
            (whole("not supported"), status.not_supported),
            ("known to fail", status.known_failures),
        ):
            if cases:
                count = sum(map(len, cases.values()))
                note += in_language(console, f" ({counted(count, 'case')} {what})")
        table.add(
            escape(name), escape(status.version or "-"), coloured(status.status), note.strip()
        )
    return table


def _counted(cases: Sequence[str]) -> str:
    return cases[0] if len(cases) == 1 else f"{counted(len(cases), 'case')}, as {escape(cases[0])}"


def _ladder(console: Console, name: str, rungs: Sequence[Rung]) -> Records:
    table = Records(
        joined(console, (escape(name), escape(in_words(list(rungs)))), ": "),
        Column("rung", leads=True, own=True),
        Column("is", leads=True),
        Column("note", words=True),
    )
    for rung in rungs:
        table.add(escape(rung.name), coloured(rung.status), escape(rung.note))
    return table


def _show_worst(console: Console, comparisons: Sequence[Comparison], everything: bool) -> None:
    """The worst comparison of every stage, or only of those that do not hold and of all."""
    names = [pair for pair in dict.fromkeys(map(_column, comparisons)) if pair != EACH_OTHER]
    worst: dict[tuple[str, str], dict[str, Comparison]] = {}
    for comparison in comparisons:
        row = worst.setdefault((comparison.place.group, comparison.place.stage), {})
        known = row.get(_column(comparison))
        if known is None or comparison.fraction_of_bound > known.fraction_of_bound:
            row[_column(comparison)] = comparison
    shown = {
        place: row
        for place, row in sorted(worst.items(), key=lambda each: each[0][0] == PRINTED)
        if everything or not all(each.holds for each in row.values())
    }
    if shown:
        _worst(console, names, shown, len(worst) - len(shown)).show(console)
        return
    # Of what must be equal there is no error: a package without any number is not praised for it.
    measured = [each for row in worst.values() for each in row.values() if each.allowed is not None]
    exact = [each for each in measured if _column(each) in names]
    if not measured:
        return
    top = max(exact or measured, key=lambda each: each.fraction_of_bound)
    say(
        console,
        f"Worst error from the exact value: {of_bound(top.fraction_of_bound)} of its bound "
        f"({escape(top.frameworks[0])}; {top.place.group}, {top.place.stage})",
    )


OVER = (
    "Over the documents' examples, every activation, loss and optimizer, and training, in float64 "
    "and float32. Of what must be equal only a difference has a number."
)


def _worst(
    console: Console,
    names: Sequence[str],
    worst: Mapping[tuple[str, str], Mapping[str, Comparison]],
    hidden: int,
) -> Records:
    more = f"{hidden} more stages hold (--all shows them)." if hidden else ""
    table = Records(
        "Worst error from the exact value, as a fraction of its bound (in units of the last place)",
        *(Column("cases", leads=True), Column("stage", leads=True)),
        *(Column(escape(name), right=True) for name in names),
        Column(EACH_OTHER, words=True),
        caption=joined(console, filter(None, (OVER, more)), " "),
    )
    for (group, stage), row in worst.items():
        cells = [_cell(row[name]) if name in row else "-" for name in names]
        pair = row.get(EACH_OTHER)
        between = (
            f"{_cell(pair)} {escape(mark(console, ' and ').join(pair.frameworks))}" if pair else "-"
        )
        table.add(group, stage, *cells, between)
    return table


EACH_OTHER = "two of each other, the worst pair"


def _column(comparison: Comparison) -> str:
    one, other = comparison.frameworks
    return one if other == EXACT else EACH_OTHER


def _cell(worst: Comparison) -> str:
    text = of_bound(worst.fraction_of_bound)
    if worst.place.group != PRINTED:  # of half a printed unit ulps say nothing
        text += f" ({few_digits(worst.ulps, 2)})"
    return text if worst.holds else f"[bold red]{text}[/]"


def _kinks(cases: Sequence[str]) -> str:
    return (
        "[dim]A relu at exactly 0 has no derivative; the suite's convention, slope 0, is what is "
        f"compared in {', '.join(cases)}.[/]"
    )

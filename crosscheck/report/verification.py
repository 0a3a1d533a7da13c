"""The tables of `crosscheck verify`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from crosscheck.documents.ledger import Ledger
from crosscheck.numerics.comparison import EXACT, Comparison
from crosscheck.numerics.digits import few_digits, of_bound
from crosscheck.report.colours import coloured
from crosscheck.report.errata import summary
from crosscheck.verification.discrimination import PRINTED
from crosscheck.verification.ladder import Rung, in_words
from crosscheck.verification.result import Outcome, Status, Verification

SHOWN_FAILURES = 12


def show_verification(console: Console, result: Verification, ledgers: Iterable[Ledger]) -> None:
    """The tables of one verification and, last, its outcome in one line."""
    console.print(_frameworks(result.frameworks))
    if result.comparisons:
        console.print(_worst(result.comparisons))
    ledgers = list(ledgers)
    if ledgers:
        console.print(summary(ledgers))
    for name, status in result.frameworks.items():
        if status.status not in (Outcome.VERIFIED, Outcome.NOT_INSTALLED):
            _say_some(console, f"[bold red]{name} is {status.status}:[/]", status.reasons)
        for reason, cases in status.not_supported.items():
            _say(console, f"[yellow]{name} does not support[/] {_counted(cases)}:", reason)
        for what, cases in status.known_failures.items():
            _say(console, f"[yellow]{name} fails[/] {_counted(cases)}:", what)
        if status.ladder:
            console.print(_ladder(name, status.ladder))
    failures = [each for each in result.comparisons if not (each.holds or each.known_failure)]
    # Who is wrong comes first, and the printed numbers last: their few digits often agree or
    # differ by coincidence.
    failures.sort(key=lambda each: (each.place.group == PRINTED, each.frameworks[1] != EXACT))
    least = len({failure.frameworks[0] for failure in failures})
    texts = [failure.message for failure in _in_turns(failures)]
    _say_some(console, "[bold red]differs:[/]", texts, max(SHOWN_FAILURES, least))
    if result.comparisons and result.kinks:
        console.print(_kinks(result))
    for name, status in result.frameworks.items():
        _show_said(console, name, status)
    for line in result.skipped:
        _say(console, "[yellow]skipped:[/]", line)
    for problem in result.problems:
        _say(console, "[bold red]ledger:[/]", problem)
    console.print(closing_line(result))


def _show_said(console: Console, name: str, status: Status) -> None:
    """What a framework warned of and printed, as far as it is kept."""
    for warning in status.warnings:
        _say(console, f"[yellow]{name} warns:[/]", warning)
    if status.printed_lines:
        lines = "1 line" if status.printed_lines == 1 else f"{status.printed_lines:,} lines"
        console.print(f"[yellow]{name} printed {lines}:[/]")
        for line in status.printed:
            _say(console, "   ", line)
        if status.printed_lines > len(status.printed):
            console.print(f"    ... and {status.printed_lines - len(status.printed):,} more")


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
        console.print(f"... and {len(texts) - shown} more (--json has them all)")


def _say(console: Console, head: str, text: str) -> None:
    """A text that a framework or a document may have written, behind a head as markup.

    On a terminal its further lines stand below its first, so that none can pass for another
    result; elsewhere it is one line.
    """
    if not console.is_terminal:
        console.print(head, escape(text), soft_wrap=True)
        return
    whole = Text.from_markup(f"{head} {escape(text)}", emoji=False)
    console.print(Text("\n    ").join(whole.wrap(console, console.width - 4, overflow="fold")))


def closing_line(result: Verification) -> str:
    """The outcome in one line, as markup."""
    by_status = {
        status: [name for name, entry in result.frameworks.items() if entry.status is status]
        for status in Outcome
    }
    parts = [
        f"{coloured(status)}: {', '.join(names)}" for status, names in by_status.items() if names
    ]
    differ = [comparison for comparison in result.comparisons if not comparison.holds]
    known = sum(comparison.known_failure is not None for comparison in differ)
    text = f"{len(result.comparisons)} comparisons, {len(differ) - known} differ"
    parts.append(text + (f" and {known} more are known to" if known else ""))
    parts += _counts(result.counts)
    if result.unsettled:
        parts.append(f"{len(result.unsettled)} disagreements that the exact value does not settle")
    parts.append(f"{len(result.problems)} problems in the ledger")
    outcome = "[bold red]WRONG.[/] "
    if result.holds:
        outcome = "[green]All holds.[/] "
    elif not (by_status[Outcome.WRONG] or result.problems or result.unsettled):
        finished = by_status[Outcome.NOT_COMPARED] and not by_status[Outcome.UNFINISHED]
        outcome = f"[yellow]{'NOT COMPARED' if finished else 'UNFINISHED'}.[/] "
    return outcome + "; ".join(parts)


def _counts(counts: Mapping[str, int]) -> list[str]:
    """How many numbers stand behind the comparisons, and how many do not."""
    excluded, limited = counts["excluded"], counts["not_supported"]
    return [
        f"{counts['numbers']} numbers compared with their exact values",
        *([f"{excluded} excluded, since their bound is infinite"] if excluded else []),
        *([f"{limited} cases not supported"] if limited else []),
    ]


def _frameworks(statuses: dict[str, Status]) -> Table:
    table = Table(title="Frameworks")
    for column in ("framework", "version", "status", "note"):
        table.add_column(column)
    for name, status in statuses.items():
        note = in_words(status.ladder) if status.ladder else (*status.reasons, "")[0]
        for what, cases in (
            ("not supported", status.not_supported),
            ("known to fail", status.known_failures),
        ):
            if cases:
                note += f" ({sum(map(len, cases.values()))} cases {what})"
        table.add_row(
            name, escape(status.version or "-"), coloured(status.status), escape(note.strip())
        )
    return table


def _counted(cases: Sequence[str]) -> str:
    return cases[0] if len(cases) == 1 else f"{len(cases)} cases, as {escape(cases[0])}"


def _ladder(name: str, rungs: Sequence[Rung]) -> Table:
    table = Table(title=f"{name}: {escape(in_words(list(rungs)))}")
    for column in ("rung", "is", "note"):
        table.add_column(column)
    for rung in rungs:
        table.add_row(rung.name, coloured(rung.status), escape(rung.note))
    return table


def _worst(comparisons: Sequence[Comparison]) -> Table:
    table = Table(
        title="Worst error from the exact value, as a fraction of its bound (in units of the last "
        "place)",
        caption="Over the documents' examples, every activation, loss and optimizer, and training, "
        "in float64 and float32. Of what must be equal only a difference has a number.",
    )
    columns = [pair for pair in dict.fromkeys(map(_column, comparisons)) if pair != EACH_OTHER]
    table.add_column("cases")
    table.add_column("stage")
    for name in columns:
        table.add_column(name, justify="right")
    table.add_column(EACH_OTHER)
    worst: dict[tuple[str, str], dict[str, Comparison]] = {}
    for comparison in comparisons:
        row = worst.setdefault((comparison.place.group, comparison.place.stage), {})
        known = row.get(_column(comparison))
        if known is None or comparison.fraction_of_bound > known.fraction_of_bound:
            row[_column(comparison)] = comparison
    for (group, stage), row in sorted(worst.items(), key=lambda each: each[0][0] == PRINTED):
        cells = [_cell(row[name]) if name in row else "-" for name in columns]
        pair = row.get(EACH_OTHER)
        names = f" {' and '.join(pair.frameworks)}" if pair else "-"
        table.add_row(group, stage, *cells, (_cell(pair) if pair else "") + names)
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


def _kinks(result: Verification) -> str:
    return (
        "[dim]A relu at exactly 0 has no derivative; the suite's convention, slope 0, is what is "
        f"compared in {', '.join(result.kinks)}.[/]"
    )

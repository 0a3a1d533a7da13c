"""The tables of `crosscheck bounds --families`, `--case` and `--scan`."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from crosscheck.numerics.bounds.library import Interval, allowed_in, scan
from crosscheck.numerics.digits import few_digits, of_bound
from crosscheck.report.colours import BAD, CARE, GOOD
from crosscheck.report.layout import Column, Records, say, say_whole
from crosscheck.verification.measuring import Judgement, Measured
from crosscheck.verification.search import Finding, Result, Tally


def show_search(console: Console, result: Result) -> None:
    """Print how each framework did in each family, and every finding with its command."""
    counts = (
        *("of number", "cases", "exceed", "fail"),
        *("skipped", "excluded", "blind", "blind tensors"),
    )
    table = Records(
        f"Families of seed {result.seed}",
        *(Column(name, leads=True) for name in ("framework", "family")),
        "worst fraction",
        *(Column(name, right=True) for name in counts),
    )
    for each in result.tallies:
        table.add(*_cells(each))
    table.show(console)
    say(
        console,
        "excluded: entries whose bound is infinite, so that nothing is promised of them; blind: "
        "entries whose bound exceeds a hundredth of the largest entry of their tensor; blind "
        "tensors: those of which some bound exceeds the largest entry",
    )
    for finding in result.findings:
        _show_finding(console, finding)
    cases = sum(each.cases - each.skipped for each in result.tallies)
    top = max(result.tallies, key=lambda each: each.fraction)
    worst = f"the worst uses {of_bound(top.fraction)} of its bound ({top.framework}, {top.worst})"
    if result.findings:
        start = BAD.paint("EXCEEDED.")
        say(console, f"{start} {len(result.findings)} findings in {cases} runs; {worst}")
    else:
        say(console, f"{GOOD.paint('Not exceeded.')} Of {cases} runs {worst}")


def _cells(tally: Tally) -> list[str]:
    def count(number: int, of: int | None = None) -> str:
        if of is None or not number:
            return f"{number:,}"
        return f"{number:,} ({100 * number / of:.2g} %)"

    def bad(number: int) -> str:
        return BAD.paint(str(number)) if number else "0"

    fraction, sight = of_bound(tally.fraction), tally.sight
    return [
        tally.framework,
        f"{tally.kind}/{tally.family}",
        fraction if tally.fraction <= 1 else BAD.paint(fraction),
        tally.worst.rpartition("/")[2],
        count(tally.cases),
        bad(tally.exceeded),
        bad(tally.failed),
        count(tally.skipped),
        count(sight.excluded, sight.entries),
        count(sight.blind, sight.entries),
        count(sight.blind_tensors, sight.tensors),
    ]


def _show_finding(console: Console, finding: Finding) -> None:
    others = f" (and {finding.others} more)" if finding.others else ""
    say(console, BAD.paint(escape(f"{finding.framework}: {finding.what}{others}")))
    say_whole(console, f"    {escape(finding.command)}")


def show_judgement(console: Console, judgement: Judgement) -> None:
    """Print every quantity of one case as a framework computed it."""
    title = f"{judgement.case} by {judgement.framework}"
    if judgement.unsupported is not None:
        say(console, f"{title}: {CARE.paint('not supported:')} {escape(judgement.unsupported)}")
        return
    table = Records(
        title,
        *(Column(name, leads=True) for name in ("stage", "quantity")),
        *("worst fraction", Column("where", words=True), "computed", "exact", "bound"),
        *(Column(name, right=True) for name in ("entries", "excluded", "blind")),
    )
    for each in judgement.measured:
        table.add(*map(escape, _row(each)))
    table.show(console)
    for complaint in judgement.complaints:
        say(console, BAD.paint(escape(complaint)))


def _row(measured: Measured) -> list[str]:
    worst, sight = measured.comparison, measured.sight
    counts = [f"{number:,}" for number in (sight.entries, sight.excluded, sight.blind)]
    names = [str(measured.stage), measured.quantity]
    if worst is None or worst.actual is None:
        problem = measured.problem if worst is None else worst.mismatch
        return [*names, "-", problem or "no entries", "", "", "", *counts]
    bound = "must be equal" if worst.allowed is None else few_digits(worst.allowed)
    values = few_digits(worst.actual, 9), few_digits(worst.exact[0], 9)
    return [*names, of_bound(worst.fraction_of_bound), worst.location, *values, bound, *counts]


def show_scan(console: Console, found: Sequence[Interval], problems: Sequence[str]) -> None:
    """Print what the library functions lose, and how much of that the bounds do not allow."""
    table = Records(
        "Library functions: the worst error, in units of roundoff of the result",
        *(Column(name, leads=True) for name in ("function", "dtype", "argument")),
        *(Column(name, right=True) for name in ("found", "allowed")),
        *("at", "by"),
    )
    for each in found:
        within = f"{each.low:g} to {each.high:g}"
        allowed = allowed_in(each)
        units = few_digits(each.units)
        if not each.units <= allowed:
            units = BAD.paint(units)
        at = few_digits(each.at, 6)
        table.add(each.function, each.dtype, within, units, str(allowed), at, each.framework)
    table.show(console)
    stored = scan()
    say(
        console,
        f"allowed: half more than what was found on {stored['date']} ({stored['processor']})",
    )
    for problem in problems:
        say(console, BAD.paint(escape(problem)))
    if not problems:
        say(console, f"{GOOD.paint('Not exceeded.')} No library function loses more than that.")

"""What `crosscheck diff` says of two sets of tensors."""

from rich.console import Console
from rich.markup import escape

from crosscheck.numerics.digits import few_digits, of_bound
from crosscheck.report.colours import BAD, CARE, GOOD, QUIET, Colour
from crosscheck.report.layout import Column, Records, say, whole
from crosscheck.verification.difference.diff import LABELS, Difference
from crosscheck.verification.difference.judging import Row, Side, Verdict

COLOURS: dict[Verdict, Colour] = {
    Verdict.BUG: BAD,
    Verdict.INHERITED: CARE,
    Verdict.CANNOT_TELL: CARE,
    Verdict.ROUNDING: GOOD,
}
CAPTION = (
    "Errors are fractions of what rounding allows: of a step, from the tensors of the set before "
    "it; of the whole pass, from its exact values; of A - B, from each other. open: the part of "
    "the largest entry that the narrower of both bounds leaves open."
)
# So many known mistakes are named; what they share cannot be told apart.
NAMED = 3


def show_difference(console: Console, found: Difference) -> None:
    """Print a row for every tensor, what is known of a bug, and the verdict."""
    for label, name, dtype in zip(LABELS, found.names, found.dtypes, strict=True):
        say(console, f"[bold]{label}[/]: {escape(name)}, in {dtype}")
    right = (f"{label}: {what}" for label in LABELS for what in ("step", "whole"))
    table = Records(
        "",
        Column("tensor", leads=True),
        *(Column(each, right=True) for each in (*right, "A - B", "open")),
        Column("verdict", leads=True),
        caption=CAPTION,
    )
    for row in found.rows:
        sides = [cell for side in row.sides for cell in _fractions(side)]
        apart = "" if row.apart is None else of_bound(row.apart.fraction_of_bound)
        share = max(side.share for side in row.sides if side is not None)
        verdict = COLOURS[row.verdict].paint(whole(_verdict(row)))
        table.add(row.name, *sides, apart, few_digits(share, 2), verdict)
    table.show(console)
    for note in found.notes:
        say(console, f"  {QUIET.paint('note:')} {escape(note)}")
    for label, mistakes in zip(LABELS, found.mistakes, strict=True):
        for mistake in mistakes[:NAMED]:
            say(console, f"  {BAD.paint(f'known mistake in {label}:')} {escape(mistake)}")
    say(console, COLOURS[found.verdict].paint(escape(found.message)))


def _fractions(side: Side | None) -> tuple[str, str]:
    if side is None:
        return "", ""
    return of_bound(side.step.fraction), of_bound(side.whole.fraction)


def _verdict(row: Row) -> str:
    """The worse of both verdicts, and whose it is unless it is that of both."""
    verdicts = [side and side.verdict for side in row.sides]
    whose = [
        label
        for label, each in zip(LABELS, verdicts, strict=True)
        if each == row.verdict and len({*verdicts} - {None}) > 1
    ]
    return f"{row.verdict}{''.join(f' in {label}' for label in whose)}"

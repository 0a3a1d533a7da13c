"""The matrices of `crosscheck discriminate`."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from crosscheck.numerics.digits import few_digits
from crosscheck.report.colours import BAD, GOOD
from crosscheck.report.layout import Column, Records, say
from crosscheck.verification.conditions.matrix import Cell
from crosscheck.verification.discrimination import MARGIN, PRINTED, Catch, Detection


def show_discrimination(console: Console, outcomes: Sequence[Detection]) -> None:
    """Print which group of cases catches which mistake and, last, the outcome in one line.

    Args:
        console: Where to print.
        outcomes: What became of every mistake.
    """
    names = list(outcomes[0].catches)
    table = Records(
        "Known mistakes: the first stage that diverges, and by how much it passes its bound",
        Column("mistake", words=True, leads=True),
        "kind",
        *names,
        caption="exact: something discrete differs, or it fails outright. -, or no name: not "
        "caught. The first group is what the documents' own printed numbers tell.",
    )
    for outcome in outcomes:
        cells = [_catch(outcome.catches[name]) for name in names]
        style = "" if outcome.problem is None else BAD.style
        table.add(escape(outcome.mistake.name), outcome.mistake.kind, *cells, style=style)
    table.show(console)
    problems = [outcome for outcome in outcomes if outcome.problem is not None]
    for outcome in problems:
        say(console, f"{BAD.paint(f'{escape(outcome.mistake.name)}:')} {outcome.problem}")
    printed = sum(outcome.catches.get(PRINTED) is not None for outcome in outcomes)
    finite = [
        outcome.best[1].margin for outcome in outcomes if outcome.best and outcome.best[1].margin
    ]
    least = f", the least margin {few_digits(min(finite))}" if finite else ""
    start = BAD.paint("NOT SHARP.") if problems else GOOD.paint("Sharp.")
    say(
        console,
        f"{start} {len(outcomes) - len(problems)} of {len(outcomes)} mistakes caught in the right "
        f"place by a margin of {MARGIN:g} or more{least}; the printed numbers alone catch "
        f"{printed}",
    )


def show_conditions(console: Console, cells: Sequence[Cell]) -> None:
    """Print in how many functions each condition is caught and, last, the outcome in one line.

    Args:
        console: Where to print.
        cells: Of `matrix`.
    """
    table = Records(
        "Conditions: of how many functions a case sees what is wrong under it alone",
        Column("condition", words=True, leads=True),
        *(Column(name, right=True) for name in ("caught", "excused", "does not apply")),
        Column("by, for example", words=True),
        caption="excused: the bound of a right result is larger than what was spoiled.",
    )
    for name in dict.fromkeys(cell.condition for cell in cells):
        row = [cell for cell in cells if cell.condition == name]
        caught = [cell for cell in row if cell.by is not None]
        excused = sum(cell.applies and cell.excused is not None for cell in row)
        counts = (len(caught), excused, sum(not cell.applies for cell in row))
        style = BAD.style if any(cell.problem for cell in row) else ""
        example = escape(caught[0].by or "") if caught else ""
        table.add(escape(name), *map(str, counts), example, style=style)
    table.show(console)
    problems = [cell.problem for cell in cells if cell.problem is not None]
    for problem in problems:
        say(console, f"{BAD.paint('not caught:')} {escape(problem)}")
    applying = sum(cell.applies for cell in cells)
    excused = sum(cell.applies and cell.excused is not None for cell in cells)
    start = BAD.paint("NOT SHARP.") if problems else GOOD.paint("Sharp.")
    say(
        console,
        f"{start} {applying - excused - len(problems)} of {applying} functions under a condition "
        f"are seen by some case, {excused} are within the bound of a right result",
    )


def _catch(catch: Catch | None) -> str:
    if catch is None:
        return "-"
    return f"{catch.stage} " + ("exact" if catch.margin is None else few_digits(catch.margin))

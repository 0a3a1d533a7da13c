"""Marks as tables, as JSON and as rows for a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rich.console import Console
from rich.markup import escape

from crosscheck.documents.worksheets.grading import Answer, Mark
from crosscheck.documents.worksheets.marking import Marked
from crosscheck.documents.worksheets.notation import symbol
from crosscheck.report.colours import BAD, CARE, GOOD, QUIET
from crosscheck.report.languages import in_language, joined
from crosscheck.report.layout import Column, Records, say_as_it_is, whole

FORMULAS = ("=", "+", "-", "@")
COLOURS = {
    Mark.RIGHT: GOOD,
    Mark.INHERITED: GOOD,
    Mark.ROUNDED: GOOD,
    Mark.UNDECIDED: CARE,
    Mark.TOO_FEW_DIGITS: BAD,
    Mark.WRONG: BAD,
    Mark.NO_NUMBER: BAD,
    Mark.MISSING: QUIET,
}


def show_marks(
    console: Console,
    marked: Sequence[Marked],
    shares: Mapping[Mark, Fraction],
    everything: bool,
) -> None:
    """Print a row for each student, and what is to be said of single answers.

    Args:
        console: Where to, in its language.
        marked: The marks.
        shares: What an answer with each mark gets.
        everything: Whether every answer is shown.
    """
    if everything:
        for each in marked:
            _show_answers(console, each)
    occurring = [mark for mark in Mark if any(each.count(mark) for each in marked)]
    table = Records(
        "",
        Column("student", words=True, leads=True, own=True),
        Column("points", leads=True),
        *map(str, occurring),
        Column("what is wrong", words=True, own=True),
    )
    for each in marked:
        counts = (str(each.count(mark) or "") for mark in occurring)
        wrong = [_reason(console, answer) for answer in each.answers if answer.mark is Mark.WRONG]
        table.add(escape(each.sheet.student), _total(each), *counts, joined(console, wrong, "; "))
    table.show(console)
    points = (whole(f"{in_language(console, str(mark))} {_number(shares[mark])}") for mark in Mark)
    rule = joined(console, points)
    say_as_it_is(console, joined(console, ("points for each answer", rule), ": "))


def _show_answers(console: Console, marked: Marked) -> None:
    table = Records(
        escape(marked.sheet.student),
        Column("quantity", leads=True),
        Column("written", words=True, own=True),
        "exact",
        Column("mark", leads=True),
        Column("because", words=True),
    )
    for answer in marked.answers:
        table.add(
            symbol(answer.blank.quantity),
            escape(answer.given),
            answer.expected,
            COLOURS[answer.mark].paint(str(answer.mark)),
            escape(_because(answer)),
        )
    table.show(console)


def _because(answer: Answer) -> str:
    if answer.slip is not None:
        return answer.slip
    return ", ".join(symbol(quantity) for quantity in answer.from_these)


def _reason(console: Console, answer: Answer) -> str:
    name = symbol(answer.blank.quantity)
    return name if answer.slip is None else joined(console, (name, escape(answer.slip)), ": ")


def _total(marked: Marked) -> str:
    return f"{_number(marked.points)} / {_number(marked.of)}"


def _number(points: Fraction) -> str:
    return f"{float(points):g}"


def as_json(
    marked: Sequence[Marked], refused: Mapping[str, str], shares: Mapping[Mark, Fraction]
) -> dict[str, Any]:
    """The marks for other programs.

    Args:
        marked: The marks.
        refused: By file why it could not be marked.
        shares: What an answer with each mark gets.
    """
    return {
        "sheets": [
            {
                "file": each.sheet.file,
                "student": each.sheet.student,
                "points": float(each.points),
                "of": float(each.of),
                "answers": [
                    {
                        "quantity": answer.blank.quantity,
                        "symbol": symbol(answer.blank.quantity),
                        "stage": str(answer.blank.stage),
                        "given": answer.given,
                        "exact": answer.expected,
                        "mark": answer.mark.name.lower(),
                        "slip": answer.slip,
                        "from": list(answer.from_these),
                    }
                    for answer in each.answers
                ],
            }
            for each in marked
        ],
        "refused": dict(refused),
        "points": {mark.name.lower(): float(share) for mark, share in shares.items()},
    }


def csv_text(marked: Sequence[Marked]) -> str:
    """A row for each student: the name, the points, and the mark of each answer."""
    quantities = dict.fromkeys(a.blank.quantity for each in marked for a in each.answers)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["student", "file", "points", "of", *quantities])
    for each in marked:
        marks = {a.blank.quantity: a.mark.name.lower() for a in each.answers}
        # A spreadsheet takes what begins with these for a formula, and runs it.
        name = each.sheet.student
        name = f"'{name}" if name.startswith(FORMULAS) else name
        row = [name, each.sheet.file, _number(each.points), _number(each.of)]
        writer.writerow([*row, *(marks.get(quantity, "") for quantity in quantities)])
    return stream.getvalue()

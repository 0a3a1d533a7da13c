"""A result on a terminal: nothing is cut off, and no text passes for another."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from crosscheck.numerics.comparison import Comparison, Place
from crosscheck.report.verification import SHOWN_FAILURES, show_verification
from crosscheck.verification.discrimination import PRINTED
from crosscheck.verification.result import Outcome, Status, Verification

FORGED = "All holds. verified: everyone; 9 comparisons, 0 differ; 0 problems in the ledger"
LONG = "why " * 40 + FORGED + " and so on" * 20
CASE = "identity-sigmoid_binary_cross_entropy-float32"


def shown(width):
    """What a terminal of a width shows of a framework that is full of long texts."""
    status = Status("1", Outcome.WRONG, [LONG], printed=[LONG], printed_lines=1, warnings=[LONG])
    status.not_supported = {LONG: [CASE]}
    status.known_failures = {LONG: [CASE]}
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=width, emoji=False, color_system=None)
    show_verification(console, Verification({"mine": status}, []), [])
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_texts_are_whole_and_stand_indented_below_their_first_line(width):
    lines = shown(width)
    # Only a word that is longer than a line runs over the edge, rather than be cut.
    assert all(len(line) <= width or " " not in line.strip() for line in lines)
    below = [line for line in lines if "│" not in line]
    first = next(index for index, line in enumerate(below) if line.startswith("mine is wrong"))
    last = next(index for index, line in enumerate(below) if line.startswith("WRONG."))
    assert all(line.startswith(("mine ", "    ")) for line in below[first:last])
    # Five times: a reason, a limit, a known failure, a warning and what it printed.
    words = " ".join(" ".join(below[first:]).split())
    assert words.count(" ".join(LONG.split())) == 5


def compared(group, error=6275351609750448.0, framework="mine"):
    return Comparison(
        Place(group, f"case of {group}", "gradients", "grads"),
        (framework, "exact"),
        "",
        (0,),
        actual=error,
        expected=0.0,
        exact=(0.0, 0.0),
        error=error,
        allowed=1.0,
        ulps=error,
    )


def test_where_no_number_was_compared_none_is_praised_and_no_kink_is_spoken_of():
    equal = replace(compared("conduct", 0.0), allowed=None, error=0.0)
    kinks = {"case of edges": ((0, 1, 2),)}
    number = compared("edges", 0.46)

    def said(*comparisons):
        stream = io.StringIO()
        console = Console(file=stream, width=200, color_system=None)
        status = Status("1", Outcome.UNFINISHED)
        result = Verification({"mine": status}, list(comparisons), kinks=kinks)
        show_verification(console, result, [])
        return stream.getvalue()

    alone = said(equal)
    assert "of its bound" not in alone
    assert "A relu at exactly 0" not in alone
    both = said(equal, number)
    assert "Worst error from the exact value: 0.46 of its bound (mine; edges, gradients)" in both
    assert "A relu at exactly 0 has no derivative" in both


def test_printed_numbers_come_last_and_a_margin_has_three_digits():
    comparisons = [compared(PRINTED), compared("networks"), compared("edges", 0.4567)]
    stream = io.StringIO()
    console = Console(file=stream, width=300, emoji=False, color_system=None)
    status = Status("1", Outcome.WRONG)
    show_verification(console, Verification({"mine": status}, comparisons), [], everything=True)
    text = stream.getvalue()
    differs = [line for line in text.splitlines() if line.startswith("differs:")]
    assert ["case of networks" in line for line in differs] == [True, False]
    assert "6.28e15 times its bound of 1 (" in differs[0]
    rows = [line.split("│") for line in text.splitlines() if "│ gradients" in line]
    cells = [(row[1].strip(), row[3].strip()) for row in rows]
    assert cells == [
        ("networks", "6.28e15 (6.3e15)"),
        ("edges", "0.46 (0.46)"),
        (PRINTED, "6.28e15"),
    ]


def test_every_wrong_framework_has_a_line():
    names = [f"wrong{number}" for number in range(SHOWN_FAILURES + 1)]
    many = [compared("networks", framework=names[0]) for _ in range(100)]
    comparisons = [*many, *(compared("edges", framework=name) for name in names[1:])]
    stream = io.StringIO()
    console = Console(file=stream, width=300, emoji=False, color_system=None)
    statuses = {name: Status("1", Outcome.WRONG) for name in names}
    show_verification(console, Verification(statuses, comparisons), [])
    lines = [line for line in stream.getvalue().splitlines() if line.startswith("differs:")]
    assert sorted(line.split()[1] for line in lines) == sorted(names)

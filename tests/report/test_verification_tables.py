"""A result on a terminal: nothing is cut off, and no text passes for another."""

import io

import pytest
from rich.console import Console

from crosscheck.report.verification import show_verification
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
    assert all(len(line) <= width for line in lines)
    below = [line for line in lines if "│" not in line]
    first = next(index for index, line in enumerate(below) if line.startswith("mine is wrong"))
    last = next(index for index, line in enumerate(below) if line.startswith("WRONG."))
    assert all(line.startswith(("mine ", "    ")) for line in below[first:last])
    # Five times: a reason, a limit, a known failure, a warning and what it printed.
    words = " ".join(" ".join(below).split())
    assert words.count(" ".join(LONG.split())) == 5

"""What a terminal shows: as wide as it is, the conclusion last, colours nowhere else."""

import os
import subprocess
import sys
from functools import partial

import pytest
from click.testing import CliRunner
from outputs import ledgers
from widths import WIDTHS, lost, rendered

from crosscheck.cli.main import main
from crosscheck.cli.output import console_for
from crosscheck.documents.findings import findings
from crosscheck.documents.ledger import numbers_as_json
from crosscheck.documents.worksheets.answers import answers_text
from crosscheck.documents.worksheets.drawing import draw
from crosscheck.documents.worksheets.grading import SHARES
from crosscheck.documents.worksheets.marking import mark_files
from crosscheck.report.errata import show_errata
from crosscheck.report.layout import Column, Records, say
from crosscheck.report.verification import show_verification
from crosscheck.report.worksheets.marks import show_marks
from crosscheck.verification.result import Outcome, Status, Verification

ELSEWHERE = 160  # columns where nobody says how many there are
ESCAPE = "\x1b["


def piped(*arguments, columns=None):
    """The output of a command that writes to no terminal, with COLUMNS set or not."""
    result = CliRunner(env={"COLUMNS": columns}).invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


@pytest.mark.parametrize("columns", ["60", "100", None, "0", "-5", "wide", "²", ""])
@pytest.mark.parametrize("json_path", [None, "-"])
def test_output_that_is_no_terminal_is_as_wide_as_columns_says(monkeypatch, columns, json_path):
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    expected = int(columns) if columns in ("60", "100") else ELSEWHERE
    assert console_for(json_path).width == expected


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_of_a_definition_is_lost(width):
    wide, narrow = (piped("read", "adam", columns=str(each)) for each in (400, width))
    assert lost(wide, narrow) == []


def test_nothing_of_a_mark_is_lost(tmp_path):
    exercise = draw((2, 1), activations=("sigmoid",), loss="squared_error", optimizer="adam")
    path, shown = tmp_path / "answers.toml", {}
    answers = dict.fromkeys(exercise.solution, "0.4567") | {next(iter(exercise.solution)): "about"}
    path.write_text(answers_text(exercise, answers), "utf-8")
    marked, _ = mark_files([path, path], None, SHARES)
    for width in (400, *WIDTHS):
        shown[width] = [
            rendered(partial(shows_marks, marked=marked, everything=everything), width)
            for everything in (False, True)
        ]
    for width in WIDTHS:
        for wide, narrow in zip(shown[400], shown[width], strict=True):
            assert set(lost(wide, narrow)) <= {"student", "points", "quantity", "mark"}


def shows_marks(console, marked, everything):
    show_marks(console, marked, SHARES, everything)


def test_a_real_terminal_has_its_own_width_and_colours():
    if sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals")
    import fcntl
    import pty
    import struct
    import termios

    main_end, other_end = pty.openpty()
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 72, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    command = [sys.executable, "-P", "-m", "crosscheck", "read", "relu"]
    process = subprocess.Popen(
        command, stdout=other_end, stderr=subprocess.DEVNULL, env=environment | {"TERM": "xterm"}
    )
    os.close(other_end)
    text = b""
    try:
        while part := os.read(main_end, 65536):
            text += part
    except OSError:
        pass  # so a terminal ends on Linux, whose other end is closed
    assert process.wait() == 0
    assert ESCAPE.encode() in text
    assert ESCAPE not in piped("read", "relu", columns="72")
    # It is narrower than two columns need, so the frameworks stand below each other.
    assert "reference_jax/activations.py:" in text.decode()


def last_screenful(text):
    """The last 24 lines of 80 columns, as one line."""
    lines = text.rstrip("\n").splitlines()[-24:]
    assert all(len(line) <= 80 for line in lines)
    return " ".join(" ".join(lines).split())


def verified():
    names = ("numpy", "torch", "jax", "autograd", "mlx", "python")
    return Verification({name: Status("1.2.3", Outcome.VERIFIED) for name in names}, [])


@pytest.mark.parametrize("command", ["verify", "verify --all", "errata", "errata --all"])
def test_the_last_screenful_says_what_is_wrong_in_the_documents(command):
    def show(console):
        if command.startswith("verify"):
            show_verification(console, verified(), ledgers(), command.endswith("--all"))
        else:
            show_errata(console, ledgers(), command.endswith("--all"))

    seen = last_screenful(rendered(show, 80))
    found = findings(numbers_as_json(ledgers()))
    assert len(found) == 6
    for each in found:
        assert f"printed {each.printed}; exact {each.rounded}; {each.why}" in seen
    assert "document 002, section 4: printed -0.0287; exact -0.0575; halved" in seen
    assert "6 contradicted, 33 inherited" in seen


def test_what_is_wrong_with_a_framework_stands_below_what_is_wrong_in_the_documents():
    wrong = Status("1.2.3", Outcome.WRONG, ["it raises ValueError"])
    result = Verification({"numpy": wrong}, [])
    text = rendered(lambda console: show_verification(console, result, ledgers()), 80)
    places = [text.index(each) for each in ("What is wrong in", "numpy is wrong: it", "WRONG.")]
    assert places == sorted(places)


def test_a_document_without_a_wrong_number_says_what_there_is():
    text = rendered(lambda console: show_errata(console, ledgers()[1:2], False), 80)
    assert "Of the printed numbers nothing is wrong: 15 confirmed, 9 illustration" in text
    assert "Printed numbers" not in text
    assert "What is wrong" not in text


def test_a_framework_has_a_column_only_where_it_differs_from_the_exact_values():
    text = rendered(lambda console: show_errata(console, ledgers()[2:3], False), 400)
    (head,) = [line for line in text.splitlines() if "quantity" in line and "verdict" in line]
    assert "mine" in head
    assert "numpy" not in head
    assert "numpy computes the exact values, to 9 digits" in text


def test_what_is_wrong_stands_before_what_is_confirmed():
    text = rendered(lambda console: show_errata(console, ledgers()[2:3], True), 400)
    rows = [line.split("│")[4].strip() for line in text.splitlines() if line.count("│") == 7]
    order = ["contradicted", "inherited", "rounded inputs", "confirmed", "illustration"]
    assert list(dict.fromkeys(rows)) == order


def test_a_table_that_does_not_fit_becomes_blocks_with_the_verdict_in_the_first_line():
    table = Records("", "section", Column("text", words=True, leads=True), Column("v", leads=True))
    table.add("4", "a number " * 12, "not reproduced")
    for width, is_table in ((60, True), (30, False)):
        text = rendered(table.show, width)
        assert ("┃" in text) is is_table
        if not is_table:
            assert text.startswith("not reproduced  a number a")
            assert "    section: 4" in text.splitlines()


def test_a_word_runs_over_the_edge_but_what_only_looks_like_one_is_folded():
    path = "/a/path/of/some/sixty/letters/which/nobody/can/read/if/it/is/cut.py:117"
    lines = rendered(lambda console: say(console, f"see {path} there"), 40).splitlines()
    assert lines == ["see", f"    {path}", "    there"]
    forged = "x\N{NO-BREAK SPACE}All\N{NO-BREAK SPACE}holds." * 5
    lines = rendered(lambda console: say(console, forged), 40).splitlines()
    assert all(len(line) <= 40 for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])

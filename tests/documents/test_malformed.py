"""Fifty malformed files: each is a good one with a small change, and is refused at its place."""

import pytest
from click.testing import CliRunner
from malformed_files import CHANGES, GOOD

from crosscheck import TranscriptionError, judge_document
from crosscheck.cli.main import main


def refused(path, text):
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TranscriptionError) as error:
        judge_document(path)
    return str(error.value).split("\n")


@pytest.mark.parametrize(("old", "new", "message"), CHANGES)
def test_a_malformed_file_is_refused_at_its_line_and_path(old, new, message, tmp_path):
    assert old in GOOD
    found = refused(tmp_path / "notes.toml", GOOD.replace(old, new, 1))
    assert any(each.startswith(f"notes.toml, {message}") for each in found), found


def test_every_fault_of_a_file_is_said_at_once_in_the_order_of_its_lines(tmp_path):
    text = GOOD
    for old, new, _ in (CHANGES[2], CHANGES[3], CHANGES[14], CHANGES[-2]):
        text = text.replace(old, new, 1)
    found = refused(tmp_path / "notes.toml", text)
    lines = [int(each.split("line ")[1].split(",")[0]) for each in found]
    assert lines == sorted(lines)
    assert len(found) == 4


def test_names_that_depend_on_what_is_wrong_are_not_wrong_too(tmp_path):
    text = GOOD.replace('name = "root"', 'name = "r t"').replace('loss = "b', 'loss = "c')
    found = refused(tmp_path / "notes.toml", text)
    assert [each.split(", ")[2].split(":")[0] for each in found] == ["network.loss", "runs[1].name"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"title = ", "notes.toml: is no TOML: Invalid value"),
        (b"a = 1\na = 2", "notes.toml: is no TOML: Cannot overwrite a value"),
        (b"title = \xff", "notes.toml: is no UTF-8: "),
        (b"", "notes.toml: 'title' is missing"),
        (b"title = ''\nruns = []", "notes.toml, line 2, runs: needs a network"),
        (b"a = " + b"[" * 9999, "notes.toml: is nested too deeply"),
        (b"\xef\xbb\xbftitel = ''", "notes.toml, line 1, titel: unknown key: did you mean title?"),
    ],
)
def test_a_file_that_is_no_document_gives_one_message(content, message, tmp_path):
    path = tmp_path / "notes.toml"
    path.write_bytes(content)
    with pytest.raises(TranscriptionError) as error:
        judge_document(path)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_the_command_names_the_faults_of_every_file_and_exits_with_2(tmp_path):
    for name in ("one", "two"):
        path = tmp_path / f"{name}.toml"
        path.write_text(GOOD.replace("[[tables]]", f"[[{name}]]"), encoding="utf-8")
    paths = [str(tmp_path / f"{name}.toml") for name in ("one", "two")]
    result = CliRunner().invoke(main, ["errata", *paths])
    assert (result.exit_code, result.stdout) == (2, "")
    starts = [line.split(": unknown")[0] for line in result.stderr.splitlines()]
    assert starts == ["one.toml, line 88, one", "two.toml, line 88, two"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a/002.toml"], "one of the five documents is called '002' too: rename the file"),
        (["a/x.toml", "b/x.toml"], "another file is called 'x' too: rename the file"),
    ],
)
def test_files_that_tables_could_not_tell_apart_are_refused(names, message, tmp_path):
    for name in names:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    result = CliRunner().invoke(main, ["errata", *(str(tmp_path / name) for name in names)])
    assert result.exit_code == 2
    assert message in result.stderr

"""How somebody's file is run, and what is said of one that cannot be."""

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from crosscheck.frameworks.submissions import SubmissionError, load
from crosscheck.frameworks.understanding.scalars import numbers_of

FOLDER = Path(__file__).parents[1] / "submissions"


@pytest.fixture(autouse=True)
def _leave_no_trace(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "submission", raising=False)


def written(tmp_path, text, name="homework.py"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_what_stands_under_main_does_not_run(tmp_path):
    path = written(tmp_path, "a = 1\nif __name__ == '__main__':\n    a = 2\n")
    assert load(path).namespace["a"] == 1


def test_neighbours_can_be_imported_and_read(tmp_path):
    written(tmp_path, "size = 3\n", "neighbour_of_homework.py")
    written(tmp_path, "7", "data.txt")
    text = "from neighbour_of_homework import size\n"
    text += "with open('data.txt') as file:\n    n = int(file.read())\n"
    namespace = load(written(tmp_path, text)).namespace
    assert (namespace["size"], namespace["n"]) == (3, 7)


def test_a_notebook_is_its_code_cells_in_order():
    found = load(FOLDER / "notebook.ipynb")
    assert found.namespace["Net"].backward.__name__ == "backward"
    assert found.notes == (
        "cell 1: %matplotlib inline was skipped",
        "cell 1: !pip list was skipped",
        "cell 4: %%time was skipped",
    )


def test_only_definitions_of_a_file_that_trains(tmp_path):
    found = load(FOLDER / "trains_when_imported.py", definitions_only=True)
    assert found.namespace["HIDDEN"] == 4
    assert "Net" in found.namespace
    assert "net" not in found.namespace
    assert found.definitions_only
    assert found.notes[-1] == "only its imports, constants, functions and classes were run"
    assert "line 26 was not run" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1\nb = (\n", "homework.py, line 2 is not Python: '(' was never closed"),
        ("a = 1\nb = a / 0\n", "homework.py, line 2 raises ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(3)\n", "homework.py, line 2 ends the program with exit"),
        ("raise EOFError\n", "homework.py, line 1 asks for input, and nobody answers here"),
        ("import no_such_module\n", "homework.py, line 1 imports no_such_module, which is not"),
        ("def f():\n    return g\nf()\n", "homework.py, line 2 raises NameError"),
    ],
)
def test_a_file_that_cannot_be_run_is_told_where_and_what_to_do(tmp_path, text, message):
    with pytest.raises(SubmissionError) as error:
        load(written(tmp_path, text))
    assert message in str(error.value)
    assert "; " in str(error.value)  # what to do


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("missing.py", None, "does not exist"),
        ("book.ipynb", "{}", "is no notebook that can be read"),
        ("latin.py", b"a = '\xe9'", "save it as UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_why(tmp_path, name, text, message):
    path = tmp_path / name
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SubmissionError, match=message):
        load(path)


def test_a_name_that_a_file_lacks_is_answered_by_those_that_it_has(tmp_path):
    path = written(tmp_path, "class Net: ...\ndef forward(x): ...\n")
    assert load(path, "Net").name == "Net"
    with pytest.raises(SubmissionError, match=r"no 'Nat': it defines Net, forward"):
        load(path, "Nat")


def test_a_named_tuple_in_a_file_is_no_network_of_numbers():
    class State(NamedTuple):
        step: int

    assert list(numbers_of(State(0))) == []

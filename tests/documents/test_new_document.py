"""A new document: what it is written with, and that it is right once it is filled in."""

import tomllib
from dataclasses import replace

import pytest
from click.testing import CliRunner

from crosscheck import TranscriptionError, judge_document
from crosscheck.cli.main import main
from crosscheck.documents.document import Document
from crosscheck.documents.expressions import resolve
from crosscheck.documents.faults import Source
from crosscheck.documents.new_document import Choices, NewDocumentError, drawn_example, new_document
from crosscheck.documents.transcription import parse, read
from crosscheck.documents.worked_examples import exact_names
from crosscheck.documents.working import worked_lines
from crosscheck.documents.writing import as_toml
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.numerics.exact.balls import working_precision

CHOICES = Choices((2, 2, 2), ("tanh", "sigmoid"), steps=2, samples=2)


def prints(example, digits=5):
    """The exact value of every number that is worked out, rounded."""
    with working_precision():
        names = exact_names(Document("made", "made", example, ()))
        quantities = [name for line in worked_lines(example) for name, _ in line.numbers]
        return {name: f"{float(resolve(name, names)):.{digits}f}" for name in quantities}


def assert_confirmed(choices):
    """A new document that is filled in rightly is confirmed."""
    example = drawn_example(choices)
    text = as_toml("filled", example, prints(example))
    document = parse("notes", tomllib.loads(text), Source("notes.toml"))
    assert document.example == example
    assert {judged.verdict for judged in judge_document(document)} == {"confirmed"}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("optimizer", STATES)
def test_one_of_an_optimizer_that_is_filled_in_rightly_is_confirmed(optimizer):
    assert_confirmed(replace(CHOICES, optimizer=optimizer))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_one_of_an_activation_that_is_filled_in_rightly_is_confirmed(name):
    assert_confirmed(replace(CHOICES, activations=(name, "softmax"), optimizer=None))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("loss", LOSSES)
def test_one_of_a_loss_that_is_filled_in_rightly_is_confirmed(loss):
    assert_confirmed(replace(CHOICES, loss=loss, seed=3))


def test_a_wide_one_that_is_filled_in_rightly_is_confirmed():
    wide = {"layer_sizes": (3, 12, 1), "activations": ("relu", "sigmoid"), "samples": 1}
    assert_confirmed(replace(CHOICES, **wide))


def test_what_is_not_filled_in_yet_is_named_with_its_line(tmp_path):
    path = tmp_path / "notes.toml"
    path.write_text(new_document(CHOICES, "empty"), encoding="utf-8")
    lines = path.read_text("utf-8").split("\n")
    empty = [number for number, line in enumerate(lines, start=1) if 'printed = ""' in line]
    with pytest.raises(TranscriptionError) as error:
        read(path)
    found = str(error.value).split("\n")
    assert [int(each.split("line ")[1].split(",")[0]) for each in found] == empty
    assert all(each.endswith("is empty: fill in what the notes print") for each in found)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activations": ("tanh",)}, "2 layers need 2 activations, not 1"),
        ({"activations": ("tahn", "relu")}, "activation 'tahn' is unknown: did you mean tanh?"),
        ({"loss": "squared"}, "loss 'squared' is unknown: did you mean squared_error?"),
        ({"optimizer": "adamx"}, "optimizer 'adamx' is unknown: did you mean adamax?"),
        (
            {"loss": "binary_cross_entropy", "activations": ("relu", "relu")},
            r"binary_cross_entropy needs outputs in \[0, 1\]: end in sigmoid or softmax",
        ),
    ],
)
def test_choices_that_do_not_fit_are_refused(change, message):
    with pytest.raises(NewDocumentError, match=message):
        drawn_example(replace(CHOICES, **change))


def run(*arguments):
    return CliRunner().invoke(main, ["document", *map(str, arguments)], catch_exceptions=False)


def test_the_command_writes_a_file_and_replaces_none_unasked(tmp_path):
    path = tmp_path / "my notes.toml"
    result = run("new", path, "--layers", "2,1", "--optimizer", "adam", "--title", 'a "b" \\ c')
    assert (result.exit_code, result.stdout) == (0, f"{path}\n")
    assert result.stderr == f"next: fill it in, and crosscheck errata '{path}'\n"
    content = tomllib.loads(path.read_text("utf-8"))
    assert content["title"] == 'a "b" \\ c'
    assert content["network"]["activations"] == ["sigmoid"]
    written = path.read_bytes()
    again = run("new", path, "--layers", "3,1")
    assert (again.exit_code, path.read_bytes()) == (2, written)
    assert "exists: name another file, or replace it by --force" in again.stderr
    assert run("new", path, "--layers", "3,1", "--force").exit_code == 0
    assert path.read_bytes() != written
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--layers", "3"], "layer_sizes must name at least"),
        (["--activations", "tanh,tanh,tanh"], "2 layers need 2 activations, not 3"),
        (["--activations", "tahn"], "'tahn' is unknown: did you mean tanh?"),
        (["--learning-rate", "fast"], "it takes a decimal number, as 0.1, not 'fast'"),
        (["--steps", "51"], "51 is not in the range 1<=x<=50"),
        (["--optimizer", "sdg"], "'sdg' is not one of"),
    ],
)
def test_bad_usage_writes_nothing(options, message, tmp_path):
    result = run("new", tmp_path / "notes.toml", *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not list(tmp_path.iterdir())


def test_the_same_choices_give_the_same_file_and_another_seed_another():
    one, same = (new_document(CHOICES, "t") for _ in range(2))
    assert one == same != new_document(replace(CHOICES, seed=1), "t")

"""`crosscheck worksheet` and `crosscheck grade`, as they are called."""

import csv
import json

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.documents.worksheets.grading import Mark
from crosscheck.report.languages import translate
from crosscheck.report.worksheets import marks

pages = pytest.importorskip(
    "crosscheck.report.worksheets.pages",
    reason="the pages of a worksheet need crosscheck[site]",
    exc_type=ModuleNotFoundError,
)
FILES = ["worksheet.md", "worksheet.html", "solution.md", "solution.html"]
SMALL = ["--layers", "2,1", "--activations", "sigmoid", "--optimizer", "adam"]


def call(*arguments):
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def folder(tmp_path):
    target = tmp_path / "exercise"
    written = call("worksheet", target, *SMALL)
    assert written.exit_code == 0, written.output
    named = [*FILES, "answers.toml", "solution.toml"]
    assert written.output.splitlines() == [str(target / name) for name in named]
    return target


def filled(folder, name, **changed):
    text = (
        (folder / "solution.toml").read_text("utf-8").replace('student = ""', f'student = "{name}"')
    )
    for old, new in changed.items():
        assert text.count(f'"{old}" = "') == 1
        before, _, after = text.partition(f'"{old}" = "')
        text = f'{before}"{old}" = "{new}"{after.partition(chr(34))[2]}'
    file = folder / f"{name}.toml"
    file.write_text(text, "utf-8")
    return file


OWN = """
title = "Numbers of my own"
[network]
activations = ["sigmoid"]
loss = "squared_error"
inputs = [["2", "3"]]
targets = [["1"]]
params = [{ weight = [["0.2", "-0.5"]], bias = ["0.3"] }]
[[runs]]
name = "step"
optimizer = "adam"
layers = [0]
hyperparameters = { learning_rate = "0.1" }
"""


def test_the_numbers_may_be_those_of_a_document(tmp_path):
    file, target = tmp_path / "own.toml", tmp_path / "exercise"
    file.write_text(OWN, "utf-8")
    written = call("worksheet", target, "--document", file, "--digits", 5)
    assert written.exit_code == 0, written.output
    text = (target / "solution.md").read_text("utf-8")
    assert "x = (2, 3)" in text
    assert "z⁽¹⁾₁ = w⁽¹⁾₁₁·x₁ + w⁽¹⁾₁₂·x₂ + b⁽¹⁾₁ = 0.2·2 − 0.5·3 + 0.3 = **−0.80000**" in text
    assert "β₁ = 0.9" in text  # a default, which the step needs
    graded = call("grade", target / "solution.toml", "--key", target / "solution.toml")
    assert "19 / 19" in graded.output


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Numbers of my own"', "title = 1", "title: must be a text, not 1"),
        ('["2", "3"]]', '["2", "3"], ["1", "1"]]', "must be one sample"),
        ("layers = [0]", "layers = [0]\nsteps = 2", "must take one step"),
        (OWN.partition("[[runs]]")[2], '\nname = "x"\n', "runs[0]: 'layers' is missing"),
        (OWN[OWN.index("[[runs]]") :], "", "must be one run, not 0"),
        (OWN[OWN.index("[network]") :], "", "there is no network to be worked out"),
    ],
)
def test_a_document_that_is_no_exercise_is_refused_and_nothing_is_written(
    tmp_path, old, new, message
):
    assert OWN.count(old) == 1
    file, target = tmp_path / "own.toml", tmp_path / "exercise"
    text = OWN.replace(old, new)
    if old == '["2", "3"]]':
        text = text.replace('targets = [["1"]]', 'targets = [["1"], ["1"]]')
    file.write_text(text, "utf-8")
    refused = call("worksheet", target, "--document", file)
    assert refused.exit_code == 2
    assert "--document" in refused.output
    assert message in " ".join(refused.output.split())
    assert not target.exists()


def test_a_document_has_its_own_numbers(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(OWN, "utf-8")
    refused = call("worksheet", tmp_path / "x", "--document", file, "--seed", 3, "--loss", "x")
    assert refused.exit_code == 2
    assert "--document has its own numbers: leave out --loss, --seed" in refused.output
    assert "No such file" in call("worksheet", tmp_path / "x", "--document", "none").output


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_have_every_step_and_the_blanks_none(tmp_path, language):
    target = tmp_path / "new" / "exercise"
    assert call("worksheet", target, *SMALL, "--language", language).exit_code == 0
    blank, solution = ((target / f"{name}.md").read_text("utf-8") for name in pages.TITLES)
    assert solution.count("**") == 2 * blank.count(f"= {pages.BLANK}") > 20
    assert "σ(z⁽¹⁾₁)" in blank
    assert translate("The forward pass", language) in blank
    html = (target / "solution.html").read_text("utf-8")
    assert html.count("<strong>") == solution.count("**") // 2
    assert f'<html lang="{language}">' in html
    assert "@page { size: A4" in html


def test_nothing_is_overwritten(folder):
    again = call("worksheet", folder, *SMALL)
    assert again.exit_code == 2
    assert "is there already: name a folder that is new or empty" in again.output


def test_what_cannot_be_made_is_a_usage_error_and_writes_nothing(tmp_path):
    refused = call("worksheet", tmp_path / "new", "--loss", "mse")
    assert refused.exit_code == 2
    assert (
        "loss 'mse' is unknown: did you mean mean_squared_error or squared_error" in refused.output
    )
    assert not (tmp_path / "new").exists()
    assert (
        "'3,x' is no list of sizes" in call("worksheet", tmp_path / "new", "--layers", "3,x").output
    )


def test_marks_are_given_and_written(folder, tmp_path):
    ada = filled(folder, "Ada", **{"deltas[0][0, 0]": "9.999", "loss": ""})
    bob = filled(folder, "Bob")
    rows, found = tmp_path / "marks.csv", tmp_path / "marks.json"
    key = folder / "solution.toml"
    done = call("grade", ada, bob, "--key", key, "--csv", rows, "--json", found)
    assert done.exit_code == 0, done.output
    assert "δ⁽¹⁾₁" in done.output
    first, second = json.loads(found.read_text("utf-8"))["sheets"]
    assert (second["student"], second["points"]) == ("Bob", second["of"])
    assert first["points"] == first["of"] - 2
    given = {each["quantity"]: each["mark"] for each in first["answers"]}
    assert (given["deltas[0][0, 0]"], given["loss"]) == ("wrong", "missing")
    table = list(csv.DictReader(rows.read_text("utf-8-sig").splitlines()))
    assert [row["student"] for row in table] == ["Ada", "Bob"]
    assert table[0]["deltas[0][0, 0]"] == "wrong"


def test_a_name_is_no_formula(folder, tmp_path):
    file, rows = filled(folder, "=1+1"), tmp_path / "marks.csv"
    assert call("grade", file, "--csv", rows).exit_code == 0
    assert rows.read_text("utf-8-sig").splitlines()[1].startswith("'=1+1,")


def test_the_rule_of_the_points_is_stated(folder):
    bob = filled(folder, "Bob", loss="")
    done = call("grade", bob, "--points", "right=2", "--points", "missing=1/2,wrong=0")
    assert "right 2" in done.output
    assert "not answered 0.5" in done.output
    assert "36.5 / 38" in done.output
    refused = call("grade", bob, "--points", "good=1")
    assert refused.exit_code == 2
    assert "'good=1' has not the form MARK=POINTS; marks are right, inherited" in refused.output


def test_one_file_that_cannot_be_read_does_not_cost_the_others_their_marks(folder):
    bob, bad = filled(folder, "Bob"), folder / "bad.toml"
    bad.write_text("title = 3", "utf-8")
    done = call("grade", bad, bob)
    assert done.exit_code == 2
    assert "bad.toml, line 1, title: must be a text, not 3" in done.output
    assert "Bob" in done.output
    assert call("grade", bob, "--key", bad).exit_code == 2


def test_every_word_has_its_chinese(folder):
    ada = filled(folder, "Ada", **{"deltas[0][0, 0]": "9.999"})
    assert "得分" in call("grade", ada, "--language", "zh").output
    for mark in Mark:
        assert translate(str(mark), "zh") != str(mark)
    assert set(marks.COLOURS) == set(Mark)

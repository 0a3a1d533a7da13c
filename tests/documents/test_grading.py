"""Marks: rounding costs nothing, a mistake costs its mark once, and nothing is guessed."""

import re

import pytest

from crosscheck.documents.faults import TranscriptionError
from crosscheck.documents.worksheets.answers import answers_text, read_answers
from crosscheck.documents.worksheets.drawing import draw
from crosscheck.documents.worksheets.grading import SHARES, Mark, grade
from crosscheck.documents.worksheets.marking import mark_files

EXERCISE = draw(
    (3, 2, 1), activations=["sigmoid"] * 2, loss="squared_error", optimizer="adam", seed=7
)
DELTA, ABOVE = "deltas[1][0, 0]", "outputs[0, 0]"


def marks(**changed):
    given = EXERCISE.solution | {DELTA if key == "delta" else key: v for key, v in changed.items()}
    return {each.blank.quantity: each for each in grade(EXERCISE, given)}


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        ("0.2816", Mark.RIGHT),
        ("+0,2816", Mark.RIGHT),
        ("2.816e-1", Mark.RIGHT),
        ("0.28163", Mark.RIGHT),  # more digits than are asked for
        ("0.282", Mark.TOO_FEW_DIGITS),
        ("0.3", Mark.TOO_FEW_DIGITS),
        ("0", Mark.WRONG),
        ("0.2817", Mark.ROUNDED),  # 2 0.5769 = 1.154, 1.154 0.5769 = 0.6657
        ("0.2900", Mark.WRONG),
        ("−0.2816", Mark.WRONG),
        ("minus one", Mark.NO_NUMBER),
        ("1e9999", Mark.NO_NUMBER),
        ("0." + "2816" * 1500, Mark.NO_NUMBER),  # which Python itself would not read
        ("nan", Mark.NO_NUMBER),
        ("", Mark.MISSING),
        ("  ", Mark.MISSING),
    ],
)
def test_one_answer(written, mark):
    assert marks(delta=written)[DELTA].mark is mark


def test_whoever_rounds_at_every_step_loses_nothing():
    """Every product is rounded, where the exact ones give other digits."""
    given = EXERCISE.solution | {DELTA: "0.2817"}
    given |= {"deltas[0][0, 1]": "-0.04997", "grads[1].weight[0, 0]": "0.1754"}
    found = {each.blank.quantity: each.mark for each in grade(EXERCISE, given)}
    changed = [found[key] for key in given if given[key] != EXERCISE.solution[key]]
    assert changed == [Mark.ROUNDED] * 3
    assert set(found.values()) == {Mark.RIGHT, Mark.ROUNDED}


def test_what_is_further_off_than_rounding_explains_is_wrong():
    assert marks(**{ABOVE: "0.5772"})[ABOVE].mark is Mark.WRONG


def test_a_slip_is_named_on_the_students_own_numbers():
    """The second slip is computed from what the first one gave."""
    given = EXERCISE.solution | {ABOVE: "0.3101", DELTA: "0.6202"}
    found = {each.blank.quantity: each for each in grade(EXERCISE, given)}
    assert (found[ABOVE].mark, found[ABOVE].slip) == (Mark.WRONG, "the activation is left out")
    slip = "the slope of the activation is left out"
    assert (found[DELTA].mark, found[DELTA].slip) == (Mark.WRONG, slip)


def test_what_follows_names_what_it_follows_from():
    weight = "grads[1].bias[0]"
    found = marks(**{DELTA: "-0.2816", weight: "-0.2816"})[weight]
    assert (found.mark, found.from_these) == (Mark.INHERITED, (DELTA,))


def test_what_the_digits_cannot_decide_is_said_to_be_so():
    """The slope of a sigmoid at 0.9996 after an error: of 1 - a one digit is left."""
    assert marks(**{ABOVE: "0.9996", DELTA: "0.0008500"})[DELTA].mark is Mark.UNDECIDED


def test_a_file_of_answers_is_read_as_it_was_written(tmp_path):
    file = tmp_path / "ada.toml"
    file.write_text(answers_text(EXERCISE, EXERCISE.solution), "utf-8")
    sheet = read_answers(file)
    assert (sheet.student, sheet.given) == ("ada", EXERCISE.solution)
    assert sheet.exercise == EXERCISE


def test_numbers_may_stand_without_quotes(tmp_path):
    file = tmp_path / "ada.toml"
    text = answers_text(EXERCISE, EXERCISE.solution)
    bare = re.sub(r'^("[^"]+") = "([-0-9.e]+)"', r"\1 = \2", text, flags=re.MULTILINE)
    assert bare != text
    file.write_text(bare, "utf-8")
    assert read_answers(file).given == EXERCISE.solution


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("digits = 4", "digits = 99", r"line 4, digits: must be from 3 to 8"),
        ('"deltas[1][0, 0]"', '"delta[1][0, 0]"', r"no such blank: did you mean deltas\[1\]"),
        ('"loss" = ""', '"loss" = true', r"answers\.loss: must be a number or a text, not True"),
        ('"loss" = ""', '"loss" = [1]', r"must be a number or a text"),
        ("[answers]", "[answer]", r"answer: unknown key: did you mean answers"),
        ("layers = [1]", "layers = [7]", r"7 is no layer"),
        ("layers = [1]", "layers = []", r"must move a layer"),
        ('loss = "squared', 'loss = "cubed', r"did you mean squared_error"),
        ("digits = 4", "digits = = 4", r"is no TOML"),
        ("steps = 1", "steps = 2", r"runs.*must take one step"),
        ('["-0.2", "-0.8"]', '["1e300", "-0.8"]', r"network: its results cannot be printed"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_line(tmp_path, old, new, message):
    file = tmp_path / "ada.toml"
    text = answers_text(EXERCISE)
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(TranscriptionError, match=f"ada.toml.*{message}"):
        read_answers(file)


def test_a_file_of_another_exercise_is_refused_beside_a_key(tmp_path):
    key, same, other = (tmp_path / name for name in ("key.toml", "same.toml", "other.toml"))
    key.write_text(answers_text(EXERCISE, EXERCISE.solution), "utf-8")
    same.write_text(answers_text(EXERCISE), "utf-8")
    other.write_text(answers_text(EXERCISE).replace('"0.6"', '"0.5"'), "utf-8")
    marked, refused = mark_files([same, other, tmp_path / "none.toml"], key, SHARES)
    assert [each.sheet.file for each in marked] == [str(same)]
    assert marked[0].points == 0
    assert "its exercise is not that of" in refused[str(other)]
    assert "No such file" in refused[str(tmp_path / "none.toml")]

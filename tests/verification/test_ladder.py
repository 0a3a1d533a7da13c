"""The ladder of a framework that is not right yet: what is next, what waits, what is excused."""

import shutil
from pathlib import Path

import pytest

from crosscheck.frameworks.registry import load
from crosscheck.verification.candidates import here, rungs_of
from crosscheck.verification.ladder import Rung, RungStatus, in_words, next_rung
from crosscheck.verification.selection import select
from crosscheck.verification.verify import verify_everything

ROOT = Path(__file__).parents[2]


def loaded(folder, name, monkeypatch):
    monkeypatch.syspath_prepend(folder)
    return load(name, name)


def declare(package, text):
    with (package / "crosscheck.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def test_one_mistake_is_the_next_rung_and_says_where_it_is(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "slipped")
    path = tmp_path / "slipped" / "losses.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("predictions.shape[1]", "len(predictions)"), encoding="utf-8")
    framework = loaded(tmp_path, "slipped", monkeypatch)
    rung = next_rung(rungs_of(here(framework)))
    assert (rung.name, rung.status) == ("losses.mean_squared_error", "wrong")
    assert rung.note.startswith("slipped from exact, mean_squared_error in float64, forward: loss")
    assert " times its bound of " in rung.note


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("is_array", "return isinstance(value, (np.ndarray, np.generic))", "return True"),
        ("shape", "return value.shape", "return value.shape[::-1] + (2,)"),
        ("entries", "    return np.asarray(value)\n", "    return np.asarray(value).T\n"),
    ],
)
def test_arrays_have_rungs_of_their_own(tmp_path, monkeypatch, name, old, new):
    package = f"arrays_with_a_wrong_{name}"
    shutil.copytree(ROOT / "reference_numpy", tmp_path / package)
    path = tmp_path / package / "arrays.py"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    rung = next_rung(rungs_of(here(loaded(tmp_path, package, monkeypatch))))
    assert (rung.name, rung.status) == (f"arrays.{name}", "wrong")


def test_an_exception_is_the_next_rung_with_its_file_and_line(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "stumbled")
    path = tmp_path / "stumbled" / "activations.py"
    text = path.read_text(encoding="utf-8").replace("return np.tanh(z)", "return np.tnah(z)")
    path.write_text(text, encoding="utf-8")
    rung = next_rung(rungs_of(here(loaded(tmp_path, "stumbled", monkeypatch))))
    line = text.splitlines().index("    return np.tnah(z)") + 1
    assert (rung.name, rung.status) == ("activations.tanh", "wrong")
    assert "AttributeError: module 'numpy' has no attribute 'tnah'" in rung.note
    assert rung.note.endswith(f"({path}:{line})")


def test_what_waits_for_something_wrong_is_not_called_wrong_itself(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "rounded")
    path = tmp_path / "rounded" / "activations.py"
    text = path.read_text(encoding="utf-8").replace("np.tanh(z)", "np.tanh(z) * (1 + 1e-12)")
    path.write_text(text, encoding="utf-8")
    rungs = {rung.name: rung for rung in rungs_of(here(loaded(tmp_path, "rounded", monkeypatch)))}
    wrong = {rung.name for rung in rungs.values() if rung.status == "wrong"}
    assert wrong == {"activations.tanh"}
    assert "rounded from exact, edges-tanh-half_" in rungs["activations.tanh"].note
    assert rungs["gradients.deltas"].note == "for activations.tanh"


def test_a_known_failure_is_no_rung_to_stay_at(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "excused")
    path = tmp_path / "excused" / "activations.py"
    text = path.read_text(encoding="utf-8").replace("np.tanh(z)", "np.tanh(z) * (1 + 1e-12)")
    path.write_text(text, encoding="utf-8")
    declare(
        tmp_path / "excused",
        "[[known_failures]]\ncases = ['edges-tanh-*', 'tanh-*', 'sigmoid-*', 'weighted-*', "
        "'batch of one']\n"
        "why = 'on purpose'\nlink = 'https://example.org'\nversions = 'numpy>=2'\n",
    )
    rungs = {rung.name: rung for rung in rungs_of(here(loaded(tmp_path, "excused", monkeypatch)))}
    assert rungs["activations.tanh"].status == RungStatus.DONE
    assert rungs["gradients.deltas"].status == RungStatus.DONE


def test_what_is_declared_is_no_rung_to_climb(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "modest")
    text = "[[limits]]\noptimizers = ['lion']\nreason = 'it roars'\n"
    declare(tmp_path / "modest", text)
    rungs = {rung.name: rung for rung in rungs_of(here(loaded(tmp_path, "modest", monkeypatch)))}
    lion = rungs.pop("optimizers.lion")
    assert (lion.status, lion.note) == (RungStatus.NOT_SUPPORTED, "it roars")
    assert {rung.status for rung in rungs.values()} == {RungStatus.DONE}


def test_what_is_supported_in_one_dtype_alone_is_done_there(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "double")
    text = "[[limits]]\ndtypes = ['float32']\nreason = 'twice as long'\n"
    declare(tmp_path / "double", text)
    rungs = rungs_of(here(loaded(tmp_path, "double", monkeypatch)))
    assert {rung.status for rung in rungs} == {RungStatus.DONE}


def test_what_the_ladder_does_not_ask_for_is_named_all_the_same(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "nearly")
    path = tmp_path / "nearly" / "losses.py"
    summed = "    terms = _weighted((predictions - targets) ** 2"
    refuses = "    if predictions.shape == (1, 1):\n        raise NotImplementedError('one')\n"
    text = path.read_text(encoding="utf-8").replace(summed, refuses + summed)
    path.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = verify_everything(select(only=["nearly"])).frameworks["nearly"]
    assert found.status == "unfinished"
    assert next_rung(found.ladder) is None
    assert found.reasons == [
        "losses.squared_error raises NotImplementedError in document 002, as printed, of which no "
        "declared limit speaks: one"
    ]


def test_what_a_rung_waits_for_is_said_to_be_next():
    rungs = [Rung("arrays.shape", RungStatus.WAITS, "for arrays.from_entries")]
    assert in_words(rungs) == "0 of 1 rungs are done; arrays.shape waits for arrays.from_entries"

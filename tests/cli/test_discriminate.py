"""`crosscheck discriminate`: both matrices, on a terminal and as JSON."""

import json

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.verification import discrimination
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.conditions import matrix as of_conditions
from crosscheck.verification.conditions.matrix import Cell
from crosscheck.verification.mistakes.mistake import Mistake

KEYS = {"function", "condition", "applies", "caught", "by", "excused", "problem"}


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Some cases of the groups that see what is planted here, instead of all there are."""
    steps = {"optimizers": 8, "training": 4, "conduct": 1}
    chosen = {name: groups()[name][::step] for name, step in steps.items()}
    for module in (discrimination, of_conditions):
        monkeypatch.setattr(module, "groups", lambda: chosen)


def test_discriminate_shows_the_matrix_and_writes_it_as_json():
    result = CliRunner().invoke(main, ["discriminate", "--mistake", "one beta", "--json", "-"])
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    (entry,) = found["mistakes"]
    assert {key: entry[key] for key in ("name", "kind", "caught", "stage")} == {
        "name": "one beta for both",
        "kind": "optimizer",
        "caught": True,
        "stage": "state",
    }
    assert entry["margin"] >= 10
    assert entry["by"] in entry["groups"]
    assert "1 of 1 mistakes caught in the right place" in " ".join(result.stderr.split())


def test_discriminate_exits_with_1_where_a_mistake_is_not_caught(monkeypatch):
    harmless = Mistake("harmless", "forward", "forward", "mlp", ())
    monkeypatch.setattr("crosscheck.verification.mistakes.catalogue.catalogue", lambda: (harmless,))
    result = CliRunner().invoke(main, ["discriminate", "--mistake", "", "--json", "-"])
    assert result.exit_code == 1
    assert "harmless: caught by nothing" in result.stderr
    assert json.loads(result.stdout)["holds"] is False


def test_conditions_are_chosen_by_name_and_written_as_json():
    result = CliRunner().invoke(main, ["discriminate", "--condition", "seed: 0", "--json", "-"])
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["mistakes"] == []
    assert found["holds"] is True
    assert {each["condition"] for each in found["conditions"]} == {"seed: 0"}
    assert all(set(each) == KEYS for each in found["conditions"])
    (train,) = [each for each in found["conditions"] if each["function"] == "training.train"]
    assert train["by"] is not None
    assert (train["applies"], train["caught"], train["excused"]) == (True, True, None)
    (tanh,) = [each for each in found["conditions"] if each["function"] == "activations.tanh"]
    assert (tanh["applies"], tanh["caught"], tanh["excused"]) == (False, False, "it takes no seed")
    said = " ".join(result.stderr.split())
    assert "Sharp. 2 of 2 functions under a condition are seen by some case, 0 are" in said


def test_a_condition_that_nothing_sees_ends_with_1(monkeypatch):
    cells = [
        Cell("mlp.forward", "size: odd", True),
        Cell("mlp.forward", "layers: 1", True, by="edges-tanh"),
        Cell("activations.tanh", "value: subnormal", True, excused="the bound: at most 0.5"),
    ]
    monkeypatch.setattr(of_conditions, "matrix", lambda *arguments: cells)
    result = CliRunner().invoke(main, ["discriminate", "--condition", "", "--json", "-"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["holds"] is False
    said = " ".join(result.stderr.split())
    assert "not caught: mlp.forward is not judged where size: odd" in said
    assert "NOT SHARP. 1 of 3 functions under a condition are seen by some case, 1 are" in said


@pytest.mark.parametrize("kind", ["mistake", "condition"])
def test_a_name_that_nothing_has_is_bad_usage(kind):
    result = CliRunner().invoke(main, ["discriminate", f"--{kind}", "nosuch"])
    assert result.exit_code == 2
    assert f"no known {kind} has 'nosuch' in its name" in result.stderr

"""Gathering a run for a site: every part is kept, in order, and what is missing says why."""

import pytest

from crosscheck.cli import gathering
from crosscheck.frameworks.registry import load as load_framework
from crosscheck.report.site.run import PARTS, RunError, load
from crosscheck.training.data.idx import DataError

STATUS = {"version": "1", "reasons": [], "not_supported": {}, "known_failures": {}}
VERIFICATION = {
    "frameworks": {"numpy": STATUS | {"status": "verified"}, "torch": STATUS | {"status": "wrong"}},
    **{key: [] for key in ("stages", "definitions", "differ", "problems")},
    "comparisons": 0,
    "holds": True,
}


@pytest.fixture
def quick(monkeypatch):
    """Everything that takes long gives next to nothing; lists what was asked for."""
    asked = []

    def values(number, frameworks):
        asked.append((number, [each.name for each in frameworks]))

    def digits(dtype):
        raise DataError("no digits")

    monkeypatch.setattr(gathering, "verify", lambda: None)
    monkeypatch.setattr(gathering, "condense", lambda result: VERIFICATION)
    monkeypatch.setattr(gathering, "framework_values", values)
    monkeypatch.setattr(gathering, "ledger", lambda number, values: number)
    empty = {"documents": {}, "numbers": [], "statements": []}
    monkeypatch.setattr(gathering, "ledger_as_json", lambda each: (list(each), empty)[1])
    monkeypatch.setattr(gathering.discrimination, "discriminate", lambda mistakes: [])
    monkeypatch.setattr(gathering, "matrix", list)
    monkeypatch.setattr(gathering.everything, "findings", list)
    monkeypatch.setattr(gathering, "DATASETS", {"digits": digits})
    return asked


def test_every_part_is_kept_in_order_and_read_back(quick, tmp_path):
    names = []
    run = gathering.gather(tmp_path / "new" / "run", names.append)
    assert names == list(PARTS)
    assert run == load(tmp_path / "new" / "run")
    assert list(run.parts) == list(PARTS)
    assert run.parts["verification"] == VERIFICATION
    assert run.parts["training"] == {"missing": "no digits"}
    assert run.parts["environment"] == gathering.environment()


def test_only_verified_frameworks_stand_in_the_ledger(quick, tmp_path):
    gathering.gather(tmp_path)
    assert ("000", ["numpy"]) in quick
    assert not any("torch" in names for _, names in quick[:5])


def test_a_folder_that_cannot_be_made_is_an_error_before_any_work(quick, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"cannot write .*file/run: Not a directory"):
        gathering.gather(tmp_path / "file" / "run")
    assert quick == []


@pytest.mark.usefixtures("digits")
def test_a_training_is_recorded_and_drawn_where_it_can_be(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib", reason="matplotlib, which draws, is missing")
    monkeypatch.setattr(gathering, "EPOCHS", 2)
    monkeypatch.setattr(
        gathering, "installed", lambda: [load_framework("numpy", "reference_numpy")]
    )
    monkeypatch.setattr("crosscheck.training.experiments.digits.EPOCHS", {"digits": 1})
    content = gathering._training(tmp_path)
    assert [len(each["epochs"]) for each in content["runs"]] == [2]
    assert {path.name for path in tmp_path.iterdir()} == {
        "curves.svg",
        "confusion.svg",
        "weights.svg",
    }

"""The lectures' experiments: each claim holds, is drawn, and can fail."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from pictures import english_in_chinese, texts_of

from crosscheck.cli.main import main
from crosscheck.training.experiments import digits, networks, record, surfaces, table
from crosscheck.training.experiments.base import ExperimentResult, Options
from crosscheck.training.experiments.table import EXPERIMENTS

ON_DIGITS = ("weights", "noise", "labels")
QUICK = [name for name in EXPERIMENTS if name != "record"]


@pytest.fixture
def name(request):
    """An experiment by its name; skipped where its data cannot be had."""
    if request.param in ON_DIGITS:
        request.getfixturevalue("digits")
    return request.param


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", QUICK, indirect=True)
def test_the_claim_holds_and_is_drawn(name, tmp_path):
    arguments = ["experiment", name, "--plot", str(tmp_path), "--json", "-"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["holds"] is True
    assert found["claim"] == EXPERIMENTS[name].claim
    assert found["source"].startswith("document")
    assert "It holds." in result.stderr
    (drawn,) = tmp_path.iterdir()
    assert drawn.name == f"{name}.svg"
    assert texts_of(drawn.read_bytes())
    assert english_in_chinese(drawn.read_bytes()) == []


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", QUICK, indirect=True)
def test_the_claim_does_not_hang_on_one_seed(name):
    assert EXPERIMENTS[name].run(Options(seed=1)).holds


def test_a_claim_that_does_not_hold_exits_with_1(monkeypatch):
    monkeypatch.setattr(networks, "CONDITIONS", {"loss_below": {"max_epochs": 2}})
    monkeypatch.setattr(networks, "FLAT", 0.0)  # nothing is flatter than flat
    result = CliRunner().invoke(main, ["experiment", "saturation"])
    assert result.exit_code == 1
    assert "It does not hold." in result.output


def test_an_unknown_experiment_is_bad_usage():
    result = CliRunner().invoke(main, ["experiment", "magic"])
    assert result.exit_code == 2
    assert "'magic' is not one of 'weights', 'noise'" in " ".join(result.stderr.split())


def test_the_gradient_at_one_one_is_three_one():
    found = EXPERIMENTS["surface"].run(Options()).numbers
    assert found["gradient"] == [3.0, 1.0]
    assert np.allclose(found["steepest"], np.array([3, 1]) / np.sqrt(10), rtol=0, atol=1e-3)


def test_document_002_ends_by_each_condition():
    found = EXPERIMENTS["stopping"].run(Options()).numbers
    assert found["stop_reasons"] == {name: name for name in networks.CONDITIONS}
    losses, ended = found["losses"], found["iterations"]
    assert ended["max_epochs"] == 300
    assert losses[ended["loss_below"] - 1] < 0.05 <= losses[ended["loss_below"] - 2]
    last = ended["loss_change_below"] - 1
    assert abs(losses[last] - losses[last - 1]) < 1e-4 <= abs(losses[last - 1] - losses[last - 2])


def test_what_the_experiments_measure_tells_noise_from_pictures():
    rng = np.random.default_rng(0)
    noise = rng.random((5, 28, 28))
    smooth = np.cumsum(np.cumsum(noise - 0.5, axis=1), axis=2)
    assert abs(digits.neighbour_correlation(noise)) < 0.05
    assert digits.neighbour_correlation(smooth) > 0.8
    assert len(surfaces.SIZES) == 3


@pytest.mark.usefixtures("digits", "matplotlib")
def test_the_results_of_record_are_medians_of_seeds_and_fail_below_their_floor(
    monkeypatch, tmp_path
):
    name = "784-16-16-10, N(0, 1/n), SGD 1.0"
    monkeypatch.setattr(record, "SETUPS", {name: record.SETUPS[name]})
    monkeypatch.setattr(record, "SHOWN", (1, 12))
    monkeypatch.setattr(record, "SEEDS", 3)
    monkeypatch.setattr(record, "FLOORS", {name: 101.0})
    parts = []
    found = record.run_record(Options(progress=parts.append))
    assert len(parts) == 36
    last = found.numbers["test_accuracy"][name]["12"]
    assert last["least"] <= last["median"] <= last["most"] <= 100
    assert found.numbers["test_accuracy"][name]["1"]["most"] < last["least"]
    assert found.numbers["below_their_floor"] == [name]
    monkeypatch.setattr(record, "FLOORS", {name: 0.0})
    assert not record.run_record(Options()).holds  # nothing was shown of MNIST
    assert isinstance(found, ExperimentResult)
    (path,) = record.draw_record(tmp_path, found)
    assert f"median of {record.SEEDS} seeds" in texts_of(path.read_bytes())
    assert english_in_chinese(path.read_bytes()) == []


def test_every_experiment_has_its_page():
    page = (Path(__file__).parents[2] / "docs" / "experiments.md").read_text(encoding="utf-8")
    page = " ".join(page.split())
    for name, each in table.EXPERIMENTS.items():
        assert f"crosscheck experiment {name}" in page
        assert each.claim in page

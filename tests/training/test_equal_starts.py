"""From equal parameters: what chaos explains is nobody's error, and what it cannot is one."""

from dataclasses import replace

import numpy as np
import pytest

from crosscheck.frameworks.registry import load
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.runs import drift, records, snapshots
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.request import StopConditions, TrainingRequest
from crosscheck.training.runs.summary import summarise
from crosscheck.training.runs.training import train
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import as_framework

NUMPY = load("numpy", "reference_numpy")
SAMPLES = 40


def dataset(dtype="float64"):
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 10, SAMPLES)
    split = Split(rng.random((SAMPLES, 64)).astype(dtype), labels)
    return Dataset("digits", split, split)


def configuration(**changes):
    layers = {"layers": (64, 5, 10), "activations": ("tanh", "sigmoid"), "batch_size": 4}
    return Configuration(**layers | changes)


def mistaken(name):
    (mistake,) = (each for each in catalogue() if each.name == name)
    return as_framework(mistake)


def trained(frameworks, chosen, epochs=1):
    """The curve around the horizon, and the summary."""
    data = dataset(chosen.dtype)
    request = TrainingRequest(chosen, StopConditions(max_epochs=epochs))
    runs = [train(framework, request, data) for framework in frameworks]
    curve = drift.horizon(frameworks, chosen, data, runs)
    return curve, summarise(chosen, data, runs, curve)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("mistake", "steps", "changes"),
    [
        ("bias gradient of the first sample", 1, {"optimizer": "sgd"}),
        ("t frozen at 1", 2, {"optimizer": "adam"}),
    ],
)
def test_a_jump_beyond_the_bound_is_a_difference_and_names_the_framework(
    mistake, steps, changes, dtype
):
    wrong = mistaken(mistake)
    chosen = configuration(dtype=dtype, hyperparameters={"learning_rate": 0.01}, **changes)
    curve, summary = trained([wrong, NUMPY], chosen)
    found = curve.excess
    assert (found.framework, found.steps) == (wrong.name, steps)
    assert found.times > 100
    assert summary.meaning.startswith("A difference, which is not chaos: after step ")
    assert f"times what rounding allows after {steps} step" in summary.meaning
    assert f" Run crosscheck verify --only {wrong.name}. " in summary.meaning
    record = records.as_json(summary)["horizon"]["excess"]
    assert record == {
        "framework": wrong.name,
        "steps": steps,
        "place": found.place,
        "times": found.times,
    }


@pytest.mark.parametrize("optimizer", sorted(NUMPY.optimizers.OPTIMIZERS))
def test_what_is_within_the_bound_of_every_optimizer_is_chaos(monkeypatch, optimizer):
    # Any distance is beyond this horizon, so that honest frameworks are looked at, too.
    monkeypatch.setattr(drift, "HORIZON", -1.0)
    curve, summary = trained([NUMPY, NUMPY], configuration(optimizer=optimizer))
    assert curve.step == 1
    assert curve.excess is None
    assert records.as_json(summary)["horizon"]["excess"] is None
    assert "It is an error of none." in summary.meaning


def test_a_weight_decay_is_in_the_bound(monkeypatch):
    monkeypatch.setattr(drift, "HORIZON", -1.0)
    keywords = {"learning_rate": 0.1, "weight_decay": 0.5}
    curve, _ = trained([NUMPY, NUMPY], configuration(optimizer="lion", hyperparameters=keywords))
    assert curve.excess is None


def test_the_horizon_is_found_from_what_little_is_kept(monkeypatch):
    # The first five epochs stay within this horizon; from 0 they have to be made again.
    chosen, frameworks = configuration(), [NUMPY, mistaken("eps ten times too large")]
    _, summary = trained(frameworks, chosen, epochs=6)
    monkeypatch.setattr(drift, "HORIZON", summary.distances[4].ulps)
    whole, _ = trained(frameworks, chosen, epochs=6)
    monkeypatch.setattr(snapshots, "MEMORY", 0)
    monkeypatch.setattr(snapshots, "FEWEST", 2)
    less, summary = trained(frameworks, chosen, epochs=6)
    assert sorted(summary.runs[0].snapshots) == [0, 4, 6]
    # From an earlier start there are more steps in which a difference shows.
    assert replace(whole, excess=None) == replace(less, excess=None)
    assert whole.epoch == 5
    assert whole.excess is not None
    assert less.excess is not None

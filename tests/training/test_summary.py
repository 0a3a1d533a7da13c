"""What is said of a training: stop conditions, distances, and what they mean."""

import numpy as np
import pytest

from crosscheck.frameworks.registry import load
from crosscheck.numerics.exact.network import Layer
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.runs import drift, records
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.request import StopConditions
from crosscheck.training.runs.snapshots import Snapshot
from crosscheck.training.runs.summary import summarise
from crosscheck.training.runs.training import Epoch, TrainingRun

NUMPY = load("numpy", "reference_numpy")
ULP = 2.0**-52  # of parameters between 1 and 2
LABELS = np.array([0, 1, 2, 9])


def dataset():
    split = Split(np.zeros((4, 64)), LABELS)
    return Dataset("digits", split, split)


def run(name, *shifts, first=0, predicted=LABELS, stop_reason="max_epochs", loss=0.5):
    """A run whose parameters are 1.5 and, after each epoch, some ulps more."""
    snapshots = {
        number: Snapshot((Layer(np.array([[1.5 + shift * ULP]]), np.zeros(1)),), number, {})
        for number, shift in enumerate((0, *shifts), first)
    }
    history = [Epoch(name, loss, 0.25, 0.5, seconds) for seconds in range(1, len(shifts) + 1)]
    before = [Epoch(name, 1.0, 0.1, 0.1, 9.0)] * first
    return TrainingRun(name, before + history, snapshots, predicted, stop_reason)


def summary(*runs, curve=None):
    return summarise(Configuration(), dataset(), runs, curve)


def test_runs_that_differ_by_rounding_are_the_same_training():
    found = summary(run("numpy", 0, 0, 0), run("torch", 0, 3, 2), run("jax", 1, 0, 0))
    assert {epoch: each.ulps for epoch, each in found.distances.items()} == {0: 1, 1: 3, 2: 2}
    assert found.meaning == (
        "The same training: after every epoch the parameters agree to 3 ulps of the largest, "
        "which is rounding. They take every test image for the same digit."
    )


def test_who_takes_an_image_for_another_digit_is_counted():
    other = np.array([0, 1, 2, 3])
    found = summary(run("numpy", 0), run("torch", 0, predicted=other), run("jax", 0))
    assert found.meaning.endswith("1 of them take some test image for another digit than numpy.")
    assert [counts.sum() for counts in found.confusions] == [4, 4, 4]
    assert found.confusions[1][9].tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]


def test_what_chaos_a_resumed_run_and_divergence_mean():
    far = 2 * drift.HORIZON
    pair = run("numpy", 0), run("torch", far)
    curve = drift.Curve(0, 0, (1.0, far))
    assert "after step 2 (epoch 1) the parameters differ by more than 4096 ulps" in (
        summary(*pair, curve=curve).meaning
    )
    assert summary(*pair).meaning.startswith(
        "The frameworks went on from beyond the horizon: after epoch 1 they are 8.19e+03 ulps"
    )
    wild = run("torch", far, stop_reason="loss_not_finite")
    assert summary(run("numpy", 0), wild).meaning == (
        "Training diverged: the loss is not finite any more (torch in epoch 1)."
    )
    assert summary(run("numpy", 0), run("torch", 0, first=2)).meaning == (
        "The runs have no epoch in common: nothing can be compared."
    )


def test_one_run_alone_is_compared_with_nothing():
    found = summary(run("numpy", 0, 0))
    assert (found.meaning, dict(found.distances)) == ("", {})
    assert records.as_json(found)["drift"] == []


def test_the_record_has_no_number_that_json_lacks():
    far = summary(run("numpy", 0, 0, 0, loss=np.nan), run("torch", 0, 0, np.inf))
    content = records.as_json(far)
    assert [each["ulps"] for each in content["drift"]] == [0, 0, None]
    assert {each["loss"] for each in content["runs"][0]["epochs"]} == {None}
    assert far.runs[0].median_seconds == 2


def test_the_horizon_is_looked_for_only_where_every_run_can_be_repeated():
    far = 2 * drift.HORIZON
    frameworks, epoch = [NUMPY, NUMPY], (Configuration(), dataset())
    assert drift.horizon(frameworks, *epoch, [run("a", 0), run("b", 1)]) is None
    assert drift.horizon(frameworks, *epoch, [run("a", 0), run("b", np.inf)]) is None
    resumed = run("b", far, first=1)
    resumed.snapshots[1] = resumed.snapshots[2]  # it was beyond the horizon when it went on
    assert drift.by_epoch([run("a", 0, 0), resumed])[0].ulps == far
    assert drift.horizon(frameworks, *epoch, [run("a", 0, 0), resumed]) is None


def test_stop_conditions_are_those_of_every_framework_and_count_what_is_done(framework):
    conditions = StopConditions(max_epochs=5, loss_below=0.1)
    assert conditions.rule(framework) == framework.training.StopRule(max_epochs=5, loss_below=0.1)
    assert conditions.after(2) == StopConditions(max_epochs=3, loss_below=0.1)
    assert StopConditions(loss_below=0.1).after(2) == StopConditions(loss_below=0.1)
    with pytest.raises(ValueError, match="needs at least one condition"):
        StopConditions().rule(framework)

"""What a training run is made of: its configuration, its measures, its distances, its device."""

import json
from dataclasses import replace

import numpy as np
import pytest

from crosscheck.frameworks.declarations import Declarations, Limit
from crosscheck.frameworks.devices import DeviceError, on_device
from crosscheck.frameworks.registry import load
from crosscheck.training.runs import drift, metrics, snapshots
from crosscheck.training.runs.configuration import Configuration, ConfigurationError


def test_accuracy_and_confusion():
    predicted, labels = np.array([0, 1, 1, 2]), np.array([0, 1, 2, 2])
    assert metrics.accuracy(predicted, labels) == 0.75
    assert metrics.confusion(predicted, labels, 3).tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]


def test_distance_in_units_of_the_last_place_of_the_largest():
    one, other = ((np.array([[1.5, -3.0]]), np.array([0.0])) for _ in range(2))
    other[0][0, 0] += 2**-50
    found = drift.distance([(one,), (other,)])
    assert found.difference == 2**-50
    assert found.ulps == 2.0  # of 3, whose last place is 2^-51
    broken = (one[0] * np.nan, one[1])
    assert drift.distance([(one,), (broken,)]).ulps == np.inf


def test_the_horizon_is_the_first_step_beyond():
    curve = drift.Curve(epoch=2, steps_before=20, distances=(1.0, 5000.0, 2.0, np.inf))
    assert curve.step == 22
    assert drift.Curve(2, 20, (1.0, 2.0)).step is None


@pytest.mark.parametrize("of_bytes", [0, 400, 1600, 10**9])
def test_a_run_keeps_its_ends_and_as_many_between_as_there_is_room_for(monkeypatch, of_bytes):
    monkeypatch.setattr(snapshots, "MEMORY", of_bytes)
    one = snapshots.Snapshot(((np.zeros((2, 2)), np.zeros(1)),), 0, {"m": ((np.zeros(5),),)})
    assert one.size() == 80
    most = max(of_bytes // 80, snapshots.FEWEST)
    kept = {}
    for number in range(3, 100):
        snapshots.keep(kept, number, one)
        assert {3, number} <= set(kept)
        assert len(kept) <= most + 1
        gaps = np.diff(sorted(kept)[:-1])
        assert len(set(gaps)) < 2  # evenly, but for the newest
    assert len(kept) >= min(most // 2, 97)


def test_a_configuration_survives_json():
    given = Configuration(
        optimizer="momentum", hyperparameters={"learning_rate": 1, "nesterov": True}
    )
    assert Configuration.from_json(json.loads(json.dumps(given.as_json()))) == given
    with pytest.raises(ConfigurationError, match="a configuration has activations"):
        Configuration.from_json({})
    with pytest.raises(ConfigurationError, match="batch_size must be at least 1, not 0"):
        Configuration(batch_size=0)


def test_a_device_beyond_a_declared_limit_is_refused_with_the_reason():
    limits = (Limit("it has wheels", devices=("cuda",)),)
    numpy = replace(load("numpy", "reference_numpy"), declared=Declarations(limits))
    with pytest.raises(DeviceError, match=r"^numpy does not support cuda: it has wheels$"):
        on_device(numpy, np.ones(3), "cuda")


def test_a_gpu_is_used_where_there_is_one_and_missed_where_there_is_none(framework):
    tree = framework.params.init_params((2, 3), seed=0)
    assert on_device(framework, tree, "cpu") is tree
    if framework.name not in ("torch", "jax"):  # which may find one
        alone = "cannot use cuda: .* on the CPU only|does not support cuda: "
        with pytest.raises(DeviceError, match=f"^{framework.name} ({alone})"):
            on_device(framework, tree, "cuda")
        return
    try:
        moved = on_device(framework, tree, "cuda")
    except DeviceError as error:
        message = str(error)
        assert "finds no CUDA device on this machine" in message
        pytest.skip(f"no GPU: {message}")
    case = Configuration(layers=(64, 4, 10), activations=("tanh", "sigmoid"))
    params = on_device(framework, case.start(framework), "cuda")
    rng = np.random.default_rng(0)
    inputs, targets = (
        on_device(framework, framework.params.from_numpy(array), "cuda")
        for array in (rng.random((20, 64)), np.eye(10)[np.arange(20) % 10])
    )
    result = framework.training.train(
        params,
        inputs,
        targets,
        case.optimizer_of(framework),
        activations=case.activations,
        loss=case.loss,
        stop=framework.training.StopRule(max_epochs=2),
        batch_size=8,
    )
    assert all("cuda" in str(leaf.device).lower() for leaf in (*moved[0], *result.params[0]))
    host = framework.params.to_numpy(result.params)
    assert all(np.all(np.isfinite(leaf)) for layer in host for leaf in layer)

"""Checkpoints: whole at any moment, the same for every framework, and nothing else is believed."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from crosscheck.frameworks.registry import Framework, load
from crosscheck.numerics.trees import Layer
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.runs import checkpoints
from crosscheck.training.runs.checkpoints import Checkpoint, CheckpointError
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.request import StopConditions, TrainingRequest
from crosscheck.training.runs.training import train
from crosscheck.verification.cases.training import TrainingCase
from reference_numpy.optimizers import OPTIMIZERS

NUMPY = load("numpy", "reference_numpy")
LINEAR = {"activations": ("identity", "identity")}


@cache
def data(dtype="float64"):
    rng = np.random.default_rng(0)
    split = Split(rng.random((10, 64)).astype(dtype), np.arange(10))
    return Dataset("digits", split, split)


def configuration(**changes):
    given = {"layers": (64, 3, 10), "activations": ("tanh", "sigmoid"), "batch_size": 4}
    return Configuration(**given | changes)


def epochs(framework, number, folder, start=None, **changes):
    path = None if start is None else folder / f"{start}.safetensors"
    checkpoint = None if path is None else checkpoints.load(path)
    stop = StopConditions(max_epochs=number)
    request = TrainingRequest(configuration(**changes), stop, checkpoint, folder)
    return train(framework, request, data(request.configuration.dtype))


def bits(params):
    return b"".join(leaf.tobytes() for layer in params for leaf in layer)


# ----- going on -----

# Without a moment, with moments, with a number besides.
FOR_JAX = (("sgd", "float64"), ("adam", "float64"), ("nadam", "float64"))


@pytest.mark.sampled(12)
@pytest.mark.parametrize(
    ("optimizer", "dtype"), [*((name, "float64") for name in OPTIMIZERS), ("adam", "float32")]
)
def test_going_on_gives_bit_for_bit_what_an_uninterrupted_run_gives(
    framework, optimizer, dtype, tmp_path
):
    if framework.name == "jax" and (optimizer, dtype) not in FOR_JAX:
        pytest.skip("JAX compiles long, and its state differs in nothing but how many moments")
    changes = {"optimizer": optimizer, "dtype": dtype, "hyperparameters": {"learning_rate": 0.05}}
    whole = epochs(framework, 3, None, **changes)
    epochs(framework, 1, tmp_path, **changes)
    rest = epochs(framework, 3, tmp_path, start=framework.name, **changes)
    assert bits(rest.params) == bits(whole.params)
    assert [e.loss for e in rest.history] == [e.loss for e in whole.history]
    assert (sorted(rest.snapshots), len(rest.history)) == ([1, 2, 3], 3)
    # A run that was finished stays as it is.
    again = epochs(framework, 3, tmp_path, start=framework.name, **changes)
    assert bits(again.params) == bits(whole.params)
    assert again.predicted.tolist() == whole.predicted.tolist()


class OfDigits(TrainingCase):
    """The exact run that the configuration of these tests describes."""

    def data(self):
        params = tuple(Layer(*layer) for layer in configuration().start(NUMPY))
        return params, data().train.inputs, data().train.targets


def test_a_run_begun_in_torch_goes_on_in_jax_and_ends_in_numpy(tmp_path):
    frameworks = [load(name, f"reference_{name}") for name in ("torch", "jax", "numpy")]
    missing = [each.name for each in frameworks if not isinstance(each, Framework)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    torch, jax, numpy = frameworks
    changes = {"optimizer": "momentum", "hyperparameters": {"learning_rate": 0.1}, "seed": 3}
    case = OfDigits(
        "digits",
        optimizer="momentum",
        keywords={"momentum": 0.9, "nesterov": False},
        rate=0.1,
        stop={"max_epochs": 9},
    )
    # The start is drawn with the seed 0 in the case; only the batches take the other.
    start = configuration(**changes | {"seed": 0}).start(NUMPY)
    fresh = Checkpoint(
        configuration(**changes),
        start,
        {"velocity": tuple(Layer(*(leaf * 0 for leaf in layer)) for layer in start)},
        0,
        (),
        {},
    )
    checkpoints.save(tmp_path / "start.safetensors", fresh)
    epochs(torch, 5, tmp_path, start="start", **changes)
    epochs(jax, 7, tmp_path, start="torch", **changes)
    end = epochs(numpy, 9, tmp_path, start="jax", **changes)
    assert [e.framework for e in end.history] == ["torch"] * 5 + ["jax"] * 2 + ["numpy"] * 2
    exact = case.exactly()["trajectory"]["params"]
    for index, layer in enumerate(end.params):
        for part, leaf in layer._asdict().items():
            tensor = exact[f"[{index}].{part}"]
            assert np.all(np.abs(leaf - tensor.value[-1]) <= tensor.bound[-1]), (index, part)


def test_killed_at_any_moment_the_folder_holds_a_whole_checkpoint():
    if not hasattr(signal, "SIGKILL") or sys.platform == "win32":
        pytest.skip("this system has neither fork nor SIGKILL")
    script = Path(__file__).parent / "killed.py"
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=300
    )
    found = json.loads(done.stdout)
    assert len(found) == 50
    assert all(entry["killed"] and entry["same"] for entry in found)
    assert all(entry["only the checkpoint is left"] for entry in found)
    assert {entry["epoch"] for entry in found} >= {0, 1, 2, 3}  # early ones, and late ones


def test_a_checkpoint_that_cannot_be_written_whole_leaves_the_old_one(tmp_path, monkeypatch):
    epochs(NUMPY, 1, tmp_path)
    path = tmp_path / "numpy.safetensors"
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        epochs(NUMPY, 2, tmp_path, start="numpy")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]  # what was begun is not left behind


def test_what_is_not_finite_is_not_kept(tmp_path):
    wild = {"optimizer": "sgd", "hyperparameters": {"learning_rate": 1e200}}
    with np.errstate(all="ignore"):
        run = epochs(NUMPY, 4, tmp_path, **LINEAR, **wild)
    assert run.stop_reason == "loss_not_finite"
    assert not (tmp_path / "numpy.safetensors").exists()


def test_parameters_that_are_not_finite_are_not_kept_though_the_loss_before_them_was(tmp_path):
    rule = {"optimizer": "sgd", "hyperparameters": {"learning_rate": 1.7e308}, "batch_size": 10}
    with np.errstate(all="ignore"):
        run = epochs(NUMPY, 1, tmp_path, loss="squared_error", **LINEAR, **rule)
    assert np.isfinite(run.losses).all()
    assert not all(np.isfinite(leaf).all() for layer in run.params for leaf in layer)
    assert not (tmp_path / "numpy.safetensors").exists()


def test_a_step_that_does_not_belong_to_its_epoch_is_an_error(tmp_path):
    epochs(NUMPY, 1, tmp_path)
    path = tmp_path / "numpy.safetensors"
    checkpoints.save(path, replace(checkpoints.load(path), step=5))
    with pytest.raises(CheckpointError, match=r"^after 1 epoch 3 steps were made, not 5$"):
        epochs(NUMPY, 2, tmp_path, start="numpy")

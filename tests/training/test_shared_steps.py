"""Steps that several workers share are those of one process, within their bounds."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from crosscheck.cli import training as command
from crosscheck.cli.main import main
from crosscheck.frameworks.registry import load
from crosscheck.frameworks.teams import LostWorkerError, UnequalWorkersError
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.runs.checkpoints import load as load_checkpoint
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.request import StopConditions, TrainingRequest
from crosscheck.training.runs.shared_steps import shared_steps
from crosscheck.training.runs.training import train
from crosscheck.verification.mistakes import workers as mistakes
from crosscheck.verification.mistakes.mistake import as_framework

NUMPY = load("numpy", "reference_numpy")
SAMPLES = 38  # the last batch has 3 samples


def dataset(dtype="float64"):
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 10, SAMPLES)
    split = Split(rng.random((SAMPLES, 64)).astype(dtype), labels)
    return Dataset("digits", split, split)


def request(workers, epochs=1, **changes):
    configuration = Configuration(
        layers=(64, 5, 10), activations=("tanh", "sigmoid"), batch_size=7, **changes
    )
    return TrainingRequest(configuration, StopConditions(max_epochs=epochs), workers=workers)


@pytest.mark.parametrize(
    ("workers", "dtype"), [*((n, "float64") for n in (1, 2, 3, 4)), (3, "float32")]
)
def test_honest_workers_stay_within_the_bound(workers, dtype):
    asked, data = request(workers, dtype=dtype), dataset(dtype)
    found = shared_steps(NUMPY, asked, data, train(NUMPY, asked, data))
    assert (found.framework, found.workers, found.epochs) == ("numpy", workers, (0, 1))
    assert found.steps == 8
    if workers == 1:  # one worker is one process
        assert found.times == 0
    else:
        assert 0 < found.times < 1
        assert found.place.startswith("params[")


def gpus(name):
    """How many GPUs a framework finds on this machine."""
    if name == "torch":
        return pytest.importorskip("torch").cuda.device_count()
    jax = pytest.importorskip("jax")
    try:
        return len(jax.devices("cuda"))
    except RuntimeError:  # it says so of a platform that is not there
        return 0


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_workers_on_two_gpus_stay_within_the_bound(name):
    if gpus(name) < 2:
        talks = {"torch": "nccl", "jax": "a mesh of GPUs"}[name]
        pytest.skip(f"{name} finds no two GPUs, so that workers over {talks} are not tried")
    framework, asked = load(name, f"reference_{name}"), replace(request(2), device="cuda")
    found = shared_steps(framework, asked, dataset(), train(framework, asked, dataset()))
    assert 0 < found.times < 1


@pytest.mark.parametrize("mistake", mistakes.MISTAKES, ids=lambda each: each.name)
def test_every_known_mistake_of_workers_passes_the_bound(mistake):
    wrong = as_framework(mistake)
    asked, data = request(3), dataset()
    assert shared_steps(wrong, asked, data, train(wrong, asked, data)).times > 10


def test_a_run_goes_on_with_another_number_of_workers(tmp_path):
    data, path = dataset(), tmp_path / "numpy.safetensors"
    first = train(NUMPY, replace(request(3, epochs=1), folder=tmp_path), data)
    start = load_checkpoint(path)
    assert (start.epoch, start.step) == (1, 6)
    rest = train(NUMPY, replace(request(2, epochs=2), start=start, folder=tmp_path), data)
    assert [epoch.loss for epoch in rest.history][:1] == first.losses
    # Of the number of workers a checkpoint knows nothing: it is the same file.
    alone = train(NUMPY, replace(request(1, epochs=2), folder=tmp_path / "alone"), data)
    other = load_checkpoint(tmp_path / "alone" / "numpy.safetensors")
    whole = load_checkpoint(path)
    assert whole.configuration == other.configuration
    assert (whole.step, sorted(whole.moments)) == (other.step, sorted(other.moments))
    assert rest.losses == pytest.approx(alone.losses, rel=1e-12)  # six steps of rounding


def run(*arguments):
    return CliRunner().invoke(main, ["train", "--framework", "numpy", "--json", "-", *arguments])


@pytest.mark.usefixtures("digits")
def test_the_command_shows_what_it_sampled_and_the_drift_between_numbers_of_workers():
    result = run("--epochs", "1", "--workers", "3,1", "--layers", "64,3,10")
    assert result.exit_code == 0, result.stderr
    said = "numpy, 3 workers: 8 steps from equal parameters, after 0, 1 epochs"
    assert said in " ".join(result.stderr.split())
    written = json.loads(result.stdout)
    assert [each["framework"] for each in written["runs"]] == ["numpy, 3 workers", "numpy"]
    assert 0 < written["drift"][0]["ulps"] < 100
    (found,) = written["shared_steps"]
    assert (found["framework"], found["workers"], found["steps"]) == ("numpy", 3, 8)
    assert 0 < found["times"] < 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--workers", "3,3"), "each number once, not '3,3'"),
        (("--workers", "0"), "it takes whole numbers from 1 to 4096, as 3 or 3,1, not '0'"),
        (("--workers", "two"), "it takes whole numbers from 1 to 4096, as 3 or 3,1, not 'two'"),
        (("--workers", "3,1", "--checkpoint", "x"), "of runs with one number of workers: give one"),
    ],
)
def test_numbers_of_workers_that_cannot_be_are_bad_usage(arguments, message):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_lost_worker_is_said_with_the_way_to_go_on(monkeypatch):
    def lost(*arguments):
        raise LostWorkerError("worker 1 of 3 of numpy hangs: the others waited 60 s for it")

    monkeypatch.setattr(command, "train_one", lost)
    pytest.importorskip("sklearn")
    result = run("--workers", "3")
    assert result.exit_code == command.LOST_WORKER
    assert "worker 1 of 3 of numpy hangs" in result.stderr
    assert "; nothing was kept (see --checkpoint)" in result.stderr


def test_workers_that_differ_are_said(monkeypatch):
    def unequal(*arguments):
        raise UnequalWorkersError("worker 1 of numpy has other parameters")

    monkeypatch.setattr(command, "train_one", unequal)
    pytest.importorskip("sklearn")
    result = run("--workers", "3")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        1,
        "worker 1 of numpy has other parameters",
    )

"""Training in 16 bits and in mixed precision: what is kept, resumed, scaled and refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.frameworks.registry import load
from crosscheck.numerics.trees import leaves
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.runs import mixed
from crosscheck.training.runs.checkpoints import CheckpointError
from crosscheck.training.runs.checkpoints import load as load_checkpoint
from crosscheck.training.runs.configuration import Configuration, ConfigurationError
from crosscheck.training.runs.mixed import MixedPrecision
from crosscheck.training.runs.request import StopConditions, TrainingRequest
from crosscheck.training.runs.training import train

NUMPY = load("numpy", "reference_numpy")
SAMPLES = 8
SMALL = Configuration(layers=(64, 5, 10), activations=("tanh", "sigmoid"), batch_size=4)
MIXED = replace(SMALL, dtype="float16", precision="mixed", loss_scale="dynamic")


def dataset(dtype):
    rng = np.random.default_rng(1)
    split = Split(rng.random((SAMPLES, 64)).astype(dtype), rng.integers(0, 10, SAMPLES))
    return Dataset("digits", split, split)


def trained(configuration, epochs, framework=NUMPY, **request):
    asked = TrainingRequest(configuration, StopConditions(max_epochs=epochs), **request)
    return train(framework, asked, dataset(configuration.dtype))


KINDS = {
    "bfloat16": replace(SMALL, dtype="bfloat16"),
    "float16": replace(SMALL, dtype="float16", optimizer="momentum"),
    "mixed in float16, dynamic": MIXED,
    "mixed in bfloat16, moments in it too": replace(
        MIXED, dtype="bfloat16", loss_scale=8.0, state_dtype="bfloat16"
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_goes_on_from_its_checkpoint_to_the_bit(kind, tmp_path):
    configuration = KINDS[kind]
    whole = trained(configuration, 3)
    assert np.all(np.isfinite(whole.losses))
    trained(configuration, 2, folder=tmp_path)
    start = load_checkpoint(tmp_path / "numpy.safetensors")
    assert start.configuration == configuration
    on = trained(configuration, 3, start=start)
    assert on.digest() == whole.digest()
    assert {leaf.dtype for leaf in leaves(on.params).values()} == {
        np.dtype(configuration.params_dtype)
    }


def test_moments_are_kept_in_the_dtype_that_is_asked_for():
    run = trained(KINDS["mixed in bfloat16, moments in it too"], 1)
    _, step, moments = run.snapshots[1]
    assert step == 2
    assert {str(leaf.dtype) for leaf in leaves(moments["second_moment"]).values()} == {"bfloat16"}
    assert moments["loss_scale"] == 8


def test_a_step_is_that_of_the_gradient_in_few_bits_made_in_float32():
    configuration = replace(MIXED, loss_scale=1024.0, optimizer="sgd", batch_size=SAMPLES)
    run = trained(configuration, 1)
    given = dataset("float16").train
    start = configuration.start(NUMPY)
    narrow = tuple(type(layer)(*(leaf.astype("float16") for leaf in layer)) for layer in start)
    order = np.random.default_rng([0, 0]).permutation(SAMPLES)
    _, grads = NUMPY.gradients.value_and_grad(
        narrow,
        given.inputs[order],
        given.targets[order],
        activations=configuration.activations,
        loss=configuration.loss,
        weights=np.full(SAMPLES, 1024, "float16"),
    )
    for before, after, grad in zip(start, run.params, grads, strict=True):
        expected = before.weight - np.float32(0.001) * (grad.weight.astype("float32") / 1024)
        assert np.array_equal(after.weight, expected)


def test_a_scale_keeps_gradients_that_float16_would_lose():
    # Of a gradient of 1e-6 float16 keeps a digit or two, and of 1e-8 nothing.
    given = dataset("float16").train
    split = Split((given.inputs * np.float16(1e-4)).astype("float16"), given.labels)
    configuration = replace(MIXED, optimizer="sgd", batch_size=SAMPLES)
    moved = {}
    for scale in (1.0, 8192.0):
        trainer = MixedPrecision(NUMPY, replace(configuration, loss_scale=scale), "cpu")
        params = configuration.start(NUMPY)
        rule = NUMPY.training.StopRule(max_epochs=1)
        state = trainer.init(params)
        end = trainer.train(params, split, rule, state, 0, lambda *_: None).params
        moved[scale] = int(np.sum(end[0].weight != params[0].weight))
    assert moved[1.0] < moved[8192.0]


def test_a_dynamic_scale_is_halved_where_a_gradient_overflows_and_the_step_is_skipped(monkeypatch):
    configuration = replace(MIXED, activations=("identity", "identity"), optimizer="sgd")
    trainer, params = MixedPrecision(NUMPY, configuration, "cpu"), configuration.start(NUMPY)
    given = dataset("float16").train
    wild = Split(given.inputs * np.float16(50), given.labels)
    rule, state = NUMPY.training.StopRule(max_epochs=1), trainer.init(params)
    with np.errstate(all="ignore"):
        once = trainer.train(params, wild, rule, state, 0, lambda *_: None)
    assert state.loss_scale == 2**15
    assert (once.state.loss_scale, once.state.skipped_steps, once.state.step) == (2**13, 2, 0)
    assert np.array_equal(once.params[0].weight, params[0].weight)
    assert np.isfinite(once.losses[0])  # the loss itself is not scaled
    monkeypatch.setattr(mixed, "INTERVAL", 2)
    tame = trainer.train(params, given, rule, once.state, 0, lambda *_: None)
    assert (tame.state.loss_scale, tame.state.clean_steps, tame.state.step) == (2**14, 0, 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dtype": "float64", "precision": "mixed"}, "unknown dtype of mixed precision 'float64'"),
        ({"precision": "half"}, "unknown precision 'half': known are same, mixed"),
        ({"loss_scale": 8.0}, "a loss scale and a state dtype are of mixed precision"),
        ({"state_dtype": "bfloat16"}, "a loss scale and a state dtype are of mixed precision"),
        ({"dtype": "float16", "precision": "mixed", "loss_scale": 0.5}, "from 1 to 32768, not 0.5"),
        (
            {"dtype": "float16", "precision": "mixed", "loss_scale": "high"},
            "a loss scale is 'dynamic' or a number from 1 to 32768, not 'high'",
        ),
        (
            {"dtype": "float16", "precision": "mixed", "state_dtype": "float64"},
            "unknown state dtype 'float64'",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(changes, message):
    with pytest.raises(ConfigurationError, match=message):
        replace(SMALL, **changes)


def test_a_configuration_of_an_earlier_version_is_read():
    earlier = SMALL.as_json()
    for name in ("precision", "loss_scale", "state_dtype"):
        del earlier[name]
    assert Configuration.from_json(json.loads(json.dumps(earlier))) == SMALL


def test_a_checkpoint_that_skipped_other_steps_is_refused(tmp_path):
    trained(MIXED, 1, folder=tmp_path)
    start = load_checkpoint(tmp_path / "numpy.safetensors")
    wrong = replace(start, moments={**start.moments, "skipped_steps": 1.0})
    with pytest.raises(CheckpointError, match="after 1 epoch 2 steps were made"):
        trained(MIXED, 2, start=wrong)


def test_mixed_precision_compiles_nothing():
    with pytest.raises(ValueError, match="mixed precision compiles nothing"):
        trained(MIXED, 1, compile=True)


@pytest.mark.usefixtures("digits")
def test_the_command_trains_in_mixed_precision(tmp_path):
    arguments = ["train", "--dtype", "bfloat16", "--precision", "mixed", "--framework", "numpy"]
    arguments += ["--loss-scale", "static:4", "--epochs", "1", "--batch-size", "256", "--json", "-"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.stderr
    configuration = json.loads(result.stdout)["configuration"]
    assert (configuration["precision"], configuration["loss_scale"]) == ("mixed", 4.0)
    assert "bfloat16, mixed" in result.stderr
    wrong = CliRunner().invoke(main, [*arguments, "--loss-scale", "1024"])
    assert wrong.exit_code == 2
    assert "--loss-scale takes static:NUMBER or dynamic, not '1024'" in wrong.stderr

"""Mixed precision with every framework: resumed to the bit, and equal where nothing is rounded."""

from dataclasses import replace

import numpy as np
import pytest

from crosscheck.numerics.trees import leaves
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.runs.checkpoints import load as load_checkpoint
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.mixed import MixedPrecision
from crosscheck.training.runs.request import StopConditions, TrainingRequest
from crosscheck.training.runs.training import train

SAMPLES = 4
BFLOAT16 = Configuration(
    layers=(64, 10),
    activations=("identity",),
    batch_size=2,
    dtype="bfloat16",
    precision="mixed",
    loss_scale=8.0,
    state_dtype="bfloat16",
)
FLOAT16 = replace(BFLOAT16, dtype="float16", loss_scale="dynamic", state_dtype=None)


@pytest.fixture
def supported(framework):
    """A framework that can compute in both dtypes."""
    reason = framework.declared.limit(dtypes=["bfloat16", "float16"])
    if reason is not None:
        pytest.skip(f"{framework.name} does not support it: {reason}")
    return framework


def split(dtype, size=1.0):
    rng = np.random.default_rng(1)
    inputs = size * rng.random((SAMPLES, 64))
    return Split(inputs.astype(dtype), rng.integers(0, 10, SAMPLES))


def trained(framework, configuration, epochs, **request):
    asked = TrainingRequest(configuration, StopConditions(max_epochs=epochs), **request)
    of_both = split(configuration.dtype)
    return train(framework, asked, Dataset("digits", of_both, of_both))


@pytest.mark.parametrize("configuration", [BFLOAT16, FLOAT16], ids=lambda each: each.dtype)
def test_every_framework_goes_on_from_its_checkpoint_to_the_bit(supported, configuration, tmp_path):
    whole = trained(supported, configuration, 3)
    assert np.all(np.isfinite(whole.losses))
    assert whole.losses[2] < whole.losses[0]
    trained(supported, configuration, 2, folder=tmp_path)
    start = load_checkpoint(tmp_path / f"{supported.name}.safetensors")
    on = trained(supported, configuration, 3, start=start)
    assert on.digest() == whole.digest()
    assert {str(leaf.dtype) for leaf in leaves(on.params).values()} == {"float32"}
    kept = leaves(on.snapshots[3][2]["second_moment"]).values()
    assert {str(leaf.dtype) for leaf in kept} == {configuration.moment_dtype}


def test_every_framework_skips_the_steps_whose_gradients_overflow(supported):
    configuration = replace(FLOAT16, optimizer="sgd")
    trainer, module = MixedPrecision(supported, configuration, "cpu"), supported.params
    params = configuration.start(supported)
    before = module.to_numpy(params)
    rule, state = supported.training.StopRule(max_epochs=1), trainer.init(params)
    with np.errstate(all="ignore"):
        end = trainer.train(params, split("float16", 50.0), rule, state, 0, lambda *_: None)
    assert (end.state.loss_scale, end.state.skipped_steps, end.state.step) == (2**13, 2, 0)
    for layer, same in zip(before, module.to_numpy(end.params), strict=True):
        assert all(map(np.array_equal, layer, same))
    assert np.isfinite(end.losses[0])  # the loss itself is not scaled


def test_the_parameters_of_every_framework_are_rounded_alike(supported):
    for configuration in (BFLOAT16, FLOAT16):
        start = configuration.start(supported)
        trainer = MixedPrecision(supported, configuration, "cpu")
        wide, narrow = map(supported.params.to_numpy, (start, trainer.rounded(start)))
        for of_wide, of_narrow in zip(leaves(wide).values(), leaves(narrow).values(), strict=True):
            assert np.array_equal(of_wide.astype(configuration.dtype), of_narrow)


@pytest.mark.parametrize("configuration", [BFLOAT16, FLOAT16], ids=lambda each: each.dtype)
def test_where_nothing_is_rounded_every_framework_ends_with_the_exact_parameters(
    supported, configuration
):
    # Quarters, zeros and ones: every number of both steps has at most eight bits.
    rates = {"learning_rate": 0.25}
    asked = replace(configuration, optimizer="sgd", hyperparameters=rates, loss_scale=8.0)
    rng, module = np.random.default_rng(2), supported.params
    inputs, labels = rng.integers(0, 2, (SAMPLES, 3)), rng.integers(0, 10, SAMPLES)
    weight, bias = rng.integers(-4, 5, (10, 3)) / 4, rng.integers(-4, 5, 10) / 4
    given = Split(inputs.astype(asked.dtype), labels)
    layer = module.Layer(weight.astype("float32"), bias.astype("float32"))
    trainer, rule = MixedPrecision(supported, asked, "cpu"), supported.training.StopRule
    params = module.from_numpy((layer,))
    end = trainer.train(params, given, rule(max_epochs=1), trainer.init(params), 0, lambda *_: None)
    assert end.state.step == 2
    targets = np.eye(10)[labels]
    order = np.random.default_rng([asked.seed, 0]).permutation(SAMPLES)
    for batch in np.split(order, 2):
        x, y = inputs[batch], targets[batch]
        delta = (x @ weight.T + bias - y) / len(batch)
        weight, bias = weight - 0.25 * delta.T @ x, bias - 0.25 * delta.sum(axis=0)
    (found,) = module.to_numpy(end.params)
    assert np.array_equal(found.weight, weight)
    assert np.array_equal(found.bias, bias)

"""What only JAX can do: refuse float64 without its flag, and run everything under jit."""

from importlib import import_module

import numpy as np
import pytest

from crosscheck.frameworks.registry import load
from crosscheck.verification.cases.descent import DescentCase
from crosscheck.verification.cases.door import Door
from crosscheck.verification.cases.network import NetworkCase


@pytest.fixture
def jax_framework():
    loaded = load("jax", "reference_jax")
    if not hasattr(loaded, "params"):
        pytest.skip(f"jax is not installed: {loaded.reason}")
    return loaded


def test_jax_without_x64_refuses_float64(jax_framework):
    import jax

    message = (
        'JAX would change float64 to float32: call jax.config.update("jax_enable_x64", True) first'
    )
    # Older versions of JAX have it among their experiments.
    place = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")
    with place.enable_x64(False):
        with pytest.raises(TypeError) as refused:
            jax_framework.params.from_numpy(np.ones(2))
        assert str(refused.value) == message
        with pytest.raises(TypeError) as refused:
            jax_framework.params.init_params((2, 3), seed=0)
        assert str(refused.value) == message
        assert (
            jax_framework.params.init_params((2, 3), seed=0, dtype="float32")[0].weight.dtype
            == "float32"
        )


def test_shapes_and_names_are_checked_under_jit_too(jax_framework):
    import jax

    door = Door(jax_framework)
    value_and_grad = jax_framework.gradients.value_and_grad

    @jax.jit
    def step(params, inputs):
        return value_and_grad(
            params, inputs, door.targets, activations=("tanh", "sigmoid"), loss="squared_error"
        )

    value, _ = step(door.params, door.inputs)
    eager, _ = door.gradient()
    case = NetworkCase(
        "made",
        "the door's network",
        tuple(tuple(map(np.asarray, layer)) for layer in door.params),
        np.asarray(door.inputs),
        np.asarray(door.targets),
        ("tanh", "sigmoid"),
        "squared_error",
    )
    bound = case.exactly()["forward"]["loss"][""].bound
    assert abs(float(value) - float(eager)) <= 2 * bound
    with pytest.raises(ValueError, match="layer 0 takes 3 inputs, but inputs have shape"):
        step(door.params, door.ones(5, 4))


def test_an_optimizer_runs_under_jit_with_its_state_and_schedule(jax_framework):
    import jax
    import jax.numpy as jnp

    optimizer = jax_framework.optimizers.adam(lambda step: jnp.where(step < 1, 0.1, 0.01))
    given = np.array([1.0, -2.0])
    keywords = {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "bias_correction": True}
    case = DescentCase("made", "3 steps", "adam", keywords, (0.1, 0.01, 0.01), given, (given,) * 3)
    grad = jax_framework.params.from_numpy(given)
    state, jitted = optimizer.init(grad), optimizer.init(grad)
    for _ in range(3):
        updates, state = optimizer.update(grad, state)
        compiled, jitted = jax.jit(optimizer.update)(grad, jitted)
    exact = case.exactly()["update"]["updates"][""]
    for computed in (updates, compiled):
        error = np.abs(np.asarray(computed) - exact.value[-1] - exact.rest[-1])
        assert np.all(error <= exact.bound[-1])

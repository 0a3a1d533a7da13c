"""Whoever computes the same in another form that loses no digits is not accused; nobody doubles."""

import numpy as np
import pytest

from crosscheck import exact_pass, exact_steps
from crosscheck.numerics.bounds.inexact import exactly
from crosscheck.numerics.bounds.precision import DOUBLE
from crosscheck.verification.cases.network import DTYPES


def used(actual, exact):
    """The worst fraction of the bound that an array uses."""
    error = np.abs(np.asarray(actual, "float64") - exact.value - exact.rest)
    return np.max(error / exact.error_bound)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


SLOPES = {
    "tanh": {
        "1 - a^2": lambda z: 1 - np.tanh(z) ** 2,
        "(1 - a)(1 + a)": lambda z: (1 - np.tanh(z)) * (1 + np.tanh(z)),
        "1 / cosh^2": lambda z: 1 / np.cosh(z) ** 2,
        "(1 / cosh)^2": lambda z: (1 / np.cosh(z)) ** 2,
    },
    "sigmoid": {
        "a (1 - a)": lambda z: sigmoid(z) * (1 - sigmoid(z)),
        "a - a^2": lambda z: sigmoid(z) - sigmoid(z) ** 2,
        "s(z) s(-z)": lambda z: sigmoid(z) * sigmoid(-z),
        "1 / (4 cosh(z/2)^2)": lambda z: 1 / (4 * np.cosh(z / 2) ** 2),
        "e / (1 + e)^2": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    },
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("activation", "form"), [(name, form) for name, forms in SLOPES.items() for form in forms]
)
def test_every_usual_form_of_a_slope_keeps_to_the_bound(activation, form, dtype):
    rng = np.random.default_rng(0)
    value = {"tanh": np.tanh, "sigmoid": sigmoid}[activation]
    worst = []
    for _ in range(40):
        # One weight is z. The slope shows where the target is far, and next to 0.
        z = np.asarray(rng.standard_normal((1, 1)) * 10 ** rng.uniform(-4, 0), dtype)
        x, y = np.ones((3, 1), dtype), np.full((3, 1), 10 ** rng.uniform(1, 4), dtype)
        exact = exact_pass(
            [(z, np.zeros(1, dtype))],
            x,
            y,
            activations=[activation],
            loss="half_squared_error",
            dtype=dtype,
        )
        at = x @ z
        delta = (value(at) - y) / np.asarray(3, dtype) * SLOPES[activation][form](at)
        worst.append(used(delta, exact.deltas[0]))
    assert max(worst) <= 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_softmax_that_is_the_exponential_of_its_logarithm_keeps_to_the_bound(dtype):
    z = np.random.default_rng(0).uniform(-12, 0, (400, 3)).astype(dtype)
    z[:, 0] = 0
    layer = np.eye(3, dtype=dtype), np.zeros(3, dtype)
    kind = {"activations": ["softmax"], "loss": "squared_error", "dtype": dtype}
    exact = exact_pass([layer], z, np.zeros_like(z), **kind).activations[1]
    log = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    assert used(np.exp(log), exact) <= 1


@pytest.mark.parametrize(("dtype", "z"), [("float32", 8.0), ("float64", 30.0)])
def test_a_softmax_that_is_sure_hands_back_little_of_the_error_of_its_cotangent(dtype, z):
    exact = exact_pass(
        [([[z], [0.0]], [0.0, 0.0])],
        [[1.0]],
        [[0.0, 1.0]],
        activations=["softmax"],
        loss="binary_cross_entropy",
        dtype=dtype,
    ).deltas[0]
    assert used(2 * exact.value, exact) > 5


def test_a_running_product_is_a_power():
    product, powers = 1.0, exactly(0.9, DOUBLE)
    for t in range(1, 201):
        product *= 0.9
        power = powers**t
        assert abs(product - power.value) <= power.error


def test_a_history_of_nothing_has_values_and_bounds_without_entries():
    (update,) = exact_steps("sgd", [np.zeros(0)], learning_rate=0.1).updates
    assert update.value.shape == update.error_bound.shape == (0,)

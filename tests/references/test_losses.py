"""Losses where they could go wrong: huge logits, certain predictions, small definitions."""

import math
import warnings

import numpy as np
import pytest

from crosscheck.frameworks.contract import LOSSES
from crosscheck.frameworks.registry import load
from crosscheck.numerics.bounds.precision import DOUBLE
from crosscheck.verification.cases.network import NetworkCase
from crosscheck.verification.judging import compared

OF_LOGITS = ("sigmoid_binary_cross_entropy", "softmax_cross_entropy")


def loss_of(framework, name, predictions, targets):
    convert = framework.params.from_numpy
    value = framework.losses.LOSSES[name](
        convert(np.array(predictions)), convert(np.array(targets))
    )
    return float(value)


def gradient_of(framework, name, predictions, targets):
    """dC/da, read off a network of no weight: the delta of an identity layer whose bias is a."""
    predictions, targets = np.array(predictions), np.array(targets)
    layer = framework.params.Layer(np.zeros((predictions.shape[1], 1)), predictions[0])
    (delta,) = framework.gradients.deltas(
        framework.params.from_numpy((layer,)),
        framework.params.from_numpy(np.zeros((1, 1))),
        framework.params.from_numpy(targets),
        activations=("identity",),
        loss=name,
    )
    return framework.params.to_numpy(delta)[0].tolist()


def as_case(name, outputs, targets):
    """A network that hands its inputs on as its outputs."""
    outputs, targets = np.array(outputs), np.array(targets)
    units = outputs.shape[1]
    layer = (np.eye(units), np.zeros(units))
    return NetworkCase("losses", name, (layer,), outputs, targets, ("identity",), name)


@pytest.mark.parametrize("size", [1.0, 20.0, 40.0, 800.0])
@pytest.mark.parametrize("name", OF_LOGITS)
def test_a_loss_of_logits_and_its_gradient_are_right_at_any_size(framework, name, size):
    z = size * np.array([[1.0, -1.0, 0.0], [0.0, 0.5, -0.25]])
    t = np.array([[1.0, 0.0, 0.0], [0.25, 0.25, 0.5]])
    case = as_case(name, z, t)
    found = compared(case, framework)
    assert "loss" in {c.place.quantity for c in found}
    assert [c.message for c in found if not c.holds] == []


@pytest.mark.parametrize(
    ("name", "z", "t", "expected"),
    [
        ("sigmoid_binary_cross_entropy", [[1e300]], [[0.0]], 1e300),
        ("sigmoid_binary_cross_entropy", [[-1e300]], [[1.0]], 1e300),
        ("sigmoid_binary_cross_entropy", [[1e300]], [[1.0]], 0.0),
        ("softmax_cross_entropy", [[1e300, 0.0]], [[0.0, 1.0]], 1e300),
        ("softmax_cross_entropy", [[1e300, 0.0]], [[1.0, 0.0]], 0.0),
    ],
)
def test_a_loss_of_logits_neither_overflows_nor_becomes_nan(framework, name, z, t, expected):
    assert loss_of(framework, name, z, t) == expected


def test_the_gradient_of_softmax_cross_entropy_holds_for_targets_of_any_sum(framework):
    # Its own docstring asks for rows that sum to one; the derivative of the formula is wider.
    z, t = [[1.0, -0.5], [0.25, 2.0]], [[0.5, 0.0], [1.0, 2.0]]
    case = as_case("softmax_cross_entropy", z, t)
    found = compared(case, framework)
    assert [c.message for c in found if not c.holds] == []


def test_a_certain_right_prediction_costs_nothing_and_has_a_slope(framework):
    # 0 log 0 = 0: the term that has no weight is left out, in the slope too.
    assert loss_of(framework, "binary_cross_entropy", [[0.0, 1.0]], [[0.0, 1.0]]) == 0.0
    assert gradient_of(framework, "binary_cross_entropy", [[0.0, 1.0]], [[0.0, 1.0]]) == [1.0, -1.0]


@pytest.mark.parametrize(("p", "t"), [(0.0, 1.0), (1.0, 0.0), (0.0, 0.5)])
def test_a_certain_wrong_prediction_costs_infinitely_much(framework, p, t):
    with warnings.catch_warnings():
        # NumPy warns of log(0) and 1/0, as the docstring says; a framework may.
        warnings.filterwarnings("ignore", "divide by zero", RuntimeWarning)
        assert loss_of(framework, "binary_cross_entropy", [[p]], [[t]]) == math.inf
        assert math.isinf(gradient_of(framework, "binary_cross_entropy", [[p]], [[t]])[0])


def test_numpy_warns_of_an_infinite_loss():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        loss_of(load("numpy", "reference_numpy"), "binary_cross_entropy", [[0.0]], [[1.0]])


def test_the_losses_differ_by_the_factors_of_their_definitions(framework):
    a, y = [[1.0, 2.0], [3.0, 5.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0], [0.0, 6.0]]
    squares = 1 + 4 + 9 + 25 + 36  # 3 samples, 2 outputs
    assert loss_of(framework, "squared_error", a, y) == squares / 3
    assert loss_of(framework, "half_squared_error", a, y) == squares / 6
    assert loss_of(framework, "mean_squared_error", a, y) == squares / 6


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_the_mean_over_the_batch(framework, name):
    rng = np.random.default_rng(0)
    a = rng.uniform(0.1, 0.9, (5, 3))
    t = rng.dirichlet(np.ones(3), 5)

    def loss_and_bound(rows):
        (exact,) = as_case(name, a[rows], t[rows]).exactly()["forward"]["loss"].values()
        return loss_of(framework, name, a[rows], t[rows]), float(exact.bound)

    whole, bound = loss_and_bound(slice(None))
    single = [loss_and_bound(slice(i, i + 1)) for i in range(5)]
    mean = sum(loss for loss, _ in single) / 5
    # Each within its own bound of the exact value, and the mean taken here rounds six times.
    allowed = bound + sum(each for _, each in single) / 5 + DOUBLE.product(6) * mean
    assert abs(whole - mean) <= allowed

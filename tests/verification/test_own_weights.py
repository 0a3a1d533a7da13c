"""Somebody's own gradients of samples that have weights."""

import numpy as np
import pytest

from crosscheck import check_gradients, compare, diagnose, exact_pass
from crosscheck.frameworks.contract import NORMALIZERS
from crosscheck.frameworks.registry import load

NUMPY = load("numpy", "reference_numpy")
KIND = {"activations": ("tanh", "sigmoid"), "loss": "half_squared_error"}
RNG = np.random.default_rng(6)
PARAMS = [
    (RNG.standard_normal((4, 3)), RNG.standard_normal(4)),
    (RNG.standard_normal((2, 4)), RNG.standard_normal(2)),
]
X, Y = RNG.standard_normal((5, 3)), RNG.random((5, 2))
WEIGHTS = np.array([0.5, 0.0, 2.25, 1.0, 3.0])


def of_numpy(normalizer, used="weights"):
    """A function of one's own, that may forget the weights in the gradient."""

    def value_and_grad(params, inputs, targets, weights):
        params = tuple(NUMPY.params.Layer(*layer) for layer in params)
        given = {"weights": weights, "normalizer": normalizer}
        value, grads = NUMPY.gradients.value_and_grad(params, inputs, targets, **KIND, **given)
        if used == "nothing":
            _, grads = NUMPY.gradients.value_and_grad(params, inputs, targets, **KIND)
        if used == "in place":
            weights /= weights.sum()
        return value, grads

    return value_and_grad


def checked(function, normalizer="count", weights=WEIGHTS):
    given = {"weights": weights, "normalizer": normalizer}
    return check_gradients(function, PARAMS, X, Y, **KIND, **given)


@pytest.mark.parametrize("normalizer", NORMALIZERS)
def test_weighted_gradients_are_checked_with_the_normalizer_that_is_meant(normalizer):
    checked(of_numpy(normalizer), normalizer).assert_holds()
    (other,) = {*NORMALIZERS} - {normalizer}
    assert not checked(of_numpy(other), normalizer).holds


def test_weights_that_are_forgotten_or_changed_are_named():
    found = checked(of_numpy("count", used="nothing"))
    assert {c.place.quantity for c in found.comparisons if not c.holds} == {"grads"}
    names = {name for each in diagnose(found.comparisons) for name in each.mistakes}
    assert names == {"weights forgotten in the gradient"}
    changed = checked(of_numpy("count", used="in place"))
    assert "arguments afterwards" in changed.message


def test_an_exact_pass_takes_weights_too():
    rows = {"weights": WEIGHTS[[0, 0]], "normalizer": "weights"}
    pair = exact_pass(PARAMS, X[:2], Y[:2], **KIND, **rows)
    assert compare(pair.loss.value, exact_pass(PARAMS, X[:2], Y[:2], **KIND).loss).holds
    alone = exact_pass(PARAMS, X, Y, **KIND, weights=[0, 0, 0, 0, 2], normalizer="weights")
    assert compare(alone.loss.value, exact_pass(PARAMS, X[4:], Y[4:], **KIND).loss).holds
    assert not alone.deltas[0].value[:4].any()


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (WEIGHTS[:4], r"^weights must have shape \(5,\), not \(4,\)$"),
        (-WEIGHTS, "^weights must not be negative$"),
        (0 * WEIGHTS, "^weights are all 0: normalizer 'weights' cannot divide by their sum$"),
    ],
)
def test_weights_that_the_references_refuse_are_refused_here(weights, message):
    with pytest.raises(ValueError, match=message):
        checked(of_numpy("weights"), "weights", weights)

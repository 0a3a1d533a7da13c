"""Exact values of somebody's own network or history, and what is refused."""

from fractions import Fraction

import numpy as np
import pytest

from crosscheck.frameworks.registry import load
from crosscheck.numerics.trees import Layer
from crosscheck.verification.assertions import check_gradients, check_optimizer
from crosscheck.verification.cases.drawn import drawn_network
from crosscheck.verification.exact_values import exact_pass, exact_steps

NUMPY = load("numpy", "reference_numpy")
CASE = drawn_network(4, widest=6, deepest=3)
GIVEN = (CASE.params, CASE.inputs, CASE.targets)
KIND = {"activations": CASE.activations, "loss": CASE.loss}
SGD = NUMPY.optimizers.sgd(1.0)


def halved(tree):
    if isinstance(tree, tuple):
        return tuple(map(halved, tree))
    return tree.astype("float16")


def test_an_exact_pass_is_that_of_the_cases():
    exact, stages = exact_pass(*GIVEN, **KIND), CASE.exactly()
    assert exact.loss.value == stages["forward"]["loss"][""].value
    for name in ("pre_activations", "activations"):
        expected = [tensor.value for tensor in stages["forward"][name].values()]
        assert all(map(np.array_equal, (each.value for each in getattr(exact, name)), expected))
    for index, layer in enumerate(exact.grads):
        for part, tensor in layer._asdict().items():
            expected = stages["gradients"]["grads"][f"[{index}].{part}"]
            assert np.array_equal(tensor.value, expected.value)
            assert np.array_equal(tensor.error_bound, expected.bound)
            assert (tensor.dtype, tensor.value.shape) == ("float64", tensor.error_bound.shape)
    assert len(exact.deltas) == len(exact.grads) == len(CASE.params)
    assert np.array_equal(np.asarray(exact.loss), exact.loss.value)


def test_in_float32_the_arrays_are_rounded_first_and_the_bounds_are_wider():
    wide, narrow = exact_pass(*GIVEN, **KIND), exact_pass(*GIVEN, **KIND, dtype="float32")
    assert narrow.loss.dtype == "float32"
    assert narrow.loss.error_bound > 1e6 * wide.loss.error_bound
    rounded = tuple(tuple(leaf.astype("float32") for leaf in layer) for layer in CASE.params)
    same = exact_pass(rounded, *(x.astype("float32") for x in GIVEN[1:]), **KIND, dtype="float32")
    assert same.loss.value == narrow.loss.value != wide.loss.value


def test_lists_and_whole_numbers_are_arrays():
    one = exact_pass([([[2]], [1])], [[3]], [[5]], activations=["identity"], loss="squared_error")
    assert (one.loss.value, one.grads[0].weight.value.tolist()) == (4.0, [[12.0]])


def test_exact_steps_are_worked_out_from_the_definition():
    """Adam on gradients 1 and 1/2: every moment as a fraction."""
    b1, b2 = Fraction(0.9), Fraction(0.999)
    steps = exact_steps("adam", [np.array([1.0]), np.array([0.5])], learning_rate=0.1)
    m = b1 * (1 - b1) + (1 - b1) / 2
    v = b2 * (1 - b2) + (1 - b2) / 4
    first = steps.states["first_moment"][1]
    assert Fraction(float(first.value[0])) + Fraction(float(first.rest[0])) == pytest.approx(m)
    m_hat, v_hat = m / (1 - b1**2), v / (1 - b2**2)
    update = -0.1 * float(m_hat) / (float(v_hat) ** 0.5 + 1e-8)
    assert steps.updates[1].value == pytest.approx([update], rel=1e-15)
    assert list(steps.states) == ["first_moment", "second_moment"]


def test_exact_steps_take_layers_a_schedule_and_a_decay():
    grads = [CASE.params, CASE.params]
    steps = exact_steps(
        "sgd",
        grads,
        learning_rate=lambda step: 0.5 / (step + 1),
        params=CASE.params,
        weight_decay=1.0,
    )
    for rate, update in zip((0.5, 0.25), steps.updates, strict=True):
        for layer, own in zip(update, CASE.params, strict=True):
            assert isinstance(layer, Layer)
            assert np.allclose(layer.weight.value, -2 * rate * own[0], rtol=1e-15)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: exact_pass(*GIVEN, **KIND | {"loss": "x"}), ValueError, "unknown loss 'x'"),
        (
            lambda: exact_pass(*GIVEN, **KIND | {"activations": "tanh"}),
            TypeError,
            "activations must be a sequence",
        ),
        (
            lambda: exact_pass(*GIVEN, **KIND | {"activations": ["tanh"] * 9}),
            ValueError,
            "layers need as many activations, not 9",
        ),
        (
            lambda: exact_pass(CASE.params, np.nan * CASE.inputs, CASE.targets, **KIND),
            ValueError,
            "non-finite entries",
        ),
        (lambda: exact_pass(*GIVEN, **KIND, dtype="int8"), ValueError, "unknown dtype 'int8'"),
        (
            lambda: exact_pass(CASE.params, "inputs", CASE.targets, **KIND),
            TypeError,
            "inputs must have a floating dtype",
        ),
        (lambda: exact_steps("adam", [], learning_rate=1), ValueError, "at least one step"),
        (
            lambda: exact_steps("adam", [[1.0], [1.0, 2.0]], learning_rate=1),
            ValueError,
            "grads has shape",
        ),
        (
            lambda: exact_steps("adam", [[1.0]], learning_rate=1, beta=3),
            TypeError,
            "adam has no keyword 'beta': it has b1",
        ),
        (
            lambda: exact_steps("adam", [[1.0]], learning_rate=1, b1=3),
            ValueError,
            r"b1 must be in \[0.0, 1.0\)",
        ),
        (
            lambda: exact_steps("none", [[1.0]], learning_rate=1),
            ValueError,
            "unknown optimizer 'none'",
        ),
        (
            lambda: check_optimizer(SGD, "sgd", learning_rate=1, steps=0),
            ValueError,
            "steps must be at least 1",
        ),
        (
            lambda: check_optimizer(None, "adam", learning_rate=1),
            TypeError,
            "an optimizer must have init and update, and None lacks them",
        ),
        (
            lambda: check_optimizer(SGD, "sgd", learning_rate=0.0),
            ValueError,
            "learning_rate is 0 at every step",
        ),
        (
            lambda: exact_pass([(1, 2, 3)], *GIVEN[1:], **KIND),
            TypeError,
            r"layer 0 must be a pair \(weight, bias\), not \(1, 2, 3\)",
        ),
        (
            lambda: exact_pass(CASE.params, [[1.0], [1.0, 2.0]], CASE.targets, **KIND),
            TypeError,
            "inputs is no array",
        ),
        (
            lambda: exact_pass(
                [([[1.0]], [0.0])],
                [[2.0]],
                [[1.0]],
                activations=["identity"],
                loss="binary_cross_entropy",
            ),
            ValueError,
            r"binary_cross_entropy needs outputs in \[0, 1\]",
        ),
        (
            lambda: check_gradients(None, *map(halved, GIVEN), **KIND),
            ValueError,
            "unknown dtype 'float16'",
        ),
        (
            lambda: check_gradients(lambda *each: None, *GIVEN, **KIND),
            TypeError,
            "value_and_grad must return the loss and its gradients, not None",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()

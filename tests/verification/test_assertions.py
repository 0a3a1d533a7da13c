"""Somebody's own arrays, gradients and optimizers, checked as the public face checks them."""

from types import SimpleNamespace

import numpy as np
import pytest

from crosscheck.frameworks.registry import load
from crosscheck.verification.assertions import (
    assert_within_bound,
    check_gradients,
    check_optimizer,
    compare,
)
from crosscheck.verification.cases.drawn import drawn_network
from crosscheck.verification.cases.hyperparameters import OPTIMIZER_CASES
from crosscheck.verification.diagnosis import diagnose
from crosscheck.verification.exact_values import exact_pass
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import as_framework

NUMPY = load("numpy", "reference_numpy")
CASE = drawn_network(4, widest=6, deepest=3)
GIVEN = (CASE.params, CASE.inputs, CASE.targets)
KIND = {"activations": CASE.activations, "loss": CASE.loss}


def honest(params, inputs, targets, framework=NUMPY, **kind):
    params = tuple(framework.params.Layer(*layer) for layer in params)
    return framework.gradients.value_and_grad(params, inputs, targets, **(kind or KIND))


# ----- arrays -----


def test_arrays_are_compared_one_or_all_at_once():
    exact = exact_pass(*GIVEN, **KIND)
    value, grads = honest(*GIVEN)
    assert compare(value, exact.loss).holds
    assert compare(grads, exact.grads).holds
    assert compare([list(layer) for layer in grads], exact.grads).holds
    assert_within_bound(grads, exact.grads)
    wrong = [list(layer) for layer in grads]
    wrong[-1][1] = wrong[-1][1] * 1.001
    found = compare(wrong, exact.grads, label="gradient")
    assert not found.holds
    assert found.location.startswith(f"gradient[{len(grads) - 1}].bias[")
    with pytest.raises(AssertionError, match="times its bound"):
        assert_within_bound(wrong, exact.grads)


def test_less_than_the_whole_bound_may_be_allowed():
    exact = exact_pass(*GIVEN, **KIND).loss
    half = exact.value + exact.error_bound / 2
    assert_within_bound(half, exact)
    with pytest.raises(AssertionError):
        assert_within_bound(half, exact, fraction=0.25)
    with pytest.raises(AssertionError):
        assert_within_bound(np.array(np.nan), exact)


def test_what_is_missing_or_too_much_or_of_another_shape_does_not_hold():
    exact, (_, grads) = exact_pass(*GIVEN, **KIND), honest(*GIVEN)
    short, long = grads[:-1], [*grads, grads[0]]
    for wrong in (short, long, [grads[0][0]], 3.0, [*short, (1.0, 2.0)]):
        assert not compare(wrong, exact.grads).holds


def test_another_dtype_is_refused_and_a_number_of_python_has_none():
    exact = exact_pass(*GIVEN, **KIND).loss
    with pytest.raises(TypeError, match=r"loss is float32, but .* are made for float64"):
        compare(np.float32(exact.value), exact, label="loss")
    assert compare(float(exact.value), exact).holds
    assert compare(float(np.float32(1)), exact_pass(*GIVEN, **KIND, dtype="float32").loss)
    with pytest.raises(TypeError, match="exact must be what exact_pass"):
        compare(1.0, np.ones(3))


# ----- gradients -----


@pytest.mark.parametrize("number", range(6))
def test_an_honest_gradient_is_right_whatever_the_network(number):
    case = drawn_network(2 * number, widest=5)
    report = check_gradients(
        lambda *given: honest(*given, activations=case.activations, loss=case.loss),
        case.params,
        case.inputs,
        case.targets,
        activations=case.activations,
        loss=case.loss,
    )
    report.assert_holds()
    assert [each.place.quantity for each in report.comparisons] == [
        "loss",
        "grads",
        "arguments afterwards",
    ]
    assert report.message.startswith("right: at most 0.")


def test_a_wrong_gradient_is_located_and_named():
    wrong = as_framework(next(m for m in catalogue() if m.name == "transposed gradient"))
    own = drawn_network(6, widest=6, deepest=2)
    kind = {"activations": ("tanh", "tanh"), "loss": "squared_error"}
    rng = np.random.default_rng(0)
    params = [(rng.standard_normal((4, 3)), np.ones(4)), (rng.standard_normal((2, 4)), np.ones(2))]
    given = params, rng.standard_normal((5, 3)), rng.random((5, 2))
    report = check_gradients(lambda *each: honest(*each, framework=wrong, **kind), *given, **kind)
    assert own.dtype == "float64"
    assert not report.holds
    assert "grads[0].weight has shape (3, 4) instead of (4, 3)" in report.message
    with pytest.raises(AssertionError, match="reproduced by the known mistake"):
        report.assert_holds()
    (explanation,) = diagnose(report.comparisons)
    assert "transposed gradient" in explanation.mistakes


def test_a_gradient_that_writes_into_its_arguments_is_wrong():
    def spoils(params, inputs, targets):
        result = honest(params, inputs, targets)
        params[0][1][...] = 0
        return result

    before = [leaf.copy() for layer in CASE.params for leaf in layer]
    report = check_gradients(spoils, *GIVEN, **KIND)
    wrong = [each for each in report.comparisons if not each.holds]
    assert [each.place.quantity for each in wrong] == ["arguments afterwards"]
    after = [leaf for layer in CASE.params for leaf in layer]
    assert all(map(np.array_equal, before, after))


def test_what_the_function_raises_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        check_gradients(lambda *given: 1 / 0, *GIVEN, **KIND)


# ----- optimizers -----


@pytest.mark.parametrize(
    ("label", "name", "hyperparameters"),
    [(label, name, keywords) for label, (name, keywords) in OPTIMIZER_CASES.items()],
)
def test_every_optimizer_of_the_reference_is_right(label, name, hyperparameters):
    from crosscheck.frameworks.hyperparameters import build_optimizer

    optimizer = build_optimizer(NUMPY, name, hyperparameters, 0.1)
    check_optimizer(optimizer, name, learning_rate=0.1, **hyperparameters).assert_holds()


def test_another_rule_is_wrong_and_named_and_so_is_another_rate():
    uncorrected = NUMPY.optimizers.adam(0.1, bias_correction=False)
    report = check_optimizer(uncorrected, "adam", learning_rate=0.1)
    assert "reproduced by the known mistake 'bias correction missing'" in report.message
    assert check_optimizer(uncorrected, "adam", learning_rate=0.1, bias_correction=False).holds
    adam = NUMPY.optimizers.adam(lambda step: 0.1 if step < 6 else 0.01)
    assert not check_optimizer(adam, "adam", learning_rate=0.1).holds
    assert check_optimizer(adam, "adam", learning_rate=lambda step: 0.1 if step < 6 else 0.01).holds


def test_one_step_of_a_longer_history_is_enough_to_be_wrong():
    sgd = NUMPY.optimizers.sgd(0.1)

    def update(grads, state, params):
        updates, state = sgd.update(grads, state, params)
        return updates * (1.001 if state.step == 29 else 1), state

    late = SimpleNamespace(init=sgd.init, update=update)
    assert check_optimizer(late, "sgd", learning_rate=0.1).holds
    (wrong,) = (
        each
        for each in check_optimizer(late, "sgd", learning_rate=0.1, steps=40).comparisons
        if not each.holds
    )
    assert wrong.index[0] == 28


def test_what_is_no_array_of_numbers_does_not_hold():
    for wrong in ([[1.0], [1.0, 2.0]], "text", None, 1j):
        report = check_gradients(lambda *each, w=wrong: (w, honest(*each)[1]), *GIVEN, **KIND)
        assert not report.comparisons[0].holds
        assert "loss has" in report.message

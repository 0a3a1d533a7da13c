"""Activations: values and slopes far into both tails, and what they obey beside their numbers."""

from fractions import Fraction

import numpy as np
import pytest

from crosscheck.frameworks.contract import ACTIVATIONS
from crosscheck.frameworks.registry import load
from crosscheck.numerics.bounds.precision import DOUBLE
from crosscheck.numerics.bounds.rows import forward_log_softmax, forward_softmax
from crosscheck.verification.cases.network import NetworkCase
from crosscheck.verification.judging import compared, finished

POINTS = np.array([0.0, 0.5, -0.5, 20.0, -20.0, 40.0, -40.0, 800.0, -800.0])


def at_points(name, points):
    """One unit of weight 1, a sample for each point; every target is 1 below its output.

    dC/da is then 1/B for half the squared error, so that each delta is a slope over B. A softmax
    sees one number at a time, and is 1.
    """
    (outputs,) = [
        tensor.value
        for place, tensor in _case(name, points, np.zeros_like(points))
        .exactly()["forward"]["activations"]
        .items()
        if place == "[1]"
    ]
    return _case(name, points, (outputs[:, 0] - 1).astype(points.dtype))


def _case(name, points, targets):
    layer = (np.ones((1, 1), points.dtype), np.zeros(1, points.dtype))
    columns = points[:, None], targets[:, None]
    return NetworkCase("points", name, (layer,), *columns, (name,), "half_squared_error")


@pytest.mark.sampled(14)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_and_slopes_are_right_far_into_both_tails(framework, name, dtype):
    case = at_points(name, POINTS.astype(dtype))
    found = compared(case, framework)
    assert {c.place.stage for c in found} == {"forward", "deltas", "gradients"}
    assert [c.message for c in found if not c.holds] == []


@pytest.mark.parametrize(("dtype", "low", "high"), [("float64", -39, -37), ("float32", -14, -12)])
def test_gelu_may_lose_to_underflow_what_its_bound_allows(framework, dtype, low, high):
    case = at_points("gelu", np.linspace(low, high, 100).astype(dtype))
    assert [c.message for c in compared(case, framework) if not c.holds] == []


@pytest.mark.parametrize(
    ("output", "loss"),
    [("softmax", "half_squared_error"), ("identity", "softmax_cross_entropy")],
)
def test_softmax_of_what_cancelled_to_nothing_is_promised_nothing(framework, output, loss):
    # z is a difference of numbers near 1e17: computed it may be anything within some units of that.
    rng = np.random.default_rng(0)
    for number in range(10):
        x = rng.standard_normal((1, 4))
        weight = np.stack([np.zeros(4), rng.standard_normal(4) * 1e17])
        weight[1, 3] = -(weight[1, :3] * x[0, :3]).sum() / x[0, 3]
        exact = sum(Fraction(w) * Fraction(a) for w, a in zip(weight[1], x[0], strict=True))
        layer = (weight, np.array([0.0, float(-exact) - 60]))
        kind = ((output,), loss)
        case = NetworkCase("made", f"cancels {number}", (layer,), x, np.array([[1.0, 0.0]]), *kind)
        found = compared(case, framework)
        assert [c.message for c in found if not c.holds] == []


def slopes(framework, name, points):
    made = finished(at_points(name, points), framework)
    return (made.stages["deltas"]["deltas"]["[0]"].value[:, 0] * len(points)).tolist()


def test_the_slope_of_relu_at_zero_is_zero(framework):
    assert slopes(framework, "relu", np.array([0.0])) == [0.0]


def test_softplus_has_slope_one_half_at_zero(framework):
    assert slopes(framework, "softplus", np.array([0.0])) == [0.5]


def test_softmax_rows_sum_to_one_and_do_not_see_each_other(framework):
    z = np.array([[1.0, 2.0, -800.0], [800.0, 800.0, 0.0]])
    a = framework.params.to_numpy(framework.activations.softmax(framework.params.from_numpy(z)))
    alone = framework.activations.softmax(framework.params.from_numpy(z[:1]))
    # Each probability is off by its bound, and the sum taken here rounds, too.
    allowed = bound_of_softmax(z).sum(axis=1) + DOUBLE.sum(3)
    assert np.all(np.abs(a.sum(axis=1) - 1) <= allowed)
    assert a[1].tolist() == [0.5, 0.5, 0.0]
    assert agree(framework.params.to_numpy(alone)[0], a[0], bound_of_softmax(z)[0])


@np.errstate(divide="ignore")  # the logarithm of a probability of 0
def bound_of_softmax(z):
    return forward_softmax(DOUBLE, z, np.zeros_like(z))


def bound_of_log_softmax(z):
    return forward_log_softmax(DOUBLE, z, np.zeros_like(z))


def agree(one, other, bound):
    """Whether two that were computed apart, in other shapes, may be the same exact numbers."""
    return np.all(np.abs(one - other) <= 2 * bound)


@pytest.mark.parametrize(
    ("name", "bound_of"), [("softmax", bound_of_softmax), ("log_softmax", bound_of_log_softmax)]
)
def test_softmax_runs_along_the_last_axis_of_any_shape(framework, name, bound_of):
    function, arrays = getattr(framework.activations, name), framework.params
    z = np.array([[0.0, 1.0, -2.0], [3.0, 0.5, 0.25]])
    rows = arrays.to_numpy(function(arrays.from_numpy(z)))
    alone = arrays.to_numpy(function(arrays.from_numpy(z[0])))
    block = arrays.to_numpy(function(arrays.from_numpy(np.stack([z, z + 1]))))
    # No contract promises equal bits in other shapes, where vector lanes end elsewhere.
    bound = bound_of(z)
    assert agree(alone, rows[0], bound[0])
    assert block.shape == (2, 2, 3)
    assert agree(block[0], rows, bound)


def test_log_softmax_of_a_row_does_not_see_how_large_another_is(framework):
    z = framework.params.from_numpy(np.array([[2000.0, 0.0], [-2000.0, -2000.0]]))
    found = framework.params.to_numpy(framework.activations.log_softmax(z))
    assert found[0].tolist() == [0.0, -2000.0]
    assert found[1, 0] == found[1, 1] == -np.log(2)


def test_the_slope_of_gelu_by_hand_overflows_nowhere():
    # Warnings are errors here: the square of 1e200 must not be taken.
    backward = load("numpy", "reference_numpy").gradients.ACTIVATION_VJPS["gelu"]
    z = np.array([1e200, -1e200])
    assert backward(np.ones(2), z, None).tolist() == [1.0, 0.0]


def test_log_softmax_is_finite_where_softmax_rounds_to_zero(framework):
    z = framework.params.from_numpy(np.array([[0.0, -800.0]]))
    assert framework.params.to_numpy(framework.activations.log_softmax(z)).tolist() == [
        [0.0, -800.0]
    ]


def test_log_softmax_takes_arrays_only(framework):
    with pytest.raises(TypeError, match=r"^z must be an array \(see from_numpy\), not list$"):
        framework.activations.log_softmax([0.0])

"""Activations against their exact values and slopes, from 0 far into both tails."""

import numpy as np
import pytest

from crosscheck.contract import ACTIVATIONS
from crosscheck.exact.balls import from_floats, to_float, working_precision
from crosscheck.exact.network import ACTIVATIONS as EXACT
from crosscheck.exact.network import BACKWARD

POINTS = np.array([0.0, 20.0, -20.0, 40.0, -40.0, 800.0, -800.0])

# The slope is read off the gradient of C = sum(a) = B times the mean over B single-output samples
# of half (a - y)^2 where y = a - 1: one sample a row, so that softmax sees one number at a time.


def exact_values(name, points):
    with working_precision():
        return np.vectorize(to_float)(EXACT[name](from_floats(points[:, None])))[:, 0]


def exact_slopes(name, points):
    with working_precision():
        z = from_floats(points[:, None])
        return np.vectorize(to_float)(
            BACKWARD[name](from_floats(np.ones_like(points[:, None])), z)
        )[:, 0]


def slopes(framework, name, points):
    """df/dz at every point: delta of a one-unit network at weight 0 and bias z, C = sum of a."""
    from_numpy, to_numpy = framework.params.from_numpy, framework.params.to_numpy
    found = []
    for z in points:
        layer = framework.params.Layer(np.zeros((1, 1), points.dtype), np.array([z], points.dtype))
        params = from_numpy((layer,))
        inputs = from_numpy(np.zeros((1, 1), points.dtype))
        output = to_numpy(framework.mlp.forward(params, inputs, activations=(name,)).outputs)
        # y = a - 1 makes dC/da = 1 for half the squared error, exactly, unless a is huge.
        (delta,) = framework.gradients.deltas(
            params, inputs, from_numpy(output - 1), activations=(name,), loss="half_squared_error"
        )
        found.append(float(to_numpy(delta)[0, 0]))
    return np.array(found)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_are_right_far_into_both_tails(framework, name, dtype):
    points = POINTS.astype(dtype)
    actual = framework.params.to_numpy(
        framework.activations.ACTIVATIONS[name](framework.params.from_numpy(points[:, None]))
    )[:, 0]
    expected = exact_values(name, points)
    assert actual.dtype == dtype
    # 8 units in the last place, point by point. erfc is the exception: rounding its argument x
    # by half a unit changes it by a relative x^2, which is 200 at z = -20 and 800 at -40.
    units = 8 + (points**2 if name == "gelu" else 0)
    assert within(actual, expected, units, dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_right_far_into_both_tails(framework, name, dtype):
    points = POINTS.astype(dtype)
    actual = slopes(framework, name, points)
    # Measured in units of the largest slope, which is about 1: torch and JAX form a sigmoid's slope
    # as s (1 - s), and 1 - s at z = 40 has no digit left. The rule of the suite: per tensor.
    expected = exact_slopes(name, points)
    assert np.max(np.abs(actual - expected)) <= 64 * np.finfo(dtype).eps * np.max(np.abs(expected))


def within(actual, expected, units, dtype):
    limits = np.finfo(dtype)
    allowed = np.maximum(units * limits.eps * np.abs(expected), limits.smallest_normal)
    return bool(np.all(np.abs(actual.astype("float64") - expected) <= allowed))


def test_the_slope_of_relu_at_zero_is_zero(framework):
    assert slopes(framework, "relu", np.array([0.0])) == [0.0]


def test_softplus_has_slope_one_half_at_zero(framework):
    assert slopes(framework, "softplus", np.array([0.0])) == [0.5]


def test_softmax_rows_sum_to_one_and_do_not_see_each_other(framework):
    z = np.array([[1.0, 2.0, -800.0], [800.0, 800.0, 0.0]])
    a = framework.params.to_numpy(framework.activations.softmax(framework.params.from_numpy(z)))
    alone = framework.activations.softmax(framework.params.from_numpy(z[:1]))
    assert np.abs(a.sum(axis=1) - 1).max() <= 3 * np.finfo("float64").eps
    assert a[1].tolist() == [0.5, 0.5, 0.0]
    assert np.array_equal(framework.params.to_numpy(alone)[0], a[0])


def test_log_softmax_is_finite_where_softmax_rounds_to_zero(framework):
    z = framework.params.from_numpy(np.array([[0.0, -800.0]]))
    assert framework.params.to_numpy(framework.activations.log_softmax(z)).tolist() == [
        [0.0, -800.0]
    ]

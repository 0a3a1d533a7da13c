"""bfloat16 and float16 in every framework: what goes in comes out, and the dtype stays."""

import ml_dtypes
import numpy as np
import pytest

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
EVERY = np.arange(2**16, dtype="uint16")
DTYPES = ("bfloat16", "float16")


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_number_goes_in_and_comes_out_to_the_bit(framework, dtype):
    back = framework.params.to_numpy(framework.params.from_numpy(EVERY.view(dtype)))
    assert type(back) is np.ndarray
    assert back.dtype == dtype
    assert np.array_equal(back.view("uint16"), EVERY)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_single_number_and_a_strided_array_come_back(framework, dtype):
    for values in (np.array(1.5), np.arange(6.0).reshape(2, 3)[:, ::-2].T):
        given = values.astype(dtype)
        back = framework.params.to_numpy(framework.params.from_numpy(given))
        assert back.shape == given.shape
        assert np.array_equal(back, given)


def test_a_network_starts_with_the_drawn_numbers_rounded_once(framework):
    doubles = framework.params.init_params((3, 4, 2), seed=5)
    for layer, exact in zip(
        framework.params.to_numpy(
            framework.params.init_params((3, 4, 2), seed=5, dtype="bfloat16")
        ),
        framework.params.to_numpy(doubles),
        strict=True,
    ):
        assert layer.weight.dtype == BFLOAT16
        assert np.array_equal(layer.weight, exact.weight.astype(BFLOAT16))


def test_arithmetic_keeps_bfloat16_in_numpy_as_float32_keeps_its_own():
    from reference_numpy.arrays import from_entries

    x = from_entries(np.array([[0.5, -3.0], [2.0, 7.0]]).astype(BFLOAT16))
    results = {
        "0.9 x": 0.9 * x,
        "x / 3": x / 3,
        "1 - x": 1 - x,
        "x @ x": x @ x,
        "np.dot": np.dot(x, x),
        "np.clip": np.clip(x, -1, 1.5),
        "np.where": np.where(x > 0, x, 1.0),
        "a number": 0.5 * x.sum(),
        "a root": x.sum() ** 0.5,
        "whole numbers": x**2,
    }
    assert {name: each.dtype for name, each in results.items()} == dict.fromkeys(results, BFLOAT16)
    assert (x > 0).dtype == bool
    assert (x * np.ones(2)).dtype == "float64"  # an array of another dtype is no Python number
    out = np.empty_like(x)
    assert np.dot(x, x, out=out) is out
    assert np.array_equal(out, x @ x)


def test_a_sum_and_a_product_of_matrices_in_numpy_are_rounded_once():
    from reference_numpy.arrays import from_entries

    ones = from_entries(np.ones((1, 300)).astype(BFLOAT16))
    # Added up in bfloat16, 256 + 1 would be 256 again and again.
    assert float((ones @ ones.T)[0, 0]) == float(np.dot(ones, ones.T)[0, 0]) == 300
    assert float(ones.sum()) == float(ones.sum(axis=1)[0]) == 300
    assert ones.sum().dtype == ones.sum(axis=1, keepdims=True).dtype == BFLOAT16


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_function_of_numpys_reference_keeps_the_dtype(dtype):
    # What the others compute in these dtypes is a matter of `verify --dtype`.
    from reference_numpy import gradients, optimizers, params

    numbers, found = np.random.default_rng(3), {}
    start = params.init_params((3, 2), seed=1, dtype=dtype)
    inputs = params.from_numpy(numbers.standard_normal((4, 3)).astype(dtype))
    targets = params.from_numpy(np.eye(2)[[0, 1, 1, 0]].astype(dtype))
    pairs = [(each, "squared_error") for each in ACTIVATIONS]
    for activation, loss in pairs + [("sigmoid", each) for each in LOSSES]:
        value, grads = gradients.value_and_grad(
            start, inputs, targets, activations=(activation,), loss=loss
        )
        found[activation, loss] = {str(each.dtype) for each in (value, *grads[0])}
    with np.errstate(all="ignore"):  # in float16 eps is 0, and NumPy says that it divides by 0
        for name, rule in optimizers.OPTIMIZERS.items():
            updates, state = rule(0.1).update(grads, rule(0.1).init(start), start)
            trees = (updates, *(each for each in state if isinstance(each, tuple)))
            found[name] = {str(leaf.dtype) for tree in trees for leaf in tree[0]}
    assert found == {key: {dtype} for key in found}

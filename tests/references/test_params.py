"""Parameters: drawn once by NumPy, so bit-equal everywhere, from the distributions they name."""

import numpy as np
import pytest

from crosscheck.frameworks.registry import load

SIZES = (300, 200, 100)
SCHEMES = {
    "glorot_uniform": lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out)),
    "glorot_normal": lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out)),
    "he_uniform": lambda fan_in, fan_out: np.sqrt(2 / fan_in),
    "he_normal": lambda fan_in, fan_out: np.sqrt(2 / fan_in),
    "lecun_normal": lambda fan_in, fan_out: np.sqrt(1 / fan_in),
    "standard_normal": lambda fan_in, fan_out: 1.0,
    "uniform": lambda fan_in, fan_out: 0.5 / np.sqrt(3),
}


def draw(framework, scheme, **keywords):
    bound = 0.5 if scheme == "uniform" else None
    params = framework.params.init_params(
        SIZES, seed=11, initializer=scheme, bound=bound, **keywords
    )
    return framework.params.to_numpy(params)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_weights_have_the_spread_that_the_scheme_names(framework, scheme):
    for layer, fan_in, fan_out in zip(draw(framework, scheme), SIZES[:-1], SIZES[1:], strict=True):
        expected = SCHEMES[scheme](fan_in, fan_out)
        assert layer.weight.shape == (fan_out, fan_in)
        # The sample deviation of n draws strays by expected / sqrt(2 n): five times that.
        allowed = 5 * expected / np.sqrt(2 * layer.weight.size)
        assert abs(layer.weight.std() - expected) <= allowed
        assert abs(layer.weight.mean()) <= 5 * expected / np.sqrt(layer.weight.size)
        if scheme.endswith("uniform"):
            assert np.abs(layer.weight).max() <= expected * np.sqrt(3)
        else:
            # Not truncated: among 20,000 draws some lie beyond three deviations.
            assert np.abs(layer.weight).max() > 3 * expected


@pytest.mark.parametrize("scheme", SCHEMES)
def test_biases_are_zero_where_the_scheme_says_so(framework, scheme):
    biases = np.concatenate([layer.bias for layer in draw(framework, scheme)])
    assert biases.any() == (scheme in ("standard_normal", "uniform"))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_start_is_bit_equal_in_every_framework(framework, scheme, dtype):
    numpy = load("numpy", "reference_numpy")
    pairs = zip(draw(framework, scheme, dtype=dtype), draw(numpy, scheme, dtype=dtype), strict=True)
    for mine, theirs in pairs:
        for a, b in zip(mine, theirs, strict=True):
            assert a.dtype == dtype
            assert np.array_equal(a, b)


def test_another_seed_gives_another_start(framework):
    one, other = (framework.params.init_params((2, 3), seed=seed) for seed in (1, 2))
    to_numpy = framework.params.to_numpy
    assert not np.array_equal(to_numpy(one)[0].weight, to_numpy(other)[0].weight)


def test_arrays_go_in_and_out_unchanged_and_unshared(framework):
    for dtype in ("float32", "float64"):
        there = np.array([[1.5, -0.0], [np.inf, 1e-40]], dtype)
        mine = framework.params.from_numpy(there)
        there[0, 0] = 7
        back = framework.params.to_numpy(mine)
        assert back.dtype == dtype
        assert back[0].tolist() == [1.5, -0.0]
        back[0, 0] = 9
        assert framework.params.to_numpy(mine)[0, 0] == 1.5


def test_an_array_of_any_strides_goes_in(framework):
    backwards = np.arange(6.0).reshape(3, 2)[::-1]
    mine = framework.params.from_numpy(backwards)
    assert framework.params.to_numpy(mine).tolist() == [[4.0, 5.0], [2.0, 3.0], [0.0, 1.0]]


def test_tree_map_keeps_layers_and_bare_arrays(framework):
    arrays = framework.params
    tree = arrays.from_numpy((arrays.Layer(np.ones((2, 3)), np.zeros(2)),))
    doubled = arrays.to_numpy(arrays.tree_map(lambda a, b: a + b, tree, tree))
    assert isinstance(doubled[0], arrays.Layer)
    assert doubled[0].weight.tolist() == [[2.0] * 3] * 2
    bare = arrays.tree_map(lambda a: a * 3, arrays.from_numpy(np.ones(2)))
    assert arrays.to_numpy(bare).tolist() == [3.0, 3.0]


def test_predict_is_the_largest_output(framework):
    arrays = framework.params
    params = arrays.from_numpy((arrays.Layer(np.eye(3)[:, :2], np.array([0.0, 0.0, 0.5])),))
    inputs = arrays.from_numpy(np.array([[1.0, 0.0], [0.0, 2.0], [0.1, 0.2], [-1.0, -1.0]]))
    classes = framework.mlp.predict(params, inputs, activations=("identity",))
    assert np.asarray(classes).tolist() == [0, 1, 2, 2]

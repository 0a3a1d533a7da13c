"""Parameters: one `Layer` per step z = W a + b, and what is done to all layers at once."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from . import arrays, checks
from .arrays import Array


class Layer(NamedTuple):
    """The parameters of z = W a + b, or anything of their shape: a gradient, a moment."""

    weight: Array  # (fan_out, fan_in): row j holds the weights into neuron j
    bias: Array  # (fan_out,)


Params = tuple[Layer, ...]
Tree = Any  # Params or a bare array


def tree_map(function: Callable[..., Any], *trees: Tree) -> Tree:
    """Apply `function` to the leaves that stand at the same place in every tree.

    Args:
        function: Takes one leaf of each tree, returns one leaf.
        trees: Params or bare arrays, all of one structure.

    Raises:
        ValueError: If the trees differ in structure.
    """
    checks.same_structure(trees)
    if isinstance(trees[0], tuple):
        return tuple(Layer(*map(function, *layers)) for layers in zip(*trees, strict=True))
    return function(*trees)


# What each initializer draws for one weight of shape (fan_out, fan_in).
# Source: glorot: Glorot and Bengio (2010), eq. 16; he: He et al. (2015), eq. 10;
# lecun: LeCun et al. (1998), section 4.6. The normal ones are not truncated.
INITIALIZERS: dict[str, Callable[..., Any]] = {
    "glorot_uniform": lambda rng, shape, bound: rng.uniform(-1, 1, shape) * sqrt(6 / sum(shape)),
    "glorot_normal": lambda rng, shape, bound: rng.standard_normal(shape) * sqrt(2 / sum(shape)),
    "he_uniform": lambda rng, shape, bound: rng.uniform(-1, 1, shape) * sqrt(6 / shape[1]),
    "he_normal": lambda rng, shape, bound: rng.standard_normal(shape) * sqrt(2 / shape[1]),
    "lecun_normal": lambda rng, shape, bound: rng.standard_normal(shape) * sqrt(1 / shape[1]),
    "standard_normal": lambda rng, shape, bound: rng.standard_normal(shape),
    "uniform": lambda rng, shape, bound: rng.uniform(-1, 1, shape) * bound,
}
DRAWS_BIASES = ("standard_normal", "uniform")  # the others start them at zero


def init_params(
    layer_sizes: Sequence[int],
    *,
    seed: int,
    initializer: str = "glorot_uniform",
    bound: float | None = None,
    dtype: str = "float64",
) -> Params:
    """Draw the parameters of a network; NumPy draws them, so every framework starts bit-equal.

    Args:
        layer_sizes: Units per layer, inputs first: (784, 16, 16, 10) has three `Layer`s.
        seed: A whole number, 0 or more.
        initializer: A name in `INITIALIZERS`.
        bound: r of "uniform", which draws weights and biases in [-r, r]; no other takes one.
        dtype: A floating dtype. Numbers are drawn in float64 and then rounded.

    Raises:
        ValueError: Unknown name, bad sizes, seed or bound.
        TypeError: If `dtype` is not floating, or the framework would change it.
        NotImplementedError: If the framework does not support `dtype`.
    """
    checks.layer_sizes(layer_sizes)
    checks.whole_number("seed", seed, at_least=0)
    checks.known("initializer", initializer, INITIALIZERS)
    checks.bound(initializer, bound)
    checks.floating_dtype(dtype)
    rng = np.random.default_rng(seed)
    draw = INITIALIZERS[initializer]
    layers = []
    for fan_in, fan_out in pairwise(layer_sizes):
        weight = draw(rng, (fan_out, fan_in), bound)
        bias: Any = np.zeros(fan_out)
        if initializer in DRAWS_BIASES:
            bias = draw(rng, (fan_out,), bound)
        layers.append(Layer(weight.astype(dtype), bias.astype(dtype)))
    return from_numpy(tuple(layers))


def from_numpy(tree: Tree) -> Tree:
    """Copy a tree of NumPy arrays into this framework.

    Raises:
        TypeError: If a leaf is not a floating NumPy array, or the framework would change its dtype.
        NotImplementedError: If the framework does not support the dtype of a leaf.
    """

    def convert(leaf: np.ndarray) -> Array:
        checks.numpy_array(leaf)
        arrays.convertible(leaf)
        return arrays.from_entries(leaf)

    return tree_map(convert, tree)


def to_numpy(tree: Tree) -> Tree:
    """Copy a tree of this framework into NumPy arrays of the same dtype.

    Raises:
        TypeError: If a leaf is not a floating array of this framework.
    """
    checks.floating_tree("tree", tree)
    return tree_map(lambda leaf: np.array(arrays.entries(leaf)), tree)

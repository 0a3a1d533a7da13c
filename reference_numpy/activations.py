"""Activation functions a = f(z), each applied to a whole batch.

Each raises TypeError for what is no array of a floating dtype, softmax ValueError for empty rows.
"""

import math
from collections.abc import Callable

import numpy as np

from . import checks
from .arrays import Array


def identity(z: Array) -> Array:
    """a = z. Any shape."""
    checks.floating("z", z)
    return z


@np.errstate(over="ignore")  # beyond the largest number, 1 over it is 0: what it should be
def sigmoid(z: Array) -> Array:
    """a = 1 / (1 + exp(-z)), accurate in both tails. Any shape."""
    checks.floating("z", z)
    return 1 / (1 + np.exp(-z))


def tanh(z: Array) -> Array:
    """a = tanh(z). Any shape."""
    checks.floating("z", z)
    return np.tanh(z)


def relu(z: Array) -> Array:
    """a = max(z, 0), with slope 0 at 0. Any shape."""
    checks.floating("z", z)
    return np.maximum(z, 0)


def softmax(z: Array) -> Array:
    """a_k = exp(z_k) / sum_j exp(z_j) along the last axis; not elementwise."""
    checks.rows("z", z)
    powers = np.exp(z - z.max(axis=-1, keepdims=True))  # at most 1, so they cannot overflow
    return powers / powers.sum(axis=-1, keepdims=True)


def log_softmax(z: Array) -> Array:
    """log softmax(z) along the last axis, finite where softmax rounds to 0."""
    checks.rows("z", z)
    shifted = z - z.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softplus(z: Array) -> Array:
    """a = log(1 + exp(z)). Any shape."""
    checks.floating("z", z)
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def gelu(z: Array) -> Array:
    """a = z Phi(z) = z/2 erfc(-z/sqrt 2), Phi the normal distribution function. Any shape."""
    checks.floating("z", z)
    return z / 2 * erfc(-z / math.sqrt(2))


def erfc(x: Array) -> Array:
    """1 - erf(x), accurate in the upper tail. Any shape."""
    # NumPy has none of its own: the standard library's, entry by entry.
    return np.vectorize(math.erfc, otypes=["float64"])(x).astype(x.dtype)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": identity,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "softmax": softmax,
    "softplus": softplus,
    "gelu": gelu,
}

"""Activation functions a = f(z), each applied to a whole batch.

Each raises TypeError for what is no array of a floating dtype, softmax ValueError for empty rows.
"""

import math
from collections.abc import Callable

from . import checks
from .arrays import Array, Vector, entry_map, row_map


def identity(z: Array) -> Array:
    """a = z. Any shape."""
    checks.floating("z", z)
    return entry_map(lambda z: z, z)


def sigmoid(z: Array) -> Array:
    """a = 1 / (1 + exp(-z)), accurate in both tails. Any shape."""
    checks.floating("z", z)
    return entry_map(_sigmoid, z)


def _sigmoid(z: float) -> float:
    if z < 0:  # exp(-z) could be too large, where math.exp raises; this is the same, times exp(z)
        return math.exp(z) / (1 + math.exp(z))
    return 1 / (1 + math.exp(-z))


def tanh(z: Array) -> Array:
    """a = tanh(z). Any shape."""
    checks.floating("z", z)
    return entry_map(math.tanh, z)


def relu(z: Array) -> Array:
    """a = max(z, 0), with slope 0 at 0. Any shape."""
    checks.floating("z", z)
    return entry_map(lambda z: max(z, 0.0), z)  # z first: so max keeps a NaN


def softmax(z: Array) -> Array:
    """a_k = exp(z_k) / sum_j exp(z_j) along the last axis; not elementwise."""
    checks.rows("z", z)
    return row_map(_softmax, z)


def _softmax(z: Vector) -> Vector:
    largest = max(z)
    powers = [math.exp(z_k - largest) for z_k in z]  # at most 1, so they cannot overflow
    total = sum(powers)
    return [power / total for power in powers]


def log_softmax(z: Array) -> Array:
    """log softmax(z) along the last axis, finite where softmax rounds to 0."""
    checks.rows("z", z)
    return row_map(_log_softmax, z)


def _log_softmax(z: Vector) -> Vector:
    largest = max(z)
    shifted = [z_k - largest for z_k in z]
    log_of_sum = math.log(sum(math.exp(s_k) for s_k in shifted))
    return [s_k - log_of_sum for s_k in shifted]


def softplus(z: Array) -> Array:
    """a = log(1 + exp(z)). Any shape."""
    checks.floating("z", z)
    return entry_map(lambda z: max(z, 0.0) + math.log1p(math.exp(-abs(z))), z)


def gelu(z: Array) -> Array:
    """a = z Phi(z) = z/2 erfc(-z/sqrt 2), Phi the normal distribution function. Any shape."""
    checks.floating("z", z)
    return entry_map(lambda z: z / 2 * math.erfc(-z / math.sqrt(2)), z)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": identity,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "softmax": softmax,
    "softplus": softplus,
    "gelu": gelu,
}

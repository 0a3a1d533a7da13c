"""Activation functions a = f(z), each applied to a whole batch.

Each raises TypeError for what is no array of a floating dtype, softmax ValueError for empty rows.
"""

import math
from collections.abc import Callable

import torch
from torch.nn.functional import logsigmoid

from . import checks
from .arrays import Array


def identity(z: Array) -> Array:
    """a = z. Any shape."""
    checks.floating("z", z)
    return z


def sigmoid(z: Array) -> Array:
    """a = 1 / (1 + exp(-z)), accurate in both tails. Any shape."""
    checks.floating("z", z)
    return torch.sigmoid(z)


def tanh(z: Array) -> Array:
    """a = tanh(z). Any shape."""
    checks.floating("z", z)
    return torch.tanh(z)


def relu(z: Array) -> Array:
    """a = max(z, 0), with slope 0 at 0. Any shape."""
    checks.floating("z", z)
    return torch.relu(z)


def softmax(z: Array) -> Array:
    """a_k = exp(z_k) / sum_j exp(z_j) along the last axis; not elementwise."""
    checks.rows("z", z)
    return torch.softmax(z, dim=-1)


def log_softmax(z: Array) -> Array:
    """log softmax(z) along the last axis, finite where softmax rounds to 0."""
    checks.rows("z", z)
    return torch.log_softmax(z, dim=-1)


def softplus(z: Array) -> Array:
    """a = log(1 + exp(z)). Any shape."""
    checks.floating("z", z)
    return -logsigmoid(-z)  # torch's own softplus turns linear above 20


def gelu(z: Array) -> Array:
    """a = z Phi(z) = z/2 erfc(-z/sqrt 2), Phi the normal distribution function. Any shape."""
    checks.floating("z", z)
    return z / 2 * erfc(-z / math.sqrt(2))


def erfc(x: Array) -> Array:
    """1 - erf(x), accurate in the upper tail. Any shape."""
    return torch.erfc(x)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": identity,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "softmax": softmax,
    "softplus": softplus,
    "gelu": gelu,
}

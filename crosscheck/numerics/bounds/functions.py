"""The functions of which the bounds are formed, in float64.

They are written in other forms than in the references, since a bound must not depend on the code
that it judges.
"""

from collections.abc import Callable
from math import erfc, pi, sqrt

import numpy as np

from crosscheck.numerics.bounds.inexact import Array


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z))."""
    return np.exp(-np.logaddexp(0, -z))


def softplus(z: Array) -> Array:
    """log(1 + exp(z))."""
    return np.logaddexp(0, z)


def log_softmax(z: Array) -> Array:
    """z_k - log sum_j exp(z_j), row by row."""
    return z - np.logaddexp.reduce(z, axis=1, keepdims=True)


def softmax(z: Array) -> Array:
    """exp(log_softmax(z))."""
    return np.exp(log_softmax(z))


def density(z: Array) -> Array:
    """The density of the standard normal distribution."""
    return np.exp(-(np.clip(z, -40, 40) ** 2) / 2) / sqrt(2 * pi)  # beyond 40 it rounds to 0


def distribution(z: Array) -> Array:
    """The distribution function of the standard normal distribution."""
    return np.vectorize(lambda x: erfc(-x / sqrt(2)) / 2, otypes=["float64"])(z)


FLOAT_ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0.0),
    "softmax": softmax,
    "softplus": softplus,
    "gelu": lambda z: z * distribution(z),
}

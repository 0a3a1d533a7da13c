"""The functions of which the bounds are formed, in float64.

They are written in other forms than in the references, since a bound must not depend on the code
that it judges.
"""

from collections.abc import Callable
from math import erfc, pi, sqrt

import numpy as np

from crosscheck.numerics.bounds.precision import Array


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


def log_sum_of_others(x: Array) -> Array:
    """log sum_(j != k) exp(x_j) for every k of a row: nothing is subtracted, nothing underflows."""
    none = np.full((len(x), 1), -np.inf)
    before = np.logaddexp.accumulate(x, axis=1)[:, :-1]
    after = np.logaddexp.accumulate(x[:, ::-1], axis=1)[:, ::-1][:, 1:]
    return np.logaddexp(np.hstack([none, before]), np.hstack([after, none]))


def log_expm1(x: Array) -> Array:
    """log(exp(x) - 1) for x >= 0, where exp(x) may overflow."""
    return np.where(x < 1, np.log(np.expm1(np.minimum(x, 1))), x + np.log1p(-np.exp(-x)))


def grown(log_a: Array, growth: Array) -> Array:
    """By how much a grows if log a grows: a (exp(growth) - 1), where a may underflow."""
    return np.exp(log_a + log_expm1(growth))


FLOAT_ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0.0),
    "softmax": softmax,
    "softplus": softplus,
    "gelu": lambda z: z * distribution(z),
}

"""Activation functions a = f(z), each applied to a whole batch.

Each raises TypeError for what is no array of a floating dtype, softmax ValueError for empty rows.
"""

import math
from collections.abc import Callable
from typing import Any

import mlx.core as mx
import numpy as np

from . import checks
from .arrays import Array


def identity(z: Array) -> Array:
    """a = z. Any shape."""
    checks.floating("z", z)
    return z


def sigmoid(z: Array) -> Array:
    """a = 1 / (1 + exp(-z)), accurate in both tails. Any shape."""
    checks.floating("z", z)
    e = exp(minus_abs(z))  # never above 1, so that neither tail overflows
    return mx.where(z > 0, 1, e) / (1 + e)


def tanh(z: Array) -> Array:
    """a = tanh(z). Any shape."""
    checks.floating("z", z)
    return mx.tanh(z)


def relu(z: Array) -> Array:
    """a = max(z, 0), with slope 0 at 0. Any shape."""
    checks.floating("z", z)
    return mx.maximum(z, 0)  # its slope goes to the second of two that are equal


def softmax(z: Array) -> Array:
    """a_k = exp(z_k) / sum_j exp(z_j) along the last axis; not elementwise."""
    checks.rows("z", z)
    powers = exp(z - largest(z))  # at most 1, so they cannot overflow
    return powers / powers.sum(axis=-1, keepdims=True)


def log_softmax(z: Array) -> Array:
    """log softmax(z) along the last axis, finite where softmax rounds to 0."""
    checks.rows("z", z)
    shifted = z - largest(z)
    return shifted - mx.log(exp(shifted).sum(axis=-1, keepdims=True))


def softplus(z: Array) -> Array:
    """a = log(1 + exp(z)). Any shape."""
    checks.floating("z", z)
    return mx.where(z > 0, z, 0) + mx.log1p(exp(minus_abs(z)))


def gelu(z: Array) -> Array:
    """a = z Phi(z) = z/2 erfc(-z/sqrt 2), Phi the normal distribution function. Any shape."""
    checks.floating("z", z)
    return z / 2 * erfc(-z / math.sqrt(2))


# A function with a vjp of its own. MLX's types call all that it returns an object.
custom_function: Callable[[Any], Any] = mx.custom_function


# mx.exp, and with it mx.sigmoid and mx.softmax, rounds the exponent of 2^(x log2 e) to float32 in
# every dtype (mlx/backend/cpu/simd/math.h), and so errs by about |x| units of float32. mx.expm1
# errs by less than one unit of its own dtype.
@custom_function
def exp(x: Array) -> Array:
    """e^x of x that are not above 0. Any shape."""
    return 1 / (1 + mx.expm1(-x))


# Where expm1 overflows, the slope of the formula itself would be 0 times infinity.
exp.vjp(lambda x, cotangent, output: cotangent * output)


@custom_function
def erfc(x: Array) -> Array:
    """1 - erf(x), accurate in the upper tail. Any shape."""
    # MLX has none of its own: the standard library's, entry by entry.
    values = np.array(x)
    return mx.array(np.vectorize(math.erfc, otypes=[values.dtype])(values), dtype=x.dtype)


erfc.vjp(lambda x, cotangent, output: cotangent * (-2 / math.sqrt(math.pi)) * exp(-x * x))


def minus_abs(z: Array) -> Array:
    """-|z|, with slope 1 at 0, where the slope of mx.abs is 0. Any shape."""
    return mx.where(z > 0, -z, z)


def largest(z: Array) -> Array:
    """The largest of each row, for a difference in which its own slope cancels."""
    return mx.stop_gradient(z.max(axis=-1, keepdims=True))


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": identity,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "softmax": softmax,
    "softplus": softplus,
    "gelu": gelu,
}

"""Activation functions a = f(z), each applied to a whole batch.

Each raises TypeError for what is no array of a floating dtype, softmax ValueError for empty rows.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import paddle

from . import checks
from .arrays import Array, where


def identity(z: Array) -> Array:
    """a = z. Any shape."""
    checks.floating("z", z)
    return z


def sigmoid(z: Array) -> Array:
    """a = 1 / (1 + exp(-z)), accurate in both tails. Any shape."""
    checks.floating("z", z)
    return paddle.nn.functional.sigmoid(z)


def tanh(z: Array) -> Array:
    """a = tanh(z). Any shape."""
    checks.floating("z", z)
    return paddle.tanh(z)


def relu(z: Array) -> Array:
    """a = max(z, 0), with slope 0 at 0. Any shape."""
    checks.floating("z", z)
    return where(z <= 0, 0.0, z)  # paddle's own makes 0 of a NaN


def softmax(z: Array) -> Array:
    """a_k = exp(z_k) / sum_j exp(z_j) along the last axis; not elementwise."""
    checks.rows("z", z)
    powers = exp(z - largest(z))  # at most 1, so they cannot overflow
    return powers / powers.sum(axis=-1, keepdim=True)


def log_softmax(z: Array) -> Array:
    """log softmax(z) along the last axis, finite where softmax rounds to 0."""
    checks.rows("z", z)
    shifted = z - largest(z)
    return shifted - paddle.log(exp(shifted).sum(axis=-1, keepdim=True))


def softplus(z: Array) -> Array:
    """a = log(1 + exp(z)). Any shape."""
    checks.floating("z", z)
    minus_abs = where(z > 0, -z, z)  # with slope 1 at 0
    return where(z > 0, z, 0.0) + paddle.log1p(exp(minus_abs))


def gelu(z: Array) -> Array:
    """a = z Phi(z) = z/2 erfc(-z/sqrt 2), Phi the normal distribution function. Any shape."""
    checks.floating("z", z)
    return z / 2 * erfc(-z / math.sqrt(2))


class _Erfc(paddle.autograd.PyLayer):
    """erfc with its slope, -2 / sqrt(pi) exp(-x^2)."""

    @staticmethod
    def forward(context: Any, x: Array) -> Array:
        context.save_for_backward(x)
        # PaddlePaddle has none of its own: the standard library's, entry by entry.
        values = x.numpy()
        return paddle.to_tensor(np.vectorize(math.erfc, otypes=[values.dtype])(values))

    @staticmethod
    def backward(context: Any, cotangent: Array) -> Array:
        (x,) = context.saved_tensor()
        return cotangent * (-2 / math.sqrt(math.pi)) * exp(-x * x)


def erfc(x: Array) -> Array:
    """1 - erf(x), accurate in the upper tail. Any shape."""
    return _Erfc.apply(x)


# F.softmax and F.log_softmax clip every exponent at -64, F.softplus and F.log_sigmoid lose their
# lower tails, and F.gelu is 1 + erf: what they should be is built on paddle.exp.
def exp(x: Array) -> Array:
    """e^x of x that are not above 0; 0 below the smallest normal number. Any shape."""
    powers = paddle.exp(x)
    # There paddle.exp itself is a constant or 0, as an entry's place in memory has it.
    return where(powers < paddle.finfo(x.dtype).tiny, 0.0, powers)


def largest(z: Array) -> Array:
    """The largest of each row, for a difference in which its own slope cancels."""
    return z.detach().max(axis=-1, keepdim=True)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": identity,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "softmax": softmax,
    "softplus": softplus,
    "gelu": gelu,
}

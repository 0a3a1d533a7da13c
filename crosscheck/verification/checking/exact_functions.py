"""The exact value and slope of one activation or loss, called alone, each with its bound."""

from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.numerics.bounds.activations import BACKWARD_BOUNDS, FORWARD_BOUNDS
from crosscheck.numerics.bounds.losses import LOSS_BOUNDS
from crosscheck.numerics.bounds.precision import Precision
from crosscheck.numerics.exact.balls import (
    balls_of,
    elementwise,
    enclose,
    from_floats,
    nearest_floats,
)
from crosscheck.numerics.exact.network import EXACT_ACTIVATIONS, EXACT_BACKWARD, EXACT_LOSSES
from crosscheck.verification.checking.models import BINARY, IN_WORDS
from crosscheck.verification.exact_values import ExactTensor

# The cross-entropy -sum t log p of probabilities. The contract has only that of logits.
OF_PROBABILITIES = "cross_entropy"
LOSS_WORDS = IN_WORDS | {
    OF_PROBABILITIES: "cross-entropy of probabilities",
    "softmax_cross_entropy": "cross-entropy of logits",
}


def activation(name: str, z: Array, dtype: str = "float64") -> ExactTensor:
    """a = f(z), row by row where the activation is softmax."""
    p = Precision.of(dtype)
    with np.errstate(all="ignore"):
        bound = FORWARD_BOUNDS[name](p, z, _error_of(z, p)) + p.tiny
    return _tensor(lambda: EXACT_ACTIVATIONS[name](from_floats(z)), bound, dtype)


def slope(name: str, z: Array, cotangent: Array, dtype: str = "float64") -> ExactTensor:
    """dC/dz for a dC/da: the slope itself where that is 1 and the activation is elementwise."""
    p = Precision.of(dtype)
    with np.errstate(all="ignore"):
        nothing = np.zeros_like(cotangent)
        _, error = BACKWARD_BOUNDS[name](p, z, _error_of(z, p), cotangent, nothing)
    error = np.broadcast_to(error + p.tiny, z.shape)
    exact = EXACT_BACKWARD[name]
    return _tensor(lambda: exact(from_floats(cotangent), from_floats(z)), error, dtype)


def loss(name: str, outputs: Array, targets: Array, dtype: str = "float64") -> ExactTensor:
    """The loss of a batch, a scalar."""
    p = Precision.of(dtype)
    with np.errstate(all="ignore"):
        _, error, _, _ = _bounds(name)(p, outputs, _error_of(outputs, p), targets)
    return _tensor(lambda: _exactly(name, outputs, targets)[0], np.asarray(error), dtype)


def loss_slope(name: str, outputs: Array, targets: Array, dtype: str = "float64") -> ExactTensor:
    """The derivative of the loss of a batch by the outputs, of their shape."""
    p = Precision.of(dtype)
    with np.errstate(all="ignore"):
        _, _, _, error = _bounds(name)(p, outputs, _error_of(outputs, p), targets)
    return _tensor(lambda: _exactly(name, outputs, targets)[1], error + p.tiny, dtype)


def each_loss(name: str, outputs: Array, targets: Array, shape: tuple[int, ...]) -> ExactTensor:
    """The loss of every sample, or of every entry alone: whichever fills that shape."""
    rows = [(outputs[i : i + 1], targets[i : i + 1]) for i in range(len(outputs))]
    if shape == outputs.shape and shape[1] > 1:
        rows = [
            (a[:, k : k + 1], t[:, k : k + 1]) for a, t in rows for k in range(outputs.shape[1])
        ]
    found = [loss(name, a, t) for a, t in rows]
    value, bound, rest = (
        np.array([getattr(each, part) for each in found], "float64").reshape(shape)
        for part in ("value", "error_bound", "rest")
    )
    return ExactTensor(value, bound, "float64", rest)


def _bounds(name: str) -> Callable[..., Any]:
    # Each term -t log p is one of those of the binary loss, and all of these are positive: what
    # their sum may lose is enough for a part of it.
    return LOSS_BOUNDS[BINARY if name == OF_PROBABILITIES else name]


def _exactly(name: str, outputs: Array, targets: Array) -> Any:
    a, t = from_floats(outputs), from_floats(targets)
    if name != OF_PROBABILITIES:
        return EXACT_LOSSES[name](a, t)
    terms = elementwise(lambda t, p: t * p.log() if t != 0 else t, t, a)
    slopes = elementwise(lambda t, p: -t / p if t != 0 else t, t, a)
    return -terms.sum() / len(a), slopes / len(a)


def _error_of(z: Array, p: Precision) -> Array:
    # What is computed of z may be computed of z / 2 or of z times a constant, rounded once; 0 is 0.
    return p.u * np.abs(z)


def _tensor(compute: Callable[[], Any], bound: Array, dtype: str) -> ExactTensor:
    balls = np.array(enclose(compute), dtype=object)
    value = nearest_floats(balls)
    rest = nearest_floats(np.asarray(balls - np.asarray(from_floats(value)), dtype=object))
    assert all(ball.is_finite() for ball in balls_of(balls))
    return ExactTensor(value, np.broadcast_to(bound, value.shape), dtype, rest)

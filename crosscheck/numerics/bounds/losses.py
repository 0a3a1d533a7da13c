"""The bounds of a loss, and of its derivative dC/da, with which the backward pass begins."""

from collections.abc import Callable

import numpy as np

from crosscheck.numerics.bounds.activations import (
    forward_softmax,
    growth,
    sigmoid_slope,
    smallest_magnitude,
)
from crosscheck.numerics.bounds.functions import log_softmax, sigmoid, softmax, softplus
from crosscheck.numerics.bounds.inexact import FUNCTION, Array, Precision

# The loss, its bound, dC/da, and the bound of dC/da.
LossAndBounds = tuple[float, float, Array, Array]
# These from a precision, the outputs a, their bound, and the targets.
LossBound = Callable[[Precision, Array, Array, Array], LossAndBounds]


def _squared(scale: Callable[[Array], float]) -> LossBound:
    def loss(p: Precision, a: Array, ea: Array, y: Array) -> LossAndBounds:
        r, s = a - y, scale(a)
        er = ea + p.u * np.abs(r)
        value = s * (r**2).sum()
        error = s * ((2 * np.abs(r) + er) * er).sum() + p.gamma(a.size + 3) * value
        cotangent = 2 * s * r
        return value, error + a.size * p.tiny, cotangent, 2 * s * er + 2 * p.u * np.abs(cotangent)

    return loss


def _binary_cross_entropy(p: Precision, a: Array, ea: Array, t: Array) -> LossAndBounds:
    yes = np.where(t > 0, a, 1.0)
    off = np.where(t < 1, a, 0.0)
    no = 1 - off
    slopes = t / yes, (1 - t) / no
    terms = -t * np.log(yes) - (1 - t) * np.log1p(-off)
    if np.any(ea >= np.minimum(yes, no)):
        # A probability may round to 0 or 1, so that its logarithm has no bound. A loss of logits
        # always has one.
        unbounded = np.full_like(a, np.inf)
        return terms.sum() / len(a), np.inf, (slopes[1] - slopes[0]) / len(a), unbounded
    yes, no = yes - ea, no - ea  # the smallest values that the computed ones may have
    each = (t / yes + (1 - t) / no) * ea + (FUNCTION + 2) * p.u * terms
    error = (each.sum() + p.gamma(a.size + 1) * terms.sum()) / len(a)
    # 1 - a is rounded, too; the derivative of 1/a is -1/a^2.
    curved = slopes[0] / yes + slopes[1] / no
    e_cotangent = (curved * ea + 4 * p.u * (slopes[0] + slopes[1])) / len(a)
    error += a.size * p.tiny
    return terms.sum() / len(a), error, (slopes[1] - slopes[0]) / len(a), e_cotangent


def _sigmoid_binary_cross_entropy(p: Precision, z: Array, ez: Array, t: Array) -> LossAndBounds:
    terms = t * softplus(-z) + (1 - t) * softplus(z)
    weights = t * sigmoid(-z) + (1 - t) * sigmoid(z)
    each = weights * ez + (FUNCTION + 3) * p.u * terms
    error = (each.sum() + p.gamma(z.size + 1) * terms.sum()) / len(z)
    # A framework computes dC/dz as sigmoid(z) - t, or as (1 - t) sigmoid(z) - t sigmoid(-z) with
    # JAX's sigmoid, whose exponent z - softplus(z) is rounded. `lost` is the larger error of both.
    roundings = np.abs(z - softplus(z)) + FUNCTION * softplus(z) + FUNCTION + 2
    lost = p.u * (roundings * (1 - t) * sigmoid(z) + (roundings + np.abs(z)) * t * sigmoid(-z))
    lost = np.maximum(lost, (FUNCTION + 1) * p.u * sigmoid(z) + p.u * np.abs(sigmoid(z) - t))
    e_cotangent = (sigmoid_slope(smallest_magnitude(z, ez)) * ez + lost) / len(z)
    error += z.size * p.tiny
    return terms.sum() / len(z), error, (sigmoid(z) - t) / len(z), e_cotangent


def _softmax_cross_entropy(p: Precision, z: Array, ez: Array, t: Array) -> LossAndBounds:
    a, logs = softmax(z), log_softmax(z)
    shifted = z - z.max(axis=1, keepdims=True)
    e_shifted = ez + p.u * np.abs(shifted)
    e_logs = e_shifted + growth(a, e_shifted) + 2 * p.u * np.abs(logs)
    e_logs = e_logs + p.gamma(z.shape[1] + FUNCTION) + FUNCTION * p.u * np.abs(shifted - logs)
    terms = t * np.abs(logs)
    error = ((t * e_logs).sum() + p.gamma(z.size + 2) * terms.sum()) / len(z)
    total = t.sum(axis=1, keepdims=True)
    e_a = forward_softmax(p, z, ez) + a * (e_logs + (FUNCTION + 2) * p.u)
    rounding = p.gamma(z.shape[1] + 4) * a * total + p.u * np.abs(a * total - t) + p.u * t
    cotangent = (a * total - t) / len(z)
    error += z.size * p.tiny
    return terms.sum() / len(z), error, cotangent, (total * e_a + rounding) / len(z)


LOSS_BOUNDS: dict[str, LossBound] = {
    "squared_error": _squared(lambda a: 1 / len(a)),
    "half_squared_error": _squared(lambda a: 1 / (2 * len(a))),
    "mean_squared_error": _squared(lambda a: 1 / a.size),
    "binary_cross_entropy": _binary_cross_entropy,
    "sigmoid_binary_cross_entropy": _sigmoid_binary_cross_entropy,
    "softmax_cross_entropy": _softmax_cross_entropy,
}

"""The bounds of a loss, and of its derivative dC/da, with which the backward pass begins."""

from collections.abc import Callable

import numpy as np

from crosscheck.numerics.bounds.activations import (
    e_sigmoid_by_softplus,
    e_softplus,
    sigmoid_slope,
    smallest_magnitude,
)
from crosscheck.numerics.bounds.functions import log_softmax, sigmoid, softmax, softplus
from crosscheck.numerics.bounds.library import library
from crosscheck.numerics.bounds.precision import DOUBLE, Array, Precision
from crosscheck.numerics.bounds.rows import forward_log_softmax, forward_softmax

# Below this PyTorch replaces p (1 - p), by which it divides.
CLAMPED = 1e-12
# The loss, its bound, dC/da, and the bound of dC/da.
LossAndBounds = tuple[float, float, Array, Array]
# These from a precision, the outputs a, their bound, and the targets.
LossBound = Callable[[Precision, Array, Array, Array], LossAndBounds]


def _mean(p: Precision, terms: Array, errors: Array) -> tuple[float, float]:
    """The mean over the batch of positive terms that have errors, and its bound."""
    total, error = terms.sum(), errors.sum()
    rounding = (p.mean(terms.size) + p.product(3)) * (total + error) + terms.size * p.tiny
    return total / len(terms), (error + rounding) / len(terms) + p.tiny + p.overflow(total + error)


def _squared(divisor: Callable[[Array], int], roundings: int) -> LossBound:
    """The squared errors, divided by something.

    Args:
        divisor: By what, as a function of the outputs.
        roundings: How many operations dC/da takes after a - y.
    """

    def loss(p: Precision, a: Array, ea: Array, y: Array) -> LossAndBounds:
        r = np.abs(a - y)
        er = ea + p.read(y) + p.u * (r + ea)
        per_sample = divisor(a) / len(a)
        value, error = _mean(p, r**2, (2 * r + er) * er)
        cotangent, handed_on = 2 * (a - y) / divisor(a), 2 * er / divisor(a)
        rounding = p.product(roundings) * (np.abs(cotangent) + handed_on) + 3 * p.tiny
        overflow = p.overflow(2 * (r + er))
        return value / per_sample, error / per_sample, cotangent, handed_on + rounding + overflow

    return loss


def _binary_cross_entropy(p: Precision, a: Array, ea: Array, t: Array) -> LossAndBounds:
    yes, off = np.where(t > 0, a, 1.0), np.where(t < 1, a, 0.0)
    no = 1 - off
    # The smallest that the computed ones may be; 1 - a was itself formed of a rounded a here.
    least_yes, least_no = yes - (t > 0) * ea, no - (t < 1) * (ea + DOUBLE.u)
    # Where they may round to 0 the logarithm has no bound. A loss of logits always has one.
    unbounded = np.where(np.minimum(least_yes, least_no) > 0, 0.0, np.inf)
    logs = -np.log(yes), -np.log1p(-off)
    # Where t / B falls below the smallest number it may be lost, before it is divided by p.
    et, slopes = len(a) * p.read(t / len(a)), (t / yes, (1 - t) / no)
    handed_on = (t / least_yes + (1 - t) / least_no) * ea + et * (logs[0] + logs[1])
    rounding = t * logs[0] * (library(p, "log") + p.u)
    rounding += (1 - t) * logs[1] * (library(p, "log1p", -off - ea, -off + ea) + 2 * p.u)
    terms = t * logs[0] + (1 - t) * logs[1]
    value, error = _mean(p, terms, handed_on + rounding + unbounded)
    # The derivative of 1/a is -1/a^2. The two slopes are the results of 4 and 6 operations.
    curved = slopes[0] / least_yes + slopes[1] / least_no
    e_cotangent = curved * ea + et * (1 / least_yes + 1 / least_no)
    e_cotangent += p.product(4) * (slopes[0] + e_cotangent)
    e_cotangent += p.product(6) * (slopes[1] + e_cotangent) + 6 * p.tiny
    if p.has_stock_cross_entropy:
        lost = (np.abs(a - t) <= ea + p.u) | (yes * no < 2 * CLAMPED)
        e_cotangent += np.where(lost, np.abs(slopes[1] - slopes[0]), 0.0)
    e_cotangent += unbounded + p.overflow(t / least_yes + (1 - t) / least_no)
    return value, error, (slopes[1] - slopes[0]) / len(a), e_cotangent / len(a)


def _sigmoid_binary_cross_entropy(p: Precision, z: Array, ez: Array, t: Array) -> LossAndBounds:
    et = p.read(t)
    terms = t * softplus(-z) + (1 - t) * softplus(z)
    weights = t * sigmoid(ez - z) + (1 - t) * sigmoid(z + ez)
    handed_on = weights * ez + et * softplus(np.abs(z))
    own = t * e_softplus(p, -z) + (1 - t) * e_softplus(p, z) + 3 * p.u * terms
    value, error = _mean(p, terms, handed_on + own)
    # A framework computes dC/dz as sigmoid(z) - t, or as (1 - t) sigmoid(z) - t sigmoid(-z) of
    # sigmoids that are the slopes of its softplus. `lost` is the larger error of both.
    s, r = sigmoid(z), np.abs(sigmoid(z) - t)
    by_parts = (1 - t) * e_sigmoid_by_softplus(p, z) + t * e_sigmoid_by_softplus(p, -z)
    by_parts += 4 * p.u * ((1 - t) * s + t * sigmoid(-z))
    lost = np.maximum(by_parts, library(p, "sigmoid") * s) + 2 * p.u * r
    e_cotangent = sigmoid_slope(smallest_magnitude(z, ez)) * ez + et + lost + 4 * p.tiny
    return value, error, (s - t) / len(z), e_cotangent / len(z) + p.tiny


def _softmax_cross_entropy(p: Precision, z: Array, ez: Array, t: Array) -> LossAndBounds:
    et, a, logs = p.read(t), softmax(z), log_softmax(z)
    e_logs = forward_log_softmax(p, z, ez)
    terms = t * np.abs(logs)
    value, error = _mean(p, terms, (t + et) * e_logs + et * np.abs(logs))
    # A framework computes sum t and a sum t in a sum and three operations; and it may divide t by
    # the batch, in two, before it subtracts.
    total, e_total = t.sum(axis=1, keepdims=True), et.sum(axis=1, keepdims=True)
    e_a = forward_softmax(p, z, ez) + p.tiny
    part = e_a * total + (a + e_a) * (e_total + (p.sum(z.shape[1]) + p.product(3)) * total)
    lost = et + part + 2 * p.u * t
    lost += p.u * (np.abs(a * total - t) + lost) + 3 * p.tiny
    return value, error, (a * total - t) / len(z), lost / len(z) + p.tiny


LOSS_BOUNDS: dict[str, LossBound] = {
    "squared_error": _squared(len, 2),
    "half_squared_error": _squared(lambda a: 2 * len(a), 2),
    "mean_squared_error": _squared(np.size, 3),
    "binary_cross_entropy": _binary_cross_entropy,
    "sigmoid_binary_cross_entropy": _sigmoid_binary_cross_entropy,
    "softmax_cross_entropy": _softmax_cross_entropy,
}

"""Losses: predictions and targets in, one number out. Nothing is broadcast.

Every loss is a mean over the batch; they differ in what they add up within one sample. In the
formulas w_i is the weight of sample i, which is 1 if no weights are given. They have the 1/B of the
normalizer "count"; with "weights", 1/sum_i w_i stands in its place.
"""

from collections.abc import Callable
from typing import Any

import reference_paddle.arrays as xp

from . import arrays, checks
from .activations import log_softmax, softplus
from .arrays import Array


def squared_error(
    predictions: Array, targets: Array, *, weights: Array | None = None, normalizer: str = "count"
) -> Array:
    """Mean over the batch of the squared distance.

        C = (1/B) sum_i w_i sum_k (a_ik - y_ik)^2

    Args:
        predictions: (batch, outputs). Outputs a, any real numbers.
        targets: (batch, outputs). Targets y, any real numbers.
        weights: (batch,). Not negative; a sample of weight 0 counts for nothing.
        normalizer: By what the mean divides: "count" is B, "weights" is sum_i w_i.

    Raises:
        ValueError: If the two shapes differ or the batch is empty; see `check_weights`.
        TypeError: If a dtype is not floating, or two differ.

    Source: the C_0 of documents 000, 001 and 002; the C of document 004, section 2.1.5.
    """
    checks.loss_inputs(predictions, targets)
    check_weights(weights, normalizer, "predictions", predictions)
    terms = _weighted((predictions - targets) ** 2, weights, normalizer)
    return terms.sum() / len(predictions)


def half_squared_error(
    predictions: Array, targets: Array, *, weights: Array | None = None, normalizer: str = "count"
) -> Array:
    """Half the mean over the batch of the squared distance.

        J = (1/2B) sum_i w_i sum_k (a_ik - y_ik)^2

    Args:
        predictions: (batch, outputs). Outputs a, any real numbers.
        targets: (batch, outputs). Targets y, any real numbers.
        weights: (batch,). Not negative; a sample of weight 0 counts for nothing.
        normalizer: By what the mean divides: "count" is B, "weights" is sum_i w_i.

    Raises:
        ValueError: If the two shapes differ or the batch is empty; see `check_weights`.
        TypeError: If a dtype is not floating, or two differ.

    Source: the J of document 003, section 4.1.
    """
    checks.loss_inputs(predictions, targets)
    check_weights(weights, normalizer, "predictions", predictions)
    terms = _weighted((predictions - targets) ** 2, weights, normalizer)
    return terms.sum() / (2 * len(predictions))


def mean_squared_error(
    predictions: Array, targets: Array, *, weights: Array | None = None, normalizer: str = "count"
) -> Array:
    """Mean of the squared difference over every entry: the default of most frameworks.

        C = (1/BK) sum_i w_i sum_k (a_ik - y_ik)^2

    Args:
        predictions: (batch, outputs). Outputs a, any real numbers.
        targets: (batch, outputs). Targets y, any real numbers.
        weights: (batch,). Not negative; a sample of weight 0 counts for nothing.
        normalizer: By what the mean divides: "count" is B, "weights" is sum_i w_i.

    Raises:
        ValueError: If the two shapes differ or the batch is empty; see `check_weights`.
        TypeError: If a dtype is not floating, or two differ.
    """
    value = squared_error(predictions, targets, weights=weights, normalizer=normalizer)
    return value / predictions.shape[1]


def binary_cross_entropy(
    predictions: Array, targets: Array, *, weights: Array | None = None, normalizer: str = "count"
) -> Array:
    """Cross-entropy of probabilities, each output a yes or no of its own, in nats.

        C = -(1/B) sum_i w_i sum_k [t_ik log p_ik + (1 - t_ik) log(1 - p_ik)]

    At p = 0 and p = 1 nothing is clipped: a term whose target weight is 0 counts 0 (0 log 0 = 0)
    and has slope 0; any other is infinite, its slope too, and NumPy warns of the division.
    A network that ends in a sigmoid is better served by `sigmoid_binary_cross_entropy`.

    Args:
        predictions: (batch, outputs). Probabilities p in [0, 1]; NaN outside.
        targets: (batch, outputs). Probabilities t in [0, 1].
        weights: (batch,). Not negative; a sample of weight 0 counts for nothing.
        normalizer: By what the mean divides: "count" is B, "weights" is sum_i w_i.

    Raises:
        ValueError: If the two shapes differ or the batch is empty; see `check_weights`.
        TypeError: If a dtype is not floating, or two differ.
    """
    checks.loss_inputs(predictions, targets)
    check_weights(weights, normalizer, "predictions", predictions)
    yes = targets * xp.log(xp.where(targets > 0, predictions, 1.0))
    no = (1 - targets) * xp.log1p(-xp.where(targets < 1, predictions, 0.0))
    return -_weighted(yes + no, weights, normalizer).sum() / len(predictions)


def sigmoid_binary_cross_entropy(
    predictions: Array, targets: Array, *, weights: Array | None = None, normalizer: str = "count"
) -> Array:
    """Binary cross-entropy of sigmoid(`predictions`), from the logits, in nats.

        C = (1/B) sum_i w_i sum_k [t_ik softplus(-z_ik) + (1 - t_ik) softplus(z_ik)]

    Both terms are positive, so nothing cancels, and neither overflows.

    Args:
        predictions: (batch, outputs). Logits z, any real numbers.
        targets: (batch, outputs). Probabilities t in [0, 1].
        weights: (batch,). Not negative; a sample of weight 0 counts for nothing.
        normalizer: By what the mean divides: "count" is B, "weights" is sum_i w_i.

    Raises:
        ValueError: If the two shapes differ or the batch is empty; see `check_weights`.
        TypeError: If a dtype is not floating, or two differ.
    """
    checks.loss_inputs(predictions, targets)
    check_weights(weights, normalizer, "predictions", predictions)
    terms = targets * softplus(-predictions) + (1 - targets) * softplus(predictions)
    return _weighted(terms, weights, normalizer).sum() / len(predictions)


def softmax_cross_entropy(
    predictions: Array, targets: Array, *, weights: Array | None = None, normalizer: str = "count"
) -> Array:
    """Cross-entropy of softmax(`predictions`), from the logits, in nats.

        C = -(1/B) sum_i w_i sum_k t_ik log softmax(z_i)_k

    Args:
        predictions: (batch, outputs). Logits z, any real numbers.
        targets: (batch, outputs). Probabilities t; each row sums to one.
        weights: (batch,). Not negative; a sample of weight 0 counts for nothing.
        normalizer: By what the mean divides: "count" is B, "weights" is sum_i w_i.

    Raises:
        ValueError: If the two shapes differ or the batch is empty; see `check_weights`.
        TypeError: If a dtype is not floating, or two differ.
    """
    checks.loss_inputs(predictions, targets)
    check_weights(weights, normalizer, "predictions", predictions)
    terms = _weighted(targets * log_softmax(predictions), weights, normalizer)
    return -terms.sum() / len(predictions)


# ----- the weights of the samples -----

NORMALIZERS = ("count", "weights")


def check_weights(weights: Any, normalizer: str, other_name: str, other: Array) -> None:
    """Check that there is one weight per sample, and that the normalizer is known.

    Args:
        weights: (batch,), or None. While a compiler traces them, their values are not looked at.
        normalizer: A name in `NORMALIZERS`.
        other_name, other: An array of the same samples, (batch, ...), and what it is called.

    Raises:
        ValueError: If the normalizer is unknown, the shape is another, or a weight is negative or
            not finite; if all are 0 and their sum is what the mean divides by.
        TypeError: If the dtype is not floating, or differs from that of `other`.
    """
    checks.known("normalizer", normalizer, NORMALIZERS)
    if weights is None:
        return
    checks.floating("weights", weights)
    expected = arrays.shape(other)[:1]
    if arrays.shape(weights) != expected:
        raise ValueError(f"weights must have shape {expected}, not {arrays.shape(weights)}")
    checks.same_dtype("weights", weights, other_name, other)
    if arrays.is_traced(weights):
        return
    checks.finite("weights", weights)
    values = arrays.entries(weights)
    if values.min() < 0:
        raise ValueError("weights must not be negative")
    if normalizer == "weights" and not values.any():
        raise ValueError("weights are all 0: normalizer 'weights' cannot divide by their sum")


def mean_weight(weights: Array | None, normalizer: str) -> Any:
    """What the weights of a batch are divided by in `scaled`: 1, or their mean."""
    if weights is None or normalizer == "count":
        return 1
    return weights.sum() / len(weights)


def scaled(weights: Array | None, normalizer: str) -> Array | None:
    """The weights that give the mean over the batch with 1/B in front.

        "count"      w_i                      (1/B) sum_i w_i C_i
        "weights"    w_i / (sum_j w_j / B)    (1/B) sum_i w_i C_i / (sum_j w_j / B)

    Weights that are all 0 stay 0. So a batch in which every sample is ignored has the loss 0 and
    the gradient 0, and not NaN.

    Args:
        weights: (batch,), or None, which is returned as it is.
        normalizer: A name in `NORMALIZERS`.
    """
    if weights is None or normalizer == "count":
        return weights
    mean = mean_weight(weights, normalizer)
    return weights / (mean + (mean == 0))


def _weighted(terms: Array, weights: Array | None, normalizer: str) -> Array:
    """The terms of every sample, (batch, outputs), times its weight."""
    factors = scaled(weights, normalizer)
    return terms if factors is None else factors[:, None] * terms


LOSSES: dict[str, Callable[..., Array]] = {
    "squared_error": squared_error,
    "half_squared_error": half_squared_error,
    "mean_squared_error": mean_squared_error,
    "binary_cross_entropy": binary_cross_entropy,
    "sigmoid_binary_cross_entropy": sigmoid_binary_cross_entropy,
    "softmax_cross_entropy": softmax_cross_entropy,
}

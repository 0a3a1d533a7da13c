"""Losses: predictions and targets in, one number out. Nothing is broadcast.

Every loss is a mean over the batch; they differ in what they add up within one sample. In the
formulas w_i is the weight of sample i, which is 1 if no weights are given. They have the 1/B of the
normalizer "count"; with "weights", 1/sum_i w_i stands in its place.
"""

import math
from collections.abc import Callable
from typing import Any

from . import arrays, checks
from .activations import log_softmax, softplus
from .arrays import Array, Matrix, Vector


def squared_error(
    predictions: Matrix,
    targets: Matrix,
    *,
    weights: Vector | None = None,
    normalizer: str = "count",
) -> float:
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
    terms = _terms(lambda a, y: (a - y) * (a - y), predictions, targets)
    return sum(_weighted(terms, weights, normalizer)) / len(predictions)


def half_squared_error(
    predictions: Matrix,
    targets: Matrix,
    *,
    weights: Vector | None = None,
    normalizer: str = "count",
) -> float:
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
    terms = _terms(lambda a, y: (a - y) * (a - y), predictions, targets)
    return sum(_weighted(terms, weights, normalizer)) / (2 * len(predictions))


def mean_squared_error(
    predictions: Matrix,
    targets: Matrix,
    *,
    weights: Vector | None = None,
    normalizer: str = "count",
) -> float:
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
    return value / len(predictions[0])


def binary_cross_entropy(
    predictions: Matrix,
    targets: Matrix,
    *,
    weights: Vector | None = None,
    normalizer: str = "count",
) -> float:
    """Cross-entropy of probabilities, each output a yes or no of its own, in nats.

        C = -(1/B) sum_i w_i sum_k [t_ik log p_ik + (1 - t_ik) log(1 - p_ik)]

    At p = 0 and p = 1 nothing is clipped: a term whose target weight is 0 counts 0 (0 log 0 = 0)
    and has slope 0; any other is infinite, its slope too.
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
    yes = _terms(lambda p, t: t * _log(p if t > 0 else 1.0), predictions, targets)
    no = _terms(lambda p, t: (1 - t) * _log1p(-p if t < 1 else 0.0), predictions, targets)
    terms = [y + n for y, n in zip(yes, no, strict=True)]
    return -sum(_weighted(terms, weights, normalizer)) / len(predictions)


def sigmoid_binary_cross_entropy(
    predictions: Matrix,
    targets: Matrix,
    *,
    weights: Vector | None = None,
    normalizer: str = "count",
) -> float:
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
    terms = _terms(lambda z, t: t * softplus(-z) + (1 - t) * softplus(z), predictions, targets)
    return sum(_weighted(terms, weights, normalizer)) / len(predictions)


def softmax_cross_entropy(
    predictions: Matrix,
    targets: Matrix,
    *,
    weights: Vector | None = None,
    normalizer: str = "count",
) -> float:
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
    terms = _terms(lambda log_p, t: t * log_p, log_softmax(predictions), targets)
    return -sum(_weighted(terms, weights, normalizer)) / len(predictions)


def _terms(term: Callable[[float, float], float], predictions: Matrix, targets: Matrix) -> Vector:
    """term(a_ik, y_ik) of every sample i and output k, to be added up."""
    return [
        term(a_ik, y_ik)
        for a_i, y_i in zip(predictions, targets, strict=True)
        for a_ik, y_ik in zip(a_i, y_i, strict=True)
    ]


def _log(p: float) -> float:
    """log p, where log 0 is -infinity and that of a negative number NaN; math.log raises."""
    if p == 0:
        return -math.inf
    return math.nan if p < 0 else math.log(p)


def _log1p(p: float) -> float:
    """log(1 + p), where log 0 is -infinity and that of a negative number NaN; math.log1p raises."""
    if p == -1:
        return -math.inf
    return math.nan if p < -1 else math.log1p(p)


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


def mean_weight(weights: Vector | None, normalizer: str) -> Any:
    """What the weights of a batch are divided by in `scaled`: 1, or their mean."""
    if weights is None or normalizer == "count":
        return 1
    return sum(weights) / len(weights)


def scaled(weights: Vector | None, normalizer: str) -> Vector | None:
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
    return [w / (mean + (mean == 0)) for w in weights]


def _weighted(terms: Vector, weights: Vector | None, normalizer: str) -> Vector:
    """The terms of every sample, one sample after the other, times its weight."""
    factors = scaled(weights, normalizer)
    if factors is None:
        return terms
    outputs = len(terms) // len(factors)
    return [factors[place // outputs] * term for place, term in enumerate(terms)]


LOSSES: dict[str, Callable[..., float]] = {
    "squared_error": squared_error,
    "half_squared_error": half_squared_error,
    "mean_squared_error": mean_squared_error,
    "binary_cross_entropy": binary_cross_entropy,
    "sigmoid_binary_cross_entropy": sigmoid_binary_cross_entropy,
    "softmax_cross_entropy": softmax_cross_entropy,
}

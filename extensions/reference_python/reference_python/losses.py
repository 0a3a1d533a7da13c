"""Losses: predictions and targets in, one number out. Nothing is broadcast.

Every loss is a mean over the batch; they differ in what they add up within one sample.
"""

import math
from collections.abc import Callable

from . import checks
from .activations import log_softmax, softplus
from .arrays import Matrix, Vector


def squared_error(predictions: Matrix, targets: Matrix) -> float:
    """Mean over the batch of the squared distance.

        C = (1/B) sum_i sum_k (a_ik - y_ik)^2

    Args:
        predictions: (batch, outputs). Outputs a, any real numbers.
        targets: (batch, outputs). Targets y, any real numbers.

    Raises:
        ValueError: If the two shapes differ or the batch is empty.
        TypeError: If a dtype is not floating, or the two differ.

    Source: the C_0 of documents 000, 001 and 002; the C of document 004, section 2.1.5.
    """
    checks.loss_inputs(predictions, targets)
    terms = _terms(lambda a, y: (a - y) * (a - y), predictions, targets)
    return sum(terms) / len(predictions)


def half_squared_error(predictions: Matrix, targets: Matrix) -> float:
    """Half the mean over the batch of the squared distance.

        J = (1/2B) sum_i sum_k (a_ik - y_ik)^2

    Args:
        predictions: (batch, outputs). Outputs a, any real numbers.
        targets: (batch, outputs). Targets y, any real numbers.

    Raises:
        ValueError: If the two shapes differ or the batch is empty.
        TypeError: If a dtype is not floating, or the two differ.

    Source: the J of document 003, section 4.1.
    """
    checks.loss_inputs(predictions, targets)
    terms = _terms(lambda a, y: (a - y) * (a - y), predictions, targets)
    return sum(terms) / (2 * len(predictions))


def mean_squared_error(predictions: Matrix, targets: Matrix) -> float:
    """Mean of the squared difference over every entry: the default of most frameworks.

        C = (1/BK) sum_i sum_k (a_ik - y_ik)^2

    Args:
        predictions: (batch, outputs). Outputs a, any real numbers.
        targets: (batch, outputs). Targets y, any real numbers.

    Raises:
        ValueError: If the two shapes differ or the batch is empty.
        TypeError: If a dtype is not floating, or the two differ.
    """
    return squared_error(predictions, targets) / len(predictions[0])


def binary_cross_entropy(predictions: Matrix, targets: Matrix) -> float:
    """Cross-entropy of probabilities, each output a yes or no of its own, in nats.

        C = -(1/B) sum_i sum_k [t_ik log p_ik + (1 - t_ik) log(1 - p_ik)]

    At p = 0 and p = 1 nothing is clipped: a term whose target weight is 0 counts 0 (0 log 0 = 0)
    and has slope 0; any other is infinite, its slope too.
    A network that ends in a sigmoid is better served by `sigmoid_binary_cross_entropy`.

    Args:
        predictions: (batch, outputs). Probabilities p in [0, 1]; NaN outside.
        targets: (batch, outputs). Probabilities t in [0, 1].

    Raises:
        ValueError: If the two shapes differ or the batch is empty.
        TypeError: If a dtype is not floating, or the two differ.
    """
    checks.loss_inputs(predictions, targets)
    yes = _terms(lambda p, t: t * _log(p if t > 0 else 1.0), predictions, targets)
    no = _terms(lambda p, t: (1 - t) * _log1p(-p if t < 1 else 0.0), predictions, targets)
    return -sum(y + n for y, n in zip(yes, no, strict=True)) / len(predictions)


def sigmoid_binary_cross_entropy(predictions: Matrix, targets: Matrix) -> float:
    """Binary cross-entropy of sigmoid(`predictions`), from the logits, in nats.

        C = (1/B) sum_i sum_k [t_ik softplus(-z_ik) + (1 - t_ik) softplus(z_ik)]

    Both terms are positive, so nothing cancels, and neither overflows.

    Args:
        predictions: (batch, outputs). Logits z, any real numbers.
        targets: (batch, outputs). Probabilities t in [0, 1].

    Raises:
        ValueError: If the two shapes differ or the batch is empty.
        TypeError: If a dtype is not floating, or the two differ.
    """
    checks.loss_inputs(predictions, targets)
    terms = _terms(lambda z, t: t * softplus(-z) + (1 - t) * softplus(z), predictions, targets)
    return sum(terms) / len(predictions)


def softmax_cross_entropy(predictions: Matrix, targets: Matrix) -> float:
    """Cross-entropy of softmax(`predictions`), from the logits, in nats.

        C = -(1/B) sum_i sum_k t_ik log softmax(z_i)_k

    Args:
        predictions: (batch, outputs). Logits z, any real numbers.
        targets: (batch, outputs). Probabilities t; each row sums to one.

    Raises:
        ValueError: If the two shapes differ or the batch is empty.
        TypeError: If a dtype is not floating, or the two differ.
    """
    checks.loss_inputs(predictions, targets)
    terms = _terms(lambda log_p, t: t * log_p, log_softmax(predictions), targets)
    return -sum(terms) / len(predictions)


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


LOSSES: dict[str, Callable[[Matrix, Matrix], float]] = {
    "squared_error": squared_error,
    "half_squared_error": half_squared_error,
    "mean_squared_error": mean_squared_error,
    "binary_cross_entropy": binary_cross_entropy,
    "sigmoid_binary_cross_entropy": sigmoid_binary_cross_entropy,
    "softmax_cross_entropy": softmax_cross_entropy,
}

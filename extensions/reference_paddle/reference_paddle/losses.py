"""Losses: predictions and targets in, one number out. Nothing is broadcast.

Every loss is a mean over the batch; they differ in what they add up within one sample.
"""

from collections.abc import Callable

import reference_paddle.arrays as xp

from . import checks
from .activations import log_softmax, softplus
from .arrays import Array


def squared_error(predictions: Array, targets: Array) -> Array:
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
    return ((predictions - targets) ** 2).sum() / len(predictions)


def half_squared_error(predictions: Array, targets: Array) -> Array:
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
    return ((predictions - targets) ** 2).sum() / (2 * len(predictions))


def mean_squared_error(predictions: Array, targets: Array) -> Array:
    """Mean of the squared difference over every entry: the default of most frameworks.

        C = (1/BK) sum_i sum_k (a_ik - y_ik)^2

    Args:
        predictions: (batch, outputs). Outputs a, any real numbers.
        targets: (batch, outputs). Targets y, any real numbers.

    Raises:
        ValueError: If the two shapes differ or the batch is empty.
        TypeError: If a dtype is not floating, or the two differ.
    """
    return squared_error(predictions, targets) / predictions.shape[1]


def binary_cross_entropy(predictions: Array, targets: Array) -> Array:
    """Cross-entropy of probabilities, each output a yes or no of its own, in nats.

        C = -(1/B) sum_i sum_k [t_ik log p_ik + (1 - t_ik) log(1 - p_ik)]

    At p = 0 and p = 1 nothing is clipped: a term whose target weight is 0 counts 0 (0 log 0 = 0)
    and has slope 0; any other is infinite, its slope too, and NumPy warns of the division.
    A network that ends in a sigmoid is better served by `sigmoid_binary_cross_entropy`.

    Args:
        predictions: (batch, outputs). Probabilities p in [0, 1]; NaN outside.
        targets: (batch, outputs). Probabilities t in [0, 1].

    Raises:
        ValueError: If the two shapes differ or the batch is empty.
        TypeError: If a dtype is not floating, or the two differ.
    """
    checks.loss_inputs(predictions, targets)
    yes = targets * xp.log(xp.where(targets > 0, predictions, 1.0))
    no = (1 - targets) * xp.log1p(-xp.where(targets < 1, predictions, 0.0))
    return -(yes + no).sum() / len(predictions)


def sigmoid_binary_cross_entropy(predictions: Array, targets: Array) -> Array:
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
    terms = targets * softplus(-predictions) + (1 - targets) * softplus(predictions)
    return terms.sum() / len(predictions)


def softmax_cross_entropy(predictions: Array, targets: Array) -> Array:
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
    return -(targets * log_softmax(predictions)).sum() / len(predictions)


LOSSES: dict[str, Callable[[Array, Array], Array]] = {
    "squared_error": squared_error,
    "half_squared_error": half_squared_error,
    "mean_squared_error": mean_squared_error,
    "binary_cross_entropy": binary_cross_entropy,
    "sigmoid_binary_cross_entropy": sigmoid_binary_cross_entropy,
    "softmax_cross_entropy": softmax_cross_entropy,
}

"""Gradients by hand: the four fundamental equations of backpropagation.

For one sample, with the error delta^(l) = dC/dz^(l) of layer l:

    BP1   delta^(L) = dC/da^(L) . f'(z^(L))                       . is the elementwise product
    BP2   delta^(l) = ((W^(l+1))^T delta^(l+1)) . f'(z^(l))
    BP3   dC/db^(l) = delta^(l)
    BP4   dC/dW^(l) = delta^(l) (a^(l-1))^T

For a batch each sample is a row, so the same products read the other way round (delta W instead
of W^T delta), and BP3 and BP4 add up the rows; the 1/B of the mean is already in dC/da, and so is
the weight of each sample.

Source: document 001, "the four equations"; Nielsen (2015), chapter 2.
"""

from collections.abc import Callable, Sequence
from math import pi, sqrt

import numpy as np

from . import checks
from .activations import ACTIVATIONS, erfc, log_softmax, sigmoid
from .arrays import Array
from .losses import LOSSES, check_weights, scaled
from .mlp import Trace, unchecked_forward
from .params import Layer, Params


def value_and_grad(
    params: Params,
    inputs: Array,
    targets: Array,
    *,
    activations: Sequence[str],
    loss: str,
    weights: Array | None = None,
    normalizer: str = "count",
) -> tuple[Array, Params]:
    """The loss of the network on a batch, and its gradient with respect to every parameter.

    Args:
        params: One Layer per step.
        inputs: (batch, units). One sample a row.
        targets: (batch, outputs).
        activations: One name in `ACTIVATIONS` per layer.
        loss: A name in `LOSSES`.
        weights: (batch,), one per sample, not negative; None weighs all of them alike.
        normalizer: By what the mean divides: "count" is B, "weights" is the sum of the weights.

    Returns:
        The loss, a scalar, and a gradient of the shape of `params`.

    Raises:
        ValueError: If shapes do not match, the batch is empty, or a name is unknown; see
            `losses.check_weights`.
        TypeError: If a dtype is not floating, or two differ.
    """
    checks.network(params, inputs, activations, ACTIVATIONS)
    checks.targets_of(params, inputs, targets)
    checks.known("loss", loss, LOSSES)
    check_weights(weights, normalizer, "inputs", inputs)
    factors = scaled(weights, normalizer)
    return unchecked_value_and_grad(params, inputs, targets, activations, loss, factors)


def unchecked_value_and_grad(
    params: Params,
    inputs: Array,
    targets: Array,
    activations: Sequence[str],
    loss: str,
    factors: Array | None = None,
    memory: Params | None = None,
) -> tuple[Array, Params]:
    """`value_and_grad` of what was checked before: in training once, and not at every step.

    `factors` are the weights that `losses.scaled` gives; the mean divides by the samples.
    """
    trace = unchecked_forward(params, inputs, activations)
    errors = _backward(params, trace, targets, activations, loss, factors)
    places = memory or [(None, None)] * len(params)  # where to write: None is a new array
    grads = []
    for delta, below, (weight, bias) in zip(errors, trace.activations[:-1], places, strict=True):
        of_weight = np.dot(delta.T, below, out=weight)  # BP4
        of_bias = delta.sum(axis=0, out=bias)  # BP3
        grads.append(Layer(of_weight, of_bias))
    return LOSSES[loss](trace.outputs, targets, weights=factors), tuple(grads)


def deltas(
    params: Params,
    inputs: Array,
    targets: Array,
    *,
    activations: Sequence[str],
    loss: str,
    weights: Array | None = None,
    normalizer: str = "count",
) -> tuple[Array, ...]:
    """The error delta^(l) = dC/dz^(l) of every layer, first layer first.

    Args:
        params: One Layer per step.
        inputs: (batch, units). One sample a row.
        targets: (batch, outputs).
        activations: One name in `ACTIVATIONS` per layer.
        loss: A name in `LOSSES`.
        weights: (batch,), one per sample, not negative; None weighs all of them alike.
        normalizer: By what the mean divides: "count" is B, "weights" is the sum of the weights.

    Returns:
        One array (batch, units) per layer; the weights and the divisor of the mean are in it.

    Raises:
        ValueError: If shapes do not match, the batch is empty, or a name is unknown; see
            `losses.check_weights`.
        TypeError: If a dtype is not floating, or two differ.
    """
    checks.network(params, inputs, activations, ACTIVATIONS)
    checks.targets_of(params, inputs, targets)
    checks.known("loss", loss, LOSSES)
    check_weights(weights, normalizer, "inputs", inputs)
    trace = unchecked_forward(params, inputs, activations)
    return _backward(params, trace, targets, activations, loss, scaled(weights, normalizer))


def _backward(
    params: Params,
    trace: Trace,
    targets: Array,
    activations: Sequence[str],
    loss: str,
    factors: Array | None = None,
) -> tuple[Array, ...]:
    cotangent = LOSS_GRADIENTS[loss](trace.outputs, targets)  # dC/da^(L)
    if factors is not None:
        cotangent = factors[:, None] * cotangent
    errors: list[Array] = []
    for index in reversed(range(len(params))):
        z, a = trace.pre_activations[index], trace.activations[index + 1]
        delta = ACTIVATION_VJPS[activations[index]](cotangent, z, a)  # BP1, the right half of BP2
        errors.append(delta)
        if index > 0:
            cotangent = delta @ params[index].weight  # the left half of BP2: dC/da one layer down
    return tuple(reversed(errors))


def _gelu_slope(z: Array) -> Array:
    # (z Phi(z))' = Phi(z) + z phi(z). Beyond 40 phi rounds to 0; clipped, z^2 cannot overflow.
    density = np.exp(-(np.clip(z, -40, 40) ** 2) / 2) / sqrt(2 * pi)
    return erfc(-z / sqrt(2)) / 2 + z * density


def _softmax_vjp(cotangent: Array, z: Array, a: Array) -> Array:
    # da_j/dz_k = a_j (1[j = k] - a_k): every output depends on every input of its row.
    return a * (cotangent - (cotangent * a).sum(axis=-1, keepdims=True))


# dC/da^(l), z^(l) and a^(l) in, dC/dz^(l) out: the cotangent times the Jacobian of the activation.
ACTIVATION_VJPS: dict[str, Callable[[Array, Array, Array], Array]] = {
    "identity": lambda cotangent, z, a: cotangent,
    "sigmoid": lambda cotangent, z, a: cotangent * (a * (1 - a)),
    "tanh": lambda cotangent, z, a: cotangent * (1 - a * a),
    "relu": lambda cotangent, z, a: cotangent * (z > 0),  # 0 at 0, as torch.relu, jax.nn.relu
    "softmax": _softmax_vjp,
    "softplus": lambda cotangent, z, a: cotangent * sigmoid(z),
    "gelu": lambda cotangent, z, a: cotangent * _gelu_slope(z),
}


def _binary_cross_entropy_gradient(p: Array, t: Array) -> Array:
    # -t/p + (1 - t)/(1 - p), where a term of weight 0 has slope 0 even at p = 0 and p = 1.
    yes = t / np.where(t > 0, p, 1)
    no = (1 - t) / (1 - np.where(t < 1, p, 0))
    return (no - yes) / len(p)


def _softmax_cross_entropy_gradient(z: Array, t: Array) -> Array:
    # softmax(z) - t where the targets t sum to one, as they should.
    return (np.exp(log_softmax(z)) * t.sum(axis=1, keepdims=True) - t) / len(z)


# dC/da^(L), the mean over the batch included; for the losses of logits a^(L) is the logit z.
LOSS_GRADIENTS: dict[str, Callable[[Array, Array], Array]] = {
    "squared_error": lambda a, y: 2 * (a - y) / len(a),
    "half_squared_error": lambda a, y: (a - y) / len(a),
    "mean_squared_error": lambda a, y: 2 * (a - y) / a.size,
    "binary_cross_entropy": _binary_cross_entropy_gradient,
    "sigmoid_binary_cross_entropy": lambda z, t: (sigmoid(z) - t) / len(z),
    "softmax_cross_entropy": _softmax_cross_entropy_gradient,
}

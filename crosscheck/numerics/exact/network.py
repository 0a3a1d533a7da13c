"""The exact forward and backward pass of the network, in balls.

The derivatives are written here from the definitions, not taken from a reference. Arrays are
(batch, units), as everywhere.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from flint import arb

from crosscheck.numerics.exact.balls import Array, elementwise, is_above, matmul
from crosscheck.numerics.trees import Layer


class KinkError(ArithmeticError):
    """The derivative of a function is wanted at a point where it has none."""


class Pass(NamedTuple):
    """What one forward and backward pass computes, in the contract's terms.

    `kinks` lists the entries at which the input of a relu is exactly 0, or cannot be told from it
    with any precision, as (layer, sample, unit). The loss has no derivative there; `deltas` and
    `grads` then follow the convention relu'(0) = 0.
    """

    pre_activations: tuple[Array, ...]
    activations: tuple[Array, ...]
    loss: arb
    deltas: tuple[Array, ...]
    grads: tuple[Layer, ...]
    kinks: tuple[tuple[int, int, int], ...] = ()


def forward_and_backward(
    params: Sequence[Layer],
    inputs: Array,
    targets: Array,
    activations: Sequence[str],
    loss: str,
    weights: Array | None = None,
    normalizer: str = "count",
) -> Pass:
    """Enclose every quantity of one pass.

    Args:
        params: Weights and biases, in balls.
        inputs, targets: (batch, units) and (batch, outputs), in balls.
        activations, loss: Names, as in the contract.
        weights, normalizer: As in the contract; the weights in balls, (batch,).

    Raises:
        UndecidedError: If more bits may still decide the sign of a relu's input.
    """
    zs: list[Array] = []
    outputs = [inputs]
    for layer, name in zip(params, activations, strict=True):
        zs.append(matmul(outputs[-1], layer.weight.T) + layer.bias)
        outputs.append(EXACT_ACTIVATIONS[name](zs[-1]))
    value, error = exact_loss(loss, outputs[-1], targets, weights, normalizer)
    deltas: list[Array] = []
    for layer, name, z in reversed(list(zip(params, activations, zs, strict=True))):
        deltas.insert(0, EXACT_BACKWARD[name](error, z))
        error = matmul(deltas[0], layer.weight)
    grads = tuple(
        Layer(matmul(delta.T, below), delta.sum(axis=0))
        for delta, below in zip(deltas, outputs[:-1], strict=True)
    )
    kinks = tuple(
        (layer, *place)
        for layer, (z, name) in enumerate(zip(zs, activations, strict=True))
        if name == "relu"
        for place in np.ndindex(z.shape)
        if not (z[place] > 0 or z[place] < 0)
    )
    return Pass(tuple(zs), tuple(outputs), value, tuple(deltas), grads, kinks)


# ----- activations: functions of one ball but for softmax, which takes whole rows -----


def _sigmoid(z: arb) -> arb:
    power = (-abs(z)).exp()  # at most 1: no ball holds exp(1e300)
    return (1 if z > 0 else power) / (1 + power)


def _relu(z: arb) -> arb:
    return z if is_above(z, arb(0)) else arb(0)


def _softplus(z: arb) -> arb:
    return (z if z > 0 else 0) + (-abs(z)).exp().log1p()


def _distribution(z: arb) -> arb:  # of the standard normal
    return (-z / arb(2).sqrt()).erfc() / 2


def _density(z: arb) -> arb:  # of the standard normal
    return (-z * z / 2).exp() / (2 * arb.pi()).sqrt()


def _shifted(z: Array) -> Array:
    # Neither softmax nor its logarithm changes if a number is subtracted from a whole row.
    largest = [max(row, key=lambda ball: ball.mid()) for row in z]
    return z - np.array(largest, dtype=object)[:, None]


def _softmax(z: Array) -> Array:
    powers = elementwise(arb.exp, _shifted(z))
    return powers / powers.sum(axis=1, keepdims=True)


def _log_softmax(z: Array) -> Array:
    shifted = _shifted(z)
    return shifted - elementwise(arb.log, elementwise(arb.exp, shifted).sum(axis=1, keepdims=True))


def _each(function: Callable[[arb], arb]) -> Callable[[Array], Array]:
    return lambda z: elementwise(function, z)


EXACT_ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "sigmoid": _each(_sigmoid),
    "tanh": _each(arb.tanh),
    "relu": _each(_relu),
    "softmax": _softmax,
    "softplus": _each(_softplus),
    "gelu": _each(lambda z: z * _distribution(z)),
}


def _times_slope(slope: Callable[[arb], arb]) -> Callable[[Array, Array], Array]:
    return lambda error, z: error * elementwise(slope, z)


def _softmax_backward(error: Array, z: Array) -> Array:
    a = _softmax(z)
    return a * (error - (error * a).sum(axis=1, keepdims=True))


# dC/dz from dC/da and z. The slope of relu at 0 is 0, by the suite's convention.
EXACT_BACKWARD: dict[str, Callable[[Array, Array], Array]] = {
    "identity": lambda error, z: error,
    "sigmoid": _times_slope(lambda z: _sigmoid(z) * _sigmoid(-z)),
    "tanh": _times_slope(lambda z: z.sech() ** 2),
    "relu": _times_slope(lambda z: arb(1 if is_above(z, arb(0)) else 0)),
    "softmax": _softmax_backward,
    "softplus": _times_slope(_sigmoid),
    "gelu": _times_slope(lambda z: _distribution(z) + z * _density(z)),
}


# ----- losses: (outputs, targets) -> value and dC/da -----


def _squared_error(factor: Callable[[Array], arb]) -> Callable[[Array, Array], tuple[arb, Array]]:
    def loss(a: Array, y: Array) -> tuple[arb, Array]:
        scale = factor(a)
        r = a - y
        return scale * (r * r).sum(), 2 * scale * r  # flint's ** gives NaN for a ball around 0

    return loss


def _term(weight: arb, number: arb) -> arb:
    return weight * number.log() if weight != 0 else arb(0)  # 0 log 0 = 0


def _slope(weight: arb, number: arb) -> arb:
    return weight / number if weight != 0 else arb(0)


def _binary_cross_entropy(p: Array, t: Array) -> tuple[arb, Array]:
    value = -(elementwise(_term, t, p) + elementwise(_term, 1 - t, 1 - p)).sum() / len(p)
    return value, (elementwise(_slope, 1 - t, 1 - p) - elementwise(_slope, t, p)) / len(p)


def _sigmoid_binary_cross_entropy(z: Array, t: Array) -> tuple[arb, Array]:
    value = (t * elementwise(_softplus, -z) + (1 - t) * elementwise(_softplus, z)).sum() / len(z)
    return value, (elementwise(_sigmoid, z) - t) / len(z)


def _softmax_cross_entropy(z: Array, t: Array) -> tuple[arb, Array]:
    a = _softmax(z)
    value = -(t * _log_softmax(z)).sum() / len(z)
    return value, (a * t.sum(axis=1, keepdims=True) - t) / len(z)


EXACT_LOSSES: dict[str, Callable[[Array, Array], tuple[arb, Array]]] = {
    "squared_error": _squared_error(lambda a: arb(1) / len(a)),
    "half_squared_error": _squared_error(lambda a: arb(1) / (2 * len(a))),
    "mean_squared_error": _squared_error(lambda a: arb(1) / np.size(a)),
    "binary_cross_entropy": _binary_cross_entropy,
    "sigmoid_binary_cross_entropy": _sigmoid_binary_cross_entropy,
    "softmax_cross_entropy": _softmax_cross_entropy,
}


def exact_loss(
    loss: str, outputs: Array, targets: Array, weights: Array | None, normalizer: str
) -> tuple[arb, Array]:
    """The loss of a batch and its derivative dC/da, with the samples weighted.

        C = sum_i w_i C_i / N,    C_i the loss of sample i alone,    N = B or sum_i w_i

    Args:
        loss: A name of the contract.
        outputs, targets: (batch, outputs), in balls.
        weights, normalizer: As in the contract; the weights in balls, (batch,).
    """
    function = EXACT_LOSSES[loss]
    if weights is None:
        return function(outputs, targets)
    divisor = arb(len(weights)) if normalizer == "count" else weights.sum()
    if all(w == 0 for w in weights):
        divisor = arb(1)  # of samples that are all ignored the loss is 0
    value, slopes = arb(0), np.full(outputs.shape, arb(0))
    for i, w in enumerate(weights):
        if w != 0:
            of_sample, slope = function(outputs[i : i + 1], targets[i : i + 1])
            value, slopes[i] = value + w * of_sample / divisor, w * slope[0] / divisor
    return value, slopes

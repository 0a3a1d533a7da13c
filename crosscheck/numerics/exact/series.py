"""A second method to compute a derivative of the loss: forward, by power series.

Every parameter becomes theta + t d, a power series of which the terms after t are dropped. The loss
is computed with it from its definition; the coefficient of t is the derivative along d. No
derivative is written here, and none of the four equations of backpropagation. The gradient that
`network` computes backwards must be the same.
"""

from collections.abc import Callable, Sequence

import numpy as np
from flint import arb, arb_series

from crosscheck.numerics.exact.balls import Array, elementwise, is_positive
from crosscheck.numerics.exact.network import KinkError
from crosscheck.numerics.trees import Layer

TERMS = 2


def loss_along(
    params: Sequence[Layer],
    direction: Sequence[Layer],
    inputs: Array,
    targets: Array,
    activations: Sequence[str],
    loss: str,
    weights: Array | None = None,
    normalizer: str = "count",
) -> tuple[arb, arb]:
    """The loss at `params`, and its derivative along `direction`, a tree of the same shape.

    Args:
        params, direction: Where, and along what.
        inputs, targets: (batch, units) and (batch, outputs), in balls.
        activations, loss: Names, as in the contract.
        weights, normalizer: As in the contract; the weights in balls, (batch,).

    Raises:
        KinkError: If the input of a relu is exactly 0, where it has no derivative.
        UndecidedError: If the ball of a relu's input does not determine its sign.
    """
    a = elementwise(lambda value: arb_series([value], TERMS), inputs)
    for layer, along, name in zip(params, direction, activations, strict=True):
        weight = elementwise(_line, layer.weight, along.weight)
        bias = elementwise(_line, layer.bias, along.bias)
        a = SERIES_ACTIVATIONS[name](a @ weight.T + bias)
    if weights is None:
        value = SERIES_LOSSES[loss](a, targets)
    else:
        each = [SERIES_LOSSES[loss](a[i : i + 1], targets[i : i + 1]) for i in range(len(a))]
        divisor = weights.sum() if normalizer == "weights" else len(weights)
        value = sum(w * part for w, part in zip(weights, each, strict=True)) / divisor
    return value[0], value[1]


def unit_direction(
    params: Sequence[Layer], layer: int, field: str, index: tuple[int, ...]
) -> list[Layer]:
    """The direction of one parameter: a tree that is 1 there and 0 everywhere else."""
    zeros = [Layer(*(leaf * 0 for leaf in each)) for each in params]
    getattr(zeros[layer], field)[index] = arb(1)
    return zeros


def _line(at: arb, along: arb) -> arb_series:
    return arb_series([at, along], TERMS)


# ----- the same functions as in `network`, values only, from their definitions -----


def _sigmoid(z: arb_series) -> arb_series:
    return 1 / (1 + (-z).exp())


def _relu(z: arb_series) -> arb_series:
    if z[0] == 0:
        raise KinkError("a relu stands exactly at 0, where it has no derivative")
    return z if is_positive(z[0]) else arb_series([0], TERMS)


def _softplus(z: arb_series) -> arb_series:
    return (1 + z.exp()).log()


def _softmax(z: Array) -> Array:
    powers = elementwise(arb_series.exp, z)
    return powers / powers.sum(axis=1, keepdims=True)


def _each(function: Callable[[arb_series], arb_series]) -> Callable[[Array], Array]:
    return lambda z: elementwise(function, z)


SERIES_ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "sigmoid": _each(_sigmoid),
    "tanh": _each(lambda z: 1 - 2 / (1 + (2 * z).exp())),
    "relu": _each(_relu),
    "softmax": _softmax,
    "softplus": _each(_softplus),
    "gelu": _each(lambda z: z * (-z / arb(2).sqrt()).erfc() / 2),
}


def _weighted_log(weight: arb, number: arb_series) -> arb_series:
    return weight * number.log() if weight != 0 else arb_series([0], TERMS)  # 0 log 0 = 0


def _binary_cross_entropy(p: Array, t: Array) -> arb_series:
    return -(elementwise(_weighted_log, t, p) + elementwise(_weighted_log, 1 - t, 1 - p)).sum()


SERIES_LOSSES: dict[str, Callable[[Array, Array], arb_series]] = {
    "squared_error": lambda a, y: ((a - y) * (a - y)).sum() / len(a),
    "half_squared_error": lambda a, y: ((a - y) * (a - y)).sum() / (2 * len(a)),
    "mean_squared_error": lambda a, y: ((a - y) * (a - y)).sum() / np.size(a),
    "binary_cross_entropy": lambda p, t: _binary_cross_entropy(p, t) / len(p),
    "sigmoid_binary_cross_entropy": lambda z, t: (
        _binary_cross_entropy(elementwise(_sigmoid, z), t) / len(z)
    ),
    "softmax_cross_entropy": lambda z, t: (
        -elementwise(_weighted_log, t, _softmax(z)).sum() / len(z)
    ),
}

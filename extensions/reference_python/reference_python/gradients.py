"""Gradients by hand: the four equations of backpropagation, index by index.

For one sample, as document 001 prints them; y_j is a target, and k runs over all neurons of the
layer above in the second equation, of the layer below in the third:

    1   dC/da_j^(L)  = dC(a_j^(L), y_j)/da_j^(L)
    2   dC/da_j^(l)  = sum_k dz_k^(l+1)/da_j^(l) da_k^(l+1)/dz_k^(l+1) dC/da_k^(l+1)
    3   dC/dw_jk^(l) = dz_j^(l)/dw_jk^(l) da_j^(l)/dz_j^(l) dC/da_j^(l)
    4   dC/db_j^(l)  = dz_j^(l)/db_j^(l) da_j^(l)/dz_j^(l) dC/da_j^(l)

The last two factors are the error delta_j^(l) = da_j^(l)/dz_j^(l) dC/da_j^(l) = dC/dz_j^(l), and
z_j^(l) = sum_k w_jk^(l) a_k^(l-1) + b_j^(l) gives the first one:

    2   dC/da_j^(l)  = sum_k w_kj^(l+1) delta_k^(l+1)
    3   dC/dw_jk^(l) = a_k^(l-1) delta_j^(l)
    4   dC/db_j^(l)  = delta_j^(l)

For a batch 3 and 4 add up the samples i; the 1/B of the mean is already in equation 1, and so is
the weight of each sample.

Source: document 001, "the four equations", scalar form; Nielsen (2015), chapter 2.
"""

import math
from collections.abc import Callable, Sequence

from . import checks
from .activations import ACTIVATIONS, log_softmax, sigmoid
from .arrays import Array, Matrix, Vector, divide, entry_map
from .losses import LOSSES, check_weights, scaled
from .mlp import Trace, unchecked_forward
from .params import Layer, Params


def value_and_grad(
    params: Params,
    inputs: Matrix,
    targets: Matrix,
    *,
    activations: Sequence[str],
    loss: str,
    weights: Array | None = None,
    normalizer: str = "count",
) -> tuple[float, Params]:
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
    inputs: Matrix,
    targets: Matrix,
    activations: Sequence[str],
    loss: str,
    factors: Array | None = None,
) -> tuple[float, Params]:
    """`value_and_grad` of what was checked before: in training once, and not at every step.

    `factors` are the weights that `losses.scaled` gives; the mean divides by the samples.
    """
    trace = unchecked_forward(params, inputs, activations)
    errors = _backward(params, trace, targets, activations, loss, factors)
    grads = tuple(
        _layer_gradient(delta, below)
        for delta, below in zip(errors, trace.activations[:-1], strict=True)
    )
    return LOSSES[loss](trace.outputs, targets, weights=factors), grads


def deltas(
    params: Params,
    inputs: Matrix,
    targets: Matrix,
    *,
    activations: Sequence[str],
    loss: str,
    weights: Array | None = None,
    normalizer: str = "count",
) -> tuple[Matrix, ...]:
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
    targets: Matrix,
    activations: Sequence[str],
    loss: str,
    factors: Array | None,
) -> tuple[Matrix, ...]:
    slopes = _slopes_of_outputs(loss, trace.outputs, targets)
    if factors is not None:
        slopes = [[w * slope for slope in each] for w, each in zip(factors, slopes, strict=True)]
    errors: list[Matrix] = []
    for index in reversed(range(len(params))):
        z, a = trace.pre_activations[index], trace.activations[index + 1]
        delta = _errors(activations[index], slopes, z, a)
        errors.append(delta)
        if index > 0:
            slopes = _slopes_below(params[index].weight, delta)
    return tuple(reversed(errors))


def _slopes_of_outputs(loss: str, a: Matrix, y: Matrix) -> Matrix:
    """Equation 1 for every sample, with the 1/B of the mean over them."""
    each = [LOSS_SLOPES[loss](*sample) for sample in zip(a, y, strict=True)]
    return entry_map(lambda slope: slope / len(each), each)


def _errors(activation: str, slopes: Matrix, z: Matrix, a: Matrix) -> Matrix:
    """delta_j = da_j/dz_j dC/da_j for every sample; of softmax every a_j depends on every z_k."""
    if activation == "softmax":
        return [_softmax_errors(*sample) for sample in zip(slopes, a, strict=True)]
    slope = ACTIVATION_SLOPES[activation]
    return entry_map(lambda dc_da, z, a: slope(z, a) * dc_da, slopes, z, a)


def _softmax_errors(slopes: Vector, a: Vector) -> Vector:
    # delta_k = sum_j da_j/dz_k dC/da_j, where da_j/dz_k = a_j (1[j = k] - a_k).
    units = range(len(a))
    return [sum(a[j] * ((j == k) - a[k]) * slopes[j] for j in units) for k in units]


def _slopes_below(w: Matrix, delta: Matrix) -> Matrix:
    """Equation 2: dC/da_j = sum_k w_kj delta_k for every sample."""
    above, below = range(len(w)), range(len(w[0]))
    return [[sum(w[k][j] * delta_i[k] for k in above) for j in below] for delta_i in delta]


def _layer_gradient(delta: Matrix, a: Matrix) -> Layer:
    """Equations 3 and 4, of the errors of a layer and the activations of the one below."""
    samples, above, below = range(len(delta)), range(len(delta[0])), range(len(a[0]))
    return Layer(
        # dC/dw_jk = a_k delta_j
        weight=[[sum(a[i][k] * delta[i][j] for i in samples) for k in below] for j in above],
        # dC/db_j = delta_j
        bias=[sum(delta[i][j] for i in samples) for j in above],
    )


def _gelu_slope(z: float) -> float:
    # (z Phi(z))' = Phi(z) + z phi(z). Beyond 40 phi rounds to 0; clipped, z^2 cannot overflow.
    density = math.exp(-(min(max(z, -40.0), 40.0) ** 2) / 2) / math.sqrt(2 * math.pi)
    return math.erfc(-z / math.sqrt(2)) / 2 + z * density


# da_j/dz_j, of z_j and a_j.
ACTIVATION_SLOPES: dict[str, Callable[[float, float], float]] = {
    "identity": lambda z, a: 1.0,
    "sigmoid": lambda z, a: a * (1 - a),
    "tanh": lambda z, a: 1 - a * a,
    "relu": lambda z, a: 1.0 if z > 0 else 0.0,  # 0 at 0, as torch.relu, jax.nn.relu
    "softplus": lambda z, a: sigmoid(z),
    "gelu": lambda z, a: _gelu_slope(z),
}


def _binary_cross_entropy_slope(p: float, t: float) -> float:
    # -t/p + (1 - t)/(1 - p), where a term of weight 0 has slope 0 even at p = 0 and p = 1.
    yes = divide(t, p if t > 0 else 1.0)
    no = divide(1 - t, 1 - (p if t < 1 else 0.0))
    return no - yes


def _softmax_cross_entropy_slopes(z: Vector, t: Vector) -> Vector:
    # softmax(z) - t where the targets t sum to one, as they should.
    total = sum(t)
    return [math.exp(log_p_k) * total - t_k for log_p_k, t_k in zip(log_softmax(z), t, strict=True)]


# dC/da_j^(L) of one sample; for the losses of logits a^(L) is the logit z.
LOSS_SLOPES: dict[str, Callable[[Vector, Vector], Vector]] = {
    "squared_error": lambda a, y: entry_map(lambda a, y: 2 * (a - y), a, y),
    "half_squared_error": lambda a, y: entry_map(lambda a, y: a - y, a, y),
    "mean_squared_error": lambda a, y: entry_map(lambda a_j, y_j: 2 * (a_j - y_j) / len(a), a, y),
    "binary_cross_entropy": lambda p, t: entry_map(_binary_cross_entropy_slope, p, t),
    "sigmoid_binary_cross_entropy": lambda z, t: entry_map(lambda z, t: sigmoid(z) - t, z, t),
    "softmax_cross_entropy": _softmax_cross_entropy_slopes,
}

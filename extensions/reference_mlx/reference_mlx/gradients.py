"""Gradients by transformation: MLX records the loss as a graph and makes its gradient of that."""

from collections.abc import Sequence

import mlx.core as mx

from . import checks
from .activations import ACTIVATIONS
from .arrays import Array
from .losses import LOSSES, check_weights, scaled
from .mlp import unchecked_forward
from .params import Params


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
) -> tuple[Array, Params]:
    """`value_and_grad` of what was checked before: in training once, and not at every step.

    `factors` are the weights that `losses.scaled` gives; the mean divides by the samples.
    """

    def objective(params: Params) -> Array:
        outputs = unchecked_forward(params, inputs, activations).outputs
        return LOSSES[loss](outputs, targets, weights=factors)

    return mx.value_and_grad(objective)(params)


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
    factors = scaled(weights, normalizer)

    def objective(z: Array, index: int) -> Array:
        # The loss as a function of one layer's pre-activations: the rest of the network.
        a = ACTIVATIONS[activations[index]](z)
        rest = unchecked_forward(params[index + 1 :], a, activations[index + 1 :])
        return LOSSES[loss](rest.outputs, targets, weights=factors)

    trace = unchecked_forward(params, inputs, activations)
    return tuple(mx.grad(objective)(z, index) for index, z in enumerate(trace.pre_activations))

"""Gradients by transformation: MLX records the loss as a graph and makes its gradient of that."""

from collections.abc import Sequence

import mlx.core as mx

from . import checks
from .activations import ACTIVATIONS
from .arrays import Array
from .losses import LOSSES
from .mlp import unchecked_forward
from .params import Params


def value_and_grad(
    params: Params, inputs: Array, targets: Array, *, activations: Sequence[str], loss: str
) -> tuple[Array, Params]:
    """The loss of the network on a batch, and its gradient with respect to every parameter.

    Args:
        params: One Layer per step.
        inputs: (batch, units). One sample a row.
        targets: (batch, outputs).
        activations: One name in `ACTIVATIONS` per layer.
        loss: A name in `LOSSES`.

    Returns:
        The loss, a scalar, and a gradient of the shape of `params`.

    Raises:
        ValueError: If shapes do not match, the batch is empty, or a name is unknown.
        TypeError: If a dtype is not floating, or two differ.
    """
    checks.network(params, inputs, activations, ACTIVATIONS)
    checks.targets_of(params, inputs, targets)
    checks.known("loss", loss, LOSSES)
    return unchecked_value_and_grad(params, inputs, targets, activations, loss)


def unchecked_value_and_grad(
    params: Params, inputs: Array, targets: Array, activations: Sequence[str], loss: str
) -> tuple[Array, Params]:
    """`value_and_grad` of what was checked before: in training once, and not at every step."""

    def objective(params: Params) -> Array:
        return LOSSES[loss](unchecked_forward(params, inputs, activations).outputs, targets)

    return mx.value_and_grad(objective)(params)


def deltas(
    params: Params, inputs: Array, targets: Array, *, activations: Sequence[str], loss: str
) -> tuple[Array, ...]:
    """The error delta^(l) = dC/dz^(l) of every layer, first layer first.

    Args:
        params: One Layer per step.
        inputs: (batch, units). One sample a row.
        targets: (batch, outputs).
        activations: One name in `ACTIVATIONS` per layer.
        loss: A name in `LOSSES`.

    Returns:
        One array (batch, units) per layer; the 1/B of the mean is in it.

    Raises:
        ValueError: If shapes do not match, the batch is empty, or a name is unknown.
        TypeError: If a dtype is not floating, or two differ.
    """
    checks.network(params, inputs, activations, ACTIVATIONS)
    checks.targets_of(params, inputs, targets)
    checks.known("loss", loss, LOSSES)

    def objective(z: Array, index: int) -> Array:
        # The loss as a function of one layer's pre-activations: the rest of the network.
        a = ACTIVATIONS[activations[index]](z)
        rest = unchecked_forward(params[index + 1 :], a, activations[index + 1 :])
        return LOSSES[loss](rest.outputs, targets)

    trace = unchecked_forward(params, inputs, activations)
    return tuple(mx.grad(objective)(z, index) for index, z in enumerate(trace.pre_activations))

"""Gradients by tape: PaddlePaddle records the forward pass and plays it backwards."""

from collections.abc import Sequence

import paddle

from . import checks
from .activations import ACTIVATIONS
from .arrays import Array
from .losses import LOSSES
from .mlp import Trace, unchecked_forward
from .params import Params, tree_map


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


@paddle.enable_grad()  # also for a caller who has switched the tape off
def unchecked_value_and_grad(
    params: Params, inputs: Array, targets: Array, activations: Sequence[str], loss: str
) -> tuple[Array, Params]:
    """`value_and_grad` of what was checked before: in training once, and not at every step."""
    params, trace = _record(params, inputs, activations)
    value = LOSSES[loss](trace.outputs, targets)
    grads = iter(paddle.grad(value, [leaf for layer in params for leaf in layer]))
    return value.detach(), tree_map(lambda _: next(grads), params)


@paddle.enable_grad()
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
    _, trace = _record(params, inputs, activations)
    value = LOSSES[loss](trace.outputs, targets)
    return tuple(paddle.grad(value, trace.pre_activations))


def _record(params: Params, inputs: Array, activations: Sequence[str]) -> tuple[Params, Trace]:
    # The leaves that are differentiated are copies by name only; the caller's are left unmarked.
    params = tree_map(_marked, params)
    return params, unchecked_forward(params, inputs, activations)


def _marked(leaf: Array) -> Array:
    leaf = leaf.detach()
    leaf.stop_gradient = False
    return leaf

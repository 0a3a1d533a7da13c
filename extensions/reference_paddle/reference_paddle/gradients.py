"""Gradients by tape: PaddlePaddle records the forward pass and plays it backwards."""

from collections.abc import Sequence

import paddle

from . import checks
from .activations import ACTIVATIONS
from .arrays import Array
from .losses import LOSSES, check_weights, scaled
from .mlp import Trace, unchecked_forward
from .params import Params, tree_map


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


@paddle.enable_grad()  # also for a caller who has switched the tape off
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
    params, trace = _record(params, inputs, activations)
    value = LOSSES[loss](trace.outputs, targets, weights=factors)
    grads = iter(paddle.grad(value, [leaf for layer in params for leaf in layer]))
    return value.detach(), tree_map(lambda _: next(grads), params)


@paddle.enable_grad()
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
    _, trace = _record(params, inputs, activations)
    value = LOSSES[loss](trace.outputs, targets, weights=factors)
    return tuple(paddle.grad(value, trace.pre_activations))


def _record(params: Params, inputs: Array, activations: Sequence[str]) -> tuple[Params, Trace]:
    # The leaves that are differentiated are copies by name only; the caller's are left unmarked.
    params = tree_map(_marked, params)
    return params, unchecked_forward(params, inputs, activations)


def _marked(leaf: Array) -> Array:
    leaf = leaf.detach()
    leaf.stop_gradient = False
    return leaf

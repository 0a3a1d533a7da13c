"""Gradients by tape: autograd watches NumPy compute the loss, and goes back over what it saw."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from autograd import make_vjp

from . import checks
from .activations import ACTIVATIONS
from .losses import LOSSES
from .mlp import unchecked_forward
from .params import Array, Layer, Params


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

    def objective(leaves: list[Array]) -> Array:
        # autograd takes lists apart; a Layer it would hand back as a plain tuple.
        params = tuple(Layer(*leaves[at : at + 2]) for at in range(0, len(leaves), 2))
        return LOSSES[loss](unchecked_forward(params, inputs, activations).outputs, targets)

    leaves = [leaf for layer in params for leaf in layer]
    value, grads = _value_and_grad(objective, leaves)
    return value, tuple(Layer(*grads[at : at + 2]) for at in range(0, len(grads), 2))


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

    def objective(leaves: list[Array], index: int) -> Array:
        # The loss as a function of one layer's pre-activations: the rest of the network.
        a = ACTIVATIONS[activations[index]](leaves[0])
        rest = unchecked_forward(params[index + 1 :], a, activations[index + 1 :])
        return LOSSES[loss](rest.outputs, targets)

    trace = unchecked_forward(params, inputs, activations)
    return tuple(
        _value_and_grad(partial(objective, index=index), [z])[1][0]
        for index, z in enumerate(trace.pre_activations)
    )


def _value_and_grad(objective: Callable[[Any], Any], leaves: list[Array]) -> tuple[Any, Any]:
    # autograd's own `grad` starts from a Python 1.0, and so would go back in float64 whatever the
    # leaves are; the zeros of its `where` are float64 in any case.
    pull, value = make_vjp(objective)(leaves)
    grads = pull(np.ones_like(value))
    return value, [g.astype(leaf.dtype) for g, leaf in zip(grads, leaves, strict=True)]

"""The network: a^(0) = inputs, then z^(l) = W^(l) a^(l-1) + b^(l) and a^(l) = f(z^(l))."""

from collections.abc import Sequence
from typing import NamedTuple

import paddle

from . import checks
from .activations import ACTIVATIONS
from .arrays import Array
from .params import Layer, Params


class Trace(NamedTuple):
    """Everything a forward pass computed, a row per sample."""

    pre_activations: tuple[Array, ...]  # z^(1) ... z^(L), each (batch, units)
    activations: tuple[Array, ...]  # a^(0) = inputs ... a^(L), each (batch, units)

    @property
    def outputs(self) -> Array:
        """a^(L), (batch, outputs)."""
        return self.activations[-1]


def linear(layer: Layer, inputs: Array) -> Array:
    """z = W a + b for every row a of `inputs`, (batch, units) -> (batch, outputs)."""
    # paddle keeps a weight as (fan_in, fan_out).
    return paddle.nn.functional.linear(inputs, layer.weight.T, layer.bias)


def forward(params: Params, inputs: Array, *, activations: Sequence[str]) -> Trace:
    """Run the network on a batch and keep every intermediate value.

    Args:
        params: One Layer per step; none at all gives the inputs back.
        inputs: (batch, units). One sample a row.
        activations: One name in `ACTIVATIONS` per layer.

    Raises:
        ValueError: If shapes do not match, the batch is empty, or a name is unknown.
        TypeError: If a dtype is not floating, or two differ.
    """
    checks.network(params, inputs, activations, ACTIVATIONS)
    return unchecked_forward(params, inputs, activations)


def unchecked_forward(params: Params, inputs: Array, activations: Sequence[str]) -> Trace:
    """`forward` of what was checked before: in training once, and not at every step."""
    pre_activations: list[Array] = []
    outputs = [inputs]
    for layer, name in zip(params, activations, strict=True):
        z = linear(layer, outputs[-1])
        pre_activations.append(z)
        outputs.append(ACTIVATIONS[name](z))
    return Trace(tuple(pre_activations), tuple(outputs))


def predict(params: Params, inputs: Array, *, activations: Sequence[str]) -> Array:
    """The class of each sample: the index of its largest output. Shape (batch,).

    Raises:
        ValueError, TypeError: As `forward`.
    """
    return forward(params, inputs, activations=activations).outputs.argmax(1)

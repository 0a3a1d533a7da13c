"""The bounds of one forward and backward pass."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crosscheck.numerics.bounds.activations import BACKWARD, FORWARD
from crosscheck.numerics.bounds.functions import ACTIVATIONS
from crosscheck.numerics.bounds.inexact import (
    Array,
    Inexact,
    Precision,
    exactly,
    product,
    transposed,
)
from crosscheck.numerics.bounds.losses import LOSSES
from crosscheck.numerics.trees import Layer


@dataclass(frozen=True)
class InexactPass:
    """Every quantity of one pass with the bound of every entry, in the contract's terms."""

    pre_activations: tuple[Inexact, ...]
    activations: tuple[Inexact, ...]
    loss: Inexact
    deltas: tuple[Inexact, ...]
    grads: tuple[Layer, ...]


def inexact_params(params: Sequence[Sequence[Array]], precision: Precision) -> list[Layer]:
    """Weights and biases that have no error yet."""
    return [Layer(exactly(weight, precision), exactly(bias, precision)) for weight, bias in params]


def inexact_pass(
    params: Sequence[Layer],
    inputs: Array,
    targets: Array,
    activations: Sequence[str],
    loss: str,
    precision: Precision,
) -> InexactPass:
    """One forward and backward pass in `precision`, with the bound of everything.

    Args:
        params: Of `Inexact` weights and biases: after a step of training they have errors too.
        inputs, targets: The float inputs, as float64.
        activations, loss: Names, as in the contract.
        precision: Of the dtype that computes.
    """
    p = precision
    zs, outputs = [], [exactly(inputs, p)]
    for (weight, bias), name in zip(params, activations, strict=True):
        z = product(outputs[-1], transposed(weight), plus=bias)
        zs.append(z)
        error = FORWARD[name](p, z.value, z.error) + p.tiny
        outputs.append(Inexact(ACTIVATIONS[name](z.value), error, p))
    value, e_value, c, e_c = LOSSES[loss](p, outputs[-1].value, outputs[-1].error, targets)
    cotangent = Inexact(c, e_c, p)
    deltas: list[Inexact] = []
    for (weight, _), name, z in reversed(list(zip(params, activations, zs, strict=True))):
        d, e_d = BACKWARD[name](p, z.value, z.error, cotangent.value, cotangent.error)
        deltas.insert(0, Inexact(d, e_d + p.tiny, p))
        cotangent = product(deltas[0], weight)
    ones = exactly(np.ones((1, len(inputs))), p)
    grads = tuple(
        Layer(product(transposed(delta), below), _row(product(ones, delta)))
        for delta, below in zip(deltas, outputs[:-1], strict=True)
    )
    return InexactPass(tuple(zs), tuple(outputs), Inexact(value, e_value, p), tuple(deltas), grads)


def _row(x: Inexact) -> Inexact:
    return Inexact(x.value[0], x.error[0], x.precision)

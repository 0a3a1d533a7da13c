"""The bounds of one forward and backward pass."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crosscheck.numerics.bounds.activations import BACKWARD_BOUNDS, FORWARD_BOUNDS
from crosscheck.numerics.bounds.functions import FLOAT_ACTIVATIONS
from crosscheck.numerics.bounds.inexact import (
    Array,
    Inexact,
    Precision,
    exactly,
    product,
    transposed,
)
from crosscheck.numerics.bounds.losses import LOSS_BOUNDS
from crosscheck.numerics.trees import Layer


@dataclass(frozen=True)
class InexactPass:
    """Every quantity of one pass with the bound of every entry, named as in the contract."""

    pre_activations: tuple[Inexact, ...]
    activations: tuple[Inexact, ...]
    loss: Inexact
    deltas: tuple[Inexact, ...]
    grads: tuple[Layer, ...]


def inexact_params(params: Sequence[Sequence[Array]], precision: Precision) -> list[Layer]:
    """Weights and biases as `Inexact` arrays without an error."""
    return [Layer(exactly(weight, precision), exactly(bias, precision)) for weight, bias in params]


def inexact_pass(
    params: Sequence[Layer],
    inputs: Array,
    targets: Array,
    activations: Sequence[str],
    loss: str,
    precision: Precision,
) -> InexactPass:
    """Bound every quantity of one forward and backward pass that is computed in `precision`.

    Args:
        params: `Inexact` weights and biases; after a step of training they have errors.
        inputs, targets: (batch, units) and (batch, outputs), in float64, without an error.
        activations, loss: Names, as in the contract.
        precision: The precision of the dtype in which the pass is computed.
    """
    p = precision
    zs, outputs = [], [exactly(inputs, p)]
    for (weight, bias), name in zip(params, activations, strict=True):
        z = product(outputs[-1], transposed(weight), plus=bias)
        zs.append(z)
        error = FORWARD_BOUNDS[name](p, z.value, z.error) + p.tiny
        outputs.append(Inexact(FLOAT_ACTIVATIONS[name](z.value), error, p))
    value, e_value, c, e_c = LOSS_BOUNDS[loss](p, outputs[-1].value, outputs[-1].error, targets)
    cotangent = Inexact(c, e_c, p)
    deltas: list[Inexact] = []
    for (weight, _), name, z in reversed(list(zip(params, activations, zs, strict=True))):
        d, e_d = BACKWARD_BOUNDS[name](p, z.value, z.error, cotangent.value, cotangent.error)
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

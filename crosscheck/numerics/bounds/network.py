"""The bounds of one forward and backward pass."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crosscheck.numerics.bounds.activations import BACKWARD_BOUNDS, FORWARD_BOUNDS
from crosscheck.numerics.bounds.functions import FLOAT_ACTIVATIONS
from crosscheck.numerics.bounds.inexact import (
    Inexact,
    bounded,
    column_sums,
    exactly,
    product,
    transposed,
)
from crosscheck.numerics.bounds.losses import LOSS_BOUNDS
from crosscheck.numerics.bounds.precision import Array, Precision
from crosscheck.numerics.bounds.weights import weighted_loss
from crosscheck.numerics.exact.balls import nearest_floats
from crosscheck.numerics.exact.network import Pass
from crosscheck.numerics.trees import Layer


@dataclass(frozen=True)
class InexactPass:
    """Every quantity of one pass with the bound of every entry, named as in the contract."""

    pre_activations: tuple[Inexact, ...]
    activations: tuple[Inexact, ...]
    loss: Inexact
    deltas: tuple[Inexact, ...]
    grads: tuple[Layer, ...]


# What goes on in the place of a computed quantity: of its name, its index and what was computed.
Continued = Callable[[str, int, Inexact], Inexact]


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
    around: Pass | None = None,
    factors: Inexact | None = None,
    continued: Continued | None = None,
) -> InexactPass:
    """Bound every quantity of one forward and backward pass that is computed in `precision`.

    Args:
        params: `Inexact` weights and biases; after a step of training they have errors.
        inputs, targets: (batch, units) and (batch, outputs), in float64, without an error.
        activations, loss: Names, as in the contract.
        precision: The precision of the dtype in which the pass is computed.
        around: The exact pass, around whose values the errors are taken. Without it they are taken
            around those of a computation in float64, which has errors of its own.
        factors: Of samples that have weights, what `weights.inexact_factors` gives.
        continued: What goes on with something else than what was computed, as somebody's stored
            numbers; in the place of `around`.
    """
    p = precision
    go_on = continued or (_as_computed if around is None else _around(around))
    zs, outputs = [], [exactly(inputs, p)]
    for index, ((weight, bias), name) in enumerate(zip(params, activations, strict=True)):
        z = product(outputs[-1], transposed(weight), plus=bias)
        z = go_on("pre_activations", index, z)
        zs.append(z)
        error = FORWARD_BOUNDS[name](p, z.value, z.error) + p.tiny
        a = bounded(FLOAT_ACTIVATIONS[name](z.value), error, p)
        outputs.append(go_on("activations", index + 1, a))
    if factors is None:
        value, e_value, c, e_c = LOSS_BOUNDS[loss](p, outputs[-1].value, outputs[-1].error, targets)
    else:
        value, e_value, c, e_c = weighted_loss(p, loss, outputs[-1], targets, factors)
    cotangent = bounded(c, e_c, p)
    deltas: list[Inexact] = []
    for index in reversed(range(len(params))):
        z, backward = zs[index], BACKWARD_BOUNDS[activations[index]]
        d, e_d = backward(p, z.value, z.error, cotangent.value, cotangent.error)
        delta = bounded(d, e_d + p.tiny, p)
        deltas.insert(0, go_on("deltas", index, delta))
        cotangent = product(deltas[0], params[index].weight)
    grads = tuple(
        Layer(product(transposed(delta), below), column_sums(delta))
        for delta, below in zip(deltas, outputs[:-1], strict=True)
    )
    return InexactPass(tuple(zs), tuple(outputs), bounded(value, e_value, p), tuple(deltas), grads)


def _as_computed(quantity: str, index: int, computed: Inexact) -> Inexact:
    return computed


def _around(exact: Pass) -> Continued:
    """The errors of what was computed, around the exact values."""

    def go_on(quantity: str, index: int, computed: Inexact) -> Inexact:
        value = nearest_floats(getattr(exact, quantity)[index])
        return bounded(value, computed.error, computed.precision)

    return go_on

"""What the tensors of a pass should be, and how far a computation in some dtype may be from it.

There are two answers. The *whole* pass has exact values, and bounds that grow from stage to stage.
A *step* goes from the stored tensors of a set to the next one: whatever those are, it may lose no
more than its own rounding, so that its bounds stay narrow in bfloat16 too. If every step of a set
is right, then all of its difference from the exact values comes of rounding.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from crosscheck.numerics import tensors
from crosscheck.numerics.bounds.inexact import Inexact, bounded
from crosscheck.numerics.bounds.network import InexactPass, inexact_params, inexact_pass
from crosscheck.numerics.bounds.precision import DOUBLE, Precision
from crosscheck.numerics.bounds.rounded_operands import RoundedOperands
from crosscheck.numerics.comparison import Tensor
from crosscheck.numerics.trees import leaves
from crosscheck.verification.cases.network import NetworkCase, bounds_of, exact_pass

QUANTITIES = ("pre_activations", "activations", "loss", "deltas", "grads")
LETTERS = {"pre_activations": "z", "deltas": "delta"}
Values = Mapping[str, np.ndarray]


def of_whole(case: NetworkCase, dtype: str) -> dict[str, Tensor]:
    """Every exact tensor by its name here, with the bounds of a computation in a dtype.

    What the dtype does not hold of the inputs, the targets and the parameters is rounded first;
    that is part of the bounds.

    Args:
        case: The network, in float64.
        dtype: In which it was computed.
    """
    exact, inexact = exact_pass(case), bounds_of(case, RoundedOperands.of(dtype))
    found: dict[str, Tensor] = {}
    for quantity in QUANTITIES:
        both = getattr(exact, quantity), getattr(inexact, quantity)
        found |= by_name(quantity, tensors.bounded(*both))
    return found


def of_steps(case: NetworkCase, stored: Values, dtype: str) -> dict[str, Tensor]:
    """What each tensor should be by the stored tensors before it, with the bounds of that step.

    A tensor that is not stored is computed from those before it. A stored one may be off by a
    rounding from the number that was computed with. The values are computed in float64, whose own
    bounds are part of those that are returned.

    Args:
        case: The network, in float64.
        stored: The tensors of a set by their names here, in float64.
        dtype: In which they were computed.
    """
    own, double = (_stepwise(case, stored, p) for p in (RoundedOperands.of(dtype), DOUBLE))
    return {
        name: Tensor(double[name].value, own[name].error + double[name].error) for name in double
    }


def _stepwise(case: NetworkCase, stored: Values, p: Precision) -> dict[str, Inexact]:
    computed: dict[str, Inexact] = {}

    def go_on(quantity: str, index: int, step: Inexact) -> Inexact:
        name = name_of(quantity, f"[{index}]")
        computed[name] = step
        if name not in stored:
            return step
        value = stored[name]
        return bounded(value, 0.0 if p is DOUBLE else p.u * abs(value) + p.tiny, p)

    with np.errstate(all="ignore"):  # where nothing is promised a bound comes out as infinite
        inexact: InexactPass = inexact_pass(
            inexact_params(case.params, p),
            case.inputs,
            case.targets,
            case.activations,
            case.loss,
            p,
            continued=go_on,
        )
    computed["loss"] = inexact.loss
    for place, leaf in leaves(inexact.grads).items():
        computed[name_of("grads", place)] = leaf
    return computed


def by_name(quantity: str, of_places: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors of one quantity of the contract by their names here.

    Args:
        quantity: As the contract has it: "pre_activations".
        of_places: Its tensors by place: "[0].weight".
    """
    # The first activations are the inputs, which nobody computes.
    return {
        name_of(quantity, place): tensor
        for place, tensor in of_places.items()
        if (quantity, place) != ("activations", "[0]")
    }


def name_of(quantity: str, place: str) -> str:
    """The name here of a tensor of the contract: "grad.0.weight" of grads[0].weight."""
    if quantity == "loss":
        return "loss"
    index, _, part = place.removeprefix("[").partition("]")
    if quantity == "grads":
        return f"grad.{index}{part}"
    return f"a{index}" if quantity == "activations" else f"{LETTERS[quantity]}{int(index) + 1}"

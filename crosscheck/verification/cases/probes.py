"""Probes: cases in which one component (an activation, a loss, an optimizer ...) adds the error.

In a whole network the error that comes in from below hides what one function adds. And where a
function adds an error of its own, that hides how it passes on an error of its input. So there are
probes for both.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from crosscheck.frameworks.contract import LOSSES
from crosscheck.numerics.bounds.functions import FLOAT_ACTIVATIONS
from crosscheck.verification.cases import trainings
from crosscheck.verification.cases.drawn import drawn_history, drawn_network
from crosscheck.verification.cases.hyperparameters import OPTIMIZER_CASES
from crosscheck.verification.cases.network import DTYPES, NetworkCase
from crosscheck.verification.cases.stages import Case

PROBES = 70  # of each activation and loss in each dtype
HISTORIES = 8  # of each optimizer
SAMPLES = 64  # of each probe of an activation
# Where the error of the first layer's z shows. Far from the target: in the next z, in the loss and,
# through the slopes, in the gradients. Next to the target: in the gradients, through dC/da.
FAR_QUANTITIES = ("pre_activations[1]", "loss", "deltas[0]", "grads[1].weight")
NEAR_QUANTITIES = ("deltas[0]", "grads[1].weight")


class Probe(NamedTuple):
    """A case, and what it says of one component.

    Attributes:
        component: The component whose bound the case uses.
        case: What is computed.
        quantities: The beginnings of the names of the quantities that use that bound: "deltas" are
            those of every layer, "deltas[0]" those of the first.
    """

    component: str
    case: Case
    quantities: tuple[str, ...]


@cache
def probes() -> tuple[Probe, ...]:
    """The probes of every component."""
    found: list[Probe] = []
    for dtype in DTYPES:
        for name in FLOAT_ACTIVATIONS:
            cases = (_of_activation(name, number, dtype) for number in range(PROBES))
            found += [Probe(name, case, ("activations", "deltas")) for case in cases]
        for loss in LOSSES:
            cases = (_of_loss(loss, number, dtype) for number in range(PROBES))
            found += [Probe(loss, case, ("loss", "deltas")) for case in cases]
    for number in range(PROBES):
        case = drawn_network(number, widest=4, deepest=1)
        found.append(Probe("layer", case, ("pre_activations", "grads")))
    for dtype in DTYPES:
        for name in FLOAT_ACTIVATIONS:
            for number in range(PROBES // 2):
                far, near = (_of_input_error(name, number, dtype, miss) for miss in (100.0, 0.0))
                found.append(Probe(f"handed on by {name}", far, FAR_QUANTITIES))
                found.append(Probe(f"handed back by {name}", near, NEAR_QUANTITIES))
    found += [Probe("training", case, ("params",)) for case in trainings.generated()]
    for label in OPTIMIZER_CASES:
        histories = [drawn_history(number, label) for number in range(HISTORIES)]
        # All of them have the same quantities.
        quantities = tuple(q for stage in histories[0].exactly().values() for q in stage)
        found += [Probe(label, history, quantities) for history in histories]
    return tuple(found)


def _of_activation(name: str, number: int, dtype: str) -> NetworkCase:
    """One layer of identity weight, so that z is the input, near 0 and in both tails.

    An activation that returns z itself (identity, relu) adds no error. Its probes draw the weight,
    and use the bound of the rounding of z that it passes on.
    """
    rng = np.random.default_rng([4, number])
    units = 2 if name == "softmax" else 1
    weight = rng.standard_normal((1, 1)) if name in ("identity", "relu") else np.eye(units)
    scales = 10 ** rng.uniform(-1, 1, (SAMPLES, 1))
    z = (rng.standard_normal((SAMPLES, units)) * scales).astype(dtype)
    targets = rng.random((SAMPLES, units)).astype(dtype)
    layer = (weight.astype(dtype), np.zeros(units, dtype))
    label = f"probe {number} of {name} in {dtype}"
    return NetworkCase("probes", label, (layer,), z, targets, (name,), "half_squared_error")


def _of_loss(name: str, number: int, dtype: str) -> NetworkCase:
    """One sample through one layer of identity weight."""
    rng = np.random.default_rng([5, number])
    units = 2
    z = (rng.standard_normal((1, units)) * 10 ** rng.uniform(-1, 1)).astype(dtype)
    targets = rng.dirichlet(np.ones(units), 1).astype(dtype)
    layer = (np.eye(units, dtype=dtype), np.zeros(units, dtype))
    output = "sigmoid" if name == "binary_cross_entropy" else "identity"
    label = f"probe {number} of {name} in {dtype}"
    return NetworkCase("probes", label, (layer,), z, targets, (output,), name)


def _of_input_error(name: str, number: int, dtype: str, miss: float) -> NetworkCase:
    """Two layers. In the first, two large terms cancel, so that its error outweighs all others.

    Far from the target that error shows in dC/dz through the curvature of the activation. Next to
    the target it shows through that of dC/da, which is nothing but error there.

    Args:
        name, number, dtype: The activation, which probe of it, and in which dtype.
        miss: By how much the output misses its target.
    """
    rng = np.random.default_rng([6, number])
    units = 2 if name == "softmax" else 1
    first = np.zeros((units, 2), dtype)  # of a softmax one z has an error, the other is 0
    large = 10 ** rng.uniform(3, 4)
    first[0] = large, -large
    near = rng.standard_normal((1, 1))
    inputs = np.hstack([near, near + 3 * rng.standard_normal((1, 1)) / large]).astype(dtype)
    layers = (
        (first, np.zeros(units, dtype)),
        (np.array([[1, -1][:units]], dtype), np.zeros(1, dtype)),
    )
    target = FLOAT_ACTIVATIONS[name](inputs @ first.T) @ layers[1][0].T - miss
    label = f"probe {number} of what {name} hands on in {dtype}"
    kinds = (name, "identity")
    return NetworkCase(
        "probes", label, layers, inputs, target.astype(dtype), kinds, "half_squared_error"
    )

"""Networks that the others are not: deep, wide, with one unit and many samples, by columns.

A mistake may show only where a layer is wider than a vector of the processor, where there is a
fourth layer, or where a matrix lies in memory by columns. The conditions of `crosscheck
discriminate` say which sizes are needed. They are few, since JAX compiles each operation for each
shape: the deep network has the shapes of the generated ones.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.verification.cases import network
from crosscheck.verification.cases.edges import EDGES
from crosscheck.verification.cases.network import NetworkCase

# More units than 64, a prime; more samples than 1,000, and odd.
WIDE, TALL = (5, 67), (1025, 1)
DEEP = (*network.SIZES, 4, 5)
OFFSET = 1e6


@cache
def generated() -> list[NetworkCase]:
    """The deep network, the wide and the tall ones, one large offset, and memory by columns."""
    deep = network.drawn_with("deep", ("tanh", "gelu", "sigmoid", "softplus", "identity"), DEEP)
    found = [deep, by_columns(replace(deep, name="deep, by columns, called again", again=True))]
    for name, (batch, units) in (("wide", WIDE), ("tall", TALL)):
        found.append(network.drawn_with(name, ("tanh", "identity"), (units, units, units), batch))
    found += [_at_an_offset(loss) for loss in LOSSES if loss.endswith("squared_error")]
    return found + [_hidden_at_the_edges(activation) for activation in ACTIVATIONS]


def by_columns(case: NetworkCase) -> NetworkCase:
    """The same network, whose matrices lie in memory column by column.

    Its exact values are those of the first: the content does not say how an array lies.
    """
    params = tuple((np.asfortranarray(weight), bias) for weight, bias in case.params)
    inputs, targets = map(np.asfortranarray, (case.inputs, case.targets))
    return replace(case, params=params, inputs=inputs, targets=targets)


def _hidden_at_the_edges(activation: str) -> NetworkCase:
    """The pre-activations at the edges in a hidden layer: a slope there is nobody's last word."""
    case = network.drawn_with(f"hidden-{activation}", (activation, "identity"), (5, 5, 4))
    params = ((np.eye(5), np.zeros(5)), case.params[1])
    return replace(case, params=params, inputs=EDGES)


def _at_an_offset(loss: str) -> NetworkCase:
    """Outputs and targets far from 0 and near each other: (a - y)^2 must not be multiplied out."""
    case = network.drawn_with(f"offset-{loss}", ("identity",), (5, 5), loss=loss)
    identity = ((np.eye(5), np.zeros(5)),)
    inputs, targets = (OFFSET + each for each in (case.inputs, case.targets))
    return replace(case, params=identity, inputs=inputs, targets=targets)

"""A pass at the edges: pre-activations at a kink, next to it, and deep in the tails."""

from functools import cache

import numpy as np

from crosscheck.frameworks.contract import ACTIVATIONS
from crosscheck.verification.cases.network import DTYPES, NetworkCase

# Pre-activations at the edges: exactly 0, next to it, deep in the tails, and 27, where exp(-z) is
# just large enough to change z in float64. A row is a sample, and has one positive entry.
EDGES = np.array(
    [
        [800, 0, -20, -40, -800],
        [0, 40, 0, -800, -20],
        [-40, -20, 20, 0, 0],
        [1, 0, -20, -40, -800],
        [-1e-5, 0, 0, -40, 800],
        [0, -40, 27, -20, 0],
    ],
    dtype="float64",
)


@cache
def edges() -> list[NetworkCase]:
    """One layer of identity weight, so that the pre-activations are `EDGES`."""
    far = [
        _at_the_edges(activation, loss, dtype)
        for dtype in DTYPES
        for activation, loss in (
            *((activation, "half_squared_error") for activation in ACTIVATIONS),
            ("sigmoid", "binary_cross_entropy"),
            ("identity", "sigmoid_binary_cross_entropy"),
            ("identity", "softmax_cross_entropy"),
        )
    ]
    return far + [
        _next_to_nothing(activation, loss, dtype)
        for dtype in DTYPES
        for activation, loss in (
            ("sigmoid", "binary_cross_entropy"),
            ("identity", "sigmoid_binary_cross_entropy"),
        )
    ]


def _next_to_nothing(activation: str, loss: str, dtype: str) -> NetworkCase:
    """Probabilities next to their targets: log(1 - p) rounds to 0, the exact loss is not 0."""
    z = np.linspace(-16, -22, EDGES.size).round().reshape(EDGES.shape).astype(dtype)
    size = EDGES.shape[1]
    layer, name = (np.eye(size, dtype=dtype), np.zeros(size, dtype)), f"{activation}-{loss}-{dtype}"
    kind = ((activation,), loss)
    return NetworkCase("edges", f"nothing-{name}", (layer,), z, np.zeros_like(z), *kind)


def _at_the_edges(activation: str, loss: str, dtype: str) -> NetworkCase:
    size = EDGES.shape[1]
    layer = (np.eye(size, dtype=dtype), np.zeros(size, dtype))
    # The target is 1 beside the positive entry, so that the errors are of size 1. Where a loss of
    # probabilities would be infinite (p rounds to 0, the target is 1) it is 1 at that entry itself.
    shift = 0 if loss == "binary_cross_entropy" else 1
    targets = np.roll(EDGES > 0, shift, axis=1).astype(dtype)
    name, kind = f"edges-{activation}-{loss}-{dtype}", ((activation,), loss)
    return NetworkCase("edges", name, (layer,), EDGES.astype(dtype), targets, *kind)

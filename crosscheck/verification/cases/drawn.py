"""Random networks and histories, for studies of the bounds: `crosscheck bounds`."""

from itertools import pairwise

import numpy as np

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.verification.cases.descent import DescentCase
from crosscheck.verification.cases.hyperparameters import OPTIMIZER_CASES
from crosscheck.verification.cases.network import DTYPES, PROBABILITIES, NetworkCase


def drawn_network(number: int, widest: int = 64, deepest: int = 4) -> NetworkCase:
    """A random network for studies of the bounds: scales from 1e-2 to 1e2, any names, batch 1 to 5.

    Widths are drawn evenly in their logarithm, so that narrow and wide ones come as often.
    """
    rng = np.random.default_rng([2, number])
    dtype = DTYPES[number % len(DTYPES)]
    depth = int(rng.integers(1, deepest + 1))
    sizes = [int(2 ** rng.uniform(0, np.log2(widest + 1))) for _ in range(depth + 1)]
    scale = 10 ** rng.uniform(-2, 2)
    activations = [str(rng.choice(ACTIVATIONS)) for _ in sizes[1:]]
    loss = str(rng.choice(LOSSES))
    if loss == "binary_cross_entropy":
        activations[-1] = str(rng.choice(PROBABILITIES))
        if sizes[-1] == 1:  # a softmax of one output is 1, where this loss may be infinite
            activations[-1] = "sigmoid"
    params = tuple(
        (
            (rng.standard_normal((above, below)) * scale / np.sqrt(below)).astype(dtype),
            (rng.standard_normal(above) * scale).astype(dtype),
        )
        for below, above in pairwise(sizes)
    )
    batch = int(rng.integers(1, 6))
    inputs = rng.standard_normal((batch, sizes[0])).astype(dtype)
    targets = rng.dirichlet(np.ones(sizes[-1]), batch).astype(dtype)
    name = f"drawn network {number}"
    return NetworkCase("drawn", name, params, inputs, targets, tuple(activations), loss)


def drawn_history(number: int, label: str) -> DescentCase:
    """A random history for studies of the bounds: 12 steps, scales from 1e-8 to 1e4."""
    rng = np.random.default_rng([3, number])
    dtype = ("float64", "float32")[number % 2]
    optimizer, keywords = OPTIMIZER_CASES[label]
    grads = rng.standard_normal((12, 16)) * 10 ** rng.uniform(-8, 4, (12, 1))
    rates = tuple(float(rate) for rate in 10 ** rng.uniform(-3, 0, 12))
    start = rng.standard_normal(16).astype(dtype)
    name, history = f"drawn history {number} of {label}", tuple(grads.astype(dtype))
    return DescentCase("drawn", name, optimizer, keywords, rates, start, history)

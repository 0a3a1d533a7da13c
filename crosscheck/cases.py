"""The generated cases: every activation with every loss, in both dtypes, on one small network.

Sizes are all distinct and above 1, biases are not zero, so that a transposed or misplaced array
cannot pass by luck. NumPy draws everything from a seed. Beside these a batch of one, and the edges:
one layer whose pre-activations are exactly 0, +-20, +-40 and +-800.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crosscheck.contract import ACTIVATIONS, LOSSES

SIZES = (3, 5, 4, 2)
BATCH = 6
DTYPES = ("float64", "float32")

# Pre-activations at the edges, a sample a row, each with one positive entry.
EDGES = np.array(
    [
        [800, 0, -20, -40, -800],
        [0, 40, 0, -800, -20],
        [-40, -20, 20, 0, 0],
        [1, 0, -20, -40, -800],
        [-20, 0, 0, -40, 40],
        [0, -40, 20, -20, 0],
    ],
    dtype="float64",
)

# What a loss of probabilities can be fed with.
PROBABILITIES = ("sigmoid", "softmax")


@dataclass(frozen=True)
class Case:
    """One network, one batch and one loss; a number in place of every random draw.

    Attributes:
        name: Unique among the cases.
        activations: One per layer.
        loss: Name of the loss.
        dtype: Of every array.
        seed: Of the parameters, the inputs and the targets.
        batch: Number of samples.
        edges: Whether the inputs are `EDGES`, handed on unchanged by one layer of identity weight.
    """

    name: str
    activations: tuple[str, ...]
    loss: str
    dtype: str
    seed: int
    batch: int = BATCH
    edges: bool = False

    def params(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Weight and bias of each layer, N(0, 1/fan_in) and N(0, 1)."""
        if self.edges:
            size = EDGES.shape[1]
            return [(np.eye(size, dtype=self.dtype), np.zeros(size, self.dtype))]
        rng = np.random.default_rng([self.seed, 0])
        return [
            (
                (rng.standard_normal((above, below)) / np.sqrt(below)).astype(self.dtype),
                rng.standard_normal(above).astype(self.dtype),
            )
            for below, above in pairwise(SIZES)
        ]

    def inputs(self) -> np.ndarray:
        """(batch, SIZES[0]), N(0, 1)."""
        if self.edges:
            return EDGES.astype(self.dtype)
        rng = np.random.default_rng([self.seed, 1])
        return rng.standard_normal((self.batch, SIZES[0])).astype(self.dtype)

    def targets(self) -> np.ndarray:
        """(batch, SIZES[-1]): probabilities that sum to one, which every loss accepts."""
        if self.edges:
            # Beside the positive entry, so that the errors are of size 1. A probability that rounds
            # to 0 costs infinity unless its target is 0: there the target is that entry itself.
            shift = 0 if self.loss == "binary_cross_entropy" else 1
            return np.roll(EDGES > 0, shift, axis=1).astype(self.dtype)
        rng = np.random.default_rng([self.seed, 2])
        share = rng.random(self.batch).astype(self.dtype)
        return np.stack([share, 1 - share], axis=1)


def cases() -> list[Case]:
    """Every activation with every loss and dtype, a batch of one, and the edges."""
    everything = [
        _case(activation, ACTIVATIONS[(index + 1) % len(ACTIVATIONS)], loss, dtype)
        for dtype in DTYPES
        for loss in LOSSES
        for index, activation in enumerate(ACTIVATIONS)
    ]
    at_the_edges = [
        Case(f"edges-{activation}-{loss}-{dtype}", (activation,), loss, dtype, 0, edges=True)
        for dtype in DTYPES
        for activation, loss in (
            *((activation, "half_squared_error") for activation in ACTIVATIONS),
            ("sigmoid", "binary_cross_entropy"),
            ("identity", "sigmoid_binary_cross_entropy"),
            ("identity", "softmax_cross_entropy"),
        )
    ]
    one = Case("batch of one", ("tanh", "gelu", "sigmoid"), LOSSES[0], "float64", 7, batch=1)
    return [*everything, one, *at_the_edges]


def _case(activation: str, second: str, loss: str, dtype: str) -> Case:
    output = activation
    if loss == "binary_cross_entropy" and activation not in PROBABILITIES:
        output = "sigmoid"
    seed = 100 * ACTIVATIONS.index(activation) + LOSSES.index(loss)
    name = f"{activation}-{loss}-{dtype}"
    return Case(name, (activation, second, output), loss, dtype, seed)

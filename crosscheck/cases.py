"""The generated cases: every activation with every loss, in both dtypes, on one small network.

Sizes are all distinct and above 1, biases are not zero, so that a transposed or misplaced array
cannot pass by luck. NumPy draws everything from a seed.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crosscheck.contract import ACTIVATIONS, LOSSES

SIZES = (3, 5, 4, 2)
BATCH = 6
DTYPES = ("float64", "float32")

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
    """

    name: str
    activations: tuple[str, ...]
    loss: str
    dtype: str
    seed: int

    def params(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Weight and bias of each layer, N(0, 1/fan_in) and N(0, 1)."""
        rng = np.random.default_rng([self.seed, 0])
        return [
            (
                (rng.standard_normal((above, below)) / np.sqrt(below)).astype(self.dtype),
                rng.standard_normal(above).astype(self.dtype),
            )
            for below, above in pairwise(SIZES)
        ]

    def inputs(self) -> np.ndarray:
        """(BATCH, SIZES[0]), N(0, 1)."""
        rng = np.random.default_rng([self.seed, 1])
        return rng.standard_normal((BATCH, SIZES[0])).astype(self.dtype)

    def targets(self) -> np.ndarray:
        """(BATCH, SIZES[-1]): probabilities that sum to one, which every loss accepts."""
        rng = np.random.default_rng([self.seed, 2])
        share = rng.random(BATCH).astype(self.dtype)
        return np.stack([share, 1 - share], axis=1)


def cases() -> list[Case]:
    """Every activation, in the hidden layers and where its range allows in the output, with every
    loss and dtype."""
    return [
        _case(activation, ACTIVATIONS[(index + 1) % len(ACTIVATIONS)], loss, dtype)
        for dtype in DTYPES
        for loss in LOSSES
        for index, activation in enumerate(ACTIVATIONS)
    ]


def _case(activation: str, second: str, loss: str, dtype: str) -> Case:
    output = activation
    if loss == "binary_cross_entropy" and activation not in PROBABILITIES:
        output = "sigmoid"
    seed = 100 * ACTIVATIONS.index(activation) + LOSSES.index(loss)
    name = f"{activation}-{loss}-{dtype}"
    return Case(name, (activation, second, output), loss, dtype, seed)

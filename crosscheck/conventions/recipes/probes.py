"""The gradients that recipes are run with: a matrix of weights and a vector of biases.

Each problem is a run from the start, with gradients of one magnitude. In the last two, gradients
are 0 now and then, or of all magnitudes at once.
"""

from collections.abc import Sequence

import numpy as np

from crosscheck.conventions.optimizers.probes import MAGNITUDES, SIZES

UPDATES = 2 * len(SIZES)
# Where a recipe has a constant rate it is changed after so many updates, and this is left of it.
HALF, LEFT = UPDATES // 2, 0.25
SHAPES = ((3, 2), (3,))
ENTRIES = sum(int(np.prod(shape)) for shape in SHAPES)
WEIGHTS = int(np.prod(SHAPES[0]))
_RANDOM = np.random.default_rng(8)
START = _RANDOM.standard_normal(ENTRIES)
DIRECTIONS = _RANDOM.standard_normal((UPDATES, ENTRIES))
# How much larger the gradients of the biases are, so that the norms of the leaves differ.
OF_BIASES = 2.0
# The micro-batches of an update differ by this part of its gradient.
SPREAD = 0.5
_TURNS = _RANDOM.standard_normal((64, UPDATES, ENTRIES))


def mean_gradients(magnitude: float) -> np.ndarray:
    """The gradient of every update, of shape (updates, entries), the weights before the biases."""
    sizes = np.array([*SIZES, *SIZES])[:, np.newaxis]
    grads = magnitude * sizes * DIRECTIONS
    grads[:, WEIGHTS:] *= OF_BIASES
    return grads


def with_zeros(grads: np.ndarray) -> np.ndarray:
    """The same with an entry that is always 0, one for four updates, and one update of zeros."""
    grads = grads.copy()
    grads[:, 0] = 0.0
    grads[:4, [1, WEIGHTS]] = 0.0
    grads[9] = 0.0
    return grads


def mixed() -> np.ndarray:
    """Gradients of all magnitudes at once: every entry has one."""
    return mean_gradients(1.0) * np.array(MAGNITUDES)[:ENTRIES]


def problems(limits: Sequence[float], accumulate: int) -> list[np.ndarray]:
    """The gradients of every problem, each of shape (updates, micro-batches, entries).

    Args:
        limits: Norms or sizes at which gradients are clipped: problems near them are added.
        accumulate: How many micro-batches an update has.
    """
    near = [limit / 2 for limit in limits]
    means = [mean_gradients(size) for size in (*MAGNITUDES, *near)]
    means += [mixed(), with_zeros(mean_gradients(1.0))]
    return [_split(each, accumulate) for each in means]


def _split(means: np.ndarray, accumulate: int) -> np.ndarray:
    """Micro-batches whose gradients differ, and are about these in the mean."""
    if accumulate == 1:
        return means[:, np.newaxis]
    turns = _TURNS[np.arange(accumulate) % len(_TURNS)].transpose(1, 0, 2)
    return means[:, np.newaxis] * (1 + SPREAD * turns)

"""The tasks that are timed, and the batches of their epochs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.frameworks.batches import batches_of_epoch, order_of_epoch

# Trains the epoch of a number, and returns once all of it is computed. What it returns are the
# parameters, as (weight, bias) of each layer, if the variant has any.
Epoch = Callable[[int], Any]
RATES = {"sgd": 0.1, "adam": 0.001}


@dataclass(frozen=True)
class Task:
    """One training whose epochs are timed.

    Attributes:
        samples: Samples in an epoch.
        batch_size: Samples per update.
        layers: Units per layer, inputs first.
        dtype: "float32" or "float64".
        optimizer: "sgd" or "adam".
    """

    samples: int
    batch_size: int
    layers: tuple[int, ...]
    dtype: str
    optimizer: str

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Random inputs in [0, 1] and one-hot targets: speed does not depend on their values.

        Returns:
            Inputs (samples, first layer) and targets (samples, last layer), always the same.
        """
        rng = np.random.default_rng(0)
        inputs = rng.random((self.samples, self.layers[0]), np.dtype(self.dtype).type)
        labels = rng.integers(0, self.layers[-1], self.samples)
        return inputs, np.eye(self.layers[-1], dtype=self.dtype)[labels]

    @property
    def rate(self) -> float:
        """The learning rate of the task's optimizer."""
        return RATES[self.optimizer]


def order_of(task: Task, epoch: int) -> np.ndarray:
    return order_of_epoch(task.samples, seed=0, epoch=epoch)


def batches_of(task: Task, epoch: int) -> list[np.ndarray]:
    return batches_of_epoch(task.samples, task.batch_size, seed=0, epoch=epoch)

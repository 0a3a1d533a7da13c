"""What is measured: the task, and the batches of its epochs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.frameworks.batches import batches_of_epoch, order_of_epoch

# An epoch by its number. It returns when all of it is computed: what was trained, where that can be
# looked at, as (weight, bias) of each layer.
Epoch = Callable[[int], Any]
# The digit recogniser of the documents, and epochs of MNIST's training images.
NETWORK, SAMPLES = (784, 16, 16, 10), 50_000
RATES = {"sgd": 0.1, "adam": 0.001}


@dataclass(frozen=True)
class Task:
    """One thing to measure.

    Attributes:
        samples, batch_size: Of an epoch.
        layers: Units per layer.
        dtype: "float32" or "float64".
        optimizer: "sgd" or "adam".
    """

    samples: int
    batch_size: int
    layers: tuple[int, ...]
    dtype: str
    optimizer: str

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs in [0, 1] and one-hot targets, seeded; their values do not matter for speed."""
        rng = np.random.default_rng(0)
        inputs = rng.random((self.samples, self.layers[0]), np.dtype(self.dtype).type)
        labels = rng.integers(0, self.layers[-1], self.samples)
        return inputs, np.eye(self.layers[-1], dtype=self.dtype)[labels]

    @property
    def rate(self) -> float:
        return RATES[self.optimizer]


def order_of(task: Task, epoch: int) -> np.ndarray:
    return order_of_epoch(task.samples, seed=0, epoch=epoch)


def batches_of(task: Task, epoch: int) -> list[np.ndarray]:
    return batches_of_epoch(task.samples, task.batch_size, seed=0, epoch=epoch)

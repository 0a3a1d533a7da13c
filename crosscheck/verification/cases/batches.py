"""Which samples make up which batch: the frameworks' batches are compared exactly."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from crosscheck.frameworks.batches import batches_of_epoch
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.comparison import Tensor
from crosscheck.numerics.trees import Layer, to_framework
from crosscheck.verification.cases.stages import Quantities, Stage, Stages
from crosscheck.verification.cases.training import LOSS


@dataclass(frozen=True)
class BatchesCase:
    """The samples of every batch of three epochs, which the gradients reveal.

    For sample i, output 0 of a linear network misses its target by 2^i, and output 1 by 1. The
    first gradient divided by the second is then the mean of 2^i over the batch, whatever the
    framework divides a batch by, and without any rounding. An optimizer that changes no parameter
    appends these numbers to its state, 8 binary digits for each.
    """

    name: str = "which samples make up which batch"
    group: str = "training"
    dtype: str = "float64"

    SAMPLES, EPOCHS = 6, 3
    BATCH_SIZE, SEED = 4, 17

    def exactly(self) -> Stages:
        """The state after every epoch."""
        state, found = 0.0, []
        for epoch in range(self.EPOCHS):
            batches = batches_of_epoch(self.SAMPLES, self.BATCH_SIZE, seed=self.SEED, epoch=epoch)
            for batch in batches:
                state = 256 * state + float(np.mean(2.0**batch))
            found.append(state)
        return {Stage.TRAJECTORY: {"samples of the batches": {"": Tensor(np.array(found))}}}

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """The same by a framework."""
        module, states = framework.params, []
        zeros = (Layer(np.zeros((2, 1)), np.zeros(2)),)
        targets = -np.stack([2.0 ** np.arange(self.SAMPLES), np.ones(self.SAMPLES)], axis=1)
        framework.training.train(
            *(to_framework(module, tree) for tree in (zeros, np.ones((self.SAMPLES, 1)), targets)),
            _recorder(framework),
            activations=("identity",),
            loss=LOSS,
            stop=framework.training.StopRule(max_epochs=self.EPOCHS),
            batch_size=self.BATCH_SIZE,
            seed=self.SEED,
            on_epoch=lambda epoch, params, state, losses: states.append(
                float(module.to_numpy(state)[0].bias)
            ),
        )
        yield Stage.TRAJECTORY, {"samples of the batches": {"": Tensor(np.array(states))}}


@cache
def _recorder(framework: Framework) -> Any:
    """The optimizer that records the quotient of the gradients and changes no parameter."""
    tree_map = framework.params.tree_map

    def update(grads: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        record = tree_map(lambda s, g: 256 * s + g[0] / g[1], state, grads)
        return tree_map(lambda g: 0 * g, grads), record

    return framework.optimizers.Optimizer(
        lambda params: tree_map(lambda p: p[0] * 0, params), update
    )

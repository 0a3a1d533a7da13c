"""Which samples make up which batch, told exactly."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.comparison import Tensor
from crosscheck.verification.cases.stages import Quantities, Stage, Stages
from crosscheck.verification.cases.training import LOSS, TrainingCase


@dataclass(frozen=True)
class BatchesCase:
    """The samples of every batch of three epochs, told by the gradients alone.

    Output 0 of a linear network is off by 2^i for sample i, output 1 by 1. The first gradient over
    the second is then the mean of 2^i over the batch, whatever the batch is divided by, and all of
    it is exact. An optimizer that moves nothing writes these numbers one after the other into its
    state: 8 binary digits for each.
    """

    name: str = "which samples make up which batch"
    group: str = "training"
    dtype: str = "float64"

    SAMPLES = 6
    EPOCHS = 3

    def _order(self) -> TrainingCase:
        return TrainingCase("", seed=17, batch_size=4)

    def exactly(self) -> Stages:
        """The state after every epoch."""
        order, state, found = self._order(), 0.0, []
        for epoch in range(self.EPOCHS):
            for batch in order.batches(epoch, self.SAMPLES):
                state = 256 * state + float(np.mean(2.0**batch))
            found.append(state)
        return {Stage.TRAJECTORY: {"samples of the batches": {"": Tensor(np.array(found))}}}

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """The same by a framework."""
        arrays, states = framework.params, []
        zeros = np.zeros((2, 1)), np.zeros(2)
        wanted = -np.stack([2.0 ** np.arange(self.SAMPLES), np.ones(self.SAMPLES)], axis=1)
        framework.training.train(
            arrays.from_numpy((arrays.Layer(*zeros),)),
            arrays.from_numpy(np.ones((self.SAMPLES, 1))),
            arrays.from_numpy(wanted),
            _recorder(framework),
            activations=("identity",),
            loss=LOSS,
            stop=framework.training.StopRule(max_epochs=self.EPOCHS),
            batch_size=self._order().batch_size,
            seed=self._order().seed,
            on_epoch=lambda epoch, params, state, losses: states.append(
                float(arrays.to_numpy(state)[0].bias)
            ),
        )
        yield Stage.TRAJECTORY, {"samples of the batches": {"": Tensor(np.array(states))}}


@cache
def _recorder(framework: Framework) -> Any:
    tree_map = framework.params.tree_map

    def update(grads: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        record = tree_map(lambda s, g: 256 * s + g[0] / g[1], state, grads)
        return tree_map(lambda g: 0 * g, grads), record

    return framework.optimizers.Optimizer(
        lambda params: tree_map(lambda p: p[0] * 0, params), update
    )

"""One epoch of training: batch after batch, and one update for each."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import Matrix
from .gradients import unchecked_value_and_grad
from .optimizers import Optimizer, apply_updates
from .params import Params


def run_epoch(
    params: Params,
    state: Any,
    inputs: Matrix,
    targets: Matrix,
    batches: list[np.ndarray],
    optimizer: Optimizer,
    activations: Sequence[str],
    loss: str,
    compile: bool | None,
) -> tuple[Params, Any, float]:
    """Make one update per batch, of what `train` has checked.

    Args:
        params: Where to start.
        state: The optimizer's state there.
        inputs: (samples, units). One sample a row.
        targets: (samples, outputs).
        batches: For each batch the indices of its samples, in the order in which they are used.
        optimizer: What makes an update of a gradient.
        activations: One name in `ACTIVATIONS` per layer.
        loss: A name in `LOSSES`.
        compile: Whether to compile the step; None does what is usual in this framework.

    Returns:
        The parameters, the state, and the mean loss of the samples, each taken before the update
        that its batch made.

    Raises:
        ValueError: If this framework compiles nothing and `compile` is True; if the state does not
            have the shape of `params`.
    """
    if compile:
        raise ValueError("Python has no compiler: leave compile at None")
    total = 0.0
    for batch in [batch.tolist() for batch in batches]:
        x, y = [inputs[i] for i in batch], [targets[i] for i in batch]
        value, grads = unchecked_value_and_grad(params, x, y, activations, loss)
        updates, state = optimizer.update(grads, state, params)
        params = apply_updates(params, updates)
        total += value * len(batch)
    return params, state, total / len(inputs)

"""One epoch of training, in the way of MLX, which computes a step when it is asked for it."""

from collections.abc import Sequence
from typing import Any

import mlx.core as mx
import numpy as np

from .arrays import Array
from .gradients import unchecked_value_and_grad
from .optimizers import Optimizer, apply_updates
from .params import Params


def run_epoch(
    params: Params,
    state: Any,
    inputs: Array,
    targets: Array,
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
        # mx.compile takes the number of a step for a constant, and would compile every step anew.
        raise ValueError("the reference in MLX compiles no step: leave compile at None")
    total = 0.0
    for batch in [mx.array(batch) for batch in batches]:
        value, grads = unchecked_value_and_grad(
            params, inputs[batch], targets[batch], activations, loss
        )
        updates, state = optimizer.update(grads, state, params)
        params = apply_updates(params, updates)
        # MLX only notes what is to be computed; here it computes the step, and forgets the note.
        mx.eval(value, params, state)
        total += float(value) * len(batch)
    return params, state, total / len(inputs)

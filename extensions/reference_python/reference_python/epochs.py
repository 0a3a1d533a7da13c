"""One epoch of training: batch after batch, and one update for each."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from .arrays import Array, Matrix
from .gradients import unchecked_value_and_grad
from .losses import mean_weight, scaled
from .optimizers import Optimizer, apply_updates
from .optimizers.base import each_entry
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
    micro_batch_size: int | None = None,
    weights: Array | None = None,
    normalizer: str = "count",
    workers: int = 1,
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
        micro_batch_size: Samples in each piece over which a batch's gradient is gathered; None
            takes the batch at once.
        weights: (samples,), or None.
        normalizer: By what a mean divides: "count" is the number of samples, "weights" the sum of
            their weights.
        workers: How many workers share a batch.

    Returns:
        The parameters, the state, and the mean loss of the samples, each taken before the update
        that its batch made.

    Raises:
        ValueError: If this framework compiles nothing and `compile` is True; if the state does not
            have the shape of `params`; if there are fewer workers.
    """
    if workers != 1:
        raise ValueError("this reference has one worker: leave workers at 1")
    if compile:
        raise ValueError("Python has no compiler: leave compile at None")
    total = 0.0
    for batch in [batch.tolist() for batch in batches]:
        x, y = [inputs[i] for i in batch], [targets[i] for i in batch]
        of_piece = partial(_of_piece, params, activations, loss)
        w = None if weights is None else [weights[i] for i in batch]
        value, grads = gathered(of_piece, x, y, scaled(w, normalizer), micro_batch_size)
        updates, state = optimizer.update(grads, state, params)
        params = apply_updates(params, updates)
        total += value * (len(batch) * mean_weight(w, normalizer))
    return params, state, total / (len(inputs) * mean_weight(weights, normalizer))


def _of_piece(
    params: Params,
    activations: Sequence[str],
    loss: str,
    x: Array,
    y: Array,
    factors: Array | None,
) -> tuple[Any, Params]:
    return unchecked_value_and_grad(params, x, y, activations, loss, factors)


def gathered(
    of_piece: Callable[[Array, Array, Array | None], tuple[Any, Params]],
    inputs: Array,
    targets: Array,
    factors: Array | None,
    size: int | None,
) -> tuple[Any, Params]:
    """The loss of a batch and its gradient, gathered over pieces of `size` samples.

    Each piece counts by its samples: the last one may be shorter, and a mean of means would give
    these samples more weight than the others. With weights this holds too, since `factors` were
    scaled for the batch as a whole.

    Args:
        of_piece: The mean loss and the gradient of some of the samples.
        inputs, targets: The batch, (batch, units) and (batch, outputs).
        factors: The weights that `losses.scaled` gives for the batch, (batch,); or None.
        size: Samples in each piece; None takes the whole batch at once.
    """
    samples = len(inputs)
    if size is None or size >= samples:
        return of_piece(inputs, targets, factors)
    total: Any = 0.0
    grads: Any = None
    for start in range(0, samples, size):
        x, y = inputs[start : start + size], targets[start : start + size]
        w = None if factors is None else factors[start : start + size]
        share = len(x) / samples
        value, piece = of_piece(x, y, w)
        total = total + value * share
        piece = each_entry(lambda g, share=share: g * share, piece)
        grads = piece if grads is None else each_entry(lambda s, g: s + g, grads, piece)
    return total, grads

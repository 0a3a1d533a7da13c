"""One epoch of training, in the way that is fast in JAX: a compiled loop over the batches."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .arrays import Array
from .gradients import unchecked_value_and_grad
from .losses import mean_weight, scaled
from .optimizers import Optimizer, apply_updates
from .params import Params, tree_map


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
    micro_batch_size: int | None = None,
    weights: Array | None = None,
    normalizer: str = "count",
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

    Returns:
        The parameters, the state, and the mean loss of the samples, each taken before the update
        that its batch made.

    Raises:
        ValueError: If this framework compiles nothing and `compile` is True; if the state does not
            have the shape of `params`.
    """
    total = 0.0
    with jax.disable_jit(compile is False):
        # All batches of one length are one compiled call; the short last one is another.
        for length in sorted({len(batch) for batch in batches}, reverse=True):
            stacked = jnp.asarray(np.stack([b for b in batches if len(b) == length]))
            params, state, values = _steps(
                params,
                state,
                inputs,
                targets,
                stacked,
                optimizer,
                tuple(activations),
                loss,
                micro_batch_size,
                weights,
                normalizer,
            )
            total += float(values.sum()) * length
    return params, state, total / (len(inputs) * float(mean_weight(weights, normalizer)))


@functools.partial(
    jax.jit, static_argnames=("optimizer", "activations", "loss", "micro_batch_size", "normalizer")
)
def _steps(
    params: Params,
    state: Any,
    inputs: Array,
    targets: Array,
    batches: Array,
    optimizer: Optimizer,
    activations: tuple[str, ...],
    loss: str,
    micro_batch_size: int | None,
    weights: Array | None,
    normalizer: str,
) -> tuple[Params, Any, Array]:
    def step(carry: tuple[Params, Any], batch: Array) -> tuple[tuple[Params, Any], Array]:
        params, state = carry

        def of_piece(x: Array, y: Array, factors: Array | None) -> tuple[Array, Params]:
            return unchecked_value_and_grad(params, x, y, activations, loss, factors)

        x, y, w = inputs[batch], targets[batch], None if weights is None else weights[batch]
        value, grads = gathered(of_piece, x, y, scaled(w, normalizer), micro_batch_size)
        updates, state = optimizer.update(grads, state, params)
        return (apply_updates(params, updates), state), value * mean_weight(w, normalizer)

    (params, state), values = jax.lax.scan(step, (params, state), batches)
    return params, state, values


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
        piece = tree_map(lambda g, share=share: g * share, piece)
        grads = piece if grads is None else tree_map(lambda s, g: s + g, grads, piece)
    return total, grads

"""One epoch of training, in the way that is fast in NumPy, which autograd watches.

To an optimizer that treats every entry alike, all layers are one vector: an update is then a few
operations on all parameters, instead of as many on every leaf. Batches and gradients are written
into the same memory again and again.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from . import checks
from .arrays import Array
from .gradients import unchecked_value_and_grad
from .losses import mean_weight, scaled
from .optimizers import Elementwise, Optimizer, apply_updates
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
    if compile:
        raise ValueError("autograd has no compiler: leave compile at None")
    # To an elementwise optimizer all parameters are one vector, of which the layers are views: an
    # update is a few operations on all of them instead of as many on every leaf.
    at_once = micro_batch_size is None and workers == 1
    whole = isinstance(optimizer, Elementwise) and at_once
    if whole:
        _map_moments(lambda moment: checks.same_shapes("state", moment, "params", params), state)
        theta, state = joined(params), _map_moments(joined, state)
        gradient = np.empty_like(theta)
        params, parts = views(theta, params), views(gradient, params)
    xs, ys = (np.empty((len(batches[0]), data.shape[1]), data.dtype) for data in (inputs, targets))
    total = 0.0
    for batch in batches:
        x, y = xs[: len(batch)], ys[: len(batch)]
        inputs.take(batch, axis=0, out=x, mode="clip")
        targets.take(batch, axis=0, out=y, mode="clip")
        of_piece = partial(_of_piece, params, activations, loss)
        of_shard = partial(gathered, of_piece, size=micro_batch_size)
        w = None if weights is None else weights[batch]
        value, grads = sharded(of_shard, x, y, scaled(w, normalizer), workers)
        if whole:
            for part, grad in zip(parts, grads, strict=True):
                part.weight[:], part.bias[:] = grad
            updates, state = optimizer.update(gradient, state, theta)
            theta += updates
        else:
            updates, state = optimizer.update(grads, state, params)
            params = apply_updates(params, updates)
        total += float(value) * (len(batch) * float(mean_weight(w, normalizer)))
    if whole:
        state = _map_moments(lambda moment: views(moment, params), state)
    return params, state, total / (len(inputs) * float(mean_weight(weights, normalizer)))


def joined(tree: Params) -> Array:
    """All leaves in one vector, one after the other."""
    return np.concatenate([leaf.ravel() for layer in tree for leaf in layer])


def views(vector: Array, like: Params) -> Params:
    """Layers of the shape of `like`, whose arrays are pieces of the vector: no copies."""
    sizes = [leaf.size for layer in like for leaf in layer]
    pieces = iter(np.split(vector, np.cumsum(sizes[:-1])))
    return tree_map(lambda leaf: next(pieces).reshape(leaf.shape), like)


def _map_moments(function: Callable[[Any], Any], state: Any) -> Any:
    """The state with every moment replaced; its numbers, as the step, stay as they are."""
    moments = {
        name: function(moment)
        for name, moment in state._asdict().items()
        if isinstance(moment, tuple | Array)
    }
    return state._replace(**moments)


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
        piece = tree_map(lambda g, share=share: g * share, piece)
        grads = piece if grads is None else tree_map(lambda s, g: s + g, grads, piece)
    return total, grads


def sharded(
    of_shard: Callable[[Array, Array, Array | None], tuple[Any, Params]],
    inputs: Array,
    targets: Array,
    factors: Array | None,
    workers: int,
) -> tuple[Any, Params]:
    """The loss of a batch and its gradient, of which each worker works out a shard.

    Each shard counts by its samples, as a piece does in `gathered`: shards may be uneven, and a
    worker may have no samples at all. The sum goes in the order of the workers.

    Args:
        of_shard: The mean loss and the gradient of some of the samples.
        inputs, targets: The batch, (batch, units) and (batch, outputs).
        factors: The weights that `losses.scaled` gives for the batch, (batch,); or None.
        workers: How many workers share the batch.
    """
    if workers == 1:
        return of_shard(inputs, targets, factors)
    xs, ys = (np.array_split(data, workers) for data in (inputs, targets))
    ws = [None] * workers if factors is None else np.array_split(factors, workers)
    total: Any = 0.0
    grads: Any = None
    for x, y, w in zip(xs, ys, ws, strict=True):
        if len(x) == 0:
            continue
        value, of_worker = of_shard(x, y, w)
        by_samples = len(x) / len(inputs)
        total = total + value * by_samples
        of_worker = tree_map(lambda g, by_samples=by_samples: g * by_samples, of_worker)
        grads = of_worker if grads is None else tree_map(lambda s, g: s + g, grads, of_worker)
    return total, grads

"""One epoch of training, in the way that is fast in PyTorch.

To an optimizer that treats every entry alike, all layers are one vector: an update is then a few
operations on all parameters, instead of as many on every leaf. The tape adds the gradients into
views of one vector too. Compiled, several steps are one call.

Workers that share a batch are processes of `torch.distributed`; each calls `train` with the
same arguments.
"""

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np
import torch
from torch import distributed

from . import checks
from .arrays import Array
from .gradients import unchecked_value_and_grad
from .losses import LOSSES, mean_weight, scaled
from .mlp import unchecked_forward
from .optimizers import Elementwise, Optimizer, apply_updates
from .params import Params, tree_map


@torch.enable_grad()
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
    if workers > 1:
        _check_processes(workers, compile)
    # What the caller may differentiate elsewhere is neither marked nor written to here.
    inputs, targets = inputs.detach(), targets.detach()
    weights = None if weights is None else weights.detach()
    params = tree_map(lambda leaf: leaf.detach(), params)
    if compile:
        return _compiled_epoch(
            params,
            state,
            inputs,
            targets,
            batches,
            optimizer,
            activations,
            loss,
            micro_batch_size,
            weights,
            normalizer,
        )
    # To an elementwise optimizer all parameters are one vector, of which the layers are views, as
    # are their gradients: an update is a few operations on all of them instead of on every leaf.
    at_once = micro_batch_size is None and workers == 1
    whole = isinstance(optimizer, Elementwise) and at_once
    if whole:
        _map_moments(lambda moment: checks.same_shapes("state", moment, "params", params), state)
        theta, state = joined(params), _map_moments(joined, state)
        gradient = torch.zeros_like(theta)
        params, parts = views(theta, params), views(gradient, params)
        params = tree_map(lambda leaf: leaf.requires_grad_(), params)
        for layer, part in zip(params, parts, strict=True):
            layer.weight.grad, layer.bias.grad = part
    total = 0.0
    for batch in [torch.from_numpy(batch).to(inputs.device) for batch in batches]:
        x, y = inputs.index_select(0, batch), targets.index_select(0, batch)
        w = None if weights is None else weights[batch]
        factors = scaled(w, normalizer)
        if whole:
            gradient.zero_()
            outputs = unchecked_forward(params, x, activations).outputs
            value = LOSSES[loss](outputs, y, weights=factors)
            value.backward()  # type: ignore[no-untyped-call]
            updates, state = optimizer.update(gradient, state, theta)
            theta += updates
        else:
            of_piece = partial(_of_piece, params, activations, loss)
            of_shard = partial(gathered, of_piece, size=micro_batch_size)
            value, grads = sharded(of_shard, params, x, y, factors, workers)
            updates, state = optimizer.update(grads, state, params)
            params = apply_updates(params, updates)
        total += value.item() * (len(batch) * float(mean_weight(w, normalizer)))
    if whole:
        params = views(theta, params)
        state = _map_moments(lambda moment: views(moment, params), state)
    return params, state, total / (len(inputs) * float(mean_weight(weights, normalizer)))


# So many steps are compiled as one call. With more the compiler is slower, the steps hardly faster.
RUN = 10


def _compiled_epoch(
    params: Params,
    state: Any,
    inputs: Array,
    targets: Array,
    batches: list[np.ndarray],
    optimizer: Optimizer,
    activations: Sequence[str],
    loss: str,
    micro_batch_size: int | None,
    weights: Array | None,
    normalizer: str,
) -> tuple[Params, Any, float]:
    """`run_epoch`, `RUN` steps at a time in one compiled call."""

    def objective(params: Params, x: Array, y: Array, factors: Array | None) -> Array:
        outputs = unchecked_forward(params, x, activations).outputs
        return LOSSES[loss](outputs, y, weights=factors)

    def value_and_grads(
        params: Params, x: Array, y: Array, factors: Array | None
    ) -> tuple[Array, Params]:
        grads, value = torch.func.grad_and_value(objective)(params, x, y, factors)
        return value, grads

    # What takes more than eight operations is kept in memory: left to itself the compiler works out
    # the moments of a late step from the gradients of all steps before it, anew in every place.
    @torch.compile(options={"realize_opcount_threshold": 8})
    def steps(params: Params, state: Any, chosen: Array) -> tuple[Params, Any, Array]:
        values = []
        for batch in chosen:
            x, y = inputs.index_select(0, batch), targets.index_select(0, batch)
            w = None if weights is None else weights[batch]
            of_piece = partial(value_and_grads, params)
            value, grads = gathered(of_piece, x, y, scaled(w, normalizer), micro_batch_size)
            updates, state = optimizer.update(grads, state, params)
            params = apply_updates(params, updates)
            values.append(value * mean_weight(w, normalizer))
        return params, state, torch.stack(values)

    total, done = 0.0, 0
    while done < len(batches):
        run = [batch for batch in batches[done : done + RUN] if len(batch) == len(batches[done])]
        run = run if len(run) == RUN else run[:1]
        chosen = torch.from_numpy(np.stack(run)).to(inputs.device)
        params, state, values = steps(params, state, chosen)
        total += float(values.sum()) * len(run[0])
        done += len(run)
    return params, state, total / (len(inputs) * float(mean_weight(weights, normalizer)))


def joined(tree: Params) -> Array:
    """All leaves in one vector, one after the other."""
    return torch.cat([leaf.ravel() for layer in tree for leaf in layer])


def views(vector: Array, like: Params) -> Params:
    """Layers of the shape of `like`, whose tensors are pieces of the vector: no copies."""
    pieces = iter(torch.split(vector.detach(), [leaf.numel() for layer in like for leaf in layer]))
    return tree_map(lambda leaf: next(pieces).view(leaf.shape), like)


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


def _check_processes(workers: int, compile: bool | None) -> None:
    if compile:
        raise ValueError("a step that several workers share is not compiled: leave compile at None")
    started = distributed.is_available() and distributed.is_initialized()
    processes = distributed.get_world_size() if started else 1
    if processes != workers:
        raise ValueError(
            f"{workers} workers are as many processes of torch.distributed, which has {processes}"
        )


def sharded(
    of_shard: Callable[[Array, Array, Array | None], tuple[Any, Params]],
    params: Params,
    inputs: Array,
    targets: Array,
    factors: Array | None,
    workers: int,
) -> tuple[Any, Params]:
    """The loss of a batch and its gradient, of which each worker works out a shard.

    Each shard counts by its samples, as a piece does in `gathered`: shards may be uneven, and a
    worker may have no samples at all. Every worker gets what all the others found, and adds it up
    in the order of the workers. An all-reduce would send less, but in an order of its own; this
    sum is the same to the bit in every process, whatever way the parts were sent.

    Args:
        of_shard: The mean loss and the gradient of some of the samples.
        params: The parameters, whose shapes the gradient has.
        inputs, targets: The batch, (batch, units) and (batch, outputs).
        factors: The weights that `losses.scaled` gives for the batch, (batch,); or None.
        workers: How many workers share the batch.
    """
    if workers == 1:
        return of_shard(inputs, targets, factors)
    rank = distributed.get_rank()
    x, y = (torch.tensor_split(data, workers)[rank] for data in (inputs, targets))
    w = None if factors is None else torch.tensor_split(factors, workers)[rank]
    found = torch.zeros_like(joined(params)[:1]), tree_map(torch.zeros_like, params)
    if len(x) > 0:
        found = of_shard(x, y, w)
    value, grads = found
    mine = torch.cat([value.reshape(1), joined(grads)]) * (len(x) / len(inputs))
    of_workers = [torch.empty_like(mine) for _ in range(workers)]
    distributed.all_gather(of_workers, mine)
    total = reduce(torch.add, of_workers)
    return total[0], views(total[1:], params)

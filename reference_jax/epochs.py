"""One epoch of training, in the way that is fast in JAX: a compiled loop over the batches.

Workers that share a batch are devices of a mesh.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

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
    total, mean_of_all = 0.0, float(mean_weight(weights, normalizer))
    mesh = None if workers == 1 else _mesh(workers)
    if mesh is not None:
        everywhere = NamedSharding(mesh, PartitionSpec())
        everything = (params, state, inputs, targets, weights)
        if jax.process_count() > 1:  # to other processes only what lies on the host can go
            everything = jax.tree.map(_on_host, everything)
        params, state, inputs, targets, weights = jax.device_put(everything, everywhere)
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
                mesh,
            )
            total += float(values.sum()) * length
    if mesh is not None:  # every device has the same: what is handed on is the first one's
        params, state = jax.tree.map(_on_one_device, (params, state))
    return params, state, total / (len(inputs) * mean_of_all)


@functools.partial(
    jax.jit,
    static_argnames=("optimizer", "activations", "loss", "micro_batch_size", "normalizer", "mesh"),
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
    mesh: Mesh | None,
) -> tuple[Params, Any, Array]:
    def step(carry: tuple[Params, Any], batch: Array) -> tuple[tuple[Params, Any], Array]:
        params, state = carry

        def of_piece(x: Array, y: Array, factors: Array | None) -> tuple[Array, Params]:
            return unchecked_value_and_grad(params, x, y, activations, loss, factors)

        x, y, w = inputs[batch], targets[batch], None if weights is None else weights[batch]
        of_shard = functools.partial(gathered, of_piece, size=micro_batch_size)
        value, grads = sharded(of_shard, x, y, scaled(w, normalizer), mesh)
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


def _mesh(workers: int) -> Mesh:
    """So many devices in a row, of all that JAX sees: on other hosts, too."""
    devices = jax.devices()
    if len(devices) < workers:
        raise ValueError(
            f"{workers} workers are as many devices of JAX, which has {len(devices)}: before it "
            f"starts set XLA_FLAGS=--xla_force_host_platform_device_count={workers}"
        )
    return Mesh(np.array(devices[:workers]), ("workers",))


def _on_host(leaf: Any) -> Any:
    return np.asarray(leaf) if isinstance(leaf, Array) else leaf


def _on_one_device(leaf: Any) -> Any:
    return leaf.addressable_data(0) if isinstance(leaf, Array) else leaf


def sharded(
    of_shard: Callable[[Array, Array, Array | None], tuple[Any, Params]],
    inputs: Array,
    targets: Array,
    factors: Array | None,
    mesh: Mesh | None,
) -> tuple[Any, Params]:
    """The loss of a batch and its gradient, of which each worker works out a shard.

    The batch becomes an array whose first axis, the workers, lies on the mesh: every device
    computes where its shard is, and a sum over that axis is what the devices send each other. All
    shards of an array have the same length: where one is shorter by a sample, its last one stands
    there twice, each time with half of its weight. (With weight 0 an infinite loss would be NaN.)

    Args:
        of_shard: The mean loss and the gradient of some of the samples.
        inputs, targets: The batch, (batch, units) and (batch, outputs).
        factors: The weights that `losses.scaled` gives for the batch, (batch,); or None.
        mesh: The devices, one for each worker; None where there is one worker.
    """
    if mesh is None:
        return of_shard(inputs, targets, factors)
    of_workers = NamedSharding(mesh, PartitionSpec("workers"))
    everywhere = NamedSharding(mesh, PartitionSpec())
    chosen, counts = _shards(len(inputs), mesh.size)
    given = jnp.ones(len(inputs), inputs.dtype) if factors is None else factors
    x, y, w = jax.lax.with_sharding_constraint(
        (inputs[chosen], targets[chosen], given[chosen] * counts.astype(inputs.dtype)), of_workers
    )
    found = jax.vmap(of_shard)(x, y, w)
    # Each worker's mean is that over as many samples, so that all count alike.
    share = chosen.shape[1] / len(inputs)
    busy = min(mesh.size, len(inputs))  # the workers after these have no samples
    total = jax.tree.map(lambda parts: (parts[:busy] * share).sum(axis=0), found)
    return jax.lax.with_sharding_constraint(total, everywhere)


def _shards(samples: int, workers: int) -> tuple[np.ndarray, np.ndarray]:
    """The samples of each worker, (workers, longest shard), and how much of each counts there."""
    shards = np.array_split(np.arange(samples), workers)
    longest = len(shards[0])
    chosen = np.zeros((workers, longest), int)
    counts = np.ones((workers, longest))
    for worker, shard in enumerate(shards):
        chosen[worker, : len(shard)] = shard
        if 0 < len(shard) < longest:
            chosen[worker, -1], counts[worker, -2:] = shard[-1], 0.5
    return chosen, counts

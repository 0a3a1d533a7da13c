"""The pass through a network whose batch is divided: among workers, and by each into pieces.

Divided or not, the exact gradient is the same. What is added is what is rounded: the share of a
piece and of a shard, the products with it, and the sums.
"""

from functools import reduce
from typing import Any

import numpy as np

from crosscheck.numerics.bounds.inexact import Inexact, bounded, exactly, rows
from crosscheck.numerics.bounds.network import inexact_pass
from crosscheck.numerics.bounds.precision import DOUBLE, Precision
from crosscheck.numerics.trees import Layer


def sharded_pass(
    params: Any,
    inputs: np.ndarray,
    targets: np.ndarray,
    activations: Any,
    loss: str,
    precision: Precision,
    factors: Inexact | None = None,
    workers: int = 1,
    micro_batch_size: int | None = None,
) -> tuple[Inexact, list[Layer]]:
    """The loss of a batch and its gradient, with the bounds of their errors.

    Args:
        params: Layers of `Inexact` arrays.
        inputs, targets: The batch, in float64.
        activations, loss: As in the contract.
        precision: That of the framework's arrays.
        factors: What `inexact_factors` gives for the batch.
        workers, micro_batch_size: As in the contract.

    Returns:
        The loss, and the gradient as layers of `Inexact` arrays.
    """

    def of(samples: np.ndarray) -> tuple[Inexact, list[Layer]]:
        of_samples = None if factors is None else rows(factors, samples[0], len(samples))
        kind = activations, loss, precision
        found = inexact_pass(params, inputs[samples], targets[samples], *kind, factors=of_samples)
        return found.loss, list(found.grads)

    def of_shard(shard: np.ndarray) -> tuple[Inexact, list[Layer]]:
        size = micro_batch_size or len(shard)
        pieces = [shard[start : start + size] for start in range(0, len(shard), size)]
        return _mean([of(piece) for piece in pieces], [len(piece) for piece in pieces])

    # Who has no samples adds 0, which rounds nothing.
    shards = [each for each in np.array_split(np.arange(len(inputs)), workers) if len(each)]
    return _mean([of_shard(shard) for shard in shards], [len(shard) for shard in shards])


def _mean(
    parts: list[tuple[Inexact, list[Layer]]], samples: list[int]
) -> tuple[Inexact, list[Layer]]:
    """The mean of what parts of a batch give, each by its samples, added up in any order."""
    if len(parts) == 1:
        return parts[0]
    shares = [exactly(number / sum(samples), DOUBLE) for number in samples]
    losses = [loss * share for (loss, _), share in zip(parts, shares, strict=True)]
    grads = [
        Layer(*(leaf * share for leaf in layer))
        for (_, layers), share in zip(parts, shares, strict=True)
        for layer in layers
    ]
    depth = len(parts[0][1])
    return in_any_order(losses), [
        Layer(*(in_any_order(list(leaves)) for leaves in zip(*grads[index::depth], strict=True)))
        for index in range(depth)
    ]


def in_any_order(terms: list[Inexact]) -> Inexact:
    """The sum of several arrays, whatever order they are added up in.

    A reduction between workers goes along a ring, a tree, or in the order of the workers; every
    partial sum of k terms loses at most k units of the magnitudes in it. Each is a framework's
    array, so that every addition is in the dtype.
    """
    p = terms[0].precision
    value = reduce(np.add, [each.value for each in terms])
    error = reduce(np.add, [each.error for each in terms])
    size = reduce(np.add, [abs(each.value) + each.error for each in terms])
    return bounded(value, error + len(terms) * p.u * size + p.overflow(size), p)

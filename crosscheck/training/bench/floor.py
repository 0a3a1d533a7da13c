"""Floors: how long the parts take that no epoch can do without.

These are the matrix products, gathering the batches, and NumPy's calls as such.
"""

import functools
from itertools import pairwise
from typing import Any

import numpy as np

from crosscheck.training.bench.tasks import Epoch, Task, batches_of
from reference_numpy import epochs
from reference_numpy.params import init_params


def products(task: Task) -> Epoch:
    """An epoch of matrix products alone: no gathering, no activation, no update."""
    rng, kind = np.random.default_rng(0), np.dtype(task.dtype).type
    pairs = list(pairwise(task.layers))
    weights = [rng.random((above, below), kind) for below, above in pairs]
    grads = [np.empty_like(weight) for weight in weights]
    sizes = [len(batch) for batch in batches_of(task, 0)]
    # One set of arrays for whole batches, and one for the last batch, if it is shorter.
    arrays = {
        rows: (
            [rng.random((rows, units), kind) for units in task.layers],
            [np.empty((rows, above), kind) for _, above in pairs],
            [np.empty((rows, below), kind) for below, _ in pairs],
        )
        for rows in set(sizes)
    }

    def epoch(number: int) -> None:
        for rows in sizes:
            outputs, forward, down = arrays[rows]
            for index, weight in enumerate(weights):
                np.dot(outputs[index], weight.T, out=forward[index])
            for index in range(len(weights) - 1, -1, -1):
                np.dot(outputs[index + 1].T, outputs[index], out=grads[index])
                if index:
                    np.dot(outputs[index + 1], weights[index], out=down[index])

    return epoch


def jax_products(task: Task) -> Epoch:
    """The same products in XLA, in one call for all batches of one length.

    Each step takes the result of the one before: otherwise XLA would compute one step and use it
    for all. The numbers soon overflow, which does not make a product slower.
    """
    import jax
    import jax.numpy as jnp

    start = [
        jnp.asarray(weight) for weight, _ in init_params(task.layers, seed=0, dtype=task.dtype)
    ]
    inputs = jnp.asarray(task.data()[0])
    sizes = [len(batch) for batch in batches_of(task, 0)]

    @functools.partial(jax.jit, static_argnames="steps")
    def run(weights: Any, x: Any, steps: int) -> Any:
        def step(weights: Any, _: Any) -> Any:
            outputs = [x]
            for weight in weights:
                outputs.append(outputs[-1] @ weight.T)
            delta, grads = outputs[-1], []
            for below, weight in zip(outputs[-2::-1], weights[::-1], strict=True):
                grads.append(delta.T @ below)
                delta = delta @ weight if below is not x else delta
            return grads[::-1], None

        return jax.lax.scan(step, weights, length=steps)[0]

    def epoch(number: int) -> Any:
        weights = start
        for rows in sorted(set(sizes), reverse=True):
            weights = run(weights, inputs[:rows], sizes.count(rows))
        return jax.block_until_ready(weights)

    return epoch


def written_out(task: Task) -> Epoch:
    """An epoch in NumPy that calls nothing but NumPy, on arrays that are allocated once.

    It is written for sigmoid layers and plain descent, and checks no argument.
    """
    inputs, targets = task.data()
    start = init_params(task.layers, seed=0, dtype=task.dtype)
    theta = epochs.joined(start)
    gradient = np.empty_like(theta)
    params, grads = epochs.views(theta, start), epochs.views(gradient, start)
    layers = list(zip(params, grads, strict=True))
    one = np.ones((), task.dtype)

    def allocate(rows: int) -> Any:
        outputs, slopes, deltas = (
            [np.empty((rows, units), task.dtype) for units in task.layers] for _ in range(3)
        )
        rate = np.asarray(-task.rate / rows, task.dtype)
        return outputs, slopes, deltas, np.empty_like(outputs[-1]), rate

    # One set of arrays for whole batches, and one for the last batch, if it is shorter.
    arrays = {rows: allocate(rows) for rows in {len(batch) for batch in batches_of(task, 0)}}

    def epoch(number: int) -> Any:
        loss = 0.0
        for batch in batches_of(task, number):
            outputs, slopes, deltas, y, rate = arrays[len(batch)]
            np.take(inputs, batch, axis=0, out=outputs[0], mode="clip")
            np.take(targets, batch, axis=0, out=y, mode="clip")
            for index, (layer, _) in enumerate(layers):
                a = outputs[index + 1]
                np.dot(outputs[index], layer.weight.T, out=a)
                np.add(a, layer.bias, out=a)
                np.negative(a, out=a)
                np.exp(a, out=a)
                np.add(a, one, out=a)
                np.reciprocal(a, out=a)
            delta = deltas[-1]
            np.subtract(outputs[-1], y, out=delta)
            loss += float(np.vdot(delta, delta))
            for index in range(len(layers) - 1, -1, -1):
                a, slope, (layer, grad) = outputs[index + 1], slopes[index + 1], layers[index]
                np.subtract(one, a, out=slope)
                np.multiply(slope, a, out=slope)
                np.multiply(delta, slope, out=delta)
                np.dot(delta.T, outputs[index], out=grad.weight)
                np.add.reduce(delta, axis=0, out=grad.bias)
                if index:
                    delta = np.dot(delta, layer.weight, out=deltas[index])
            np.multiply(gradient, rate, out=gradient)
            np.add(theta, gradient, out=theta)
        return params

    return epoch


def jax_gather(task: Task) -> Epoch:
    """An epoch of shuffling and gathering alone, within one call of JAX.

    The loop returns whole batches: if only an entry or a sum of them were asked for, XLA would
    compute just that, and copy no row.
    """
    import jax
    import jax.numpy as jnp

    inputs, targets = (jnp.asarray(array) for array in task.data())

    @jax.jit
    def run(inputs: Any, targets: Any, batches: Any) -> Any:
        def step(carry: Any, batch: Any) -> Any:
            return (inputs[batch], targets[batch]), None

        nothing = (inputs[: batches.shape[1]], targets[: batches.shape[1]])
        return jax.lax.scan(step, nothing, batches)[0]

    def epoch(number: int) -> Any:
        batches = batches_of(task, number)
        last_batches = []
        for rows in sorted({len(batch) for batch in batches}, reverse=True):
            stacked = np.stack([batch for batch in batches if len(batch) == rows])
            last_batches.append(run(inputs, targets, jnp.asarray(stacked)))
        return jax.block_until_ready(last_batches)

    return epoch

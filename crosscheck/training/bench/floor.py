"""What no epoch can do without: matrix products, gathering, and NumPy's calls."""

import functools
from itertools import pairwise
from typing import Any

import numpy as np

from crosscheck.training.bench.tasks import Epoch, Task, batches_of
from reference_numpy import epochs
from reference_numpy.params import init_params


def products(task: Task) -> Epoch:
    """The matrix products of a step and nothing else: no gathering, no activation, no update."""
    rng, kind = np.random.default_rng(0), np.dtype(task.dtype).type
    pairs = list(pairwise(task.layers))
    weights = [rng.random((above, below), kind) for below, above in pairs]
    grads = [np.empty_like(weight) for weight in weights]
    sizes = [len(batch) for batch in batches_of(task, 0)]
    # Of whole batches, and of the short last one.
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
    """The same products in XLA, as JAX makes them: in one call for all batches of one length.

    Each step multiplies by what the last one made, or XLA would work out one step for all of them.
    The numbers soon overflow; they are multiplied as fast as any.
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
    """The step in NumPy as one straight line over memory made once: what calls and arithmetic cost.

    For this one network and plain descent; it checks nothing.
    """
    inputs, targets = task.data()
    start = init_params(task.layers, seed=0, dtype=task.dtype)
    theta = epochs.joined(start)
    gradient = np.empty_like(theta)
    params, grads = epochs.views(theta, start), epochs.views(gradient, start)
    layers = list(zip(params, grads, strict=True))
    one = np.ones((), task.dtype)

    def memory(rows: int) -> Any:
        outputs, slopes, deltas = (
            [np.empty((rows, units), task.dtype) for units in task.layers] for _ in range(3)
        )
        rate = np.asarray(-task.rate / rows, task.dtype)
        return outputs, slopes, deltas, np.empty_like(outputs[-1]), rate

    # Of whole batches, and of the short last one.
    memories = {rows: memory(rows) for rows in {len(batch) for batch in batches_of(task, 0)}}

    def epoch(number: int) -> Any:
        loss = 0.0
        for batch in batches_of(task, number):
            outputs, slopes, deltas, y, rate = memories[len(batch)]
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
    """What shuffling and gathering alone cost JAX within one call for the epoch.

    The batch is what the loop carries: of anything less XLA computes only what is asked for in the
    end, an entry or a sum, and never copies a row.
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
        last = []
        for rows in sorted({len(batch) for batch in batches}, reverse=True):
            stacked = np.stack([batch for batch in batches if len(batch) == rows])
            last.append(run(inputs, targets, jnp.asarray(stacked)))
        return jax.block_until_ready(last)

    return epoch

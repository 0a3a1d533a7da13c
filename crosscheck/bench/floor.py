"""What no epoch can do without: matrix products, gathering, and NumPy's calls."""

from itertools import pairwise
from typing import Any

import numpy as np

from crosscheck.bench.tasks import Epoch, Task, batches_of
from reference_numpy import training
from reference_numpy.params import init_params


def products(task: Task) -> Epoch:
    """The matrix products of a step and nothing else: no gathering, no activation, no update."""
    rng, kind = np.random.default_rng(0), np.dtype(task.dtype).type
    pairs = list(pairwise(task.layers))
    weights = [rng.random((above, below), kind) for below, above in pairs]
    outputs = [rng.random((task.batch_size, units), kind) for units in task.layers]
    forward = [np.empty((task.batch_size, above), kind) for _, above in pairs]
    down = [np.empty((task.batch_size, below), kind) for below, _ in pairs]
    grads = [np.empty_like(weight) for weight in weights]
    steps = -(-task.samples // task.batch_size)

    def epoch(number: int) -> None:
        for _ in range(steps):
            for index, weight in enumerate(weights):
                np.dot(outputs[index], weight.T, out=forward[index])
            for index in range(len(weights) - 1, -1, -1):
                np.dot(outputs[index + 1].T, outputs[index], out=grads[index])
                if index:
                    np.dot(outputs[index + 1], weights[index], out=down[index])

    return epoch


def written_out(task: Task) -> Epoch:
    """The step in NumPy as one straight line over memory made once: what calls and arithmetic cost.

    For this one network and plain descent; it checks nothing, and whole batches are all it takes.
    """
    inputs, targets = task.data()
    start = init_params(task.layers, seed=0, dtype=task.dtype)
    theta = training._joined(start)
    gradient = np.empty_like(theta)
    params, grads = training._views(theta, start), training._views(gradient, start)
    layers = list(zip(params, grads, strict=True))
    rows = min(task.batch_size, task.samples)
    outputs, slopes, deltas = (
        [np.empty((rows, units), task.dtype) for units in task.layers] for _ in range(3)
    )
    y = np.empty_like(outputs[-1])
    one, rate = np.ones((), task.dtype), np.asarray(-task.rate / rows, task.dtype)

    def epoch(number: int) -> Any:
        loss = 0.0
        for batch in batches_of(task, number)[: task.samples // rows]:
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
        whole = [batch for batch in batches if len(batch) == len(batches[0])]
        return jax.block_until_ready(run(inputs, targets, jnp.asarray(np.stack(whole))))

    return epoch

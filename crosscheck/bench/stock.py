"""An epoch without the references: their frameworks' stock blocks, and teaching code."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from crosscheck.bench.tasks import Epoch, Task, batches_of
from reference_numpy.params import init_params

# ----- stock blocks -----


def scikit_learn(task: Task) -> Epoch:
    """MLPClassifier, one pass by `partial_fit`."""
    from sklearn.neural_network import MLPClassifier

    inputs, targets = task.data()
    labels = targets.argmax(1)
    network = MLPClassifier(
        task.layers[1:-1],
        activation="logistic",
        solver=task.optimizer,
        alpha=0.0,
        batch_size=task.batch_size,
        learning_rate_init=task.rate,
        momentum=0.0,
        random_state=0,
    )
    network.partial_fit(inputs, labels, classes=np.arange(task.layers[-1]))
    return lambda number: network.partial_fit(inputs, labels) and None


def torch_stock(variant: str, loader: bool = False) -> Callable[[Task], Epoch]:
    """`nn.Sequential` with `torch.optim`: by indexing, or by a DataLoader."""

    def make(task: Task) -> Epoch:
        import torch
        from torch.utils.data import DataLoader, TensorDataset

        torch.manual_seed(0)
        inputs, targets = (torch.from_numpy(array) for array in task.data())
        blocks: list[Any] = []
        for below, above in pairwise(task.layers):
            blocks += [torch.nn.Linear(below, above, dtype=inputs.dtype), torch.nn.Sigmoid()]
        network = torch.nn.Sequential(*blocks)
        kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
        keywords = {} if variant == "default" else {variant: True}
        optimizer = kinds[task.optimizer](network.parameters(), lr=task.rate, **keywords)

        def step(x: Any, y: Any) -> float:
            optimizer.zero_grad()
            loss = ((network(x) - y) ** 2).sum() / (2 * len(x))
            loss.backward()
            optimizer.step()
            return float(loss.detach()) * len(x)

        def epoch(number: int) -> None:
            for batch in torch.split(torch.randperm(task.samples), task.batch_size):
                step(inputs[batch], targets[batch])

        def epoch_of_loader(number: int) -> None:
            for x, y in DataLoader(TensorDataset(inputs, targets), task.batch_size, shuffle=True):
                step(x, y)

        return epoch_of_loader if loader else epoch

    return make


def optax_stock(task: Task) -> Epoch:
    """optax under `jax.jit`, one call per step."""
    import jax
    import optax

    inputs, targets = task.data()
    params: Any = [tuple(layer) for layer in init_params(task.layers, seed=0, dtype=task.dtype)]
    transform = {"sgd": optax.sgd, "adam": optax.adam}[task.optimizer](task.rate)
    state = transform.init(params)

    def objective(params: Any, x: Any, y: Any) -> Any:
        for weight, bias in params:
            x = jax.nn.sigmoid(x @ weight.T + bias)
        return ((x - y) ** 2).sum() / (2 * len(x))

    @jax.jit
    def step(params: Any, state: Any, x: Any, y: Any) -> Any:
        value, grads = jax.value_and_grad(objective)(params, x, y)
        updates, state = transform.update(grads, state, params)
        return optax.apply_updates(params, updates), state, value

    def epoch(number: int) -> Any:
        nonlocal params, state
        for batch in batches_of(task, number):
            params, state, _ = step(params, state, inputs[batch], targets[batch])
        return jax.block_until_ready(params)

    return epoch


def per_sample(task: Task) -> Epoch:
    """A loop over samples in the manner of teaching code: the equations, line by line.

    Each sample is a column, sigmoid'(z) takes two more sigmoids, and the gradients of all samples
    are made anew and added up.
    """
    inputs, targets = task.data()
    columns = inputs[:, :, None], targets[:, :, None]
    start = init_params(task.layers, seed=0, dtype=task.dtype)
    weights, biases = [layer.weight for layer in start], [layer.bias[:, None] for layer in start]

    def sigmoid(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z))

    def slope(z: np.ndarray) -> np.ndarray:
        return sigmoid(z) * (1 - sigmoid(z))

    def gradient(x: np.ndarray, y: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        of_weights = [np.zeros_like(weight) for weight in weights]
        of_biases = [np.zeros_like(bias) for bias in biases]
        zs, outputs = [], [x]
        for weight, bias in zip(weights, biases, strict=True):
            zs.append(weight @ outputs[-1] + bias)
            outputs.append(sigmoid(zs[-1]))
        delta = (outputs[-1] - y) * slope(zs[-1])
        for index in range(len(weights) - 1, -1, -1):
            of_weights[index], of_biases[index] = delta @ outputs[index].T, delta
            if index:
                delta = weights[index].T @ delta * slope(zs[index - 1])
        return of_weights, of_biases

    def epoch(number: int) -> Any:
        for batch in batches_of(task, number):
            sums = [np.zeros_like(each) for each in (*weights, *biases)]
            for sample in batch:
                of_weights, of_biases = gradient(columns[0][sample], columns[1][sample])
                sums = [s + g for s, g in zip(sums, (*of_weights, *of_biases), strict=True)]
            for array, total in zip((*weights, *biases), sums, strict=True):
                array -= task.rate / len(batch) * total
        return list(zip(weights, (bias.ravel() for bias in biases), strict=True))

    return epoch

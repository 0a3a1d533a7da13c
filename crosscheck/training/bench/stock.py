"""Epochs without the references: the frameworks' own building blocks, and teaching code."""

from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck.training.bench.tasks import Epoch, Task, batches_of, order_of
from reference_numpy.params import init_params

# ----- stock blocks -----


def scikit_learn(task: Task) -> Epoch:
    """One `partial_fit` of scikit-learn's MLPClassifier, which shuffles for itself."""
    from sklearn.neural_network import MLPClassifier

    inputs, targets = task.data()
    labels, classes = targets.argmax(1), np.arange(task.layers[-1])
    network = MLPClassifier(
        task.layers[1:-1],
        activation="logistic",
        solver=task.optimizer,
        alpha=0.0,
        batch_size=min(task.batch_size, task.samples),
        learning_rate_init=task.rate,
        momentum=0.0,
        nesterovs_momentum=False,  # otherwise it computes every update twice
        random_state=0,
    )

    def epoch(number: int) -> Any:
        network.partial_fit(inputs, labels, classes=classes)
        layers = zip(network.coefs_, network.intercepts_, strict=True)
        return [(weight.T.copy(), bias.copy()) for weight, bias in layers]

    return epoch


def torch_stock(variant: str, gather: str = "indexing") -> Callable[[Task], Epoch]:
    """An epoch of `nn.Sequential` with `torch.optim`.

    Args:
        variant: The optimizer's implementation: "default", "foreach" or "fused".
        gather: How a batch is gathered: by "indexing", "index_select" or a "DataLoader".

    Returns:
        A function that sets the epoch up for a task.
    """

    def make(task: Task) -> Epoch:
        import torch
        from torch.utils.data import DataLoader, TensorDataset

        torch.manual_seed(0)
        inputs, targets = (torch.from_numpy(array) for array in task.data())
        blocks: list[Any] = []
        for weight, bias in init_params(task.layers, seed=0, dtype=task.dtype):
            above, below = weight.shape
            linear = torch.nn.Linear(below, above, dtype=inputs.dtype)
            start = {"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)}
            linear.load_state_dict(start)
            blocks += [linear, torch.nn.Sigmoid()]
        network = torch.nn.Sequential(*blocks)
        squared_error = torch.nn.MSELoss(reduction="sum")
        kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
        keywords = {} if variant == "default" else {variant: True}
        optimizer = kinds[task.optimizer](network.parameters(), lr=task.rate, **keywords)

        def batches(number: int) -> Any:
            if gather == "DataLoader":
                yield from DataLoader(TensorDataset(inputs, targets), task.batch_size, shuffle=True)
                return
            order = torch.from_numpy(order_of(task, number))
            for batch in torch.split(order, task.batch_size):
                if gather == "indexing":
                    yield inputs[batch], targets[batch]
                else:
                    yield inputs.index_select(0, batch), targets.index_select(0, batch)

        def epoch(number: int) -> Any:
            total = 0.0
            for x, y in batches(number):
                optimizer.zero_grad()
                loss = squared_error(network(x), y) / (2 * len(x))
                loss.backward()
                optimizer.step()
                total += float(loss.detach()) * len(x)
            return [(block.weight.detach(), block.bias.detach()) for block in blocks[::2]]

        return epoch

    return make


def optax_stock(task: Task, gather_inside: bool = False) -> Epoch:
    """An epoch of optax, with one call of a compiled function per step.

    Args:
        task: What is trained.
        gather_inside: Whether the compiled function gathers the batch, or NumPy does before it.
    """
    import jax
    import jax.numpy as jnp
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

    @jax.jit
    def gathering_step(params: Any, state: Any, inputs: Any, targets: Any, batch: Any) -> Any:
        return step(params, state, inputs[batch], targets[batch])

    on_device = (jnp.asarray(inputs), jnp.asarray(targets)) if gather_inside else ()

    def epoch(number: int) -> Any:
        nonlocal params, state
        for batch in batches_of(task, number):
            if gather_inside:
                params, state, _ = gathering_step(params, state, *on_device, batch)
            else:
                params, state, _ = step(params, state, inputs[batch], targets[batch])
        return jax.block_until_ready(params)

    return epoch


def per_sample(task: Task) -> Epoch:
    """An epoch as teaching code has it: a loop over samples, and the equations line by line.

    A sample is a column, sigmoid'(z) computes two more sigmoids, and the gradient of every sample
    is a new array that is added to the sum.
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

"""Train the network of `experiment` in scikit-learn, or in another framework by the code for it."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck.conventions.estimators.experiment import EPOCHS, HIDDEN, batches, data


def run(framework: str, job: dict[str, Any]) -> dict[str, Any]:
    """The parameters after every epoch, and in scikit-learn the loss that it reports of each.

    Args:
        framework: "sklearn", or a key of `RUNNERS`.
        job: As of `Experiment.job`.

    Returns:
        "params", (epochs, entries) as nested lists, and "losses", (epochs,) or empty.
    """
    with warnings.catch_warnings(action="ignore"):  # advice to the framework's users
        if framework == "sklearn":
            return _in_sklearn(job)
        names: dict[str, Any] = {}
        return RUNNERS[framework](job, names)


def _in_sklearn(job: dict[str, Any]) -> dict[str, Any]:
    from sklearn import neural_network

    params, inputs, targets = data(job["samples"], job["task"])
    arguments = {"hidden_layer_sizes": (HIDDEN,), "shuffle": False} | job["arguments"]
    network = getattr(neural_network, job["class"])(**arguments)
    y = {"classes": targets.argmax(1), "two classes": targets[:, 0]}.get(job["task"], targets)
    classes = {}
    if job["class"] == "MLPClassifier":
        y = y.astype(int)
        classes["classes"] = np.arange(max(2, targets.shape[1]))
    # The first call makes the weights and the optimizer, of which neither is used.
    network.partial_fit(inputs, y, **classes)
    del network._optimizer
    network.t_ = 0
    for index, (weight, bias) in enumerate(params):
        network.coefs_[index], network.intercepts_[index] = weight.T.copy(), bias.copy()
    found: dict[str, Any] = {"params": [], "losses": []}
    for _ in range(EPOCHS):
        network.partial_fit(inputs, y)
        pairs = zip(network.coefs_, network.intercepts_, strict=True)
        found["params"].append(_flat((weight.T, bias) for weight, bias in pairs))
        found["losses"].append(float(network.loss_))
    return found


def _in_torch(job: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    import torch

    params, inputs, targets = data(job["samples"], job["task"])
    kinds = {"logistic": "Sigmoid", "tanh": "Tanh", "relu": "ReLU", "identity": "Identity"}
    first, last = (torch.nn.Linear(*layer.weight.shape[::-1]).double() for layer in params)
    model = torch.nn.Sequential(first, getattr(torch.nn, kinds[job["activation"]])(), last)
    with torch.no_grad():
        for linear, (weight, bias) in zip((first, last), params, strict=True):
            linear.weight.copy_(torch.from_numpy(weight))
            linear.bias.copy_(torch.from_numpy(bias))
    names["model"] = model
    exec(job["code"], names)
    found, step = [], 0
    for epoch in range(EPOCHS):
        for batch in batches(len(inputs), job["batch"]):
            step += 1
            names.get("before_step", lambda t: None)(step)
            names["optimizer"].zero_grad()
            outputs = model(torch.from_numpy(inputs[batch]))
            names["loss_of"](outputs, torch.from_numpy(targets[batch])).backward()
            names["optimizer"].step()
        names.get("after_epoch", lambda epoch: None)(epoch)
        found.append(_flat((each.weight, each.bias) for each in (first, last)))
    return {"params": found, "losses": []}


def _in_optax(job: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    import jax
    import optax

    params, inputs, targets = data(job["samples"], job["task"])
    kinds = {
        "logistic": jax.nn.sigmoid,
        "tanh": jax.numpy.tanh,
        "relu": jax.nn.relu,
        "identity": jax.numpy.asarray,
    }
    exec(job["code"], names)
    optimizer = names["optimizer"]

    def objective(theta: Any, x: Any, y: Any) -> Any:
        (first, bias), (last, last_bias) = theta
        hidden = kinds[job["activation"]](x @ first.T + bias)
        return names["loss_of"](theta, hidden @ last.T + last_bias, y)

    @jax.jit
    def step(theta: Any, state: Any, x: Any, y: Any) -> Any:
        updates, state = optimizer.update(jax.grad(objective)(theta, x, y), state, theta)
        return optax.apply_updates(theta, updates), state

    theta: Any = jax.tree.map(jax.numpy.asarray, tuple((weight, bias) for weight, bias in params))
    state, found = optimizer.init(theta), []
    for _ in range(EPOCHS):
        for batch in batches(len(inputs), job["batch"]):
            theta, state = step(theta, state, inputs[batch], targets[batch])
        found.append(_flat(theta))
    return {"params": found, "losses": []}


def _in_keras(job: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    import keras

    keras.config.set_floatx("float64")
    params, inputs, targets = data(job["samples"], job["task"])
    exec(job["code"], names)
    kind = {"logistic": "sigmoid", "identity": "linear"}.get(job["activation"], job["activation"])
    layers = [
        keras.layers.Dense(len(layer.bias), activation, kernel_regularizer=names["decay"])
        for layer, activation in zip(params, (kind, "linear"), strict=True)
    ]
    model = keras.Sequential([keras.Input((inputs.shape[1],)), *layers])
    model.set_weights([each for layer in params for each in (layer.weight.T, layer.bias)])
    model.compile(optimizer=names["optimizer"], loss=names["loss"])
    found: list[Any] = []

    def keep(epoch: int, logs: Any) -> None:
        arrays = model.get_weights()
        found.append(_flat((w.T, b) for w, b in zip(arrays[::2], arrays[1::2], strict=True)))

    callbacks = [*names["callbacks"], keras.callbacks.LambdaCallback(on_epoch_end=keep)]
    fit: dict[str, Any] = {"batch_size": job["batch"], "epochs": EPOCHS, "shuffle": False}
    model.fit(inputs, targets, callbacks=callbacks, verbose=0, **fit)
    return {"params": found, "losses": []}


def _flat(layers: Any) -> list[float]:
    """The entries of all weights and biases."""
    leaves = (leaf for pair in layers for leaf in pair)
    arrays = [leaf.detach() if hasattr(leaf, "detach") else leaf for leaf in leaves]
    return [float(x) for array in arrays for x in np.asarray(array, "float64").ravel()]


RUNNERS: dict[str, Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]] = {
    "torch": _in_torch,
    "optax": _in_optax,
    "keras-jax": _in_keras,
    "keras-torch": _in_keras,
}

"""Twelve steps of a stock optimizer: one small function a framework.

Each takes the full name, the arguments without the learning rate, the rate of every step, where the
parameters start and the gradient of every step, and returns the parameters after every step.
"""

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

Run = Callable[[str, dict[str, Any], list[float], Any, list[Any]], list[Any]]


def run(framework: str, job: dict[str, Any]) -> Any:
    """The parameters after every step, as nested lists.

    Args:
        framework: A name in `stock.FRAMEWORKS`.
        job: "call", "arguments" (without the learning rate), "rates", "start" and "grads". With
            "call" alone the result is instead its arguments and their defaults, as text.
    """
    if "rates" not in job:
        return signature(job["call"])
    start = np.array(job["start"], "float64")
    grads = [np.array(grad, "float64") for grad in job["grads"]]
    arguments = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in job["arguments"].items()
    }
    steps = WAYS[framework](job["call"], arguments, job["rates"], start, grads)
    return [np.asarray(step, "float64").tolist() for step in steps]


def signature(call: str) -> dict[str, str]:
    """The arguments of a class or function by name, with the text of their defaults."""
    parameters = inspect.signature(made(call)).parameters.values()
    return {p.name: "" if p.default is p.empty else repr(p.default) for p in parameters}


def made(call: str) -> Any:
    """The class or function of a full name."""
    module, _, name = call.rpartition(".")
    return getattr(importlib.import_module(module), name)


def in_torch(
    call: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import torch

    theta = torch.tensor(start, requires_grad=True)
    optimizer = made(call)([theta], lr=rates[0], **arguments)
    steps = []
    for rate, grad in zip(rates, grads, strict=True):
        optimizer.param_groups[0]["lr"] = rate
        theta.grad = torch.tensor(grad)
        optimizer.step()
        steps.append(theta.detach().clone().numpy())
    return steps


def in_optax(
    call: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import jax.numpy as jnp
    import optax

    changing = len(set(rates)) > 1
    rate = (lambda count: jnp.asarray(rates)[count]) if changing else rates[0]
    optimizer = made(call)(**{"learning_rate": rate} | arguments)
    theta = jnp.asarray(start)
    state, steps = optimizer.init(theta), []
    for grad in grads:
        updates, state = optimizer.update(jnp.asarray(grad), state, theta)
        theta = optax.apply_updates(theta, updates)
        steps.append(theta)
    return steps


def in_jax(
    call: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import jax.numpy as jnp

    init, update, params = made(call)(lambda step: rates[step], **arguments)
    state, steps = init(jnp.asarray(start)), []
    for step, grad in enumerate(grads):
        state = update(step, jnp.asarray(grad), state)
        steps.append(params(state))
    return steps


def in_sklearn(
    call: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    theta = start.copy()
    optimizer = made(call)([theta], learning_rate_init=rates[0], **arguments)
    steps = []
    for rate, grad in zip(rates, grads, strict=True):
        # SGD keeps the one, Adam makes the one of the other.
        optimizer.learning_rate = optimizer.learning_rate_init = rate
        optimizer.update_params([theta], [grad])
        steps.append(theta.copy())
    return steps


def in_autograd(
    call: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    before: list[Any] = []
    end = made(call)(
        lambda theta, step: grads[step],
        start,
        callback=lambda theta, step, grad: before.append(theta.copy()),
        num_iters=len(grads),
        step_size=rates[0],
        **arguments,
    )
    return [*before[1:], end]


def in_mlx(
    call: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import mlx.core as mx

    mx.set_default_device(mx.cpu)  # the only one with float64
    optimizer = made(call)(learning_rate=rates[0], **arguments)
    theta, steps = {"theta": mx.array(start, mx.float64)}, []
    for rate, grad in zip(rates, grads, strict=True):
        optimizer.learning_rate = rate
        theta = optimizer.apply_gradients({"theta": mx.array(grad, mx.float64)}, theta)
        steps.append(np.array(theta["theta"]))
    return steps


def in_keras(
    call: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import keras

    keras.config.set_floatx("float64")  # which is the dtype of its learning rate, too
    optimizer = made(call)(learning_rate=rates[0], **arguments)
    theta, steps = keras.Variable(start, dtype="float64"), []
    for rate, grad in zip(rates, grads, strict=True):
        optimizer.learning_rate = rate
        optimizer.apply([keras.ops.convert_to_tensor(grad)], [theta])
        steps.append(keras.ops.convert_to_numpy(theta.value).copy())
    return steps


def in_tinygrad(
    call: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    from tinygrad import Tensor, dtypes
    from tinygrad.helpers import Context

    theta = Tensor(start, dtype=dtypes.float64)
    optimizer = made(call)([theta], lr=rates[0], **arguments)
    steps = []
    with Context(TRAINING=1):
        for rate, grad in zip(rates, grads, strict=True):
            optimizer.lr.assign(Tensor([rate], dtype=optimizer.lr.dtype))
            theta.grad = Tensor(grad, dtype=dtypes.float64)
            optimizer.step()
            steps.append(theta.numpy())
    return steps


def in_tensorflow(
    call: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import tensorflow as tf

    now = {"rate": rates[0]}
    name = call.rpartition(".")[2]  # reached through the package, which makes its parts on request
    optimizer = getattr(tf.compat.v1.train, name)(learning_rate=lambda: now["rate"], **arguments)
    theta, steps = tf.Variable(start, dtype=tf.float64), []
    for rate, grad in zip(rates, grads, strict=True):
        now["rate"] = rate
        optimizer.apply_gradients([(tf.constant(grad, tf.float64), theta)])
        steps.append(theta.numpy())
    return steps


WAYS: dict[str, Run] = {
    "torch": in_torch,
    "optax": in_optax,
    "jax": in_jax,
    "sklearn": in_sklearn,
    "autograd": in_autograd,
    "mlx": in_mlx,
    "keras-jax": in_keras,
    "keras-torch": in_keras,
    "tensorflow": in_tensorflow,
    "tinygrad": in_tinygrad,
}

"""Run some steps of a stock optimizer: one small function for each framework.

Each takes the full name of the optimizer, its arguments without the learning rate, the learning
rate of every step, the parameters before the first step, and the gradient of every step. It returns
the parameters after every step.
"""

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

Stepper = Callable[[str, dict[str, Any], list[float], Any, list[Any]], list[Any]]


def run(framework: str, job: dict[str, Any]) -> Any:
    """Run the steps of a job, or read a signature.

    Args:
        framework: A name in `stock.FRAMEWORKS`.
        job: "optimizer" (its full name), "arguments" (without the learning rate), "rates", "start"
            and "grads"; or "optimizer" alone.

    Returns:
        The parameters after every step, as nested lists; or the names of the optimizer's arguments,
        each with its default as text.
    """
    if "rates" not in job:
        return signature(job["optimizer"])
    start = np.array(job["start"], "float64")
    grads = [np.array(grad, "float64") for grad in job["grads"]]
    arguments = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in job["arguments"].items()
    }
    steps = STEPPERS[framework](job["optimizer"], arguments, job["rates"], start, grads)
    return [np.asarray(step, "float64").tolist() for step in steps]


def signature(name: str) -> dict[str, str]:
    """The arguments of a class or function by name, with the text of their defaults."""
    parameters = inspect.signature(class_or_function(name)).parameters.values()
    return {p.name: "" if p.default is p.empty else repr(p.default) for p in parameters}


def class_or_function(name: str) -> Any:
    """The class or function of a full name."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def steps_in_torch(
    name: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import torch

    theta = torch.tensor(start, requires_grad=True)
    optimizer = class_or_function(name)([theta], lr=rates[0], **arguments)
    steps = []
    for rate, grad in zip(rates, grads, strict=True):
        optimizer.param_groups[0]["lr"] = rate
        theta.grad = torch.tensor(grad)
        optimizer.step()
        steps.append(theta.detach().clone().numpy())
    return steps


def steps_in_optax(
    name: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import jax.numpy as jnp
    import optax

    changing = len(set(rates)) > 1
    rate = (lambda count: jnp.asarray(rates)[count]) if changing else rates[0]
    optimizer = class_or_function(name)(**{"learning_rate": rate} | arguments)
    theta = jnp.asarray(start)
    state, steps = optimizer.init(theta), []
    for grad in grads:
        updates, state = optimizer.update(jnp.asarray(grad), state, theta)
        theta = optax.apply_updates(theta, updates)
        steps.append(theta)
    return steps


def steps_in_jax(
    name: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import jax.numpy as jnp

    init, update, params = class_or_function(name)(lambda step: rates[step], **arguments)
    state, steps = init(jnp.asarray(start)), []
    for step, grad in enumerate(grads):
        state = update(step, jnp.asarray(grad), state)
        steps.append(params(state))
    return steps


def steps_in_sklearn(
    name: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    theta = start.copy()
    optimizer = class_or_function(name)([theta], learning_rate_init=rates[0], **arguments)
    steps = []
    for rate, grad in zip(rates, grads, strict=True):
        # SGD reads the one; Adam computes it from the other.
        optimizer.learning_rate = optimizer.learning_rate_init = rate
        optimizer.update_params([theta], [grad])
        steps.append(theta.copy())
    return steps


def steps_in_autograd(
    name: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    before: list[Any] = []
    end = class_or_function(name)(
        lambda theta, step: grads[step],
        start,
        callback=lambda theta, step, grad: before.append(theta.copy()),
        num_iters=len(grads),
        step_size=rates[0],
        **arguments,
    )
    return [*before[1:], end]


def steps_in_mlx(
    name: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import mlx.core as mx

    mx.set_default_device(mx.cpu)  # the only device with float64
    optimizer = class_or_function(name)(learning_rate=rates[0], **arguments)
    theta, steps = {"theta": mx.array(start, mx.float64)}, []
    for rate, grad in zip(rates, grads, strict=True):
        optimizer.learning_rate = rate
        theta = optimizer.apply_gradients({"theta": mx.array(grad, mx.float64)}, theta)
        steps.append(np.array(theta["theta"]))
    return steps


def steps_in_keras(
    name: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import keras

    keras.config.set_floatx("float64")  # of the learning rate, too
    optimizer = class_or_function(name)(learning_rate=rates[0], **arguments)
    theta, steps = keras.Variable(start, dtype="float64"), []
    for rate, grad in zip(rates, grads, strict=True):
        optimizer.learning_rate = rate
        optimizer.apply([keras.ops.convert_to_tensor(grad)], [theta])
        steps.append(keras.ops.convert_to_numpy(theta.value).copy())
    return steps


def steps_in_tinygrad(
    name: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    from tinygrad import Tensor, dtypes
    from tinygrad.helpers import Context

    theta = Tensor(start, dtype=dtypes.float64)
    optimizer = class_or_function(name)([theta], lr=rates[0], **arguments)
    steps = []
    with Context(TRAINING=1):
        for rate, grad in zip(rates, grads, strict=True):
            optimizer.lr.assign(Tensor([rate], dtype=optimizer.lr.dtype))
            theta.grad = Tensor(grad, dtype=dtypes.float64)
            optimizer.step()
            steps.append(theta.numpy())
    return steps


def steps_in_tensorflow(
    name: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import tensorflow as tf

    current = {"rate": rates[0]}
    # By attributes: the package imports its modules only when they are asked for.
    optimizer_class = getattr(tf.compat.v1.train, name.rpartition(".")[2])
    optimizer = optimizer_class(learning_rate=lambda: current["rate"], **arguments)
    theta, steps = tf.Variable(start, dtype=tf.float64), []
    for rate, grad in zip(rates, grads, strict=True):
        current["rate"] = rate
        optimizer.apply_gradients([(tf.constant(grad, tf.float64), theta)])
        steps.append(theta.numpy())
    return steps


def steps_in_paddle(
    name: str, arguments: dict[str, Any], rates: list[float], start: Any, grads: list[Any]
) -> list[Any]:
    import paddle

    theta = paddle.to_tensor(start, stop_gradient=False)
    optimizer = class_or_function(name)(learning_rate=rates[0], parameters=[theta], **arguments)
    steps = []
    for rate, grad in zip(rates, grads, strict=True):
        optimizer.set_lr(rate)
        theta.grad = paddle.to_tensor(grad)
        optimizer.step()
        steps.append(theta.numpy().copy())
    return steps


STEPPERS: dict[str, Stepper] = {
    "torch": steps_in_torch,
    "optax": steps_in_optax,
    "jax": steps_in_jax,
    "sklearn": steps_in_sklearn,
    "autograd": steps_in_autograd,
    "mlx": steps_in_mlx,
    "keras-jax": steps_in_keras,
    "keras-torch": steps_in_keras,
    "tensorflow": steps_in_tensorflow,
    "tinygrad": steps_in_tinygrad,
    "paddle": steps_in_paddle,
}

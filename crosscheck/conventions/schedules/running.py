"""Run a stock schedule in its framework: the rate that is used at every update.

A job is code that leaves the schedule, written by this package from what it has parsed. A plain
descent then moves a parameter that is 0 along a gradient of -1: where the parameter arrives is the
learning rate of that update.
"""

import ast
import importlib
import warnings
from collections.abc import Callable
from typing import Any

# The modules whose names the code may use; the first parts are imported.
MODULES = {
    "torch": ("torch", "math"),
    "optax": ("optax", "jax.numpy"),
    "keras-jax": ("keras", "math"),
    "keras-torch": ("keras", "math"),
    "tensorflow": ("tensorflow", "math"),
}
Runner = Callable[[dict[str, Any], dict[str, Any]], list[float]]


def run(framework: str, job: dict[str, Any]) -> list[float]:
    """The learning rates of the first updates.

    Args:
        framework: A name in `RUNNERS`.
        job: "code", whose last line is an expression, the schedule; "base_rate" of the optimizer,
            where the framework keeps it there; how many "updates"; the "dtype" of the parameter.
    """
    names: dict[str, Any] = {}
    for module in MODULES[framework]:
        importlib.import_module(module)
        root = module.partition(".")[0]
        names[root] = importlib.import_module(root)
    # Warnings are the framework's advice to its users; they do not matter here.
    with warnings.catch_warnings(action="ignore"):
        return RUNNERS[framework](job, names)


def _value_of(code: str, names: dict[str, Any]) -> Any:
    """Run the lines of a code, and return what its last expression is."""
    *lines, last = ast.parse(code).body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(lines, []), "schedule", "exec"), names)
    return eval(compile(ast.Expression(last.value), "schedule", "eval"), names)


def _in_torch(job: dict[str, Any], names: dict[str, Any]) -> list[float]:
    import torch

    theta = torch.zeros((), dtype=getattr(torch, job["dtype"]), requires_grad=True)
    theta.grad = -torch.ones_like(theta)
    # With a momentum, which some schedulers cycle; it is 0 again at every update.
    optimizer = torch.optim.SGD([theta], lr=job["base_rate"], momentum=0.0)
    scheduler = _value_of(job["code"], names | {"optimizer": optimizer})
    rates = []
    for update in range(job["updates"]):
        if update:
            scheduler.step()
        optimizer.param_groups[0]["momentum"] = 0.0
        optimizer.step()
        rates.append(theta.item())
        theta.detach().zero_()
    return rates


def _in_optax(job: dict[str, Any], names: dict[str, Any]) -> list[float]:
    import jax
    import optax

    # Older versions of JAX have it among their experiments.
    place = jax if hasattr(jax, "enable_x64") else importlib.import_module("jax.experimental")
    with place.enable_x64(True):
        optimizer = optax.sgd(_value_of(job["code"], names))
        theta = jax.numpy.zeros((), job["dtype"])

        def update(state: Any, _: Any) -> Any:
            updates, state = optimizer.update(-jax.numpy.ones_like(theta), state, theta)
            return state, updates

        run_all = jax.jit(
            lambda: jax.lax.scan(update, optimizer.init(theta), None, length=job["updates"])[1]
        )
        return [float(each) for each in run_all()]


def _in_keras(job: dict[str, Any], names: dict[str, Any]) -> list[float]:
    keras = names["keras"]
    before = keras.config.floatx()
    keras.config.set_floatx(job["dtype"])
    try:
        optimizer = keras.optimizers.SGD(learning_rate=_value_of(job["code"], names))
        theta = keras.Variable(0.0, dtype=job["dtype"])
        gradient = keras.ops.convert_to_tensor(-1.0, dtype=job["dtype"])
        if keras.backend.backend() == "jax":
            return _scanned(optimizer, theta, gradient, job["updates"])
        rates = []
        for _ in range(job["updates"]):
            optimizer.apply([gradient], [theta])
            rates.append(float(keras.ops.convert_to_numpy(theta.value)))
            theta.assign(0.0)
        return rates
    finally:
        keras.config.set_floatx(before)


def _scanned(optimizer: Any, theta: Any, gradient: Any, updates: int) -> list[float]:
    """All updates in one compiled loop; uncompiled, JAX would compile every one anew."""
    import jax

    optimizer.build([theta])
    values = [each.value for each in optimizer.variables]

    def update(values: Any, _: Any) -> Any:
        (moved,), values = optimizer.stateless_apply(values, [gradient], [theta.value])
        return values, moved

    run_all = jax.jit(lambda values: jax.lax.scan(update, values, None, length=updates)[1])
    return [float(each) for each in run_all(values)]


def _in_tensorflow(job: dict[str, Any], names: dict[str, Any]) -> list[float]:
    import tensorflow as tf

    if "compat.v1" not in job["code"]:
        return _in_keras(job, names | {"keras": tf.keras})
    step = tf.Variable(0, dtype=tf.int64)
    schedule = _value_of(job["code"], names | {"global_step": step})
    optimizer = tf.compat.v1.train.GradientDescentOptimizer(schedule)
    theta, gradient = tf.Variable(0.0, dtype=job["dtype"]), tf.constant(-1.0, job["dtype"])
    rates = []
    for _ in range(job["updates"]):
        optimizer.apply_gradients([(gradient, theta)], global_step=step)
        rates.append(float(theta.numpy()))
        theta.assign(0.0)
    return rates


RUNNERS: dict[str, Runner] = {
    "torch": _in_torch,
    "optax": _in_optax,
    "keras-jax": _in_keras,
    "keras-torch": _in_keras,
    "tensorflow": _in_tensorflow,
}

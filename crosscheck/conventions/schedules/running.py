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
    "paddle": ("paddle", "math"),
}
Rates = dict[str, list[float]]
Runner = Callable[[dict[str, Any], dict[str, Any]], Rates]


def run(framework: str, job: dict[str, Any]) -> Rates:
    """The learning rates of the first updates, by the dtype of the parameter.

    Args:
        framework: A name in `RUNNERS`.
        job: "code", whose last line is an expression, the schedule; "base_rate" of the optimizer,
            where the framework keeps it there; how many "updates"; the "dtypes" of parameters; in
            Keras, over how many batches gradients are accumulated ("batches", 1 if not given).
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


def _in_torch(job: dict[str, Any], names: dict[str, Any]) -> Rates:
    import torch

    found: Rates = {}
    for dtype in job["dtypes"]:
        theta = torch.zeros((), dtype=getattr(torch, dtype), requires_grad=True)
        theta.grad = -torch.ones_like(theta)
        # With a momentum, which some schedulers cycle; it is 0 again at every update.
        optimizer = torch.optim.SGD([theta], lr=job["base_rate"], momentum=0.0)
        scheduler = _value_of(job["code"], names | {"optimizer": optimizer})
        found[dtype] = []
        for update in range(job["updates"]):
            if update:
                scheduler.step()
            optimizer.param_groups[0]["momentum"] = 0.0
            optimizer.step()
            found[dtype].append(theta.item())
            theta.detach().zero_()
    return found


def _in_optax(job: dict[str, Any], names: dict[str, Any]) -> Rates:
    import jax
    import optax

    # Older versions of JAX have it among their experiments.
    place = jax if hasattr(jax, "enable_x64") else importlib.import_module("jax.experimental")
    with place.enable_x64(True):
        optimizer = optax.sgd(_value_of(job["code"], names | {"jnp": jax.numpy}))
        theta = {dtype: jax.numpy.zeros((), dtype) for dtype in job["dtypes"]}
        gradient = {dtype: -jax.numpy.ones((), dtype) for dtype in job["dtypes"]}

        def update(state: Any, _: Any) -> Any:
            updates, state = optimizer.update(gradient, state, theta)
            return state, updates

        start = optimizer.init(theta)
        scanned = jax.jit(lambda: jax.lax.scan(update, start, None, length=job["updates"])[1])()
        return {dtype: [float(each) for each in rates] for dtype, rates in scanned.items()}


def _in_keras(job: dict[str, Any], names: dict[str, Any]) -> Rates:
    keras = names["keras"]
    before = keras.config.floatx()
    try:
        return {dtype: _of_keras(job, names, dtype) for dtype in job["dtypes"]}
    finally:
        keras.config.set_floatx(before)


def _of_keras(job: dict[str, Any], names: dict[str, Any], dtype: str) -> list[float]:
    """The rates where Keras's floatx, which is that of its learning rates, is a dtype."""
    keras, batches = names["keras"], job.get("batches", 1)
    keras.config.set_floatx(dtype)
    accumulated = {"gradient_accumulation_steps": batches} if batches > 1 else {}
    schedule = _value_of(job["code"], names)
    optimizer = keras.optimizers.SGD(learning_rate=schedule, **accumulated)
    theta = keras.Variable(0.0, dtype=dtype)
    gradient = keras.ops.convert_to_tensor(-1.0, dtype=dtype)
    count = job["updates"] * batches
    if keras.backend.backend() == "jax":
        return _scanned(optimizer, theta, gradient, count)[batches - 1 :: batches]
    rates = []
    for _ in range(count):
        optimizer.apply([gradient], [theta])
        rates.append(float(keras.ops.convert_to_numpy(theta.value)))
        theta.assign(0.0)
    return rates[batches - 1 :: batches]


def _scanned(optimizer: Any, theta: Any, gradient: Any, count: int) -> list[float]:
    """All batches in one compiled loop; uncompiled, JAX would compile every one anew."""
    import jax

    optimizer.build([theta])

    def update(values: Any, _: Any) -> Any:
        (moved,), values = optimizer.stateless_apply(values, [gradient], [theta.value])
        return values, moved

    run_all = jax.jit(lambda values: jax.lax.scan(update, values, None, length=count)[1])
    return [float(each) for each in run_all([each.value for each in optimizer.variables])]


def _in_tensorflow(job: dict[str, Any], names: dict[str, Any]) -> Rates:
    import tensorflow as tf

    if "compat.v1" not in job["code"]:
        return _in_keras(job, names | {"keras": tf.keras})
    found: Rates = {}
    for dtype in job["dtypes"]:
        step = tf.Variable(0, dtype=tf.int64)
        schedule = _value_of(job["code"], names | {"global_step": step})
        optimizer = tf.compat.v1.train.GradientDescentOptimizer(schedule)
        theta, gradient = tf.Variable(0.0, dtype=dtype), tf.constant(-1.0, dtype)
        found[dtype] = []
        for _ in range(job["updates"]):
            optimizer.apply_gradients([(gradient, theta)], global_step=step)
            found[dtype].append(float(theta.numpy()))
            theta.assign(0.0)
    return found


def _in_paddle(job: dict[str, Any], names: dict[str, Any]) -> Rates:
    import paddle

    found: Rates = {}
    for dtype in job["dtypes"]:
        theta = paddle.zeros([1], dtype)
        theta.stop_gradient = False
        scheduler = _value_of(job["code"], names)
        optimizer = paddle.optimizer.SGD(learning_rate=scheduler, parameters=[theta])
        theta.grad = -paddle.ones_like(theta)
        found[dtype] = []
        for update in range(job["updates"]):
            if update:
                scheduler.step()
            optimizer.step()
            found[dtype].append(float(theta[0]))
            theta.set_value(paddle.zeros_like(theta))
    return found


RUNNERS: dict[str, Runner] = {
    "torch": _in_torch,
    "optax": _in_optax,
    "keras-jax": _in_keras,
    "keras-torch": _in_keras,
    "tensorflow": _in_tensorflow,
    "paddle": _in_paddle,
}

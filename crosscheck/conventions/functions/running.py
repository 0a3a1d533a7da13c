"""What runs in the frameworks: a value and its gradient, and what a fresh layer draws.

A component is the text of an expression, and that very text runs: what a row names and what is
executed cannot drift apart. In it `z` stands for the inputs and `y` for the targets of a loss, both
float64 arrays of the framework; the framework itself goes by its own name.
"""

import importlib
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

SEED = 0
# What is imported before a component is read; the first part of each name is what it can use.
MODULES = {
    "torch": ("torch",),
    "optax": ("optax",),
    "jax": ("jax", "jax.example_libraries.stax"),
    "sklearn": ("sklearn.neural_network",),
    "autograd": ("autograd.numpy",),
    "mlx": ("mlx.core", "mlx.nn"),
    "keras-jax": ("keras",),
    "keras-torch": ("keras",),
    "tensorflow": ("tensorflow",),
    "tinygrad": ("tinygrad", "tinygrad.nn"),
}

Names = dict[str, Any]
Numbers = Any  # a number or nested lists of them, as in JSON


def run(framework: str, job: dict[str, Any]) -> dict[str, Any]:
    """The value and the gradient of a component, or what a layer draws.

    Args:
        framework: A name in `MODULES`.
        job: Either the text "component", "at" for its `z`, "targets" for its `y` and a "cotangent"
            (both may be None: no targets, ones); or the text "component", a layer or a tensor, and
            the texts "weight" and "bias" (or None), where `layer` keeps them.

    Returns:
        {"value", "gradient"}; or {"weight", "bias"}, the shape and some moments of each.
    """
    names: Names = {}
    for name in MODULES[framework]:
        importlib.import_module(name)
        root = name.split(".")[0]
        names[root] = importlib.import_module(root)
    # How a framework advises its users is not what is looked at here.
    with warnings.catch_warnings(action="ignore"):
        if "tensor" in job:
            return _drawn(names, **job)
        arguments = (job["component"], job["at"], job["targets"], job["cotangent"])
        value, gradient = ENGINES[framework](names, *arguments)
    return {"value": np.asarray(value).tolist(), "gradient": np.asarray(gradient).tolist()}


# ----- a value and its gradient: the sum of what comes out, each times its cotangent -----


def _torch(
    names: Names, component: str, at: Numbers, targets: Numbers, cotangent: Numbers
) -> tuple[Any, Any]:
    import torch

    _keras_in_float64(names)
    z = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = None if targets is None else torch.tensor(targets, dtype=torch.float64)
    value = eval(component, names | {"z": z, "y": y})
    weights = 1.0 if cotangent is None else torch.tensor(cotangent, dtype=torch.float64)
    (value * weights).sum().backward()
    assert z.grad is not None
    return value.detach().numpy(), z.grad.numpy()


def _jax(
    names: Names, component: str, at: Numbers, targets: Numbers, cotangent: Numbers
) -> tuple[Any, Any]:
    import jax

    _keras_in_float64(names)
    y = None if targets is None else jax.numpy.asarray(targets, dtype="float64")

    def value_and_gradient(z: Any, weights: Any) -> tuple[Any, Any]:
        value, pull = jax.vjp(lambda z: eval(component, names | {"z": z, "y": y}), z)
        (gradient,) = pull(jax.numpy.broadcast_to(weights, value.shape).astype(value.dtype))
        return value, gradient

    weights = np.asarray(1.0 if cotangent is None else cotangent)
    return jax.jit(value_and_gradient)(np.array(at, dtype="float64"), weights)


def _autograd(
    names: Names, component: str, at: Numbers, targets: Numbers, cotangent: Numbers
) -> tuple[Any, Any]:
    import autograd

    pull, value = autograd.make_vjp(lambda z: eval(component, names | {"z": z, "y": targets}))(
        np.array(at, dtype="float64")
    )
    return value, pull(np.ones_like(value) if cotangent is None else np.array(cotangent))


def _mlx(
    names: Names, component: str, at: Numbers, targets: Numbers, cotangent: Numbers
) -> tuple[Any, Any]:
    import mlx.core as mx

    with mx.stream(mx.cpu):  # the only device with float64
        z = mx.array(at, dtype=mx.float64)
        y = None if targets is None else mx.array(targets, dtype=mx.float64)
        shape = eval(component, names | {"z": z, "y": y}).shape
        weights = np.ones(shape) if cotangent is None else cotangent
        values, gradients = mx.vjp(
            lambda z: eval(component, names | {"z": z, "y": y}),
            [z],
            [mx.array(weights, dtype=mx.float64)],
        )
        return values[0].tolist(), gradients[0].tolist()


def _tensorflow(
    names: Names, component: str, at: Numbers, targets: Numbers, cotangent: Numbers
) -> tuple[Any, Any]:
    import tensorflow as tf

    tf.keras.backend.set_floatx("float64")
    z = tf.constant(at, dtype="float64")
    y = None if targets is None else tf.constant(targets, dtype="float64")
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = eval(component, names | {"z": z, "y": y})
    weights = None if cotangent is None else tf.constant(cotangent, dtype="float64")
    return value.numpy(), tape.gradient(value, z, output_gradients=weights).numpy()


def _tinygrad(
    names: Names, component: str, at: Numbers, targets: Numbers, cotangent: Numbers
) -> tuple[Any, Any]:
    from tinygrad import Tensor, dtypes

    z = Tensor(at, dtype=dtypes.float64)
    y = None if targets is None else Tensor(targets, dtype=dtypes.float64)
    value = eval(component, names | {"z": z, "y": y})
    weights = 1.0 if cotangent is None else Tensor(cotangent, dtype=dtypes.float64)
    (gradient,) = (value * weights).sum().gradient(z)
    return value.numpy(), gradient.numpy()


def _sklearn(
    names: Names, component: str, at: Numbers, targets: Numbers, cotangent: Numbers
) -> tuple[Any, Any]:
    # One step of plain descent at rate 1 on a network whose predictions are its weights: the
    # samples are unit vectors and the biases 0, so what a weight loses is its gradient.
    z, y = np.array(at), np.array(targets)
    network, labels = eval(component, names | {"z": z, "y": y})
    network.set_params(solver="sgd", learning_rate_init=1.0, momentum=0.0, alpha=0.0)
    keywords = {"classes": np.arange(z.shape[1])} if hasattr(network, "predict_proba") else {}
    network.partial_fit(np.eye(len(z)), labels, **keywords)
    network.coefs_[0][...], network.intercepts_[0][...] = z, 0.0
    network.partial_fit(np.eye(len(z)), labels)
    return network.loss_, z - network.coefs_[0]


def _keras_in_float64(names: Names) -> None:
    if "keras" in names:
        names["keras"].config.set_floatx("float64")


ENGINES: dict[str, Callable[..., tuple[Any, Any]]] = {
    "torch": _torch,
    "optax": _jax,
    "jax": _jax,
    "sklearn": _sklearn,
    "autograd": _autograd,
    "mlx": _mlx,
    "keras-jax": _jax,
    "keras-torch": _torch,
    "tensorflow": _tensorflow,
    "tinygrad": _tinygrad,
}


# ----- what a fresh layer draws -----

# Each package's own way to be seeded; JAX and scikit-learn are told in the component.
SEEDS = {
    "torch": lambda torch: torch.manual_seed(SEED),
    "keras": lambda keras: keras.utils.set_random_seed(SEED),
    "tensorflow": lambda tensorflow: tensorflow.random.set_seed(SEED),
    "mlx": lambda mlx: mlx.core.random.seed(SEED),
    "tinygrad": lambda tinygrad: tinygrad.Tensor.manual_seed(SEED),
}


def _drawn(names: Names, component: str, tensor: str) -> dict[str, Any]:
    # The caller's own random numbers stay where they are; only torch has a state for a process.
    generator = names["torch"].random.fork_rng() if "torch" in names else nullcontext()
    with generator:
        for name in names.keys() & SEEDS.keys():
            SEEDS[name](names[name])
        drawn: Any = eval(tensor, names | {"layer": eval(component, names)})
    for method in ("detach", "numpy"):
        drawn = getattr(drawn, method)() if hasattr(drawn, method) else drawn
    array = np.asarray(drawn, "float64")
    return {
        "shape": array.shape,
        "largest": float(abs(array).max()),
        "deviation": float(array.std()),
    }

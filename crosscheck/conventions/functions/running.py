"""Run a component in its framework: its value and its gradient, or the weights of a new layer.

A component is the text of an expression, which is evaluated: so a statement names exactly what is
run. Only the expressions of `table` are evaluated, whoever asks. In them `z` are the inputs and `y`
the targets of a loss, both float64 arrays of the framework; the framework has its own name.
"""

import importlib
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

from crosscheck.conventions.functions.table import EXPRESSIONS

SEED = 0
# The modules that are imported for a component. It can use the first part of each name.
COMPONENT_MODULES = {
    "torch": ("torch",),
    "optax": ("optax", "jax.numpy"),
    "jax": ("jax", "jax.example_libraries.stax"),
    "sklearn": ("sklearn.neural_network",),
    "autograd": ("autograd.numpy",),
    "mlx": ("mlx.core", "mlx.nn"),
    "keras-jax": ("keras",),
    "keras-torch": ("keras",),
    "tensorflow": ("tensorflow",),
    "tinygrad": ("tinygrad", "tinygrad.nn"),
    "paddle": ("paddle",),
}

Numbers = Any  # a number or nested lists of them, as in JSON
Function = Callable[[Any, Any], Any]  # of z and y
Pair = tuple[Any, Any]  # a value and a gradient


def run(framework: str, job: dict[str, Any]) -> dict[str, Any]:
    """The value and the gradient of a component, or statistics of a tensor of a new layer.

    Args:
        framework: A name in `COMPONENT_MODULES`.
        job: "component", the expression; "at", its z; "targets", its y or None; and "cotangent",
            the weights of the values in the sum of which the gradient is taken. Or "component" and
            "tensor", an expression in which `layer` is the component.

    Returns:
        "value" and "gradient"; or "shape", "largest" (of the absolute values) and "deviation".

    Raises:
        ValueError: If an expression is not one of a statement.
    """
    for text in (job["component"], job.get("tensor", job["component"])):
        if text not in EXPRESSIONS:
            raise ValueError(f"no statement has this expression, so it is not evaluated: {text!r}")
    names: dict[str, Any] = {}
    for module in COMPONENT_MODULES[framework]:
        importlib.import_module(module)
        root = module.split(".")[0]
        names[root] = importlib.import_module(root)
    # Warnings are the framework's advice to its users; they do not matter here.
    with warnings.catch_warnings(action="ignore"):
        if "tensor" in job:
            return _statistics(names, job["component"], job["tensor"])
        if framework in FLOATX:
            FLOATX[framework](names)
        code = compile(job["component"], job["component"], "eval")
        value, gradient = ENGINES[framework](
            lambda z, y: eval(code, names | {"z": z, "y": y}),
            job["at"],
            job["targets"],
            job["cotangent"],
        )
    return {"value": np.asarray(value).tolist(), "gradient": np.asarray(gradient).tolist()}


# ----- a value and its gradient -----


def _torch(function: Function, at: Numbers, targets: Numbers, cotangent: Numbers) -> Pair:
    import torch

    z = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = None if targets is None else torch.tensor(targets, dtype=torch.float64)
    value = function(z, y)
    (value * torch.tensor(cotangent, dtype=torch.float64)).sum().backward()
    assert z.grad is not None
    return value.detach(), z.grad


def _jax(function: Function, at: Numbers, targets: Numbers, cotangent: Numbers) -> Pair:
    import jax

    y = None if targets is None else jax.numpy.asarray(targets, "float64")

    @jax.jit  # compiled one by one, the operations would take five times as long
    def value_and_gradient(z: Any, weights: Any) -> Pair:
        value, pull = jax.vjp(lambda z: function(z, y), z)
        (gradient,) = pull(jax.numpy.broadcast_to(weights, value.shape).astype(value.dtype))
        return value, gradient

    return value_and_gradient(np.asarray(at, "float64"), np.asarray(cotangent, "float64"))


def _autograd(function: Function, at: Numbers, targets: Numbers, cotangent: Numbers) -> Pair:
    autograd = importlib.import_module("autograd")
    pull, value = autograd.make_vjp(lambda z: function(z, targets))(np.asarray(at, "float64"))
    return value, pull(np.broadcast_to(cotangent, np.shape(value)))


def _mlx(function: Function, at: Numbers, targets: Numbers, cotangent: Numbers) -> Pair:
    import mlx.core as mx

    with mx.stream(mx.cpu):  # the only device with float64
        y = None if targets is None else mx.array(targets, mx.float64)
        weights = mx.array(cotangent, mx.float64)

        def weighted(z: Any) -> Any:
            return (function(z, y) * weights).sum()

        z = mx.array(at, mx.float64)
        return function(z, y).tolist(), mx.grad(weighted)(z).tolist()


def _tensorflow(function: Function, at: Numbers, targets: Numbers, cotangent: Numbers) -> Pair:
    import tensorflow

    z = tensorflow.constant(at, "float64")
    y = None if targets is None else tensorflow.constant(targets, "float64")
    with tensorflow.GradientTape() as tape:
        tape.watch(z)
        value = function(z, y)
        weighted = value * tensorflow.constant(cotangent, "float64")
    return value, tape.gradient(weighted, z)  # of the sum


def _tinygrad(function: Function, at: Numbers, targets: Numbers, cotangent: Numbers) -> Pair:
    from tinygrad import Tensor, dtypes

    z = Tensor(at, dtype=dtypes.float64)
    y = None if targets is None else Tensor(targets, dtype=dtypes.float64)
    value = function(z, y)
    (gradient,) = (value * Tensor(cotangent, dtype=dtypes.float64)).sum().gradient(z)
    return value.numpy(), gradient.numpy()


def _paddle(function: Function, at: Numbers, targets: Numbers, cotangent: Numbers) -> Pair:
    import paddle

    z = paddle.to_tensor(at, dtype="float64", stop_gradient=False)
    y = None if targets is None else paddle.to_tensor(targets, dtype="float64")
    value = function(z, y)
    weighted = value * paddle.to_tensor(cotangent, dtype="float64")
    (gradient,) = paddle.grad(weighted.sum(), z)
    return value.numpy(), gradient.numpy()


def _sklearn(function: Function, at: Numbers, targets: Numbers, cotangent: Numbers) -> Pair:
    # The gradient is the change of the weights in one step of plain descent at a rate of 1. The
    # samples are unit vectors and the biases 0, so that the predictions are the weights.
    z, samples = np.array(at), np.eye(len(at))
    network, labels, *weights = function(z, np.array(targets))
    network.set_params(solver="sgd", learning_rate_init=1.0, momentum=0.0, alpha=0.0)
    classes = {"classes": np.arange(z.shape[1])} if hasattr(network, "predict_proba") else {}
    network.partial_fit(samples, labels, **classes)
    network.coefs_[0][...], network.intercepts_[0][...] = z, 0.0
    network.partial_fit(samples, labels, *weights)
    return network.loss_, z - network.coefs_[0]


# Keras computes in float32 unless its floatx is set.
FLOATX: dict[str, Callable[[dict[str, Any]], None]] = {
    "keras-jax": lambda names: names["keras"].config.set_floatx("float64"),
    "keras-torch": lambda names: names["keras"].config.set_floatx("float64"),
    "tensorflow": lambda names: names["tensorflow"].keras.config.set_floatx("float64"),
}
ENGINES: dict[str, Callable[[Function, Numbers, Numbers, Numbers], Pair]] = {
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
    "paddle": _paddle,
}


# ----- the weights of a new layer -----

# How each package is seeded. For JAX and scikit-learn the component contains the seed.
SEEDS: dict[str, Callable[[Any], Any]] = {
    "torch": lambda torch: torch.manual_seed(SEED),
    "keras": lambda keras: keras.utils.set_random_seed(SEED),
    "tensorflow": lambda tensorflow: tensorflow.random.set_seed(SEED),
    "mlx": lambda mlx: mlx.core.random.seed(SEED),
    "tinygrad": lambda tinygrad: tinygrad.Tensor.manual_seed(SEED),
    "paddle": lambda paddle: paddle.seed(SEED),
}


def _statistics(names: dict[str, Any], component: str, tensor: str) -> dict[str, Any]:
    # fork_rng restores the state of torch's generator, which other code in this process uses.
    with names["torch"].random.fork_rng() if "torch" in names else nullcontext():
        for name in names.keys() & SEEDS.keys():
            SEEDS[name](names[name])
        weights = eval(tensor, names | {"layer": eval(component, names)})
    for method in ("detach", "numpy"):
        weights = getattr(weights, method)() if hasattr(weights, method) else weights
    array = np.asarray(weights, "float64")
    return {
        "shape": array.shape,
        "largest": float(abs(array).max()),
        "deviation": float(array.std()),
    }

"""The contract, as data: the names that every framework has, and how each is called.

Checked before any number is compared, so that a missing name is reported as that.
"""

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from crosscheck.frameworks.registry import Framework

ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "softmax", "softplus", "gelu")
LOSSES = (
    "squared_error",
    "half_squared_error",
    "mean_squared_error",
    "binary_cross_entropy",
    "sigmoid_binary_cross_entropy",
    "softmax_cross_entropy",
)
# The fields of each optimizer's state.
STATES = {
    "sgd": ("step",),
    "momentum": ("step", "velocity"),
    "lion": ("step", "first_moment"),
    "adagrad": ("step", "sum_of_squares"),
    "rmsprop": ("step", "second_moment", "first_moment", "velocity"),
    "adadelta": ("step", "second_moment", "second_moment_of_updates"),
    "adam": ("step", "first_moment", "second_moment"),
    "adamw": ("step", "first_moment", "second_moment"),
    "amsgrad": ("step", "first_moment", "second_moment", "largest_second_moment"),
    "nadam": ("step", "momentum_product", "first_moment", "second_moment"),
    "radam": ("step", "first_moment", "second_moment"),
    "adamax": ("step", "first_moment", "largest"),
}

SIGNATURES = {
    "params": (
        "Layer(weight, bias)",
        "tree_map(function, *trees)",
        "init_params(layer_sizes, *, seed, initializer='glorot_uniform', bound=None, "
        "dtype='float64')",
        "from_numpy(tree)",
        "to_numpy(tree)",
    ),
    "activations": tuple(f"{name}(z)" for name in ACTIVATIONS),
    "losses": tuple(f"{name}(predictions, targets)" for name in LOSSES),
    "mlp": (
        "Trace(pre_activations, activations)",
        "forward(params, inputs, *, activations)",
        "predict(params, inputs, *, activations)",
    ),
    "gradients": (
        "value_and_grad(params, inputs, targets, *, activations, loss)",
        "deltas(params, inputs, targets, *, activations, loss)",
    ),
    "optimizers": (
        "Optimizer(init, update)",
        "apply_updates(params, updates)",
        "decayed(optimizer, learning_rate, weight_decay, decoupled=True, scaled=True)",
        "sgd(learning_rate)",
        "momentum(learning_rate, momentum=0.9, nesterov=False, rate_inside=True, dampening=0.0, "
        "dampen_first=True)",
        "lion(learning_rate, b1=0.9, b2=0.99, weight_decay=0.0)",
        "adagrad(learning_rate, initial_accumulator=0.0, eps=1e-10, eps_place='outside')",
        "rmsprop(learning_rate, decay=0.9, eps=1e-08, eps_place='outside', "
        "initial_accumulator=0.0, centered=False, momentum=0.0, rate_inside=True)",
        "adadelta(learning_rate, decay=0.95, eps=1e-06)",
        "adam(learning_rate, b1=0.9, b2=0.999, eps=1e-08, bias_correction=True, "
        "eps_place='outside')",
        "adamw(learning_rate, b1=0.9, b2=0.999, eps=1e-08, weight_decay=0.01, scaled=True, "
        "bias_correction=True, eps_place='outside')",
        "amsgrad(learning_rate, b1=0.9, b2=0.999, eps=1e-08, bias_correction=False, "
        "maximum_of='raw', eps_place='outside')",
        "nadam(learning_rate, b1=0.9, b2=0.999, eps=1e-08, momentum_decay=0.004, "
        "eps_place='outside')",
        "radam(learning_rate, b1=0.9, b2=0.999, eps=1e-08, threshold=4.0, fallback=True, "
        "eps_place='outside')",
        "adamax(learning_rate, b1=0.9, b2=0.999, eps=1e-08, bias_correction=True, "
        "eps_place='outside')",
    ),
    "training": (
        "StopRule(max_epochs=None, loss_below=None, loss_change_below=None)",
        "TrainResult(params, state, losses, stop_reason)",
        "train(params, inputs, targets, optimizer, *, activations, loss, stop, batch_size=None, "
        "seed=0, state=None, start_epoch=0, on_epoch=None, compile=None)",
    ),
}
TABLES = {
    "activations": ("ACTIVATIONS", ACTIVATIONS),
    "losses": ("LOSSES", LOSSES),
    "optimizers": ("OPTIMIZERS", tuple(STATES)),
}


def breaches(framework: "Framework") -> list[str]:
    """Everything in which a framework breaks the contract: what is missing, what differs how."""
    found = []
    for module, signatures in SIGNATURES.items():
        for signature in signatures:
            found += _signature(framework, module, signature)
    for module, (table, names) in TABLES.items():
        entries = getattr(getattr(framework, module), table, None)
        missing = [name for name in names if name not in (entries or ())]
        if missing:
            found.append(f"{module}.{table}: lacks {', '.join(missing)}")
    return found or _states(framework)


def _signature(framework: "Framework", module: str, expected: str) -> list[str]:
    name = expected.partition("(")[0]
    thing = getattr(getattr(framework, module), name, None)
    if thing is None:
        return [f"{module}.{name}: missing, expected {expected}"]
    if not callable(thing):
        return [f"{module}.{name}: not callable, expected {expected}"]
    actual = name + signature_without_types(thing)
    return [] if actual == expected else [f"{module}.{name}: is {actual}, expected {expected}"]


def signature_without_types(function: Any) -> str:
    """The parameters of a function with their kinds, order and defaults, as Python writes them."""
    signature = inspect.signature(function)
    bare = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in signature.parameters.values()
    ]
    return str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def _states(framework: "Framework") -> list[str]:
    """The calling convention and the state of every optimizer, on one small tree."""
    found = []
    layer = framework.params.Layer(np.ones((2, 3)), np.ones(2))
    for name, fields in STATES.items():
        try:
            optimizer = getattr(framework.optimizers, name)(0.1)
            state = optimizer.init(framework.params.from_numpy((layer,)))
            actual = tuple(state._fields)
            update = signature_without_types(optimizer.update)
        except NotImplementedError:  # not written, or not supported: that is told elsewhere
            continue
        except Exception as error:
            found.append(f"optimizers.{name}: fails: {type(error).__name__}: {error}")
            continue
        if actual != fields:
            found.append(f"optimizers.{name}: its state has {actual}, expected {fields}")
        if update != "(grads, state, params=None)":
            found.append(
                f"optimizers.{name}: update is {update}, expected (grads, state, params=None)"
            )
    return found

"""The functions of the contract that are spoiled, and how a call of each is described.

What a call was given and what it gave is described as a `Call`, for each kind of function in its
own way.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.frameworks.batches import batches_of_epoch
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES, WRAPPERS
from crosscheck.verification.conditions.calls import Call, Leaf, arrays_in, leaves_of
from reference_numpy.mlp import forward


@dataclass(frozen=True)
class Function:
    """One function of the contract: "activations.tanh", what kind it is, and its dict if any."""

    name: str
    kind: str
    table: str | None = None

    @property
    def module(self) -> str:
        """The module in which it stands."""
        return self.name.partition(".")[0]

    @property
    def attribute(self) -> str:
        """Its name there."""
        return self.name.partition(".")[2]


# What clips is told no learning rate.
WRAPPER_KINDS = {"decayed": "optimizer", "clipped": "clipping"}
assert set(WRAPPER_KINDS) == set(WRAPPERS)


def functions() -> tuple[Function, ...]:
    """Every function that is spoiled. What each kind takes decides which conditions apply."""
    return (
        Function("params.init_params", "drawing"),
        Function("params.from_numpy", "copy"),
        Function("params.to_numpy", "copy"),
        *(Function(f"activations.{name}", _kind_of(name), "ACTIVATIONS") for name in ACTIVATIONS),
        *(Function(f"losses.{name}", _loss_kind_of(name), "LOSSES") for name in LOSSES),
        Function("mlp.forward", "forward"),
        Function("mlp.predict", "classes"),
        Function("gradients.value_and_grad", "gradient"),
        Function("gradients.deltas", "gradient"),
        *(Function(f"optimizers.{name}", "optimizer", "OPTIMIZERS") for name in STATES),
        *(Function(f"optimizers.{name}", kind) for name, kind in WRAPPER_KINDS.items()),
        Function("optimizers.apply_updates", "sum"),
        Function("training.train", "training"),
    )


def _kind_of(activation: str) -> str:
    return "rows" if activation == "softmax" else "elementwise"


def _loss_kind_of(loss: str) -> str:
    if loss.endswith("squared_error"):
        return "difference"
    return "probabilities" if loss == "binary_cross_entropy" else "logits"


# ----- how a call of each kind is described -----


def described(function: Function, arguments: dict[str, Any], result: Any) -> Call:
    """A call of a function, with its arguments by name and its result."""
    return _DESCRIBED[function.kind](function, arguments, result)


def named(call: Callable[..., Any], positional: tuple[Any, ...], keywords: Any) -> dict[str, Any]:
    """The arguments of a call by name, the defaults included."""
    bound = inspect.signature(call).bind(*positional, **keywords)
    bound.apply_defaults()
    return bound.arguments


def _plain(function: Function, arguments: dict[str, Any], result: Any) -> Call:
    leaves = tuple(Leaf(path, array) for path, array in leaves_of(result))
    given = tuple(arrays_in(tuple(arguments.values())))
    batches = (len(given[0]),) if given and given[0].ndim == 2 else ()
    return Call(function.kind, given, leaves, batches=batches)


def _loss(function: Function, arguments: dict[str, Any], result: Any) -> Call:
    outputs, targets = arguments["predictions"], arguments["targets"]
    return Call(
        function.kind,
        (outputs, targets),
        (Leaf((), np.asarray(result)),),
        sizes=(outputs.shape[1],),
        batches=(len(outputs),),
        outputs=outputs,
        targets=targets,
        **_weighted(arguments),
    )


def _network(function: Function, arguments: dict[str, Any], result: Any) -> Call:
    params, inputs, targets = (arguments.get(name) for name in ("params", "inputs", "targets"))
    assert isinstance(params, tuple)
    assert isinstance(inputs, np.ndarray)
    outputs = forward(params, inputs, activations=arguments["activations"]).outputs
    return Call(
        function.kind,
        tuple(arrays_in((params, inputs, targets))),
        tuple(_of_layers(function.name, result)),
        sizes=(inputs.shape[1], *(len(layer.bias) for layer in params)),
        batches=(len(inputs),),
        outputs=outputs,
        targets=targets,
        **_weighted(arguments),
    )


def _of_layers(name: str, result: Any) -> Iterator[Leaf]:
    """The activations of a trace, the gradients, the deltas, or the classes."""
    if name == "mlp.forward":
        yield from (Leaf((1, i + 1), a, i) for i, a in enumerate(result.activations[1:]))
    elif name == "mlp.predict":
        yield Leaf((), result)
    elif name == "gradients.value_and_grad":
        yield from (Leaf((1, *path), array, path[0]) for path, array in leaves_of(result[1]))
    else:
        yield from (Leaf(path, array, path[0]) for path, array in leaves_of(result))


def _update(function: Function, arguments: dict[str, Any], result: Any) -> Call:
    leaves = tuple(Leaf(path, array) for path, array in leaves_of(result) if path[0] == 0)
    state, rate = arguments["state"], arguments["learning_rate"]
    step = int(state.step)
    rates = (float(rate(max(step - 1, 0))), float(rate(step))) if callable(rate) else None
    given = tuple(arrays_in((arguments["grads"], arguments["params"])))
    return Call(function.kind, given, leaves, step=step, rates=rates)


def _training(function: Function, arguments: dict[str, Any], result: Any) -> Call:
    params, inputs, targets = (arguments[name] for name in ("params", "inputs", "targets"))
    first, seed = arguments["start_epoch"], arguments["seed"]
    batches = batches_of_epoch(len(inputs), arguments["batch_size"], seed=seed, epoch=first)
    return Call(
        function.kind,
        tuple(arrays_in((params, inputs, targets))),
        tuple(Leaf(path, array, path[1]) for path, array in leaves_of(result) if path[0] == 0),
        sizes=(inputs.shape[1], *(len(layer.bias) for layer in params)),
        batches=tuple(map(len, batches)),
        batch_size=arguments["batch_size"],
        targets=targets,
        seed=seed,
        epochs=tuple(range(first, first + len(result.losses))),
        chosen=tuple(batches),
        **_weighted(arguments),
    )


def _weighted(arguments: dict[str, Any]) -> dict[str, Any]:
    """The weights of a call and how they divide; nothing of a function that takes none."""
    return {name: arguments[name] for name in ("weights", "normalizer") if name in arguments}


def _drawing(function: Function, arguments: dict[str, Any], result: Any) -> Call:
    return Call(
        function.kind,
        (),
        tuple(Leaf(path, array, path[0]) for path, array in leaves_of(result)),
        sizes=tuple(arguments["layer_sizes"]),
        seed=arguments["seed"],
    )


_DESCRIBED: dict[str, Callable[[Function, dict[str, Any], Any], Call]] = {
    "elementwise": _plain,
    "rows": _plain,
    "copy": _plain,
    "sum": _plain,
    "difference": _loss,
    "probabilities": _loss,
    "logits": _loss,
    "forward": _network,
    "classes": _network,
    "gradient": _network,
    "optimizer": _update,
    "clipping": _update,
    "training": _training,
    "drawing": _drawing,
}
KINDS = tuple(_DESCRIBED)
ACTIVATION_KINDS, LOSS_KINDS = ("elementwise", "rows"), ("difference", "probabilities", "logits")

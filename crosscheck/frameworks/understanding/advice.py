"""What to say of an object that is not understood: what was found, is missing, and to write."""

import inspect
from collections.abc import Mapping
from typing import Any

from crosscheck.frameworks.plain_text import in_words as error_in_words
from crosscheck.frameworks.understanding.constructing import construct, ways
from crosscheck.frameworks.understanding.hosts import functions_of, methods_of
from crosscheck.frameworks.understanding.layouts import Layout, layouts_of
from crosscheck.frameworks.understanding.leaves import Leaf, leaves_of
from crosscheck.frameworks.understanding.names import (
    BACKWARD,
    FORWARD,
    TRAIN_STEP,
    VALUE_AND_GRAD,
    first_of,
    in_words,
)

SHOWN = 6


def advice(
    name: str, target: Any, namespace: Mapping[str, Any], settings: Mapping[str, Any]
) -> str:
    """The message for one object.

    Args:
        name: What it is called.
        target: It: a class, an object, a function, or None for a whole file.
        namespace: The file that it is in.
        settings: The arguments that were given for its constructor.
    """
    instance, failed = _instance(target, settings)
    if target is None or inspect.isroutine(target):
        callables, arrays = list(functions_of(namespace)), leaves_of(dict(_data(namespace)))
    elif instance is None:
        callables, arrays = [each for each in vars(target) if not each.startswith("_")], []
    else:
        callables, arrays = list(methods_of(instance)), leaves_of(instance)
    layouts = layouts_of(arrays)
    missing = []
    if failed:
        missing.append(
            f"its constructor could not be called ({failed}): state its arguments, or name an "
            "object that exists"
        )
    elif not layouts:
        missing.append("no arrays that are the weights of layers which follow each other")
    forward = first_of(callables, FORWARD)
    if not forward:
        missing.append("no function that computes the outputs, such as forward(X)")
    elif layouts:
        missing.append(f"{forward[0]} gave no outputs of the right shape in any way it was called")
    if not first_of(callables, [*BACKWARD, *VALUE_AND_GRAD, *TRAIN_STEP]):
        missing.append("no function that computes gradients, such as backward(X, y)")
    return "\n".join(
        [
            f"{name} is not understood.",
            f"found: functions {_listed(callables)}; arrays {_arrays(arrays)}",
            f"missing: {'; '.join(missing)}",
            "an adapter to complete:",
            *_adapter(name, target, layouts, callables),
        ]
    )


def _instance(target: Any, settings: Mapping[str, Any]) -> tuple[Any, str]:
    if not isinstance(target, type):
        return target, ""
    failed = "its arguments cannot be guessed"
    for way in ways(target, settings):
        try:
            return construct(target, way), ""
        except Exception as error:
            failed = error_in_words(error)
    return None, failed


def _data(namespace: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (name, value)
        for name, value in namespace.items()
        if not name.startswith("_") and not callable(value) and not inspect.ismodule(value)
    ]


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN]) or "none"
    return f"{shown}, ..." if len(names) > SHOWN else shown


def _arrays(arrays: list[Leaf]) -> str:
    return _listed([f"{in_words(each.path)} {each.shape}" for each in arrays])


def _adapter(name: str, target: Any, layouts: list[Layout], callables: list[str]) -> list[str]:
    """The lines to write, with the names of this object wherever they are known."""
    make = f"{name}(...)" if isinstance(target, type) else name
    is_object = target is not None and not inspect.isroutine(target)
    owner = "self.net." if is_object else ""
    forward = next(iter(first_of(callables, FORWARD)), "predict")
    backward = next(iter(first_of(callables, [*BACKWARD, *VALUE_AND_GRAD])), "backward")
    if layouts:
        sizes: Any = layouts[0].sizes
        pairs = ", ".join(
            f"({', '.join(f'self.net.{in_words(paths[0])}' for paths in pair)})"
            for slot in layouts[0].slots
            if (pair := [each for each in (slot.weight, slot.bias) if each])
        )
    else:
        sizes, pairs = (3, 2, 1), "(self.net.W1, self.net.b1), (self.net.W2, self.net.b2)"
    return [
        "",
        "class Adapter:",
        f"    sizes = {sizes}  # inputs, hidden units, outputs",
        "    def __init__(self):",
        f"        self.net = {make if is_object else '...  # what holds the parameters'}",
        "    def set_params(self, params):  # [(weight (fan_out, fan_in), bias (fan_out,)), ...]",
        f"        {pairs} = params",
        "    def forward(self, inputs):  # (batch, inputs) in, (batch, outputs) out",
        f"        return {owner}{forward}(inputs)",
        "    def gradients(self, inputs, targets):  # [(dC/dweight, dC/dbias), ...]",
        f"        return {owner}{backward}(inputs, targets)",
    ]

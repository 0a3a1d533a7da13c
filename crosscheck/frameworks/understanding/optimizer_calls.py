"""How the update of somebody's own optimizer is called: over arrays, lists or dicts, and why.

An update is called by the names of its arguments. Which container it takes, and what it returns, is
found by a trial: parameters near 1000 tell the new parameters from an update that is to be added.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.optimizer_names import USUAL, is_many, plain, role
from crosscheck.numerics.digits import counted

Array = np.ndarray
# The names of the methods that take a step, the surest first.
# A method that must be called with the parameters before the first step.
INITIAL = ("initialize", "init", "setup", "build", "init_state", "initialize_state", "reset")
METHODS = (
    "step",
    "update",
    "update_params",
    "update_parameters",
    "apply_gradients",
    "apply_gradient",
    "apply",
    "update_weights",
    "update_param",
    "optimize",
    "minimize",
    "get_update",
    "get_updates",
    "__call__",
)
# The attributes of a layer that hold a weight, a bias, and their gradients.
OF_LAYERS = (
    ("weights", "biases", "dweights", "dbiases"),
    ("W", "b", "dW", "db"),
    ("w", "b", "dw", "db"),
    ("weights", "bias", "dweights", "dbias"),
    ("weight", "bias", "grad_weight", "grad_bias"),
    ("weights", "biases", "grad_weights", "grad_biases"),
    ("weights", "biases", "weights_grad", "biases_grad"),
)
# The attributes of an object that hold an array and its gradient.
OF_OBJECTS = (
    ("data", "grad"),
    ("value", "grad"),
    ("value", "gradient"),
    ("data", "gradient"),
    ("param", "grad"),
    ("weight", "grad"),
    ("val", "grad"),
    ("w", "dw"),
    ("W", "dW"),
)
KEYS = ("W1", "b1", "W2", "b2", "W3", "b3")
WORDS = {
    "list": "a list of arrays",
    "dict": "a dict of arrays",
    "dict of d": "a dict of arrays, with gradients called dW1",
    "each": "one array at a time",
    "pair": "a weight and a bias",
    "layer pairs": "a list of pairs of a weight and a bias",
    "zipped": "pairs of a gradient and its parameter",
    "layers": "layers that hold their gradients",
    "objects": "objects that hold their gradients",
    "tensors": "tensors that hold their gradients",
}


class CallError(TypeError):
    """An update cannot be called in one way; another may do."""


@dataclass(frozen=True)
class Signature:
    """The arguments of an update that must be given, each with its role.

    Attributes:
        names: The arguments in order, without `self`.
        roles: Of each: "params", "grads", "count" ...
    """

    names: tuple[str, ...]
    roles: tuple[str, ...]

    def has(self, wanted: str) -> bool:
        """Whether an argument has a role."""
        return wanted in self.roles

    @property
    def containers(self) -> tuple[str, ...]:
        """The containers to try, the likeliest first."""
        if self.has("zipped"):
            return ("zipped",)
        if self.has("biases"):
            return ("pair",)
        if self.has("key"):
            return ("each",)
        arrays = [
            n for n, r in zip(self.names, self.roles, strict=True) if r in ("params", "grads")
        ]
        if any(is_many(name) for name in arrays):
            return ("list", "dict", "dict of d", "layer pairs", "each")
        return ("each", "list", "dict", "layer pairs")


def signature_of(function: Callable[..., Any]) -> Signature | None:
    """The arguments of an update; None if one that must be given is not understood."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    names, roles = [], []
    for each in parameters:
        if each.name == "self" or each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        needed = each.default is each.empty
        found = role(each.name)
        if found is None and plain(each.name) in USUAL:
            continue
        if found is None and needed:
            return None
        wanted = found not in ("key", "rate")
        if needed or (wanted and found is not None):
            names.append(each.name)
            roles.append(str(found))
    return Signature(tuple(names), tuple(roles))


def methods_of(value: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The methods of an object that may take a step."""
    for name in METHODS:
        if name == "__call__" and not hasattr(type(value), "__call__"):  # noqa: B004
            continue
        method = getattr(value, name, None)
        if callable(method):
            yield name, method


def packed(arrays: Sequence[Array], container: str) -> Any:
    """Some arrays as an update takes them."""
    if container in ("dict", "dict of d"):
        return dict(zip(KEYS, arrays, strict=False))
    if container == "layer pairs":
        return list(zip(arrays[::2], arrays[1::2], strict=True))
    return list(arrays)


def packed_grads(arrays: Sequence[Array], container: str) -> Any:
    """Some gradients as an update takes them: that of W1 may be called dW1."""
    if container == "dict of d":
        return {f"d{key}": array for key, array in zip(KEYS, arrays, strict=False)}
    return packed(arrays, container)


def zeros_like(held: Any) -> Any:
    """Zeros in the container of the parameters, under both names where it is a dict."""
    if isinstance(held, dict):
        own = {key: as_array(array) * 0 for key, array in held.items()}
        return own | {f"d{key}": array.copy() for key, array in own.items()}
    return [as_array(each) * 0 for each in held] if isinstance(held, list) else as_array(held) * 0


def unpacked(value: Any, count: int) -> list[Array]:
    """The arrays of a container.

    Raises:
        CallError: If it is none of so many arrays.
    """
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple) and all(isinstance(each, tuple | list) for each in value):
        value = [array for pair in value for array in pair]
    if not isinstance(value, list | tuple) or len(value) != count:
        raise CallError(f"it returned {type(value).__name__}, and not {counted(count, 'array')}")
    return [as_array(each) for each in value]


def as_array(value: Any) -> Array:
    """Anything that is an array, as one of NumPy.

    Raises:
        CallError: If it is none of floating numbers.
    """
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    array = np.array(value)
    if array.dtype.kind != "f":
        raise CallError(f"it returned {type(value).__name__}, and not an array of numbers")
    return array


def result_of(returned: Any, container: Any, shapes: Sequence[tuple[int, ...]]) -> Any:
    """The arrays that an update returned, as a list; None if it changed them in place.

    Of several things that it returned, the first that has the shapes of the parameters counts.
    """
    if returned is None:
        return None
    single = not isinstance(container, list | dict)
    places = [returned]
    if isinstance(returned, tuple | list):
        places += list(returned)
    for place in places:
        try:
            found = [as_array(place)] if single else unpacked(place, len(shapes))
        except (CallError, ValueError):
            continue
        if [each.shape for each in found] == list(shapes):
            return found
    return None


def layer_of(weight: Array, bias: Array, grads: Sequence[Array], names: Sequence[str]) -> Any:
    """An object with a weight, a bias and their gradients, under some names."""
    values = (weight, bias, *grads)
    return SimpleNamespace(**dict(zip(names, values, strict=True)))


def attribute_names(
    function: Callable[..., Any], known: Sequence[tuple[str, ...]]
) -> tuple[str, ...]:
    """The names under which an update reads what it is given, from its source."""
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        source = ""
    for names in known:
        if all(re.search(rf"\.{name}\b", source) for name in names):
            return names
    return known[0]

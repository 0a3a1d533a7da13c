"""A network whose weights are objects of a class with `data` and `grad`, as one with arrays.

Such a class records what is computed, and its `backward()` goes back through that.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.understanding.calling import Given, bindings, call
from crosscheck.frameworks.understanding.hosts import methods_of
from crosscheck.frameworks.understanding.leaves import library_of
from crosscheck.frameworks.understanding.names import FORWARD, LOSS, first_of
from crosscheck.frameworks.understanding.parts import classes_in

# So deep lie the units in an object: its list of layers, each with its list of units.
DEEPEST = 4
# One unit: the objects that are its weights, and its bias or None.
Unit = tuple[list[Any], Any]


class Nodes:
    """Shows the layers of an object as arrays: W1 (fan_out, fan_in), b1 (fan_out,), W2 ...

    Attributes:
        of: The classes of which the object is made.
        dW1, db1, ...: The gradients that a backward pass left.
    """

    def __init__(self, net: Any, layers: list[list[Unit]], forward: str, loss: Any) -> None:
        """Show `layers` of an object; `loss` is a function of outputs and targets, or None."""
        self.of = tuple(classes_in(net, deepest=9))
        self._parts: Callable[[], Any] = lambda: (net, layers, forward, loss)
        for number, layer in enumerate(layers, 1):
            setattr(self, f"W{number}", np.array([[w.data for w in unit[0]] for unit in layer]))
            if layer[0][1] is not None:
                setattr(self, f"b{number}", np.array([float(unit[1].data) for unit in layer]))

    def _run(self, x: Array) -> list[Any]:
        """The outputs of one sample, at these weights; every gradient is 0 before."""
        net, layers, forward, _ = self._parts()
        for number, layer in enumerate(layers, 1):
            for row, (weights, bias) in enumerate(layer):
                for node, value in zip(weights, getattr(self, f"W{number}")[row], strict=True):
                    node.data, node.grad = float(value), 0.0
                if bias is not None:
                    bias.data, bias.grad = float(getattr(self, f"b{number}")[row]), 0.0
        found = getattr(net, forward)([float(each) for each in x])
        return list(found) if isinstance(found, list | tuple) else [found]

    def forward(self, x: Array) -> Array:
        """The outputs of one sample."""
        return np.array([float(each.data) for each in self._run(x)])

    def _loss(self, x: Array, y: Array) -> Any:
        *_, function = self._parts()
        outputs, targets = self._run(x), [float(each) for each in y]
        if function is None:
            differences = [o - t for o, t in zip(outputs, targets, strict=True)]
            return sum(each * each for each in differences)
        given = Given({"output": outputs, "y": targets}, {})
        return call(function, next(bindings(function, given)), given).value

    def backward(self, x: Array, y: Array) -> None:
        """Leave the gradients of one sample."""
        self._loss(x, y).backward()
        for number, layer in enumerate(self._parts()[1], 1):
            setattr(self, f"dW{number}", np.array([[w.grad for w in unit[0]] for unit in layer]))
            if layer[0][1] is not None:
                setattr(self, f"db{number}", np.array([float(unit[1].grad) for unit in layer]))


class _WithLoss(Nodes):
    def loss(self, x: Array, y: Array) -> float:
        """The loss of one sample, by the file's own function."""
        return float(self._loss(x, y).data)


def nodes_of(net: Any, beside: Mapping[str, Any]) -> Nodes | None:
    """The network that the units of an object make; None if it has none.

    Args:
        net: The object.
        beside: The functions of its file, of which one may be the loss.
    """
    layers = list(_layers(net, DEEPEST))
    forward = next(iter(first_of(list(methods_of(net)), FORWARD)), None)
    if not layers or forward is None:
        return None
    loss = next((beside[each] for each in first_of(list(beside), LOSS)), None)
    return (Nodes if loss is None else _WithLoss)(net, layers, forward, loss)


def _layers(value: Any, depth: int) -> Iterator[list[Unit]]:
    """The lists of units in an object, from the first on."""
    if depth < 0 or library_of(value) is not None:
        return
    if isinstance(value, list | tuple):
        units = [unit for each in value if (unit := _unit(each)) is not None]
        if units and len(units) == len(value) and len({len(weights) for weights, _ in units}) == 1:
            yield units
            return
        inner = list(value)
    else:
        inner = list(getattr(value, "__dict__", {}).values())
    for each in inner:
        yield from _layers(each, depth - 1)


def _unit(value: Any) -> Unit | None:
    """The weights and the bias of a unit: a list of nodes, and one more."""
    own = list(getattr(value, "__dict__", {}).values())
    lists = [each for each in own if isinstance(each, list) and each and all(map(_is_node, each))]
    single = [each for each in own if _is_node(each)]
    if len(lists) != 1 or len(single) > 1:
        return None
    return lists[0], single[0] if single else None


def _is_node(value: Any) -> bool:
    return isinstance(getattr(value, "data", None), float | int) and hasattr(value, "grad")

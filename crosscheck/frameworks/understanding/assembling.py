"""A network put together from the classes of a file, where nothing in the file itself does so.

Its layers come one after the other, as they stand in a list, or one of each activation between two
layers. What its loss hands back is what the loss of the file says, else outputs less targets.
"""

import copy
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.understanding import parts
from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.criteria import Criterion
from crosscheck.frameworks.understanding.hosts import ObjectHost, functions_of
from crosscheck.frameworks.understanding.networks import Network, network_of
from crosscheck.frameworks.understanding.pieces import Pieces, layer, own_classes, pieces_of

# The units of a network of one, two or three layers: all different.
UNITS = {1: (4, 2), 2: (4, 3, 2), 3: (5, 4, 3, 2)}
# How a list of layers grows, and how it is told its loss.
ADD = ("add", "add_layer", "append", "addLayer", "push")
USE = ("use", "set_loss", "compile", "set", "use_loss")
# So many activations stand between the layers of one network.
ACTIVATIONS = 2


class Assembled:
    """Parts of a network, one after the other, and a loss.

    Attributes:
        layers: The parts.
        gradients: What the backward pass of each part returned beside the slope of its inputs.
    """

    def __init__(self, layers: Sequence[Any], criterion: Criterion | None) -> None:
        """Keep the parts; without a criterion the slope of the loss is outputs less targets."""
        self.layers = list(layers)
        self._criterion = criterion
        self.gradients: dict[int, dict[str, Any]] = {}

    def forward(self, inputs: Array) -> Array:
        """Each part takes what the one before it gives."""
        self._inputs_of = []
        for part in self.layers:
            self._inputs_of.append(inputs.shape)
            inputs = parts.run_forward(part, inputs)
        return inputs

    def backward(self, inputs: Array, targets: Array, learning_rate: float) -> None:
        """The slope of the loss, through all parts from the last to the first."""
        outputs = self.forward(inputs)
        if self._criterion is None:
            slope = outputs - targets
        else:
            self._criterion.value(outputs, targets)
            slope = self._criterion.slope(outputs, targets)
        for index in reversed(range(len(self.layers))):
            shape = self._inputs_of[index]
            slope, more = parts.run_backward(self.layers[index], slope, learning_rate, shape)
            if more is not None:
                self.gradients[index] = more


class _Unrated(Assembled):
    """Of parts that take no rate."""

    def backward(self, inputs: Array, targets: Array) -> None:  # type: ignore[override]
        """See `Assembled`."""
        super().backward(inputs, targets, 1.0)


class _Stepping(Assembled):
    """Of parts that are moved after the backward pass."""

    def step(self, learning_rate: float) -> None:
        """Each part moves by what its backward pass left in it."""
        for part in self.layers:
            parts.run_step(part, learning_rate)


class _WithLoss(Assembled):
    """With a loss of the file, which is judged too."""

    def loss(self, outputs: Array, targets: Array) -> float:
        """What the criterion says."""
        assert self._criterion is not None
        return self._criterion.value(outputs, targets)


def assembled(layers: Sequence[Any], criterion: Criterion | None) -> Assembled:
    """Parts one after the other, with the methods that they allow."""
    kinds: list[type] = []
    if criterion is not None:
        kinds.append(_WithLoss)
    if any(parts.step_of(each) for each in layers):
        kinds.append(_Stepping)
    if not any(parts.takes_rate(each) for each in layers):
        kinds.append(_Unrated)
    made: Assembled = type("Assembled", (*kinds, Assembled), {})(layers, criterion)
    return made


def networks(namespace: Mapping[str, Any]) -> Iterator[Network]:
    """The networks that the parts of a file make, the likeliest first."""
    found = pieces_of(namespace)
    softmax = [each for each in found.activations if "softmax" in _name(each)]
    inner = [each for each in found.activations if each not in softmax]
    sigmoid = [each for each in inner if re.search("sigm|logistic", _name(each))]
    for criterion in _ordered(found.criteria, bool(softmax)):
        last = softmax if criterion is None or not _is_binary(criterion) else sigmoid
        if criterion is not None and re.search("softmax|logits", criterion.called.lower()):
            last = []
        # What stands at the end need not stand in the middle, unless nothing else does.
        between = [each for each in inner if each not in last[:1]] or inner
        yield from _with(namespace, found, between[:ACTIVATIONS], last[:1], criterion)


def _name(part: Any) -> str:
    return type(part).__name__.lower()


def _is_binary(criterion: Criterion) -> bool:
    return re.search("bce|binary|logistic|log_?loss", criterion.called.lower()) is not None


def _with(
    namespace: Mapping[str, Any],
    found: Pieces,
    inner: Sequence[Any],
    last: Sequence[Any],
    criterion: Criterion | None,
) -> Iterator[Network]:
    functions = functions_of(namespace)
    units = UNITS[max(2, len(inner) + 1)]
    for kind in found.layers:
        layers = [layer(kind, *fans, functions, found.given) for fans in itertools.pairwise(units)]
        if any(each is None for each in layers):
            continue
        between = [*inner, *[None] * (len(layers) - len(inner))]
        chain = [each for pair in zip(layers, between, strict=True) for each in pair]
        whole = copy.deepcopy([each for each in (*chain, *last) if each is not None])
        for held in _holders(namespace, whole, criterion):
            yield from _as_it_stands(held, whole)
            if parts.is_part(held):
                yield from _network([held], criterion, whole)
        yield from _network(whole, criterion, whole)


def _holders(
    namespace: Mapping[str, Any], chain: Sequence[Any], criterion: Criterion | None
) -> Iterator[Any]:
    """Objects of the file that hold a list of layers: Sequential(layers), or net.add(layer)."""
    for kind in own_classes(namespace).values():
        if kind in {type(each) for each in chain}:
            continue
        for fill in (_at_once, _as_arguments, _one_by_one):
            try:
                with quiet():
                    held = fill(kind, copy.deepcopy(list(chain)))
                    _use(held, criterion)
            except Exception:  # whatever somebody's constructor raises: it takes something else
                continue
            if {*map(type, chain)} <= parts.classes_in(held):
                yield held


def _at_once(kind: Callable[..., Any], chain: list[Any]) -> Any:
    return kind(chain)


def _as_arguments(kind: Callable[..., Any], chain: list[Any]) -> Any:
    return kind(*chain)


def _one_by_one(kind: Callable[..., Any], chain: list[Any]) -> Any:
    held = kind()
    add = next(getattr(held, name) for name in ADD if hasattr(held, name))
    for each in chain:
        add(each)
    return held


def _use(held: Any, criterion: Criterion | None) -> None:
    """Tell what holds the layers the loss, if it has a method for that."""
    for name in USE:
        if criterion is not None and callable(getattr(held, name, None)):
            getattr(held, name)(*criterion.given)
            return


def _as_it_stands(held: Any, chain: Sequence[Any]) -> Iterator[Network]:
    """What holds the layers, if it has a backward pass of its own from inputs and targets."""
    words = f"the class {type(held).__name__} with {_listed(chain)}"
    network = network_of(ObjectHost(words, None, {}, held, {}))
    if network is not None and network.backward is not None:
        yield network


def _listed(layers: Sequence[Any]) -> str:
    return ", ".join(type(each).__name__ for each in layers)


def with_criterion(namespace: Mapping[str, Any], model: Any) -> Iterator[Network]:
    """A model whose backward pass takes the slope of a loss, with the losses of its file."""
    if parts.is_part(model):
        for criterion in _ordered(pieces_of(namespace).criteria, softmax=False):
            yield from _network([model], criterion, [])


def _ordered(criteria: Sequence[Criterion], softmax: bool) -> list[Criterion | None]:
    """The losses, the likeliest first: an entropy after a softmax; and then none."""

    def unlikely(criterion: Criterion) -> bool:
        return bool(re.search("entropy|nll|bce", criterion.called.lower())) != softmax

    return [*sorted(criteria, key=unlikely), None]


def _network(
    layers: Sequence[Any], criterion: Criterion | None, chain: Sequence[Any]
) -> Iterator[Network]:
    made = assembled(layers, criterion)
    with_loss = f" with {criterion.called}" if criterion is not None else ""
    inside = f" of {_listed(chain)}" if chain and layers[0] is not chain[0] else ""
    words = f"{_listed(layers)}{inside}{with_loss}, put together for this check"
    if criterion is None:
        words += ", the slope of whose loss is taken as outputs less targets"
    network = network_of(ObjectHost(words, None, {}, made, {}))
    if network is None or network.backward is None:
        return
    # A loss that gives no number for these outputs is not meant for them.
    if criterion is None or network.loss is not None:
        yield network


def not_looked_at(namespace: Mapping[str, Any], network: Network) -> list[str]:
    """The classes of a file of which a network has nothing."""
    root = network.engine.host.fresh().root
    used = parts.classes_in(root)
    return [name for name, kind in own_classes(namespace).items() if kind not in used]


def pieces_beside(namespace: Mapping[str, Any], network: Network) -> str:
    """The parts of networks in a file that one network has nothing of, in words; or nothing."""
    others = not_looked_at(namespace, network)
    found = pieces_of(namespace)
    kinds = {type(each) for each in (*found.activations, *(c.owner for c in found.criteria))}
    return ", ".join(name for name in others if namespace[name] in {*kinds, *found.layers})

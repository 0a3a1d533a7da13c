"""Where gradients are after a backward pass: by their names, their shapes, or their order."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.frameworks.understanding.engine import (
    DoesNotFitError,
    Engine,
)
from crosscheck.frameworks.understanding.forwards import probe
from crosscheck.frameworks.understanding.leaves import Leaf, get, leaves_of
from crosscheck.frameworks.understanding.names import (
    Path,
    in_words,
    is_gradient,
    key_of,
    kind_of,
    last_word,
)
from crosscheck.frameworks.understanding.passes import RETURNED, Backward, Places, Ran


def places_of(engine: Engine, leaves: Sequence[Leaf]) -> Places:
    """Which of some arrays is the gradient of which parameter; nothing if a weight's is missing.

    By name, else by shape, else by their order.

    Args:
        engine: The network.
        leaves: The arrays.
    """
    slots = engine.layout.slots
    names = engine.host.fresh(*probe(engine)).names
    if not leaves:
        return ()
    by_key: dict[tuple[str | None, str], Path] = {}
    for leaf in leaves:
        by_key.setdefault(key_of(leaf.name), leaf.path)

    def key(paths: tuple[Path, ...]) -> tuple[str | None, str]:
        if not paths:
            return None, ""
        return key_of(names.get(paths[0], paths[0]))

    keys = [key(slot.weight) for slot in slots]
    if all(each in by_key and each[0] == "weight" for each in keys) and len({*keys}) == len(keys):
        return tuple((by_key[key(slot.weight)], by_key.get(key(slot.bias))) for slot in slots)
    words = [
        [last_word(names.get(path, path)) for path in (*slot.weight[:1], *slot.bias[:1])]
        for slot in slots
    ]
    return _by_word(words, leaves) or _by_shape(engine, leaves) or _by_order(engine, leaves)


# What a gradient is called beside its parameter.
CALLED = ("{}", "d{}", "d_{}", "grad_{}", "{}_grad")


def _by_word(words: Sequence[Sequence[str]], leaves: Sequence[Leaf]) -> Places:
    """Gradients that have the names of their parameters, whatever these are: A and a0, dA and da0.

    Args:
        words: What the weight of each layer is called, and its bias if it has one.
        leaves: The arrays.
    """
    of_word = {last_word(leaf.name): leaf.path for leaf in leaves}
    every = [word for layer in words for word in layer]
    if len({*every}) < len(every) or len(of_word) < len(leaves):
        return ()
    for called in CALLED:
        if all(called.format(word) in of_word for word in every):
            found = [[of_word[called.format(word)] for word in layer] for layer in words]
            return tuple((layer[0], layer[1] if len(layer) > 1 else None) for layer in found)
    return ()


def _by_shape(engine: Engine, leaves: Sequence[Leaf]) -> Places:
    left = list(leaves)
    found: list[tuple[Path, Path | None]] = []
    for slot in engine.layout.slots:
        shape = slot.weight_shape
        weights = [leaf for leaf in left if leaf.shape == shape and kind_of(leaf.name) != "bias"]
        if len(weights) != 1:
            return ()
        left.remove(weights[0])
        # Of any shape: a sum over the samples may keep the axis that the bias does not have.
        biases = [
            leaf
            for leaf in left
            if slot.bias and prod(leaf.shape) == slot.fans[1] and kind_of(leaf.name) != "weight"
        ]
        found.append((weights[0].path, biases[0].path if len(biases) == 1 else None))
    return tuple(found)


def _by_order(engine: Engine, leaves: Sequence[Leaf]) -> Places:
    """Gradients in the order of the parameters: what is left when neither names nor shapes tell."""
    order = [
        paths[0] for slot in engine.layout.slots for paths in (slot.weight, slot.bias) if paths
    ]
    if len(leaves) != len(order) or any(kind_of(leaf.name) for leaf in leaves):
        return ()
    at = dict(
        zip(sorted(order, key=str), sorted((leaf.path for leaf in leaves), key=str), strict=True)
    )
    return tuple(
        (at[slot.weight[0]], at[slot.bias[0]] if slot.bias else None)
        for slot in engine.layout.slots
    )


def gradients_from(engine: Engine, found: Backward, ran: Ran) -> list[tuple[Array, Array | None]]:
    """The gradients after a backward pass, weights as (fan_out, fan_in).

    Raises:
        DoesNotFitError: If they are not where they were.
    """
    root = ran.result.value if found.source == RETURNED else ran.session.root
    # If every gradient is kept as the transpose of its weight, that is a convention; if one is,
    # it does not have the shape of its weight.
    all_turned = all(
        _read(root, weight).shape[::-1] == slot.weight_shape
        for slot, (weight, _) in zip(engine.layout.slots, found.places, strict=True)
    )
    made: list[tuple[Array, Array | None]] = []
    for slot, (weight, bias) in zip(engine.layout.slots, found.places, strict=True):
        kept = _read(root, weight)
        if len(slot.weight_shape) == 1 and kept.shape == slot.weight_shape:
            kept = kept.reshape(slot.fans)
        stored = slot.fans if slot.transposed else slot.fans[::-1]
        turned = kept.T if slot.transposed else kept
        if all_turned and kept.shape != stored:
            turned = turned.T
        made.append((turned, None if bias is None else _flat(_read(root, bias), slot.fans[1])))
    return made


def _flat(bias: Array, units: int) -> Array:
    return bias.reshape(-1) if bias.size == units else bias


def _read(root: Any, path: Path) -> Array:
    try:
        return Leaf([path], get(root, path)).array
    except (LookupError, AttributeError, TypeError, ValueError) as error:
        raise DoesNotFitError(f"no gradient at {in_words(path)}") from error


def left_by(engine: Engine, ran: Ran, params: Layers, inputs: Array, targets: Array) -> list[Leaf]:
    """The gradients that a call left on an object: none if they lay there before, or are all 0."""
    before = {
        path: leaf.array
        for leaf in leaves_of(engine.begin(params, inputs, targets)[0].root)
        for path in leaf.paths
    }
    found = [
        leaf
        for leaf in leaves_of(ran.session.root)
        if leaf.path not in engine.layout.paths and is_gradient(leaf.path)
    ]
    new = (leaf.array for leaf in found if not _is_same(leaf.array, before.get(leaf.path)))
    return found if any(np.any(array != 0) for array in new) else []


def _is_same(one: Array, other: Array | None) -> bool:
    return other is not None and np.array_equal(one, other)

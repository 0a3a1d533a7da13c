"""Which arrays of an object are the weights and biases of its layers, and how they lie."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Layers
from crosscheck.frameworks.understanding.leaves import Leaf, as_like, get, put
from crosscheck.frameworks.understanding.names import (
    Path,
    in_words,
    is_gradient,
    is_other,
    key_of,
    kind_of,
    last_word,
)

# So many weights may stand in another order than their layers.
PERMUTED = 5


@dataclass(frozen=True)
class Slot:
    """Where the parameters of one layer are kept.

    Attributes:
        weight: The paths of its weight: more than one where an array is kept twice.
        bias: The paths of its bias; none if it has none.
        transposed: Whether the weight is kept as (fan_in, fan_out).
        fans: (fan_in, fan_out).
        bias_shape: The shape in which the bias is kept.
        names: What weight and bias are called.
        weight_shape: The shape in which the weight is kept.
    """

    weight: tuple[Path, ...]
    bias: tuple[Path, ...]
    transposed: bool
    fans: tuple[int, int]
    bias_shape: tuple[int, ...]
    names: tuple[Path, ...] = ()
    weight_shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The parameters of a network, from the inputs to the outputs."""

    slots: tuple[Slot, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The units of the inputs, of each hidden layer, and of the outputs."""
        return (self.slots[0].fans[0], *(slot.fans[1] for slot in self.slots))

    @property
    def paths(self) -> set[Path]:
        """Every path of a parameter."""
        return {path for slot in self.slots for path in (*slot.weight, *slot.bias)}

    def write(self, root: Any, params: Layers) -> Any:
        """Put parameters into an object, as new arrays; returns the object."""
        for slot, (weight, bias) in zip(self.slots, params, strict=True):
            kept = weight.T if slot.transposed else weight
            root = _write(root, slot.weight, kept.reshape(slot.weight_shape))
            if slot.bias:
                root = _write(root, slot.bias, bias.reshape(slot.bias_shape))
        return root

    def read(self, root: Any) -> Layers:
        """The parameters of an object, as (fan_out, fan_in) and (fan_out,)."""
        found = []
        for slot in self.slots:
            weight = Leaf([slot.weight[0]], get(root, slot.weight[0])).array
            bias = np.zeros(slot.fans[1])
            if slot.bias:
                kept = Leaf([slot.bias[0]], get(root, slot.bias[0])).array
                # One that has grown with the batch keeps its shape, for that is wrong.
                bias = kept.reshape(-1) if kept.size == slot.fans[1] else kept
            stored = slot.fans if slot.transposed else slot.fans[::-1]
            weight = weight.reshape(stored)
            found.append((weight.T if slot.transposed else weight, bias))
        return found

    def in_words(self) -> str:
        """The parameters in one line: "W1 (4, 3), b1 (4,), W2 ..."."""
        first = self.slots[0]
        names = ", ".join(in_words(name) for slot in self.slots for name in slot.names)
        lie = "(fan_in, fan_out)" if first.transposed else "(fan_out, fan_in)"
        without = "" if first.bias else ", without biases"
        return f"{names} for sizes {self.sizes}, weights {lie}{without}"


def _write(root: Any, paths: Sequence[Path], array: np.ndarray) -> Any:
    value = as_like(array, get(root, paths[0]))
    for path in paths:
        root = put(root, path, value)
    return root


def layouts_of(leaves: Sequence[Leaf]) -> list[Layout]:
    """Every layout that the names and shapes of some arrays allow, the likeliest first.

    Two of them differ only in how the weights lie, where the shapes cannot tell.
    """
    usable = [
        leaf
        for leaf in leaves
        if len(leaf.shape) <= 2
        and 0 not in leaf.shape
        and not is_gradient(leaf.name)
        and not is_other(leaf.name)
    ]
    usable = _without_copies(usable)
    found: list[Layout] = []
    for chosen in (_by_name(usable), _by_shape(usable)):
        weights, biases = chosen
        for chain, transposed in _chains(weights):
            slots = _with_biases(chain, transposed, biases)
            if slots is None or (layout := Layout(slots)) in found:
                continue
            if all(set(leaf.paths) <= layout.paths for leaf in usable if _is_parameter(leaf)):
                found.append(layout)
        if found:
            break
    return found


def _without_copies(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Arrays without those that lie like a whole network in a place of their own.

    Whatever it is called, what has W1, b1, W2 and b2 once more belongs to an optimizer.
    """
    beside: dict[Path, list[Leaf]] = {}
    for leaf in leaves:
        beside.setdefault(leaf.path[:-1], []).append(leaf)
    seen: set[frozenset[tuple[str | int, tuple[int, ...]]]] = set()
    copies: set[int] = set()
    for at in sorted(beside, key=len):
        if sum(len(leaf.shape) == 2 for leaf in beside[at]) < 2:  # a layer, and no network
            continue
        names = frozenset((leaf.path[-1], leaf.shape) for leaf in beside[at])
        if names in seen:
            copies |= {id(leaf) for leaf in beside[at]}
        seen.add(names)
    return [leaf for leaf in leaves if id(leaf) not in copies]


def _is_parameter(leaf: Leaf) -> bool:
    """Whether a name says that an array is a parameter: a network without it would be another."""
    return kind_of(leaf.name) is not None and bool(leaf.shape)


def _by_name(leaves: Sequence[Leaf]) -> tuple[list[Leaf], list[Leaf]]:
    beside = {last_word(leaf.name) for leaf in leaves if len(leaf.shape) == 2}
    zeroth = [leaf for leaf in leaves if len(leaf.shape) < 2 and _is_zeroth(leaf.name, beside)]
    weights = [leaf for leaf in leaves if kind_of(leaf.name) == "weight" and leaf.shape]
    biases = [leaf for leaf in leaves if kind_of(leaf.name) == "bias"]
    return [leaf for leaf in weights if leaf not in zeroth], [
        *biases,
        *(leaf for leaf in zeroth if leaf not in biases),
    ]


def _is_zeroth(name: Path, beside: set[str]) -> bool:
    """Whether a vector is called w0 beside a matrix W: the weight of an input that is always 1."""
    found = re.fullmatch(r"([a-z]+)_?0", last_word(name))
    return found is not None and found[1] in beside


def _by_shape(leaves: Sequence[Leaf]) -> tuple[list[Leaf], list[Leaf]]:
    """Without names that tell: matrices are weights, and vectors biases."""
    named = any(kind_of(leaf.name) == "weight" for leaf in leaves)
    # Where nothing is called a weight, a letter as B tells nothing either.
    plain = [leaf for leaf in leaves if not named or kind_of(leaf.name) is None]
    flat = [leaf for leaf in plain if len(leaf.shape) == 1]
    square = [leaf for leaf in plain if len(leaf.shape) == 2]
    every_second = square[1::2] if len(square) % 2 == 0 and not flat else []
    if every_second and all(1 in leaf.shape for leaf in every_second):
        # A bias (1, n) or (n, 1) after each weight.
        return square[::2], every_second
    return square, flat


def _chains(weights: Sequence[Leaf]) -> list[tuple[list[Leaf], bool]]:
    """Orders of the weights in which each takes what the one before it gives."""
    if not weights:
        return []
    orders = itertools.permutations(weights) if len(weights) <= PERMUTED else iter([weights])
    for order in orders:
        found = []
        for transposed in (True, False):
            fans = [_fans(leaf, transposed) for leaf in order]
            if all(one[1] == two[0] for one, two in itertools.pairwise(fans)):
                found.append((list(order), transposed))
        if found:
            return found
    return []


def _fans(leaf: Leaf, transposed: bool) -> tuple[int, int]:
    """(fan_in, fan_out); a vector is the weight of a single unit."""
    if len(leaf.shape) == 1:
        return leaf.shape[0], 1
    fan_in, fan_out = leaf.shape if transposed else leaf.shape[::-1]
    return fan_in, fan_out


def _with_biases(
    weights: Sequence[Leaf], transposed: bool, biases: Sequence[Leaf]
) -> tuple[Slot, ...] | None:
    left = list(biases)
    slots = []
    for weight in weights:
        fan_in, fan_out = _fans(weight, transposed)
        fitting = [each for each in left if _is_bias_of(each, fan_out)]
        same = [each for each in fitting if key_of(each.name)[1] == key_of(weight.name)[1]]
        # Where a layer may have none, only its name or its shape alone shows whose a bias is.
        sure = same or (fitting if len(biases) >= len(weights) or len(fitting) == 1 else [])
        bias = sure[0] if sure else None
        if bias is not None:
            left.remove(bias)
        slots.append(
            Slot(
                tuple(weight.paths),
                tuple(bias.paths) if bias is not None else (),
                transposed,
                (fan_in, fan_out),
                bias.shape if bias is not None else (),
                (weight.name, *((bias.name,) if bias is not None else ())),
                weight.shape,
            )
        )
    return tuple(slots) if not biases or any(slot.bias for slot in slots) else None


def _is_bias_of(leaf: Leaf, units: int) -> bool:
    return leaf.shape in ((units,), (1, units), (units, 1)) or (units == 1 and not leaf.shape)

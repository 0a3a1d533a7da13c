"""Trees as named tensors: what a framework computed, and exact values with their bounds."""

from collections.abc import Mapping, Sequence
from math import isinf
from typing import Any

import numpy as np
from flint import arb

from crosscheck.numerics.comparison import Tensor, Tensors
from crosscheck.numerics.exact.balls import is_narrow, to_float
from crosscheck.numerics.trees import leaves, numpy_leaves


def computed(module: Any, quantities: Mapping[str, Any]) -> dict[str, Tensors]:
    """Quantities that a framework computed, each a tree.

    Args:
        module: The framework's module `params`.
        quantities: The trees, by the name of the quantity.
    """
    return {
        name: {place: Tensor(leaf) for place, leaf in numpy_leaves(module, tree).items()}
        for name, tree in quantities.items()
    }


def computed_steps(steps: Sequence[Mapping[str, np.ndarray]]) -> Tensors:
    """One quantity at every step, as one tensor a leaf, whose first index is the step."""
    return {place: Tensor(_stack([step[place] for step in steps])) for place in steps[0]}


def bounded(exact: Any, inexact: Any) -> Tensors:
    """The tensors of a tree of balls, each with the bound that its `Inexact` carries."""
    limits = leaves(inexact)
    return {place: _bounded(leaf, limits[place].error) for place, leaf in leaves(exact).items()}


def bounded_steps(exact: Sequence[Any], inexact: Sequence[Any]) -> Tensors:
    """One quantity at every step, as one tensor a leaf, whose first index is the step."""
    balls, limits = ([leaves(tree) for tree in steps] for steps in (exact, inexact))
    return {
        place: _bounded_steps([step[place] for step in balls], [step[place] for step in limits])
        for place in balls[0]
    }


def by_leaf(steps: Tensor, tree: Any) -> Tensors:
    """The tensor of each leaf at every step.

    Args:
        steps: The tensor of all leaves as one vector (`trees.as_vector`), at every step.
        tree: The leaves, for their places and shapes.
    """
    parts = [np.asarray(part) for part in steps]
    found, first = {}, 0
    for place, leaf in leaves(tree).items():
        own = slice(first, first + leaf.size)
        found[place] = Tensor(*(part[:, own].reshape(len(part), *leaf.shape) for part in parts))
        first += leaf.size
    return found


def unchanged(tree: Any) -> Tensors:
    """The arguments of a call, which must be equal afterwards: tensors without a bound."""
    return {
        place: Tensor(np.asarray(leaf).astype("float64")) for place, leaf in leaves(tree).items()
    }


def unchanged_steps(trees: Sequence[Any]) -> Tensors:
    """`unchanged` for many trees of one shape, as one tensor a leaf."""
    named = [unchanged(tree) for tree in trees]
    return {place: Tensor(np.stack([each[place].value for each in named])) for place in named[0]}


def _bounded_steps(balls: Sequence[Any], limits: Sequence[Any]) -> Tensor:
    steps = np.array(balls, dtype=object)
    return _bounded(steps, [np.broadcast_to(each.error, steps.shape[1:]) for each in limits])


def _bounded(balls: Any, bound: Any) -> Tensor:
    array = np.asarray(balls, dtype=object)
    limit = np.broadcast_to(bound, array.shape)
    if not array.size:
        nothing = np.zeros(array.shape)
        return Tensor(nothing, limit, nothing, nothing)
    parts = [_parts(*each) for each in zip(array.flat, limit.flat, strict=True)]
    middle, rest, radius = (np.reshape(part, array.shape) for part in zip(*parts, strict=True))
    return Tensor(middle, limit, rest, radius)


def _parts(ball: arb, bound: float) -> tuple[float, float, float]:
    """The middle of a ball as a float, the rest of the middle, and the radius of a wide ball.

    Where there is no bound, there may be no enclosure either: 1 minus a probability can need more
    bits than the largest precision has. Anywhere else a missing enclosure raises an error. And a
    number beyond the largest float, which has no bound, is as far as a float goes: infinite.
    """
    if not ball.is_finite() and isinf(bound):
        return 0.0, 0.0, np.inf
    middle = to_float(ball)
    if isinf(middle):
        return middle, 0.0, 0.0
    return middle, float((ball - middle).mid()), 0.0 if is_narrow(ball) else float(ball.rad())


def _stack(arrays: list[np.ndarray]) -> np.ndarray:
    # If the steps differ in shape the first stands for all: the comparison reports its shape.
    return np.stack(arrays) if len({a.shape for a in arrays}) == 1 else arrays[0]

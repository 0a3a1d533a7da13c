"""Trees as named tensors: what a framework computed, and exact values with their bounds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flint import arb

from crosscheck.numerics.comparison import Tensor, Tensors
from crosscheck.numerics.exact.balls import is_narrow, to_float
from crosscheck.numerics.trees import leaves, numpy_leaves


def computed(arrays: Any, quantities: Mapping[str, Any]) -> dict[str, Tensors]:
    """Quantities that a framework computed, each a tree."""
    return {
        name: {place: Tensor(leaf) for place, leaf in numpy_leaves(arrays, tree).items()}
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
    steps = [bounded(*pair) for pair in zip(exact, inexact, strict=True)]
    return {
        place: Tensor(*map(np.stack, zip(*(step[place] for step in steps), strict=True)))
        for place in steps[0]
    }


def unchanged(tree: Any) -> Tensors:
    """Arrays that were handed over, and must come back as they were."""
    return {
        place: Tensor(np.asarray(leaf).astype("float64")) for place, leaf in leaves(tree).items()
    }


def unchanged_steps(trees: Sequence[Any]) -> Tensors:
    """The same of many trees of one shape, as one tensor a leaf."""
    named = [unchanged(tree) for tree in trees]
    return {place: Tensor(np.stack([each[place].value for each in named])) for place in named[0]}


def _bounded(balls: Any, bound: Any) -> Tensor:
    array = np.asarray(balls, dtype=object)
    # No bound is one that is infinite, or the product of such a one with 0.
    limit = np.nan_to_num(np.broadcast_to(bound, array.shape), nan=np.inf, posinf=np.inf)
    parts = [_parts(*each) for each in zip(array.flat, limit.flat, strict=True)]
    middle, rest, radius = (np.reshape(part, array.shape) for part in zip(*parts, strict=True))
    return Tensor(middle, limit, rest, radius)


def _parts(ball: arb, bound: float) -> tuple[float, float, float]:
    """The middle of a ball as a float, what is left of it, and the radius where it stayed wide.

    Where no bound is promised there may be no enclosure either (1 minus a probability that is next
    to 1, with more zeros than all the bits); anywhere else that is an error.
    """
    if np.isinf(bound) and not ball.is_finite():
        return 0.0, 0.0, np.inf
    middle = to_float(ball)
    return middle, float((ball - middle).mid()), 0.0 if is_narrow(ball) else float(ball.rad())


def _stack(arrays: list[np.ndarray]) -> np.ndarray:
    # Where the steps differ in shape the first must do: the comparison will not know that shape.
    return np.stack(arrays) if len({a.shape for a in arrays}) == 1 else arrays[0]

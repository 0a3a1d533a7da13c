"""What moving a state needs, whatever the framework: leaves, dtypes, and whether two are equal."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.parsing import parse_call
from crosscheck.conventions.optimizers.simplifying import differences
from crosscheck.conventions.optimizers.specs import Spec
from reference_numpy.optimizers import OPTIMIZERS
from reference_numpy.params import Layer

# Optimizers whose moments mean something else under other keywords: the sum of Adagrad with an eps
# inside it, the maximum of AMSGrad before or after its correction, NAdam's product of momenta.
AMBIGUOUS = ("adagrad", "amsgrad", "nadam")


class StateError(ValueError):
    """A state belongs to another optimizer or to other parameters, or would lose something."""


def require_equal(name: str, made_by: Spec | str | None, goes_on: Spec | str | None) -> None:
    """See to it that the optimizer that goes on is equal to the one that made a state.

    Their learning rates may differ, and so may where the learning rate stands in a velocity.

    Args:
        name: The optimizer's name among the references.
        made_by, goes_on: What they compute, or their calls as they are written in Python; None if
            nobody says so, which only those may leave out whose moments mean one thing.

    Raises:
        StateError: If the two are not equal, or it must be said what they are.
        ValueError: If a call cannot be read.
    """
    if made_by is None or goes_on is None:
        if name in AMBIGUOUS:
            raise StateError(
                f"what the moments of {name} mean depends on its arguments: give made_by and "
                "goes_on, the calls of both optimizers"
            )
        return
    one, other = (
        parse_call(each).spec() if isinstance(each, str) else each for each in (made_by, goes_on)
    )
    apart = {k: v for k, v in differences(one, other).items() if k != "learning_rate"}
    if one.optimizer == other.optimizer == "adagrad":
        # Equal from the start, and yet one sum has an eps in it: it is no state of the other.
        eps = {one.keywords["eps"], other.keywords["eps"]}
        keys = ("eps",) if eps == {0.0} else ("eps", "eps_place")
        apart = {k: (one.keywords[k], other.keywords[k]) for k in keys} | apart
        apart = {k: pair for k, pair in apart.items() if pair[0] != pair[1]}
        apart.pop("initial_accumulator", None)  # it is in the sum already
    if apart:
        lost = ", ".join(
            f"{key} is {a!r} in one and {b!r} in the other" for key, (a, b) in apart.items()
        )
        raise StateError(f"the two are not equal, and the state is not moved: {lost}")


def moments_of(name: str, state: Any) -> dict[str, Any]:
    """The moments of a reference's state, by their names.

    Raises:
        StateError: If it is the state of another optimizer.
    """
    fields = OPTIMIZERS[name](0.0).init(np.zeros(1))._fields
    if state._fields != fields:
        raise StateError(f"this is no state of {name}: it has {', '.join(state._fields)}")
    return {
        key: value
        for key, value in state._asdict().items()
        if isinstance(value, tuple | np.ndarray)
    }


def leaves_of(tree: Any) -> list[Any]:
    """The leaves of a tree of layers, layer by layer; of a list or dict, by its sorted keys.

    A bare array is one leaf.
    """
    if isinstance(tree, Mapping):
        return [leaf for key in sorted(tree) for leaf in leaves_of(tree[key])]
    if isinstance(tree, list | tuple):
        return [leaf for part in tree for leaf in leaves_of(part)]
    return [] if tree is None else [tree]


def is_network(tree: Any) -> bool:
    """Whether a tree is one of layers, each with a weight and a bias."""
    return isinstance(tree, tuple) and all(isinstance(part, Layer) for part in tree)


def common_form(like: Any) -> Any:
    """A tree that the references know, of the leaves of any tree.

    Layers and a bare array are left as they are. Other trees become a single vector: the references
    move every entry by itself.
    """
    if is_network(like) or isinstance(like, np.ndarray):
        return like
    return np.concatenate([np.ravel(leaf) for leaf in leaves_of(like)])


def tree_of(leaves: Sequence[Any], like: Any) -> Any:
    """The tree of these leaves in the common form of `like`."""
    if is_network(like):
        return tuple(Layer(*leaves[2 * i : 2 * i + 2]) for i in range(len(like)))
    if isinstance(like, np.ndarray):
        return leaves[0]
    return np.concatenate([np.ravel(leaf) for leaf in leaves])


def split(moment: Any, shapes: Sequence[tuple[int, ...]], what: str) -> list[Any]:
    """The leaves of a moment, of these shapes.

    Raises:
        StateError: If the moment has other shapes.
    """
    leaves = leaves_of(moment)
    sizes = [int(np.prod(shape)) for shape in shapes]
    if len(leaves) == 1 and leaves[0].ndim == 1 and leaves[0].size == sum(sizes):
        parts = np.split(leaves[0], np.cumsum(sizes)[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
    own = [tuple(leaf.shape) for leaf in leaves]
    if own != list(shapes):
        raise StateError(f"{what} is not of the shape of the parameters: {own}, not {list(shapes)}")
    return leaves


def require_kept(what: str, before: Any, after: Any, dtype: str, rounding: bool) -> None:
    """See to it that a conversion to another dtype keeps every number.

    Args:
        what: The name of what is converted.
        before, after: The numbers in float64, before and after.
        dtype: Into what they were converted.
        rounding: Whether it may round.

    Raises:
        StateError: If it rounded and may not.
    """
    lost = float(np.max(np.abs(np.asarray(before) - np.asarray(after)), initial=0.0))
    if lost and not rounding:
        raise StateError(
            f"{what} would be rounded to {dtype}, by up to {lost:.2g}: allow it by rounding=True"
        )

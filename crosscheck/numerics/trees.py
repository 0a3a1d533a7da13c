"""Trees: the contract's tuples of layers, or one bare array; walked without any arithmetic.

A tree holds NumPy arrays, arrays of a framework, or arrays of balls. Nothing here looks into a
leaf.
"""

from typing import Any, NamedTuple

import numpy as np


class Layer(NamedTuple):
    """Weight (fan_out, fan_in) and bias (fan_out,) of one layer, or what has their shapes."""

    weight: Any
    bias: Any


def leaves(tree: Any) -> dict[str, Any]:
    """Every leaf of a tree by its place, written as the contract's tuples are indexed.

    Args:
        tree: A bare leaf, or a tuple or list of layers and leaves.

    Returns:
        The leaves in their order: {"[0].weight": ..., "[0].bias": ..., ...}, or {"": tree} for a
        bare leaf.
    """
    if not isinstance(tree, tuple | list):
        return {"": tree}
    by_place: dict[str, Any] = {}
    for index, item in enumerate(tree):
        if hasattr(item, "_fields"):
            by_place |= {f"[{index}].{key}": leaf for key, leaf in item._asdict().items()}
        else:
            by_place[f"[{index}]"] = item
    return by_place


def as_vector(tree: Any) -> np.ndarray:
    """The entries of all leaves of a tree of NumPy arrays, one leaf after the other."""
    return np.concatenate([leaf.ravel() for leaf in leaves(tree).values()])


def leaves_like(tree: Any, like: Any, place: str = "") -> dict[str, Any]:
    """The leaves of somebody's own tree, by the places of the tree that it should match.

    Args:
        tree: Lists or tuples of leaves, nested in any way.
        like: The tree that it should match; whatever is no tuple is a leaf.
        place: Where both stand in a larger tree.

    Returns:
        The leaves in their order. What `like` lacks has a place of its own, and what `tree` lacks
        has none, so that the two are seen to differ.
    """
    if not isinstance(like, tuple):
        return {place: tree}
    try:
        parts = list(tree)
    except TypeError:  # a leaf where a tuple should be
        return {place: tree}
    fields = getattr(like, "_fields", None)
    by_place: dict[str, Any] = {}
    for index, part in enumerate(parts):
        if index >= len(like):
            by_place[f"{place}[{index}]"] = part
        else:
            step = f".{fields[index]}" if fields else f"[{index}]"
            by_place |= leaves_like(part, like[index], place + step)
    return by_place


def to_framework(module: Any, tree: Any) -> Any:
    """The tree of a framework with the numbers of a tree of NumPy arrays.

    The arrays are copied first, so that a framework which writes into its input changes nobody
    else's.

    Args:
        module: The framework's module `params`.
        tree: A tuple of layers (pairs of weight and bias), or one array.
    """
    if isinstance(tree, tuple):
        return module.from_numpy(tuple(module.Layer(*map(np.array, layer)) for layer in tree))
    return module.from_numpy(np.array(tree))


def numpy_leaves(module: Any, tree: Any) -> dict[str, np.ndarray]:
    """Every leaf of a framework's tree by its place, copied into a NumPy array.

    Args:
        module: The framework's module `params`.
        tree: A tree of that framework.
    """
    # A framework's tree is a tuple or a bare array, and its array may be a list.
    by_place = leaves(tree) if isinstance(tree, tuple) else {"": tree}
    return {place: np.array(module.to_numpy(leaf)) for place, leaf in by_place.items()}

"""What an optimizer is, and what all of them share."""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..arrays import Array
from ..params import Tree, tree_map

LearningRate = float | Callable[[Any], Any]

# Where eps stands beside the root of a mean square v, of which 1 - b^t corrects the bias:
#     "outside"   sqrt(v_hat) + eps
#     "inside"    sqrt(v_hat + eps)
#     "hat"       (sqrt(v) + eps) / sqrt(1 - b^t), so that it is larger at first (Adam's kin alone;
#                 without a bias correction there is nothing to scale eps with: "outside")
EPS_PLACES = ("outside", "inside")
EPS_PLACES_OF_ADAM = (*EPS_PLACES, "hat")
# What a weight decay draws towards 0, and of what a norm is taken.
DECAYED_LEAVES = ("all", "weights")
NORMS = ("all", "leaf")


class Optimizer(NamedTuple):
    """How to start, and how to go on: `init(params)` and `update(grads, state, params=None)`."""

    init: Callable[..., Any]
    update: Callable[..., tuple[Tree, Any]]


class Elementwise(Optimizer):
    """An optimizer that moves every entry by its own gradients alone, whatever the shape of a leaf.

    To such a one `train` may hand all layers as a single vector, and it must keep nothing of the
    gradient that it is handed: `train` writes the next one into the same memory.
    """


def apply_updates(params: Tree, updates: Tree) -> Tree:
    """theta + update, leaf by leaf.

    Raises:
        ValueError: If the two trees differ in structure or shapes.
        TypeError: If they differ in dtype.
    """
    checks.same_shapes("updates", updates, "params", params)
    return tree_map(lambda p, u: p + u, params, updates)


def root(v: Array, eps: Any, eps_place: str) -> Array:
    """sqrt(v) + eps, or sqrt(v + eps)."""
    return np.sqrt(v + eps) if eps_place == "inside" else np.sqrt(v) + eps


def without_biases(params: Tree) -> Tree:
    """Layers with zeros in place of their biases; a bare array stays as it is."""
    if not isinstance(params, tuple):
        return params
    return tuple(layer._replace(bias=np.zeros_like(layer.bias)) for layer in params)


def decayed(
    optimizer: Optimizer,
    learning_rate: LearningRate,
    weight_decay: float,
    decoupled: bool = True,
    scaled: bool = True,
    leaves: str = "all",
) -> Optimizer:
    """An optimizer that also draws the parameters towards 0.

        update = update - learning_rate weight_decay theta     (decoupled)
        update = update - weight_decay theta                   (decoupled, not scaled)
        g      = g + weight_decay theta, before anything else  (not decoupled: an L2 penalty)

    Args:
        optimizer: What makes the update.
        learning_rate: Its learning rate.
        weight_decay: How strongly.
        decoupled: Whether the decay stands beside the update or inside the gradient.
        scaled: Whether a decoupled decay is multiplied by the learning rate.
        leaves: "all", or "weights": then the biases are spared.

    Raises:
        ValueError: If the learning rate or the decay is negative or not finite, or the leaves are
            unknown; on update, if it is not given `params`.

    Source: Loshchilov and Hutter (2019), algorithm 2. There eta_t is a schedule, alpha the rate and
    lambda the decay; `scaled` takes learning_rate = eta_t alpha and weight_decay = lambda / alpha.
    """
    checks.learning_rate(learning_rate)
    weight_decay = checks.in_range("weight_decay", weight_decay, 0.0)
    checks.flag("decoupled", decoupled)
    checks.flag("scaled", scaled)
    checks.known("leaves", leaves, DECAYED_LEAVES)

    def update(grads: Tree, state: Any, params: Tree | None = None) -> tuple[Tree, Any]:
        if params is None:
            raise ValueError("a weight decay needs params")
        checks.gradients(grads, params)
        rate = checks.learning_rate_at(learning_rate, state.step) if scaled else 1.0
        pulled = params if leaves == "all" else without_biases(params)
        if decoupled:
            updates, state = optimizer.update(grads, state, params)
            updates = tree_map(lambda u, p: u - rate * weight_decay * p, updates, pulled)
        else:
            grads = tree_map(lambda g, p: g + weight_decay * p, grads, pulled)
            updates, state = optimizer.update(grads, state, params)
        return updates, state

    kind = type(optimizer) if leaves == "all" else Optimizer  # one vector has no biases to spare
    return kind(optimizer.init, update)


def clipped(
    optimizer: Optimizer,
    max_norm: float | None = None,
    max_value: float | None = None,
    eps: float = 0.0,
    per: str = "all",
) -> Optimizer:
    """An optimizer that is handed no gradient beyond a maximum.

        g = g max_norm / (|g| + eps), where |g| + eps is above max_norm      (by norm)
        g = min(max(g, -max_value), max_value)                               (by value)

    Args:
        optimizer: What makes the update.
        max_norm: The largest norm, above 0; None to clip by value.
        max_value: The largest size of an entry, above 0; None to clip by norm.
        eps: What is added to the norm.
        per: Of what a norm is taken: of all leaves together ("all"), or of each ("leaf").

    Raises:
        ValueError: If not exactly one maximum is given, it is not above 0 or not finite, eps is
            negative, or `per` is unknown.

    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1.
    """
    if (max_norm is None) == (max_value is None):
        raise ValueError("clipped needs either max_norm or max_value")
    name, given = ("max_value", max_value) if max_norm is None else ("max_norm", max_norm)
    limit = checks.in_range(name, given, sys.float_info.min)
    eps = checks.in_range("eps", eps, 0.0)
    checks.known("per", per, NORMS)

    def factor(norm: Any) -> Any:
        longer = norm + eps
        # Rounded to the dtype of the norm first: else what is not clipped might lose a digit.
        most = limit * np.ones_like(longer)
        return most / np.where(longer <= most, most, longer)  # NaN if the norm is

    def within(grads: Tree) -> Tree:
        if max_norm is None:
            return tree_map(lambda g: np.clip(g, -limit, limit), grads)
        squares = tree_map(lambda g: (g * g).sum(), grads)
        if per == "leaf":
            return tree_map(lambda g, s: g * factor(np.sqrt(s)), grads, squares)
        of_all = factor(np.sqrt(sum(s for _, s in checks.leaves("grads", squares))))
        return tree_map(lambda g: g * of_all, grads)

    def update(grads: Tree, state: Any, params: Tree | None = None) -> tuple[Tree, Any]:
        checks.gradients(grads, params)
        return optimizer.update(within(grads), state, params)

    kind = type(optimizer) if max_norm is None else Optimizer  # a norm is no matter of one entry
    return kind(optimizer.init, update)

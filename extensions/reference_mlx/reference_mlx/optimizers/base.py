"""What an optimizer is, and what all of them share."""

from collections.abc import Callable
from typing import Any, NamedTuple

import mlx.core as mx

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
    return mx.sqrt(v + eps) if eps_place == "inside" else mx.sqrt(v) + eps


def decayed(
    optimizer: Optimizer,
    learning_rate: LearningRate,
    weight_decay: float,
    decoupled: bool = True,
    scaled: bool = True,
) -> Optimizer:
    """An optimizer that also draws every parameter towards 0.

        update = update - learning_rate weight_decay theta     (decoupled)
        update = update - weight_decay theta                   (decoupled, not scaled)
        g      = g + weight_decay theta, before anything else  (not decoupled: an L2 penalty)

    Args:
        optimizer: What makes the update.
        learning_rate: Its learning rate.
        weight_decay: How strongly.
        decoupled: Whether the decay stands beside the update or inside the gradient.
        scaled: Whether a decoupled decay is multiplied by the learning rate.

    Raises:
        ValueError: If the learning rate or the decay is negative or not finite; on update, if it
            is not given `params`.

    Source: Loshchilov and Hutter (2019), algorithm 2. There eta_t is a schedule, alpha the rate and
    lambda the decay; `scaled` takes learning_rate = eta_t alpha and weight_decay = lambda / alpha.
    """
    checks.learning_rate(learning_rate)
    weight_decay = checks.in_range("weight_decay", weight_decay, 0.0)
    checks.flag("decoupled", decoupled)
    checks.flag("scaled", scaled)

    def update(grads: Tree, state: Any, params: Tree | None = None) -> tuple[Tree, Any]:
        if params is None:
            raise ValueError("a weight decay needs params")
        checks.gradients(grads, params)
        rate = checks.learning_rate_at(learning_rate, state.step) if scaled else 1.0
        if decoupled:
            updates, state = optimizer.update(grads, state, params)
            updates = tree_map(lambda u, p: u - rate * weight_decay * p, updates, params)
        else:
            grads = tree_map(lambda g, p: g + weight_decay * p, grads, params)
            updates, state = optimizer.update(grads, state, params)
        return updates, state

    return type(optimizer)(optimizer.init, update)

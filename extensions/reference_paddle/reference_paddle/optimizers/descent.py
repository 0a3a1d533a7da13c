"""Optimizers that follow the gradient, or only its sign: nothing is divided by a mean square."""

from typing import Any, NamedTuple

import reference_paddle.arrays as xp

from .. import checks
from ..params import Params, Tree, tree_map
from .base import Elementwise, LearningRate, Optimizer, decayed


class SgdState(NamedTuple):
    step: Any


def sgd(learning_rate: LearningRate) -> Optimizer:
    """Gradient descent.

        update = -learning_rate g

    Raises:
        ValueError: If the learning rate is negative or not finite.

    Source: Robbins and Monro (1951); document 002, section 5.
    """
    checks.learning_rate(learning_rate)

    def init(params: Tree) -> SgdState:
        checks.floating_tree("params", params)
        return SgdState(step=0)

    def update(grads: Tree, state: SgdState, params: Tree | None = None) -> tuple[Tree, SgdState]:
        checks.gradients(grads, params)
        rate = checks.learning_rate_at(learning_rate, state.step)
        updates = tree_map(lambda g: -rate * g, grads)
        return updates, SgdState(step=state.step + 1)

    return Elementwise(init, update)


class MomentumState(NamedTuple):
    step: Any
    velocity: Params


def momentum(
    learning_rate: LearningRate,
    momentum: float = 0.9,
    nesterov: bool = False,
    rate_inside: bool = True,
    dampening: float = 0.0,
    dampen_first: bool = True,
) -> Optimizer:
    """Gradient descent with a velocity, the learning rate inside it.

        push     = learning_rate (1 - dampening)
        velocity = momentum velocity - push g
        update   = velocity                                      (classical)
        update   = momentum velocity - push g                    (nesterov)

    Args:
        learning_rate: Of every step.
        momentum: What is left of the velocity after a step.
        nesterov: Whether to look one step ahead.
        rate_inside: If not, the push is without the learning rate and the update is multiplied by
            it: the same until the learning rate changes.
        dampening: The part that is taken off every gradient.
        dampen_first: Whether also off the first one.

    Raises:
        ValueError: If the learning rate is negative, or momentum or dampening outside [0, 1).

    Source: Sutskever et al. (2013), eqs. 1 and 2; Nesterov's form for parameters kept at the
    point where the gradient is taken, after Bengio et al. (2013), eq. 7.
    """
    checks.learning_rate(learning_rate)
    momentum = checks.in_range("momentum", momentum, 0.0, 1.0)
    checks.flag("nesterov", nesterov)
    checks.flag("rate_inside", rate_inside)
    dampening = checks.in_range("dampening", dampening, 0.0, 1.0)
    checks.flag("dampen_first", dampen_first)

    def init(params: Tree) -> MomentumState:
        checks.floating_tree("params", params)
        return MomentumState(step=0, velocity=tree_map(xp.zeros_like, params))

    def update(
        grads: Tree, state: MomentumState, params: Tree | None = None
    ) -> tuple[Tree, MomentumState]:
        checks.gradients(grads, params, velocity=state.velocity)
        rate = checks.learning_rate_at(learning_rate, state.step)
        spared = 0.0 if dampen_first else 0.0**state.step  # 1 on the first step, then 0
        push = (rate if rate_inside else 1.0) * (1 - dampening * (1 - spared))
        velocity = tree_map(lambda u, g: momentum * u - push * g, state.velocity, grads)
        updates = velocity
        if nesterov:
            updates = tree_map(lambda u, g: momentum * u - push * g, velocity, grads)
        if not rate_inside:
            updates = tree_map(lambda u: rate * u, updates)
        return updates, MomentumState(step=state.step + 1, velocity=velocity)

    return Elementwise(init, update)


class LionState(NamedTuple):
    step: Any
    first_moment: Params


def lion(
    learning_rate: LearningRate, b1: float = 0.9, b2: float = 0.99, weight_decay: float = 0.0
) -> Optimizer:
    """The sign of a mean of gradients: every entry moves by the learning rate.

        c      = b1 m + (1 - b1) g
        update = -learning_rate (sign(c) + weight_decay theta)
        m      = b2 m + (1 - b2) g

    Raises:
        ValueError: If the learning rate or the decay is negative, or b1 or b2 outside [0, 1).

    Source: Chen et al. (2023), algorithm 2.
    """
    checks.learning_rate(learning_rate)
    b1 = checks.in_range("b1", b1, 0.0, 1.0)
    b2 = checks.in_range("b2", b2, 0.0, 1.0)
    weight_decay = checks.in_range("weight_decay", weight_decay, 0.0)

    def init(params: Tree) -> LionState:
        checks.floating_tree("params", params)
        return LionState(step=0, first_moment=tree_map(xp.zeros_like, params))

    def update(grads: Tree, state: LionState, params: Tree | None = None) -> tuple[Tree, LionState]:
        checks.gradients(grads, params, first_moment=state.first_moment)
        rate = checks.learning_rate_at(learning_rate, state.step)
        c = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.first_moment, grads)
        updates = tree_map(lambda c: -rate * xp.sign(c), c)
        m = tree_map(lambda m, g: b2 * m + (1 - b2) * g, state.first_moment, grads)
        return updates, LionState(step=state.step + 1, first_moment=m)

    optimizer = Elementwise(init, update)
    return decayed(optimizer, learning_rate, weight_decay) if weight_decay else optimizer

"""Optimizers: gradients in, additive updates out. The state is a value; nothing changes in place.

Each is a pair of functions in the manner of optax:

    state = optimizer.init(params)
    updates, state = optimizer.update(grads, state, params)
    params = apply_updates(params, updates)

Symbols: g gradient, t number of the step from 1, m and v moments, theta parameters. Wherever a
`learning_rate` is asked for, a function of the step does too; it is given 0 on the first update.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import checks
from .params import Params, Tree, tree_map

LearningRate = float | Callable[[Any], Any]


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
    learning_rate: LearningRate, momentum: float = 0.9, nesterov: bool = False
) -> Optimizer:
    """Gradient descent with a velocity, the learning rate inside it.

        velocity = momentum velocity - learning_rate g
        update   = velocity                                      (classical)
        update   = momentum velocity - learning_rate g           (nesterov)

    Raises:
        ValueError: If the learning rate is negative or momentum is outside [0, 1).

    Source: Sutskever et al. (2013), eqs. 1 and 2; Nesterov's form for parameters kept at the
    point where the gradient is taken, after Bengio et al. (2013), eq. 7.
    """
    checks.learning_rate(learning_rate)
    checks.in_range("momentum", momentum, 0.0, 1.0)
    checks.flag("nesterov", nesterov)

    def init(params: Tree) -> MomentumState:
        checks.floating_tree("params", params)
        return MomentumState(step=0, velocity=tree_map(np.zeros_like, params))

    def update(
        grads: Tree, state: MomentumState, params: Tree | None = None
    ) -> tuple[Tree, MomentumState]:
        checks.gradients(grads, params, velocity=state.velocity)
        rate = checks.learning_rate_at(learning_rate, state.step)
        velocity = tree_map(lambda u, g: momentum * u - rate * g, state.velocity, grads)
        updates = velocity
        if nesterov:
            updates = tree_map(lambda u, g: momentum * u - rate * g, velocity, grads)
        return updates, MomentumState(step=state.step + 1, velocity=velocity)

    return Elementwise(init, update)


class AdagradState(NamedTuple):
    step: Any
    sum_of_squares: Params


def adagrad(
    learning_rate: LearningRate, initial_accumulator: float = 0.0, eps: float = 1e-10
) -> Optimizer:
    """A rate of its own for every parameter, falling with the squares seen so far.

        sum_of_squares = sum_of_squares + g^2
        update         = -learning_rate g / (sqrt(sum_of_squares) + eps)

    Raises:
        ValueError: If a hyperparameter is negative or not finite.

    Source: Duchi, Hazan and Singer (2011), section 1.2, diagonal form.
    """
    checks.learning_rate(learning_rate)
    checks.in_range("initial_accumulator", initial_accumulator, 0.0)
    checks.in_range("eps", eps, 0.0)

    def init(params: Tree) -> AdagradState:
        checks.floating_tree("params", params)
        start = tree_map(lambda p: np.full_like(p, initial_accumulator), params)
        return AdagradState(step=0, sum_of_squares=start)

    def update(
        grads: Tree, state: AdagradState, params: Tree | None = None
    ) -> tuple[Tree, AdagradState]:
        checks.gradients(grads, params, sum_of_squares=state.sum_of_squares)
        rate = checks.learning_rate_at(learning_rate, state.step)
        total = tree_map(lambda s, g: s + g * g, state.sum_of_squares, grads)
        updates = tree_map(lambda g, s: -rate * g / (np.sqrt(s) + eps), grads, total)
        return updates, AdagradState(step=state.step + 1, sum_of_squares=total)

    return Elementwise(init, update)


class RmspropState(NamedTuple):
    step: Any
    second_moment: Params


def rmsprop(learning_rate: LearningRate, decay: float = 0.9, eps: float = 1e-8) -> Optimizer:
    """Gradients divided by a running root mean square of themselves.

        v      = decay v + (1 - decay) g^2
        update = -learning_rate g / (sqrt(v) + eps)

    Raises:
        ValueError: If the learning rate or eps is negative, or decay is outside [0, 1).

    Source: Tieleman and Hinton (2012), lecture 6.5; v starts at 0 and eps stands outside the root.
    """
    checks.learning_rate(learning_rate)
    checks.in_range("decay", decay, 0.0, 1.0)
    checks.in_range("eps", eps, 0.0)

    def init(params: Tree) -> RmspropState:
        checks.floating_tree("params", params)
        return RmspropState(step=0, second_moment=tree_map(np.zeros_like, params))

    def update(
        grads: Tree, state: RmspropState, params: Tree | None = None
    ) -> tuple[Tree, RmspropState]:
        checks.gradients(grads, params, second_moment=state.second_moment)
        rate = checks.learning_rate_at(learning_rate, state.step)
        v = tree_map(lambda v, g: decay * v + (1 - decay) * g * g, state.second_moment, grads)
        updates = tree_map(lambda g, v: -rate * g / (np.sqrt(v) + eps), grads, v)
        return updates, RmspropState(step=state.step + 1, second_moment=v)

    return Elementwise(init, update)


class AdamState(NamedTuple):
    step: Any
    first_moment: Params
    second_moment: Params


def adam(
    learning_rate: LearningRate,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    bias_correction: bool = True,
) -> Optimizer:
    """Adaptive moments.

        m      = b1 m + (1 - b1) g
        v      = b2 v + (1 - b2) g^2
        m_hat  = m / (1 - b1^t)
        v_hat  = v / (1 - b2^t)
        update = -learning_rate m_hat / (sqrt(v_hat) + eps)

    Without `bias_correction` m and v stand for m_hat and v_hat: the formula of document 002.

    Raises:
        ValueError: If the learning rate or eps is negative, or b1 or b2 is outside [0, 1).

    Source: Kingma and Ba (2015), algorithm 1.
    """
    checks.learning_rate(learning_rate)
    checks.in_range("b1", b1, 0.0, 1.0)
    checks.in_range("b2", b2, 0.0, 1.0)
    checks.in_range("eps", eps, 0.0)
    checks.flag("bias_correction", bias_correction)

    def init(params: Tree) -> AdamState:
        checks.floating_tree("params", params)
        m, v = tree_map(np.zeros_like, params), tree_map(np.zeros_like, params)
        return AdamState(step=0, first_moment=m, second_moment=v)

    def update(grads: Tree, state: AdamState, params: Tree | None = None) -> tuple[Tree, AdamState]:
        checks.gradients(grads, params, first_moment=state.first_moment)
        rate = checks.learning_rate_at(learning_rate, state.step)
        t = state.step + 1
        m = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.first_moment, grads)
        v = tree_map(lambda v, g: b2 * v + (1 - b2) * g * g, state.second_moment, grads)
        m_hat, v_hat = m, v
        if bias_correction:
            m_hat = tree_map(lambda m: m / (1 - b1**t), m)
            v_hat = tree_map(lambda v: v / (1 - b2**t), v)
        updates = tree_map(lambda m, v: -rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
        return updates, AdamState(step=t, first_moment=m, second_moment=v)

    return Elementwise(init, update)


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": sgd,
    "momentum": momentum,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
}

"""Optimizers that divide a gradient by the root of its squares so far."""

from typing import Any, NamedTuple

import reference_paddle.arrays as xp

from .. import checks
from ..params import Params, Tree, tree_map
from .base import EPS_PLACES, Elementwise, LearningRate, Optimizer, root


class AdagradState(NamedTuple):
    step: Any
    sum_of_squares: Params


def adagrad(
    learning_rate: LearningRate,
    initial_accumulator: float = 0.0,
    eps: float = 1e-10,
    eps_place: str = "outside",
) -> Optimizer:
    """A rate of its own for every parameter, falling with the squares seen so far.

        sum_of_squares = sum_of_squares + g^2
        update         = -learning_rate g / (sqrt(sum_of_squares) + eps)

    Raises:
        ValueError: If a hyperparameter is negative or not finite, or `eps_place` is unknown.

    Source: Duchi, Hazan and Singer (2011), section 1.2, diagonal form.
    """
    checks.learning_rate(learning_rate)
    initial_accumulator = checks.in_range("initial_accumulator", initial_accumulator, 0.0)
    eps = checks.in_range("eps", eps, 0.0)
    checks.known("eps_place", eps_place, EPS_PLACES)

    def init(params: Tree) -> AdagradState:
        checks.floating_tree("params", params)
        start = tree_map(lambda p: xp.full_like(p, initial_accumulator), params)
        return AdagradState(step=0, sum_of_squares=start)

    def update(
        grads: Tree, state: AdagradState, params: Tree | None = None
    ) -> tuple[Tree, AdagradState]:
        checks.gradients(grads, params, sum_of_squares=state.sum_of_squares)
        rate = checks.learning_rate_at(learning_rate, state.step)
        total = tree_map(lambda s, g: s + g * g, state.sum_of_squares, grads)
        updates = tree_map(lambda g, s: -rate * g / root(s, eps, eps_place), grads, total)
        return updates, AdagradState(step=state.step + 1, sum_of_squares=total)

    return Elementwise(init, update)


class RmspropState(NamedTuple):
    step: Any
    second_moment: Params
    first_moment: Params  # stays 0 unless `centered`
    velocity: Params  # stays 0 without momentum


def rmsprop(
    learning_rate: LearningRate,
    decay: float = 0.9,
    eps: float = 1e-8,
    eps_place: str = "outside",
    initial_accumulator: float = 0.0,
    centered: bool = False,
    momentum: float = 0.0,
    rate_inside: bool = True,
) -> Optimizer:
    """Gradients divided by a running root mean square of themselves.

        v      = decay v + (1 - decay) g^2
        update = -learning_rate g / (sqrt(v) + eps)

    Args:
        learning_rate: Of every step.
        decay: What is left of v after a step.
        eps, eps_place: Against a division by 0; see `EPS_PLACES`.
        initial_accumulator: v before the first step.
        centered: Whether v - m^2 stands under the root, m the running mean of g: the variance.
        momentum: If not 0, the update is a velocity, as `optimizers.momentum` has it.
        rate_inside: Whether the learning rate is inside that velocity.

    Raises:
        ValueError: If a hyperparameter is outside its range, or `eps_place` is unknown.

    Source: Tieleman and Hinton (2012), lecture 6.5; v starts at 0 and eps stands outside the root.
    Centred and with momentum: Graves (2013), eqs. 38 to 45, eps inside the root there.
    """
    checks.learning_rate(learning_rate)
    decay = checks.in_range("decay", decay, 0.0, 1.0)
    eps = checks.in_range("eps", eps, 0.0)
    checks.known("eps_place", eps_place, EPS_PLACES)
    initial_accumulator = checks.in_range("initial_accumulator", initial_accumulator, 0.0)
    checks.flag("centered", centered)
    momentum = checks.in_range("momentum", momentum, 0.0, 1.0)
    checks.flag("rate_inside", rate_inside)

    def init(params: Tree) -> RmspropState:
        checks.floating_tree("params", params)
        start = tree_map(lambda p: xp.full_like(p, initial_accumulator), params)
        m, u = tree_map(xp.zeros_like, params), tree_map(xp.zeros_like, params)
        return RmspropState(step=0, second_moment=start, first_moment=m, velocity=u)

    def update(
        grads: Tree, state: RmspropState, params: Tree | None = None
    ) -> tuple[Tree, RmspropState]:
        checks.gradients(grads, params, second_moment=state.second_moment)
        rate = checks.learning_rate_at(learning_rate, state.step)
        v = tree_map(lambda v, g: decay * v + (1 - decay) * g * g, state.second_moment, grads)
        square, m = v, state.first_moment
        if centered:
            m = tree_map(lambda m, g: decay * m + (1 - decay) * g, m, grads)
            square = tree_map(lambda v, m: v - m * m, v, m)
        push = rate if rate_inside or not momentum else 1.0
        updates = tree_map(lambda g, v: -push * g / root(v, eps, eps_place), grads, square)
        velocity = state.velocity
        if momentum:
            velocity = tree_map(lambda u, pushed: momentum * u + pushed, velocity, updates)
            updates = velocity if rate_inside else tree_map(lambda u: rate * u, velocity)
        return updates, RmspropState(
            step=state.step + 1, second_moment=v, first_moment=m, velocity=velocity
        )

    return Elementwise(init, update)


class AdadeltaState(NamedTuple):
    step: Any
    second_moment: Params
    second_moment_of_updates: Params


def adadelta(learning_rate: LearningRate, decay: float = 0.95, eps: float = 1e-6) -> Optimizer:
    """Updates in the units of the parameters: each is as large as those before it were.

        v      = decay v + (1 - decay) g^2
        d      = -g sqrt(w + eps) / sqrt(v + eps)
        w      = decay w + (1 - decay) d^2
        update = learning_rate d

    The paper has no learning rate: it is 1 there.

    Raises:
        ValueError: If the learning rate or eps is negative, or decay is outside [0, 1).

    Source: Zeiler (2012), algorithm 1.
    """
    checks.learning_rate(learning_rate)
    decay = checks.in_range("decay", decay, 0.0, 1.0)
    eps = checks.in_range("eps", eps, 0.0)

    def init(params: Tree) -> AdadeltaState:
        checks.floating_tree("params", params)
        v, w = tree_map(xp.zeros_like, params), tree_map(xp.zeros_like, params)
        return AdadeltaState(step=0, second_moment=v, second_moment_of_updates=w)

    def update(
        grads: Tree, state: AdadeltaState, params: Tree | None = None
    ) -> tuple[Tree, AdadeltaState]:
        checks.gradients(grads, params, second_moment=state.second_moment)
        rate = checks.learning_rate_at(learning_rate, state.step)
        w = state.second_moment_of_updates
        v = tree_map(lambda v, g: decay * v + (1 - decay) * g * g, state.second_moment, grads)
        d = tree_map(lambda g, v, w: -g * xp.sqrt(w + eps) / xp.sqrt(v + eps), grads, v, w)
        w = tree_map(lambda w, d: decay * w + (1 - decay) * d * d, w, d)
        updates = tree_map(lambda d: rate * d, d)
        return updates, AdadeltaState(
            step=state.step + 1, second_moment=v, second_moment_of_updates=w
        )

    return Elementwise(init, update)

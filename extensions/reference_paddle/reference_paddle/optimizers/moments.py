"""Adam and its kin: a mean of gradients, divided by a mean of their size.

Symbols beside those of `optimizers`: m_hat = m / (1 - b1^t) and v_hat = v / (1 - b2^t), which
correct the bias of averages that start at 0.
"""

from typing import Any, NamedTuple

import reference_paddle.arrays as xp

from .. import checks
from ..params import Params, Tree, tree_map
from .base import EPS_PLACES_OF_ADAM, Elementwise, LearningRate, Optimizer, decayed, root


class AdamState(NamedTuple):
    step: Any
    first_moment: Params
    second_moment: Params


def two_moments(params: Tree) -> AdamState:
    """Where Adam starts: both moments are 0."""
    checks.floating_tree("params", params)
    m, v = tree_map(xp.zeros_like, params), tree_map(xp.zeros_like, params)
    return AdamState(step=0, first_moment=m, second_moment=v)


def hyperparameters(
    learning_rate: LearningRate, b1: float, b2: float, eps: float
) -> tuple[float, float, float]:
    """What Adam and its kin ask of the hyperparameters that they share: b1, b2 and eps."""
    checks.learning_rate(learning_rate)
    b1 = checks.in_range("b1", b1, 0.0, 1.0)
    b2 = checks.in_range("b2", b2, 0.0, 1.0)
    eps = checks.in_range("eps", eps, 0.0)
    return b1, b2, eps


def adam(
    learning_rate: LearningRate,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    bias_correction: bool = True,
    eps_place: str = "outside",
) -> Optimizer:
    """Adaptive moments.

        m      = b1 m + (1 - b1) g
        v      = b2 v + (1 - b2) g^2
        m_hat  = m / (1 - b1^t)
        v_hat  = v / (1 - b2^t)
        update = -learning_rate m_hat / (sqrt(v_hat) + eps)

    Without `bias_correction` m and v stand for m_hat and v_hat: the formula of document 002.

    Raises:
        ValueError: If the learning rate or eps is negative, b1 or b2 is outside [0, 1), or
            `eps_place` is unknown.

    Source: Kingma and Ba (2015), algorithm 1; eps "hat" is the last line of their section 2.
    """
    b1, b2, eps = hyperparameters(learning_rate, b1, b2, eps)
    checks.flag("bias_correction", bias_correction)
    checks.known("eps_place", eps_place, EPS_PLACES_OF_ADAM)

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
        hat = eps_place == "hat" and bias_correction
        eps_t = eps / (1 - b2**t) ** 0.5 if hat else eps
        updates = tree_map(lambda m, v: -rate * m / root(v, eps_t, eps_place), m_hat, v_hat)
        return updates, AdamState(step=t, first_moment=m, second_moment=v)

    return Elementwise(two_moments, update)


def adamw(
    learning_rate: LearningRate,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.01,
    scaled: bool = True,
    bias_correction: bool = True,
    eps_place: str = "outside",
) -> Optimizer:
    """Adam beside a decay of the parameters, not inside the moments.

        update = Adam's update - learning_rate weight_decay theta
        update = Adam's update - weight_decay theta                 (not scaled)

    Raises:
        ValueError: As `adam` and `decayed`.

    Source: Loshchilov and Hutter (2019), algorithm 2; see `decayed` for their schedule.
    """
    optimizer = adam(learning_rate, b1, b2, eps, bias_correction, eps_place)
    return decayed(optimizer, learning_rate, weight_decay, scaled=scaled)


class AmsgradState(NamedTuple):
    step: Any
    first_moment: Params
    second_moment: Params
    largest_second_moment: Params


def amsgrad(
    learning_rate: LearningRate,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    bias_correction: bool = False,
    maximum_of: str = "raw",
    eps_place: str = "outside",
) -> Optimizer:
    """Adam with the largest second moment so far, so that no rate ever grows.

        m, v   as in Adam
        v_max  = max(v_max, v)
        update = -learning_rate m / (sqrt(v_max) + eps)

    The paper has neither bias correction nor eps.

    Args:
        learning_rate, b1, b2, eps, eps_place: As in `adam`.
        bias_correction: Whether m and v_max are divided by 1 - b^t.
        maximum_of: "raw": of v, of which the bias is corrected afterwards; "corrected": of v_hat.

    Raises:
        ValueError: As `adam`, or if `maximum_of` is unknown.

    Source: Reddi, Kale and Kumar (2018), algorithm 2.
    """
    b1, b2, eps = hyperparameters(learning_rate, b1, b2, eps)
    checks.flag("bias_correction", bias_correction)
    checks.known("eps_place", eps_place, EPS_PLACES_OF_ADAM)
    checks.known("maximum_of", maximum_of, ("raw", "corrected"))

    def init(params: Tree) -> AmsgradState:
        checks.floating_tree("params", params)
        m, v, largest = (tree_map(xp.zeros_like, params) for _ in range(3))
        return AmsgradState(step=0, first_moment=m, second_moment=v, largest_second_moment=largest)

    def update(
        grads: Tree, state: AmsgradState, params: Tree | None = None
    ) -> tuple[Tree, AmsgradState]:
        checks.gradients(grads, params, first_moment=state.first_moment)
        rate = checks.learning_rate_at(learning_rate, state.step)
        t = state.step + 1
        m = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.first_moment, grads)
        v = tree_map(lambda v, g: b2 * v + (1 - b2) * g * g, state.second_moment, grads)
        seen = v
        if maximum_of == "corrected":
            seen = tree_map(lambda v: v / (1 - b2**t), v)
        largest = tree_map(xp.maximum, state.largest_second_moment, seen)
        m_hat, v_hat = m, largest
        if bias_correction:
            m_hat = tree_map(lambda m: m / (1 - b1**t), m)
            if maximum_of == "raw":
                v_hat = tree_map(lambda v: v / (1 - b2**t), largest)
        hat = eps_place == "hat" and bias_correction
        eps_t = eps / (1 - b2**t) ** 0.5 if hat else eps
        updates = tree_map(lambda m, v: -rate * m / root(v, eps_t, eps_place), m_hat, v_hat)
        return updates, AmsgradState(
            step=t, first_moment=m, second_moment=v, largest_second_moment=largest
        )

    return Elementwise(init, update)

"""Three more of Adam's kin, each with another first moment or another size to divide by."""

from typing import Any, NamedTuple

import reference_paddle.arrays as xp

from .. import checks
from ..params import Params, Tree, tree_map
from .base import EPS_PLACES, EPS_PLACES_OF_ADAM, Elementwise, LearningRate, Optimizer, root
from .moments import AdamState, hyperparameters, two_moments


class NadamState(NamedTuple):
    step: Any
    momentum_product: Any  # mu_1 ... mu_t, a number
    first_moment: Params
    second_moment: Params


def nadam(
    learning_rate: LearningRate,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    momentum_decay: float = 0.004,
    eps_place: str = "outside",
) -> Optimizer:
    """Adam with Nesterov's look ahead, and a momentum that grows with the steps.

        mu_t   = b1 (1 - 0.96^(t momentum_decay) / 2)
        m, v, v_hat  as in Adam
        m_hat  = mu_(t+1) m / (1 - mu_1 ... mu_(t+1)) + (1 - mu_t) g / (1 - mu_1 ... mu_t)
        update = -learning_rate m_hat / (sqrt(v_hat) + eps)

    Without a `momentum_decay` mu_t is b1 / 2; with a very large one it is b1.

    Raises:
        ValueError: As `adam`, or if `momentum_decay` is negative or not finite.

    Source: Dozat (2016), algorithm 2; m is averaged by b1, as in every framework.
    """
    b1, b2, eps = hyperparameters(learning_rate, b1, b2, eps)
    momentum_decay = checks.in_range("momentum_decay", momentum_decay, 0.0)
    checks.known("eps_place", eps_place, EPS_PLACES_OF_ADAM)

    def init(params: Tree) -> NadamState:
        start = two_moments(params)
        return NadamState(0, 1.0, start.first_moment, start.second_moment)

    def update(
        grads: Tree, state: NadamState, params: Tree | None = None
    ) -> tuple[Tree, NadamState]:
        checks.gradients(grads, params, first_moment=state.first_moment)
        rate = checks.learning_rate_at(learning_rate, state.step)
        t = state.step + 1
        mu = b1 * (1 - 0.96 ** (t * momentum_decay) / 2)
        next_mu = b1 * (1 - 0.96 ** ((t + 1) * momentum_decay) / 2)
        product = state.momentum_product * mu
        of_m = next_mu / (1 - product * next_mu)
        of_g = (1 - mu) / (1 - product)
        m = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.first_moment, grads)
        v = tree_map(lambda v, g: b2 * v + (1 - b2) * g * g, state.second_moment, grads)
        m_hat = tree_map(lambda m, g: of_m * m + of_g * g, m, grads)
        v_hat = tree_map(lambda v: v / (1 - b2**t), v)
        eps_t = eps / (1 - b2**t) ** 0.5 if eps_place == "hat" else eps
        updates = tree_map(lambda m, v: -rate * m / root(v, eps_t, eps_place), m_hat, v_hat)
        return updates, NadamState(t, product, m, v)

    return Elementwise(init, update)


def radam(
    learning_rate: LearningRate,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    threshold: float = 4.0,
    fallback: bool = True,
    eps_place: str = "outside",
) -> Optimizer:
    """Adam that divides by v only once there are enough gradients to know its variance.

        rho_inf = 2 / (1 - b2) - 1
        rho     = rho_inf - 2 t b2^t / (1 - b2^t)
        r       = sqrt((rho - 4) (rho - 2) rho_inf / ((rho_inf - 4) (rho_inf - 2) rho))
        update  = -learning_rate r m_hat / (sqrt(v_hat) + eps)    where rho > threshold
        update  = -learning_rate m_hat                            before

    The paper has no eps.

    Args:
        learning_rate, b1, b2, eps, eps_place: As in `adam`; up to b2 = 0.6 rho never passes 4.
        threshold: From which rho on to divide; 4 or more, below which there is no r.
        fallback: Whether to move before that; if not, the update is 0.

    Raises:
        ValueError: As `adam`, or if `threshold` is too small.

    Source: Liu et al. (2020), algorithm 2.
    """
    b1, b2, eps = hyperparameters(learning_rate, b1, b2, eps)
    threshold = checks.in_range("threshold", threshold, 4.0)
    checks.flag("fallback", fallback)
    checks.known("eps_place", eps_place, EPS_PLACES_OF_ADAM)
    rho_inf = 2 / (1 - b2) - 1

    def update(grads: Tree, state: AdamState, params: Tree | None = None) -> tuple[Tree, AdamState]:
        checks.gradients(grads, params, first_moment=state.first_moment)
        rate = checks.learning_rate_at(learning_rate, state.step)
        t = state.step + 1
        m = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.first_moment, grads)
        v = tree_map(lambda v, g: b2 * v + (1 - b2) * g * g, state.second_moment, grads)
        m_hat = tree_map(lambda m: m / (1 - b1**t), m)
        v_hat = tree_map(lambda v: v / (1 - b2**t), v)
        eps_t = eps / (1 - b2**t) ** 0.5 if eps_place == "hat" else eps
        rho = rho_inf - 2 * t * b2**t / (1 - b2**t)
        known = (rho > threshold) * 1.0  # 0 before, 1 after: a step that is traced has no `if`
        r = 0.0
        if rho_inf > 4:
            r = abs((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) ** 0.5
        size = rate * (known * r + (1 - known) * fallback)
        # Chosen, not multiplied by 0: v may be infinite before it is asked for.
        ones = tree_map(xp.ones_like, v_hat)
        divisor = tree_map(
            lambda one, v: xp.where(known * one > 0, root(v, eps_t, eps_place), one), ones, v_hat
        )
        updates = tree_map(lambda m, d: -size * m / d, m_hat, divisor)
        return updates, AdamState(step=t, first_moment=m, second_moment=v)

    return Elementwise(two_moments, update)


class AdamaxState(NamedTuple):
    step: Any
    first_moment: Params
    largest: Params


def adamax(
    learning_rate: LearningRate,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    bias_correction: bool = True,
    eps_place: str = "outside",
) -> Optimizer:
    """Adam with the largest gradient, slowly forgotten, in place of a mean of squares.

        m      = b1 m + (1 - b1) g
        u      = max(b2 u, |g|)
        update = -learning_rate m / (1 - b1^t) / (u + eps)

    The paper has no eps.

    Args:
        learning_rate, b1, b2, eps: As in `adam`.
        bias_correction: Whether m is divided by 1 - b1^t.
        eps_place: "outside" as above; "inside": u = max(b2 u, |g| + eps), and u alone divides.

    Raises:
        ValueError: As `adam`.

    Source: Kingma and Ba (2015), algorithm 2.
    """
    b1, b2, eps = hyperparameters(learning_rate, b1, b2, eps)
    checks.flag("bias_correction", bias_correction)
    checks.known("eps_place", eps_place, EPS_PLACES)
    within, beside = (eps, 0.0) if eps_place == "inside" else (0.0, eps)

    def init(params: Tree) -> AdamaxState:
        checks.floating_tree("params", params)
        m, u = tree_map(xp.zeros_like, params), tree_map(xp.zeros_like, params)
        return AdamaxState(step=0, first_moment=m, largest=u)

    def update(
        grads: Tree, state: AdamaxState, params: Tree | None = None
    ) -> tuple[Tree, AdamaxState]:
        checks.gradients(grads, params, first_moment=state.first_moment)
        rate = checks.learning_rate_at(learning_rate, state.step)
        t = state.step + 1
        m = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.first_moment, grads)
        u = tree_map(lambda u, g: xp.maximum(b2 * u, abs(g) + within), state.largest, grads)
        m_hat = m
        if bias_correction:
            m_hat = tree_map(lambda m: m / (1 - b1**t), m)
        updates = tree_map(lambda m, u: -rate * m / (u + beside), m_hat, u)
        return updates, AdamaxState(step=t, first_moment=m, largest=u)

    return Elementwise(init, update)

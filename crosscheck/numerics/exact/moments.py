"""The exact update rules of Adam and of its variants.

Each takes as `before` how many steps came before the first one, all with gradients of 0: moments
that start at 0 are then still 0, but the corrections have gone on.
"""

from math import prod
from typing import Any

from flint import arb

from crosscheck.numerics.exact.balls import from_floats, is_above
from crosscheck.numerics.exact.histories import (
    Grads,
    History,
    Rates,
    adam_updates,
    averages,
    bias_corrected,
    elementwise_maximum,
    eps_of_steps,
    root_with_eps,
    steps_after,
    times_rates,
)


def adam(
    grads: Grads,
    rates: Rates,
    b1: arb,
    b2: arb,
    eps: arb,
    bias_correction: bool = True,
    eps_place: str = "outside",
    before: int = 0,
) -> History:
    """update = -rate m / (sqrt(v) + eps), both averages divided by 1 - b^t if corrected."""
    firsts, seconds = averages(grads, b1), averages([g * g for g in grads], b2)
    m_hats, v_hats = firsts, seconds
    if bias_correction:
        m_hats = bias_corrected(firsts, b1, before)
        v_hats = bias_corrected(seconds, b2, before)
    all_eps = eps_of_steps(eps, b2, eps_place, steps_after(before, grads), bias_correction)
    updates = adam_updates(m_hats, v_hats, all_eps, eps_place, rates)
    states = {"first_moment": firsts, "second_moment": seconds}
    return History(updates, states)


def amsgrad(
    grads: Grads,
    rates: Rates,
    b1: arb,
    b2: arb,
    eps: arb,
    bias_correction: bool = False,
    maximum_of: str = "raw",
    eps_place: str = "outside",
    before: int = 0,
) -> History:
    """Adam's update with the largest of v_1 ... v_t, or of the v_i / (1 - b2^i)."""
    firsts, seconds = averages(grads, b1), averages([g * g for g in grads], b2)
    candidates = seconds if maximum_of == "raw" else bias_corrected(seconds, b2, before)
    largest = [elementwise_maximum(candidates[: t + 1]) for t in range(len(grads))]
    m_hats, v_hats = firsts, largest
    if bias_correction:
        m_hats = bias_corrected(firsts, b1, before)
        v_hats = bias_corrected(largest, b2, before) if maximum_of == "raw" else largest
    all_eps = eps_of_steps(eps, b2, eps_place, steps_after(before, grads), bias_correction)
    updates = adam_updates(m_hats, v_hats, all_eps, eps_place, rates)
    states = {"first_moment": firsts, "second_moment": seconds, "largest_second_moment": largest}
    return History(updates, states)


def nadam(
    grads: Grads,
    rates: Rates,
    b1: arb,
    b2: arb,
    eps: arb,
    momentum_decay: arb,
    eps_place: str = "outside",
    before: int = 0,
    momentum_product: Any = 1,
) -> History:
    """m_hat = mu_(t+1) m / (1 - mu_1 ... mu_(t+1)) + (1 - mu_t) g / (1 - mu_1 ... mu_t).

    `momentum_product` is the product of the mu of the steps before.
    """
    steps = steps_after(before, grads)
    mus = [b1 * (1 - from_floats(0.96) ** (t * momentum_decay) / 2) for t in (*steps, steps.stop)]
    products = [prod(mus[:n], start=arb(momentum_product)) for n in range(1, len(mus) + 1)]
    firsts, seconds = averages(grads, b1), averages([g * g for g in grads], b2)
    m_hats = [
        mus[n + 1] * m / (1 - products[n + 1]) + (1 - mus[n]) * g / (1 - products[n])
        for n, (m, g) in enumerate(zip(firsts, grads, strict=True))
    ]
    all_eps = eps_of_steps(eps, b2, eps_place, steps_after(before, grads))
    updates = adam_updates(m_hats, bias_corrected(seconds, b2, before), all_eps, eps_place, rates)
    states = {"first_moment": firsts, "second_moment": seconds}
    numbers = {"momentum_product": products[:-1]}
    return History(updates, states, numbers)


def radam(
    grads: Grads,
    rates: Rates,
    b1: arb,
    b2: arb,
    eps: arb,
    threshold: arb,
    fallback: bool = True,
    eps_place: str = "outside",
    before: int = 0,
) -> History:
    """Adam's update times r if rho_t is above the threshold; else -rate m_hat, or no update."""
    firsts, seconds = averages(grads, b1), averages([g * g for g in grads], b2)
    all_eps = eps_of_steps(eps, b2, eps_place, steps_after(before, grads))
    rho_inf = 2 / (1 - b2) - 1
    pushes = []
    m_hats, v_hats = bias_corrected(firsts, b1, before), bias_corrected(seconds, b2, before)
    steps = steps_after(before, grads)
    for t, m, v, eps_t in zip(steps, m_hats, v_hats, all_eps, strict=True):
        rho = rho_inf - 2 * t * b2**t / (1 - b2**t)
        if is_above(rho, threshold):
            r = ((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)).sqrt()
            pushes.append(r * m / root_with_eps(v, eps_t, eps_place))
        else:
            pushes.append(m if fallback else 0 * m)
    states = {"first_moment": firsts, "second_moment": seconds}
    return History([-push for push in times_rates(rates, pushes)], states)


def adamax(
    grads: Grads,
    rates: Rates,
    b1: arb,
    b2: arb,
    eps: arb,
    bias_correction: bool = True,
    eps_place: str = "outside",
    before: int = 0,
) -> History:
    """update = -rate m_hat / (u + eps), u_t the largest b2^(t-i) |g_i|."""
    eps_inside, eps_outside = (eps, 0) if eps_place == "inside" else (0, eps)
    firsts = averages(grads, b1)
    largest = [
        elementwise_maximum([b2 ** (t - i) * (abs(grads[i]) + eps_inside) for i in range(t + 1)])
        for t in range(len(grads))
    ]
    m_hats = bias_corrected(firsts, b1, before) if bias_correction else firsts
    pushes = [m / (u + eps_outside) for m, u in zip(m_hats, largest, strict=True)]
    states = {"first_moment": firsts, "largest": largest}
    return History([-push for push in times_rates(rates, pushes)], states)

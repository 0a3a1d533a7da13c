"""The exact update rules, in balls: what each optimizer does to one array of parameters.

A rule takes the gradients of all steps as one list, and returns the updates and the states of all
steps. It is written as sums over the whole history, not as a step that is repeated, as the
references' optimizers are. Hyperparameters are balls.
"""

from collections.abc import Callable, Sequence
from typing import Any

from flint import arb

from crosscheck.numerics.exact.balls import Array, elementwise
from crosscheck.numerics.exact.histories import (
    Grads,
    History,
    Rates,
    averages,
    root_with_eps,
    times_rates,
)
from crosscheck.numerics.exact.moments import adam, adamax, amsgrad, nadam, radam


def sgd(grads: Grads, rates: Rates) -> History:
    """update = -rate g."""
    return History([-rate * g for g, rate in zip(grads, rates, strict=True)], {})


def momentum_descent(
    grads: Grads,
    rates: Rates,
    momentum: arb,
    nesterov: bool = False,
    rate_inside: bool = True,
    dampening: Any = 0,
    dampen_first: bool = True,
) -> History:
    """velocity_t = sum_i momentum^(t-i) (-rate_i g_i); Nesterov looks one step ahead."""
    weights = [1 - dampening if dampen_first or t > 0 else 1 for t in range(len(grads))]
    pushes = [-weight * g for g, weight in zip(grads, weights, strict=True)]
    if rate_inside:
        pushes = times_rates(rates, pushes)
    velocities = [
        sum(momentum ** (t - i) * pushes[i] for i in range(t + 1)) for t in range(len(pushes))
    ]
    updates = velocities
    if nesterov:
        updates = [momentum * u + push for u, push in zip(velocities, pushes, strict=True)]
    return History(
        updates if rate_inside else times_rates(rates, updates), {"velocity": velocities}
    )


def lion(grads: Grads, rates: Rates, b1: arb, b2: arb) -> History:
    """update_t = -rate sign(b1 m_(t-1) + (1 - b1) g_t), m the average of g that decays by b2."""
    firsts = averages(grads, b2)
    before = [0 * grads[0], *firsts[:-1]]
    signs = [
        elementwise(lambda c: c.sgn(), b1 * m + (1 - b1) * g)
        for m, g in zip(before, grads, strict=True)
    ]
    return History([-push for push in times_rates(rates, signs)], {"first_moment": firsts})


def adagrad(
    grads: Grads, rates: Rates, initial_accumulator: arb, eps: arb, eps_place: str = "outside"
) -> History:
    """update = -rate g / (sqrt(a_0 + sum g^2) + eps)."""
    totals = [initial_accumulator + sum(g * g for g in grads[: t + 1]) for t in range(len(grads))]
    pushes = [
        g / root_with_eps(total, eps, eps_place) for g, total in zip(grads, totals, strict=True)
    ]
    return History([-push for push in times_rates(rates, pushes)], {"sum_of_squares": totals})


def rmsprop(
    grads: Grads,
    rates: Rates,
    decay: arb,
    eps: arb,
    eps_place: str = "outside",
    initial_accumulator: Any = 0,
    centered: bool = False,
    momentum: Any = 0,
    rate_inside: bool = True,
) -> History:
    """update = -rate g / (sqrt(v) + eps), v the exponential average of g^2.

    Centered, v is reduced by the square of the average of g; with a momentum, -g / (sqrt(v) + eps)
    takes the place of -g in a velocity.
    """
    seconds = [
        decay ** (t + 1) * initial_accumulator + v
        for t, v in enumerate(averages([g * g for g in grads], decay))
    ]
    none = [0 * g for g in grads]
    firsts = averages(grads, decay) if centered else none
    pushes = [
        g / root_with_eps(v - m * m, eps, eps_place)
        for g, v, m in zip(grads, seconds, firsts, strict=True)
    ]
    if momentum == 0:
        updates, velocities = [-push for push in times_rates(rates, pushes)], none
    else:
        updates, descent_states, _ = momentum_descent(
            pushes, rates, momentum, rate_inside=rate_inside
        )
        velocities = descent_states["velocity"]
    states = {"second_moment": seconds, "first_moment": firsts, "velocity": velocities}
    return History(updates, states)


def adadelta(grads: Grads, rates: Rates, decay: arb, eps: arb) -> History:
    """d_t = -g_t sqrt((w_(t-1) + eps) / (v_t + eps)), v and w the averages of g^2 and d^2."""
    seconds = averages([g * g for g in grads], decay)
    directions: list[Array] = []
    of_updates = [0 * grads[0]]
    for g, v in zip(grads, seconds, strict=True):
        ratio = elementwise(arb.sqrt, (of_updates[-1] + eps) / (v + eps))
        directions.append(-g * ratio)
        of_updates.append(averages([d * d for d in directions], decay)[-1])
    states = {"second_moment": seconds, "second_moment_of_updates": of_updates[1:]}
    return History(times_rates(rates, directions), states)


def decayed(
    rule: Callable[[Grads, Rates], History],
    grads: Grads,
    rates: Rates,
    points: Sequence[Array],
    weight_decay: arb,
    decoupled: bool = True,
    scaled: bool = True,
) -> History:
    """A rule with a weight decay, which pulls the parameters of every step towards 0.

    Args:
        rule: The rule without the decay, as a function of gradients and rates.
        grads, rates: The gradient and the learning rate of every step.
        points: The parameters at which each gradient was taken.
        weight_decay: The factor of the parameters.
        decoupled: Whether the decay stands beside the update; else it is added to the gradient.
        scaled: Whether a decoupled decay is multiplied by the learning rate.
    """
    pulls = [weight_decay * point for point in points]
    if not decoupled:
        return rule([g + pull for g, pull in zip(grads, pulls, strict=True)], rates)
    history = rule(grads, rates)
    scaled_pulls = times_rates(rates, pulls) if scaled else pulls
    updates = [u - pull for u, pull in zip(history.updates, scaled_pulls, strict=True)]
    return history._replace(updates=updates)


# By the name of the optimizer in the contract. `decayed` adds a weight decay.
EXACT_RULES: dict[str, Callable[..., History]] = {
    "sgd": sgd,
    "momentum": momentum_descent,
    "lion": lion,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adadelta": adadelta,
    "adam": adam,
    "adamw": adam,
    "amsgrad": amsgrad,
    "nadam": nadam,
    "radam": radam,
    "adamax": adamax,
}

"""The exact update rules, as balls: what each optimizer does to one array of parameters.

A rule takes the gradient of every step so far as one list and returns the updates and the state:
written as sums and recurrences over the whole history, not as the references' step functions.
Hyperparameters are balls.
"""

from collections.abc import Callable, Sequence
from typing import Any

from flint import arb

from crosscheck.numerics.exact.balls import Array, elementwise
from crosscheck.numerics.exact.histories import Grads, History, Rates, averages, root, times
from crosscheck.numerics.exact.moments import adam, adamax, amsgrad, nadam, radam


def sgd(grads: Grads, rates: Rates) -> History:
    """update = -rate g."""
    return History([-rate * g for g, rate in zip(grads, rates, strict=True)], {})


def momentum(
    grads: Grads,
    rates: Rates,
    momentum: arb,
    nesterov: bool = False,
    rate_inside: bool = True,
    dampening: Any = 0,
    dampen_first: bool = True,
) -> History:
    """velocity_t = sum_i momentum^(t-i) (-rate_i g_i); Nesterov looks one step ahead."""
    left = [1 - dampening if dampen_first or t > 0 else 1 for t in range(len(grads))]
    pushes = [-part * g for g, part in zip(grads, left, strict=True)]
    if rate_inside:
        pushes = times(rates, pushes)
    velocities = [
        sum(momentum ** (t - i) * pushes[i] for i in range(t + 1)) for t in range(len(pushes))
    ]
    updates = velocities
    if nesterov:
        updates = [momentum * u + push for u, push in zip(velocities, pushes, strict=True)]
    return History(updates if rate_inside else times(rates, updates), {"velocity": velocities})


_with_velocity = momentum  # where a parameter has the name


def lion(grads: Grads, rates: Rates, b1: arb, b2: arb) -> History:
    """update_t = -rate sign(b1 m_(t-1) + (1 - b1) g_t), m the exponential average of g by b2."""
    firsts = averages(grads, b2)
    before = [0 * grads[0], *firsts[:-1]]
    signs = [
        elementwise(lambda c: c.sgn(), b1 * m + (1 - b1) * g)
        for m, g in zip(before, grads, strict=True)
    ]
    return History([-push for push in times(rates, signs)], {"first_moment": firsts})


def adagrad(
    grads: Grads, rates: Rates, initial_accumulator: arb, eps: arb, eps_place: str = "outside"
) -> History:
    """update = -rate g / (sqrt(a_0 + sum g^2) + eps)."""
    totals = [initial_accumulator + sum(g * g for g in grads[: t + 1]) for t in range(len(grads))]
    pushes = [g / root(total, eps, eps_place) for g, total in zip(grads, totals, strict=True)]
    return History([-push for push in times(rates, pushes)], {"sum_of_squares": totals})


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
    """update = -rate g / (sqrt(v) + eps), v the exponential average of g^2; see the reference."""
    seconds = [
        decay ** (t + 1) * initial_accumulator + v
        for t, v in enumerate(averages([g * g for g in grads], decay))
    ]
    none = [0 * g for g in grads]
    firsts = averages(grads, decay) if centered else none
    pushes = [
        g / root(v - m * m, eps, eps_place) for g, v, m in zip(grads, seconds, firsts, strict=True)
    ]
    if momentum == 0:
        updates, velocities = [-push for push in times(rates, pushes)], none
    else:
        updates, moved, _ = _with_velocity(pushes, rates, momentum, rate_inside=rate_inside)
        velocities = moved["velocity"]
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
    return History(times(rates, directions), states)


def decayed(
    rule: Callable[[Grads, Rates], History],
    grads: Grads,
    rates: Rates,
    points: Sequence[Array],
    weight_decay: arb,
    decoupled: bool = True,
    scaled: bool = True,
) -> History:
    """A rule whose parameters are drawn towards 0, from the point where each gradient was taken."""
    pulls = [weight_decay * point for point in points]
    if not decoupled:
        return rule([g + pull for g, pull in zip(grads, pulls, strict=True)], rates)
    history = rule(grads, rates)
    taken = times(rates, pulls) if scaled else pulls
    updates = [u - pull for u, pull in zip(history.updates, taken, strict=True)]
    return history._replace(updates=updates)


OPTIMIZERS: dict[str, Callable[..., History]] = {
    "sgd": sgd,
    "momentum": momentum,
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

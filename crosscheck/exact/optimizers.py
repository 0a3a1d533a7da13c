"""The exact update rules, as balls: what each optimizer does to one array of parameters.

A rule takes the gradient of every step so far as one list and returns the updates and the state:
written as sums and recurrences over the whole history, not as the references' step functions.
Hyperparameters are balls.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flint import arb

from crosscheck.exact.balls import Array, elementwise

# The learning rate of each step, first step first.
Rates = Sequence[arb]
Grads = Sequence[Array]


class History(NamedTuple):
    """The update of every step, in order, and every moment after it."""

    updates: list[Array]
    states: dict[str, list[Array]]


def sgd(grads: Grads, rates: Rates) -> History:
    """update = -rate g."""
    return History([-rate * g for g, rate in zip(grads, rates, strict=True)], {})


def momentum(grads: Grads, rates: Rates, momentum: arb, nesterov: bool = False) -> History:
    """velocity_t = sum_i momentum^(t-i) (-rate_i g_i); Nesterov looks one step ahead."""
    pushes = [-rate * g for g, rate in zip(grads, rates, strict=True)]
    velocities = [
        sum(momentum ** (t - i) * pushes[i] for i in range(t + 1)) for t in range(len(pushes))
    ]
    updates = velocities
    if nesterov:
        updates = [momentum * u + push for u, push in zip(velocities, pushes, strict=True)]
    return History(updates, {"velocity": velocities})


def adagrad(grads: Grads, rates: Rates, initial_accumulator: arb, eps: arb) -> History:
    """update = -rate g / (sqrt(a_0 + sum g^2) + eps)."""
    totals = [initial_accumulator + sum(g * g for g in grads[: t + 1]) for t in range(len(grads))]
    updates = [
        -rate * g / (_root(total) + eps)
        for g, rate, total in zip(grads, rates, totals, strict=True)
    ]
    return History(updates, {"sum_of_squares": totals})


def rmsprop(grads: Grads, rates: Rates, decay: arb, eps: arb) -> History:
    """update = -rate g / (sqrt(v) + eps), v the exponential average of g^2 from 0."""
    seconds = _averages([g * g for g in grads], decay)
    updates = [
        -rate * g / (_root(v) + eps) for g, rate, v in zip(grads, rates, seconds, strict=True)
    ]
    return History(updates, {"second_moment": seconds})


def adam(
    grads: Grads, rates: Rates, b1: arb, b2: arb, eps: arb, bias_correction: bool = True
) -> History:
    """update = -rate m / (sqrt(v) + eps), both averages divided by 1 - b^t unless told not to."""
    firsts = _averages(grads, b1)
    seconds = _averages([g * g for g in grads], b2)
    updates = []
    for t, (m, v, rate) in enumerate(zip(firsts, seconds, rates, strict=True), start=1):
        if bias_correction:
            m, v = m / (1 - b1**t), v / (1 - b2**t)
        updates.append(-rate * m / (_root(v) + eps))
    return History(updates, {"first_moment": firsts, "second_moment": seconds})


def _averages(values: Sequence[Array], decay: arb) -> list[Array]:
    """(1 - decay) sum_i decay^(t-i) x_i for every t: the exponential average that starts at 0."""
    return [
        (1 - decay) * sum(decay ** (t - i) * values[i] for i in range(t + 1))
        for t in range(len(values))
    ]


def _root(values: Array) -> Array:
    return elementwise(arb.sqrt, values)


OPTIMIZERS: dict[str, Callable[..., History]] = {
    "sgd": sgd,
    "momentum": momentum,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
}

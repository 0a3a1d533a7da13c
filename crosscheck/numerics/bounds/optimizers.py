"""Optimizers step by step, as frameworks compute them, in any arithmetic with + - * / and sqrt.

With `Inexact` arrays they give the bound of every update and of every moment. With balls they give
the exact values by a second method: `exact.optimizers` has sums over the whole history instead.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from crosscheck.numerics.bounds.arithmetic import (
    is_zero,
    ratio,
    rounded_like,
    sign,
    sqrt,
    zeros,
)
from crosscheck.numerics.bounds.moments import adam, adamax, amsgrad, nadam, radam
from crosscheck.numerics.bounds.steps import Grads, Rates, StepResult, root_with_eps


def sgd(grads: Grads, rates: Rates) -> Iterator[StepResult]:
    """-rate g."""
    for g, rate in zip(grads, rates, strict=True):
        yield StepResult(-rate * g, {})


def momentum_descent(
    grads: Grads,
    rates: Rates,
    momentum: Any,
    nesterov: bool,
    rate_inside: bool = True,
    dampening: Any = 0.0,
    dampen_first: bool = True,
) -> Iterator[StepResult]:
    """A velocity, with the learning rate inside or outside; Nesterov's looks one step ahead."""
    velocity: Any = 0.0
    for t, (g, rate) in enumerate(zip(grads, rates, strict=True)):
        weights = [rate] if rate_inside else []
        if dampen_first or t > 0:
            weights.append(1 - dampening)
        push = ratio([*weights, g])
        velocity = momentum * velocity - push
        update = momentum * velocity - push if nesterov else velocity
        yield StepResult(update if rate_inside else rate * update, {"velocity": velocity})


def lion(grads: Grads, rates: Rates, b1: Any, b2: Any) -> Iterator[StepResult]:
    """The sign of a weighted mean of gradients."""
    m: Any = 0.0
    for g, rate in zip(grads, rates, strict=True):
        c = b1 * m + (1 - b1) * g
        m = b2 * m + (1 - b2) * g
        yield StepResult(-rate * sign(c), {"first_moment": m})


def adagrad(
    grads: Grads, rates: Rates, initial_accumulator: Any, eps: Any, eps_place: str = "outside"
) -> Iterator[StepResult]:
    """The gradient, divided by the root of the sum of all squares so far."""
    total = initial_accumulator
    for g, rate in zip(grads, rates, strict=True):
        total = total + g * g
        divisor = root_with_eps(total, eps, eps_place)
        yield StepResult(-ratio([rate, g], [divisor]), {"sum_of_squares": total})


def rmsprop(
    grads: Grads,
    rates: Rates,
    decay: Any,
    eps: Any,
    eps_place: str = "outside",
    initial_accumulator: Any = 0.0,
    centered: bool = False,
    momentum: Any = 0.0,
    rate_inside: bool = True,
) -> Iterator[StepResult]:
    """The gradient, divided by the root of a running mean of squares or of the variance.

    With a momentum, a velocity gathers these.
    """
    v, m, velocity = None, None, None
    for g, rate in zip(grads, rates, strict=True):
        if m is None:
            v, m, velocity = rounded_like(g, initial_accumulator), zeros(g), zeros(g)
        v = decay * v + (1 - decay) * (g * g)
        m = decay * m + (1 - decay) * g if centered else m
        mean = v - m * m if centered else v
        divisor = root_with_eps(mean, eps, eps_place, signed=centered)
        if is_zero(momentum):
            update = -ratio([rate, g], [divisor])
        elif rate_inside:
            update = velocity = momentum * velocity - ratio([rate, g], [divisor])
        else:
            velocity = momentum * velocity - g / divisor
            update = rate * velocity
        yield StepResult(update, {"second_moment": v, "first_moment": m, "velocity": velocity})


def adadelta(grads: Grads, rates: Rates, decay: Any, eps: Any) -> Iterator[StepResult]:
    """The gradient times the root mean square of the updates, divided by that of the gradients."""
    v: Any = 0.0
    w = None
    for g, rate in zip(grads, rates, strict=True):
        w = zeros(g) if w is None else w
        v = decay * v + (1 - decay) * (g * g)
        of_updates, divisor = sqrt(w + eps), sqrt(v + eps)
        d = ratio([g, of_updates], [divisor])
        w = decay * w + (1 - decay) * (d * d)
        update = -ratio([rate, g, of_updates], [divisor])
        yield StepResult(update, {"second_moment": v, "second_moment_of_updates": w})


def decayed(
    rule: Callable[[Grads], Iterator[StepResult]],
    grads: Grads,
    rates: Rates,
    points: Iterable[Any],
    weight_decay: Any,
    decoupled: bool = True,
    scaled: bool = True,
) -> Iterator[StepResult]:
    """A rule with a weight decay, which pulls the parameters towards 0.

    Gradients and points are read one at a time, so that a point may depend on the steps before.

    Args:
        rule: The rule without the decay, as a function of the gradients.
        grads, rates: The gradient and the learning rate of every step.
        points: The parameters at which each gradient was taken. They may be endless.
        weight_decay: The factor of the parameters.
        decoupled: Whether the decay stands beside the update; else it is added to the gradient.
        scaled: Whether a decoupled decay is multiplied by the learning rate.
    """
    points_so_far: list[Any] = []

    def gradients() -> Iterator[Any]:
        for g, point in zip(grads, points, strict=False):
            points_so_far.append(point)
            yield g if decoupled else g + weight_decay * point

    for step, rate in zip(rule(gradients()), rates, strict=True):
        pull = ratio([*([rate] if scaled else []), weight_decay, points_so_far[-1]])
        yield step._replace(update=step.update - pull) if decoupled else step


# By the name of the optimizer in the contract. `decayed` adds a weight decay.
STEPWISE_RULES: dict[str, Callable[..., Iterator[StepResult]]] = {
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

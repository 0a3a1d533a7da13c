"""Optimizers step by step, as frameworks compute them, in any arithmetic with + - * / and sqrt.

With `Inexact` arrays they give the bound of every update and of every moment. With balls they give
the exact values by a second method: `exact.optimizers` has sums over the whole history instead.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from crosscheck.numerics.bounds.arithmetic import (
    is_zero,
    maximum,
    midpoint,
    power,
    rounded_like,
    sign,
    sqrt,
    zeros,
)

Grads = Iterable[Any]
Rates = Iterable[Any]


class StepResult(NamedTuple):
    """The update of one step of an optimizer, and the moments and numbers of the state after it."""

    update: Any
    state: dict[str, Any]
    numbers: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it


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
        weight = rate if rate_inside else 1.0
        if dampen_first or t > 0:
            weight = weight * (1 - dampening)
        velocity = momentum * velocity - weight * g
        update = momentum * velocity - weight * g if nesterov else velocity
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
        divisor = _root_with_eps(total, eps, eps_place)
        yield StepResult(-rate * g / divisor, {"sum_of_squares": total})


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
        v = decay * v + (1 - decay) * g * g
        m = decay * m + (1 - decay) * g if centered else m
        push = -g / _root_with_eps(v - m * m if centered else v, eps, eps_place)
        if is_zero(momentum):
            update = rate * push
        elif rate_inside:
            update = velocity = momentum * velocity + rate * push
        else:
            velocity = momentum * velocity + push
            update = rate * velocity
        yield StepResult(update, {"second_moment": v, "first_moment": m, "velocity": velocity})


def adadelta(grads: Grads, rates: Rates, decay: Any, eps: Any) -> Iterator[StepResult]:
    """The gradient times the root mean square of the updates, divided by that of the gradients."""
    v: Any = 0.0
    w = None
    for g, rate in zip(grads, rates, strict=True):
        w = zeros(g) if w is None else w
        v = decay * v + (1 - decay) * g * g
        d = -g * sqrt(w + eps) / sqrt(v + eps)
        w = decay * w + (1 - decay) * d * d
        yield StepResult(rate * d, {"second_moment": v, "second_moment_of_updates": w})


def adam(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    bias_correction: bool = True,
    eps_place: str = "outside",
) -> Iterator[StepResult]:
    """Algorithm 1 of Kingma and Ba (2015), or the same without bias correction."""
    for t, (m, v, _, rate) in enumerate(_moments(grads, rates, b1, b2), start=1):
        m_hat, v_hat = (m / (1 - b1**t), v / (1 - b2**t)) if bias_correction else (m, v)
        divisor = _root_with_eps(v_hat, _eps_at(t, eps, b2, eps_place, bias_correction), eps_place)
        yield StepResult(-rate * m_hat / divisor, {"first_moment": m, "second_moment": v})


def amsgrad(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    bias_correction: bool = False,
    maximum_of: str = "raw",
    eps_place: str = "outside",
) -> Iterator[StepResult]:
    """Adam with the largest second moment so far in place of the last one."""
    largest: Any = 0.0
    for t, (m, v, _, rate) in enumerate(_moments(grads, rates, b1, b2), start=1):
        raw = maximum_of == "raw"
        largest = maximum(largest, v if raw else v / (1 - b2**t))
        m_hat = m / (1 - b1**t) if bias_correction else m
        v_hat = largest / (1 - b2**t) if bias_correction and raw else largest
        divisor = _root_with_eps(v_hat, _eps_at(t, eps, b2, eps_place, bias_correction), eps_place)
        state = {"first_moment": m, "second_moment": v, "largest_second_moment": largest}
        yield StepResult(-rate * m_hat / divisor, state)


def nadam(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    momentum_decay: Any,
    eps_place: str = "outside",
) -> Iterator[StepResult]:
    """Adam with Nesterov's look ahead, and a momentum that grows with the steps."""
    product: Any = 1.0
    for t, (m, v, g, rate) in enumerate(_moments(grads, rates, b1, b2), start=1):
        mu, next_mu = (b1 * (1 - power(0.96, step * momentum_decay) / 2) for step in (t, t + 1))
        product = product * mu
        of_m = next_mu / (1 - product * next_mu)
        of_g = (1 - mu) / (1 - product)
        divisor = _root_with_eps(v / (1 - b2**t), _eps_at(t, eps, b2, eps_place), eps_place)
        state = {"first_moment": m, "second_moment": v}
        numbers = {"momentum_product": product}
        yield StepResult(-rate * (of_m * m + of_g * g) / divisor, state, numbers)


def radam(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    threshold: Any,
    fallback: bool = True,
    eps_place: str = "outside",
) -> Iterator[StepResult]:
    """Adam that does not divide by the root of v until its variance is small enough."""
    rho_inf = 2 / (1 - b2) - 1
    for t, (m, v, _, rate) in enumerate(_moments(grads, rates, b1, b2), start=1):
        m_hat = m / (1 - b1**t)
        rho = rho_inf - 2 * t * b2**t / (1 - b2**t)
        if midpoint(rho) > midpoint(threshold):
            r = sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
            divisor = _root_with_eps(v / (1 - b2**t), _eps_at(t, eps, b2, eps_place), eps_place)
            update = -rate * r * m_hat / divisor
        else:
            update = -rate * m_hat if fallback else 0 * m_hat
        yield StepResult(update, {"first_moment": m, "second_moment": v})


def adamax(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    bias_correction: bool = True,
    eps_place: str = "outside",
) -> Iterator[StepResult]:
    """Adam with a decaying maximum of |g| in place of the root of a mean of squares."""
    m = u = 0.0  # type: Any
    for t, (g, rate) in enumerate(zip(grads, rates, strict=True), start=1):
        m = b1 * m + (1 - b1) * g
        u = maximum(b2 * u, abs(g) + eps if eps_place == "inside" else abs(g))
        m_hat = m / (1 - b1**t) if bias_correction else m
        divisor = u if eps_place == "inside" else u + eps
        yield StepResult(-rate * m_hat / divisor, {"first_moment": m, "largest": u})


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
        pull = (rate if scaled else 1.0) * weight_decay * points_so_far[-1]
        yield step._replace(update=step.update - pull) if decoupled else step


# ----- shared by several rules -----


def _moments(grads: Grads, rates: Rates, b1: Any, b2: Any) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Adam's m and v after every gradient, that gradient, and the rate."""
    m = v = 0.0  # type: Any
    for g, rate in zip(grads, rates, strict=True):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        yield m, v, g, rate


def _eps_at(t: int, eps: Any, b2: Any, eps_place: str, bias_correction: bool = True) -> Any:
    return eps / sqrt(1 - b2**t) if eps_place == "hat" and bias_correction else eps


def _root_with_eps(v: Any, eps: Any, eps_place: str) -> Any:
    return sqrt(v + eps) if eps_place == "inside" else sqrt(v) + eps


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

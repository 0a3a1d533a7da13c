"""Optimizers step by step, as they are computed: in any arithmetic that has + - * / and sqrt.

On `Inexact` arrays this gives the bounds of every update and every moment. On balls it is a second
way to the exact values, which `exact.optimizers` writes as sums over the whole history.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from crosscheck.numerics.bounds.arithmetic import (
    is_zero,
    like,
    maximum,
    middle,
    power,
    sign,
    sqrt,
    zeros,
)

Grads = Iterable[Any]
Rates = Iterable[Any]


class Step(NamedTuple):
    """What one step of an optimizer makes of a gradient: the update, and the state after it."""

    update: Any
    state: dict[str, Any]
    numbers: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it


def sgd(grads: Grads, rates: Rates) -> Iterator[Step]:
    """-rate g."""
    for g, rate in zip(grads, rates, strict=True):
        yield Step(-rate * g, {})


def momentum(
    grads: Grads,
    rates: Rates,
    momentum: Any,
    nesterov: bool,
    rate_inside: bool = True,
    dampening: Any = 0.0,
    dampen_first: bool = True,
) -> Iterator[Step]:
    """A velocity, the rate inside it or not; Nesterov's looks one step ahead."""
    velocity: Any = 0.0
    for t, (g, rate) in enumerate(zip(grads, rates, strict=True)):
        push = rate if rate_inside else 1.0
        if dampen_first or t > 0:
            push = push * (1 - dampening)
        velocity = momentum * velocity - push * g
        update = momentum * velocity - push * g if nesterov else velocity
        yield Step(update if rate_inside else rate * update, {"velocity": velocity})


def lion(grads: Grads, rates: Rates, b1: Any, b2: Any) -> Iterator[Step]:
    """The sign of a mean of gradients."""
    m: Any = 0.0
    for g, rate in zip(grads, rates, strict=True):
        c = b1 * m + (1 - b1) * g
        m = b2 * m + (1 - b2) * g
        yield Step(-rate * sign(c), {"first_moment": m})


def adagrad(
    grads: Grads, rates: Rates, initial_accumulator: Any, eps: Any, eps_place: str = "outside"
) -> Iterator[Step]:
    """Divided by the root of all squares so far."""
    total = initial_accumulator
    for g, rate in zip(grads, rates, strict=True):
        total = total + g * g
        yield Step(-rate * g / _root(total, eps, eps_place), {"sum_of_squares": total})


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
) -> Iterator[Step]:
    """Divided by the root of a running mean of squares, or of the variance; then a velocity."""
    v, m, velocity = None, None, None
    for g, rate in zip(grads, rates, strict=True):
        if m is None:
            v, m, velocity = like(g, initial_accumulator), zeros(g), zeros(g)
        v = decay * v + (1 - decay) * g * g
        m = decay * m + (1 - decay) * g if centered else m
        pushed = -g / _root(v - m * m if centered else v, eps, eps_place)
        if is_zero(momentum):
            update = rate * pushed
        elif rate_inside:
            update = velocity = momentum * velocity + rate * pushed
        else:
            velocity = momentum * velocity + pushed
            update = rate * velocity
        yield Step(update, {"second_moment": v, "first_moment": m, "velocity": velocity})


def adadelta(grads: Grads, rates: Rates, decay: Any, eps: Any) -> Iterator[Step]:
    """Divided by the root of a mean of squares, times that of the updates before."""
    v: Any = 0.0
    w = None
    for g, rate in zip(grads, rates, strict=True):
        w = zeros(g) if w is None else w
        v = decay * v + (1 - decay) * g * g
        d = -g * sqrt(w + eps) / sqrt(v + eps)
        w = decay * w + (1 - decay) * d * d
        yield Step(rate * d, {"second_moment": v, "second_moment_of_updates": w})


def adam(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    bias_correction: bool = True,
    eps_place: str = "outside",
) -> Iterator[Step]:
    """Algorithm 1 of Kingma and Ba (2015); without its correction on request."""
    for t, (m, v, _, rate) in enumerate(_moments(grads, rates, b1, b2), start=1):
        m_hat, v_hat = (m / (1 - b1**t), v / (1 - b2**t)) if bias_correction else (m, v)
        divisor = _root(v_hat, _eps_at(t, eps, b2, eps_place, bias_correction), eps_place)
        yield Step(-rate * m_hat / divisor, {"first_moment": m, "second_moment": v})


def amsgrad(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    bias_correction: bool = False,
    maximum_of: str = "raw",
    eps_place: str = "outside",
) -> Iterator[Step]:
    """Adam with the largest second moment so far."""
    largest: Any = 0.0
    for t, (m, v, _, rate) in enumerate(_moments(grads, rates, b1, b2), start=1):
        raw = maximum_of == "raw"
        largest = maximum(largest, v if raw else v / (1 - b2**t))
        m_hat = m / (1 - b1**t) if bias_correction else m
        v_hat = largest / (1 - b2**t) if bias_correction and raw else largest
        divisor = _root(v_hat, _eps_at(t, eps, b2, eps_place, bias_correction), eps_place)
        state = {"first_moment": m, "second_moment": v, "largest_second_moment": largest}
        yield Step(-rate * m_hat / divisor, state)


def nadam(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    momentum_decay: Any,
    eps_place: str = "outside",
) -> Iterator[Step]:
    """Adam with a look ahead, and a momentum that grows with the steps."""
    product: Any = 1.0
    for t, (m, v, g, rate) in enumerate(_moments(grads, rates, b1, b2), start=1):
        mu, next_mu = (b1 * (1 - power(0.96, step * momentum_decay) / 2) for step in (t, t + 1))
        product = product * mu
        of_m = next_mu / (1 - product * next_mu)
        of_g = (1 - mu) / (1 - product)
        divisor = _root(v / (1 - b2**t), _eps_at(t, eps, b2, eps_place), eps_place)
        state = {"first_moment": m, "second_moment": v}
        yield Step(-rate * (of_m * m + of_g * g) / divisor, state, {"momentum_product": product})


def radam(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    threshold: Any,
    fallback: bool = True,
    eps_place: str = "outside",
) -> Iterator[Step]:
    """Adam that divides only once the variance of its divisor is known."""
    rho_inf = 2 / (1 - b2) - 1
    for t, (m, v, _, rate) in enumerate(_moments(grads, rates, b1, b2), start=1):
        m_hat = m / (1 - b1**t)
        rho = rho_inf - 2 * t * b2**t / (1 - b2**t)
        if middle(rho) > middle(threshold):
            r = sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
            divisor = _root(v / (1 - b2**t), _eps_at(t, eps, b2, eps_place), eps_place)
            update = -rate * r * m_hat / divisor
        else:
            update = -rate * m_hat if fallback else 0 * m_hat
        yield Step(update, {"first_moment": m, "second_moment": v})


def adamax(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    bias_correction: bool = True,
    eps_place: str = "outside",
) -> Iterator[Step]:
    """Adam with the largest gradient, slowly forgotten, in place of a mean of squares."""
    m = u = 0.0  # type: Any
    for t, (g, rate) in enumerate(zip(grads, rates, strict=True), start=1):
        m = b1 * m + (1 - b1) * g
        u = maximum(b2 * u, abs(g) + eps if eps_place == "inside" else abs(g))
        m_hat = m / (1 - b1**t) if bias_correction else m
        divisor = u if eps_place == "inside" else u + eps
        yield Step(-rate * m_hat / divisor, {"first_moment": m, "largest": u})


def decayed(
    rule: Callable[[Grads], Iterator[Step]],
    grads: Grads,
    rates: Rates,
    points: Iterable[Any],
    weight_decay: Any,
    decoupled: bool = True,
    scaled: bool = True,
) -> Iterator[Step]:
    """A rule whose parameters are drawn towards 0: beside its updates, or inside its gradients.

    Gradients and points are taken one by one, so that a point may be where the steps before led.
    """
    taken: list[Any] = []

    def seen() -> Iterator[Any]:
        for g, point in zip(grads, points, strict=False):
            taken.append(point)
            yield g if decoupled else g + weight_decay * point

    for step, rate in zip(rule(seen()), rates, strict=True):
        pull = (rate if scaled else 1.0) * weight_decay * taken[-1]
        yield step._replace(update=step.update - pull) if decoupled else step


# ----- what several of them share -----


def _moments(grads: Grads, rates: Rates, b1: Any, b2: Any) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Adam's m and v after every gradient, that gradient, and the rate."""
    m = v = 0.0  # type: Any
    for g, rate in zip(grads, rates, strict=True):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        yield m, v, g, rate


def _eps_at(t: int, eps: Any, b2: Any, eps_place: str, corrected: bool = True) -> Any:
    return eps / sqrt(1 - b2**t) if eps_place == "hat" and corrected else eps


def _root(v: Any, eps: Any, eps_place: str) -> Any:
    return sqrt(v + eps) if eps_place == "inside" else sqrt(v) + eps


OPTIMIZERS: dict[str, Callable[..., Iterator[Step]]] = {
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

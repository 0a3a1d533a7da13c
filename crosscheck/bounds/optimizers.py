"""Optimizers step by step, as they are computed: in any arithmetic that has + - * / and sqrt.

On `Inexact` arrays this gives the bounds of every update and every moment. On balls it is a second
way to the exact values, which `exact.optimizers` writes as sums over the whole history.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from crosscheck.exact.balls import elementwise


class Step(NamedTuple):
    """What one step of an optimizer makes of a gradient: the update, and the state after it."""

    update: Any
    state: dict[str, Any]


def sgd(grads: Sequence[Any], rates: Sequence[Any]) -> Iterator[Step]:
    """-rate g."""
    for g, rate in zip(grads, rates, strict=True):
        yield Step(-rate * g, {})


def momentum(
    grads: Sequence[Any], rates: Sequence[Any], momentum: Any, nesterov: bool
) -> Iterator[Step]:
    """The learning rate inside the velocity; Nesterov's looks one step ahead."""
    velocity = 0 * grads[0]
    for g, rate in zip(grads, rates, strict=True):
        velocity = momentum * velocity - rate * g
        update = momentum * velocity - rate * g if nesterov else velocity
        yield Step(update, {"velocity": velocity})


def adagrad(
    grads: Sequence[Any], rates: Sequence[Any], initial_accumulator: Any, eps: Any
) -> Iterator[Step]:
    """Divided by the root of all squares so far."""
    total = 0 * grads[0] + initial_accumulator
    for g, rate in zip(grads, rates, strict=True):
        total = total + g * g
        yield Step(-rate * g / (_sqrt(total) + eps), {"sum_of_squares": total})


def rmsprop(grads: Sequence[Any], rates: Sequence[Any], decay: Any, eps: Any) -> Iterator[Step]:
    """Divided by the root of a running mean of squares."""
    v = 0 * grads[0]
    for g, rate in zip(grads, rates, strict=True):
        v = decay * v + (1 - decay) * g * g
        yield Step(-rate * g / (_sqrt(v) + eps), {"second_moment": v})


def adam(
    grads: Sequence[Any], rates: Sequence[Any], b1: Any, b2: Any, eps: Any, bias_correction: bool
) -> Iterator[Step]:
    """Algorithm 1 of Kingma and Ba (2015); without its correction on request."""
    m = v = 0 * grads[0]
    for t, (g, rate) in enumerate(zip(grads, rates, strict=True), start=1):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        m_hat, v_hat = (m / (1 - b1**t), v / (1 - b2**t)) if bias_correction else (m, v)
        yield Step(-rate * m_hat / (_sqrt(v_hat) + eps), {"first_moment": m, "second_moment": v})


def _sqrt(x: Any) -> Any:
    return x.sqrt() if hasattr(x, "sqrt") else elementwise(lambda ball: ball.sqrt(), x)


OPTIMIZERS: dict[str, Callable[..., Iterator[Step]]] = {
    "sgd": sgd,
    "momentum": momentum,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
}

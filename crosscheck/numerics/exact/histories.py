"""An optimizer's whole history, and the sums of which the exact rules consist."""

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

from flint import arb

from crosscheck.numerics.exact.balls import Array, elementwise

# The learning rate of each step, first step first, and the gradient of each step.
Rates = Sequence[arb]
Grads = Sequence[Array]


class History(NamedTuple):
    """The update of every step, in order, and every moment and number of the state after it."""

    updates: list[Array]
    states: dict[str, list[Array]]
    numbers: dict[str, list[arb]] = {}  # noqa: RUF012 - nobody changes it


def averages(values: Sequence[Array], decay: arb) -> list[Array]:
    """(1 - decay) sum_i decay^(t-i) x_i for every t: the exponential average that starts at 0."""
    return [
        (1 - decay) * sum(decay ** (t - i) * values[i] for i in range(t + 1))
        for t in range(len(values))
    ]


def bias_corrected(means: Sequence[Array], decay: arb, before: int = 0) -> list[Array]:
    """Every exponential average divided by 1 - decay^t, the sum of the weights of its values.

    Args:
        means: The average after every step.
        decay: Of the average.
        before: How many steps came before the first one, with gradients of 0.
    """
    return [m / (1 - decay**t) for t, m in enumerate(means, start=before + 1)]


def times_rates(rates: Rates, values: Sequence[Array]) -> list[Array]:
    """The value of every step multiplied by its learning rate."""
    return [rate * value for rate, value in zip(rates, values, strict=True)]


def elementwise_maximum(values: Sequence[Array]) -> Array:
    """The largest of several arrays, entry by entry."""
    return reduce(lambda one, other: elementwise(arb.max, one, other), values)


def eps_of_steps(
    eps: arb, b2: arb, eps_place: str, steps: Sequence[int], bias_correction: bool = True
) -> list[arb]:
    """eps of every step: "hat" divides it by the root of 1 - b2^t, if v is corrected at all."""
    hat = eps_place == "hat" and bias_correction
    return [eps / (1 - b2**t).sqrt() if hat else eps for t in steps]


def steps_after(before: int, grads: Grads) -> range:
    """The numbers t of the steps that follow `before` others."""
    return range(before + 1, before + len(grads) + 1)


def adam_updates(
    firsts: Sequence[Array],
    seconds: Sequence[Array],
    all_eps: Sequence[arb],
    eps_place: str,
    rates: Rates,
) -> list[Array]:
    """-rate m / (sqrt(v) + eps) of every step."""
    steps = zip(firsts, seconds, all_eps, strict=True)
    return times_rates(rates, [-m / root_with_eps(v, eps, eps_place) for m, v, eps in steps])


def root_with_eps(values: Array, eps: arb, eps_place: str) -> Array:
    """sqrt(v) + eps, or sqrt(v + eps) if eps stands inside the root."""
    if eps_place == "inside":
        return elementwise(arb.sqrt, values + eps)
    return elementwise(arb.sqrt, values) + eps

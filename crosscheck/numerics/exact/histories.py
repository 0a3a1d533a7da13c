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


def bias_corrected(means: Sequence[Array], decay: arb) -> list[Array]:
    """Every exponential average divided by 1 - decay^t, the sum of the weights of its values."""
    return [m / (1 - decay**t) for t, m in enumerate(means, start=1)]


def times_rates(rates: Rates, values: Sequence[Array]) -> list[Array]:
    """The value of every step multiplied by its learning rate."""
    return [rate * value for rate, value in zip(rates, values, strict=True)]


def elementwise_maximum(values: Sequence[Array]) -> Array:
    """The largest of several arrays, entry by entry."""
    return reduce(lambda one, other: elementwise(arb.max, one, other), values)


def eps_of_steps(
    eps: arb, b2: arb, eps_place: str, grads: Grads, bias_correction: bool = True
) -> list[arb]:
    """eps of every step: "hat" divides it by the root of 1 - b2^t, if v is corrected at all."""
    steps, hat = range(1, len(grads) + 1), eps_place == "hat" and bias_correction
    return [eps / (1 - b2**t).sqrt() if hat else eps for t in steps]


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

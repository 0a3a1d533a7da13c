"""Adam and its variants step by step; see `optimizers`.

Each takes as `before` how many steps came before the first one, all with gradients of 0.
"""

from collections.abc import Iterator
from typing import Any

from crosscheck.numerics.bounds.arithmetic import maximum, power, quotient, ratio, sqrt, where_above
from crosscheck.numerics.bounds.steps import Grads, Rates, StepResult, root_with_eps


def adam(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    bias_correction: bool = True,
    eps_place: str = "outside",
    before: int = 0,
) -> Iterator[StepResult]:
    """Algorithm 1 of Kingma and Ba (2015), or the same without bias correction."""
    for t, (m, v, _, rate) in enumerate(_moments(grads, rates, b1, b2), start=before + 1):
        v_hat = quotient(v, 1 - b2**t) if bias_correction else v
        divisor = root_with_eps(v_hat, _eps_at(t, eps, b2, eps_place, bias_correction), eps_place)
        divisors = (1 - b1**t, divisor) if bias_correction else (divisor,)
        yield StepResult(-ratio([rate, m], divisors), {"first_moment": m, "second_moment": v})


def amsgrad(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    bias_correction: bool = False,
    maximum_of: str = "raw",
    eps_place: str = "outside",
    before: int = 0,
) -> Iterator[StepResult]:
    """Adam with the largest second moment so far in place of the last one."""
    largest: Any = 0.0
    for t, (m, v, _, rate) in enumerate(_moments(grads, rates, b1, b2), start=before + 1):
        raw = maximum_of == "raw"
        largest = maximum(largest, v if raw else quotient(v, 1 - b2**t))
        v_hat = quotient(largest, 1 - b2**t) if bias_correction and raw else largest
        divisor = root_with_eps(v_hat, _eps_at(t, eps, b2, eps_place, bias_correction), eps_place)
        divisors = (1 - b1**t, divisor) if bias_correction else (divisor,)
        state = {"first_moment": m, "second_moment": v, "largest_second_moment": largest}
        yield StepResult(-ratio([rate, m], divisors), state)


def nadam(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    momentum_decay: Any,
    eps_place: str = "outside",
    before: int = 0,
    momentum_product: Any = 1.0,
) -> Iterator[StepResult]:
    """Adam with Nesterov's look ahead, and a momentum that grows with the steps.

    `momentum_product` is that of the steps before.
    """
    product = momentum_product
    for t, (m, v, g, rate) in enumerate(_moments(grads, rates, b1, b2), start=before + 1):
        mu, next_mu = (b1 * (1 - power(0.96, step * momentum_decay) / 2) for step in (t, t + 1))
        product = product * mu
        of_m = next_mu / (1 - product * next_mu)
        of_g = (1 - mu) / (1 - product)
        divisor = root_with_eps(quotient(v, 1 - b2**t), _eps_at(t, eps, b2, eps_place), eps_place)
        state = {"first_moment": m, "second_moment": v}
        numbers = {"momentum_product": product}
        yield StepResult(-ratio([rate, of_m * m + of_g * g], [divisor]), state, numbers)


def radam(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    threshold: Any,
    fallback: bool = True,
    eps_place: str = "outside",
    before: int = 0,
) -> Iterator[StepResult]:
    """Adam that does not divide by the root of v until its variance is small enough."""
    rho_inf = 2 / (1 - b2) - 1
    for t, (m, v, _, rate) in enumerate(_moments(grads, rates, b1, b2), start=before + 1):
        correction = 1 - b1**t
        rho = rho_inf - 2 * t * b2**t / (1 - b2**t)
        r = sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
        divisor = root_with_eps(quotient(v, 1 - b2**t), _eps_at(t, eps, b2, eps_place), eps_place)
        divided = ratio([rate, r, m], [correction, divisor])
        undivided = ratio([rate, m], [correction]) if fallback else 0 * m
        update = -where_above(rho, threshold, divided, undivided)
        yield StepResult(update, {"first_moment": m, "second_moment": v})


def adamax(
    grads: Grads,
    rates: Rates,
    b1: Any,
    b2: Any,
    eps: Any,
    bias_correction: bool = True,
    eps_place: str = "outside",
    before: int = 0,
) -> Iterator[StepResult]:
    """Adam with a decaying maximum of |g| in place of the root of a mean of squares."""
    m = u = 0.0  # type: Any
    for t, (g, rate) in enumerate(zip(grads, rates, strict=True), start=before + 1):
        m = b1 * m + (1 - b1) * g
        u = maximum(b2 * u, abs(g) + eps if eps_place == "inside" else abs(g))
        divisor = u if eps_place == "inside" else u + eps
        divisors = (1 - b1**t, divisor) if bias_correction else (divisor,)
        yield StepResult(-ratio([rate, m], divisors), {"first_moment": m, "largest": u})


# ----- shared by several rules -----


def _moments(grads: Grads, rates: Rates, b1: Any, b2: Any) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Adam's m and v after every gradient, that gradient, and the rate."""
    m = v = 0.0  # type: Any
    for g, rate in zip(grads, rates, strict=True):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * (g * g)
        yield m, v, g, rate


def _eps_at(t: int, eps: Any, b2: Any, eps_place: str, bias_correction: bool = True) -> Any:
    return eps / sqrt(1 - b2**t) if eps_place == "hat" and bias_correction else eps

"""Families of random histories: the gradients and rates of 40 steps of one optimizer.

The labels of all optimizers take turns with the number; in every second history, hyperparameters
that the bounds divide by are drawn as well: memories next to 1, and an eps from 1e-30 to 1. In some
a memory is 0.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from crosscheck.frameworks.hyperparameters import WITH_DECAY
from crosscheck.numerics.dtypes import limits_of
from crosscheck.verification.cases.descent import DescentCase
from crosscheck.verification.cases.hyperparameters import OPTIMIZER_CASES, paired
from crosscheck.verification.cases.network import DTYPES

Generator = np.random.Generator
STEPS, ENTRIES = 40, 16
MEMORIES = (0.9, 0.999, 0.999999, 0.9999999)  # of a squared gradient
# Which memories may be 0, so that nothing is remembered, and how often some of them are.
FORGETTING = ("b1", "b2", "decay", "momentum")
FORGETFUL = 0.1


class History(NamedTuple):
    """What a family draws: (steps, entries) gradients, the rate of every step, and the start."""

    grads: np.ndarray
    rates: np.ndarray
    start: np.ndarray


Draw = Callable[[Generator, Any], History]


def history_of(family: str, name: str, rng: Generator, number: int, dtype: str = "") -> DescentCase:
    """One history of a family.

    Args:
        family: The name of the family.
        name: What the case is called.
        rng: Draws every value.
        number: Which history of the family it is, from 0.
        dtype: Its dtype; without one float64 and float32 take turns.
    """
    dtype = dtype or DTYPES[number % len(DTYPES)]
    labels = _optimizers()
    # Every family begins with another label, so that few histories of each meet all of them.
    first = list(HISTORY_FAMILIES).index(family) * len(labels) // len(HISTORY_FAMILIES)
    optimizer, usual = labels[(first + number) % len(labels)]
    keywords = usual | (_hyperparameters(rng, usual) if rng.random() < 1 / 2 else {})
    limits = limits_of(dtype)
    history, largest = HISTORY_FAMILIES[family](rng, limits), float(limits.max)
    if family == "decayed":
        keywords |= _decay(rng, optimizer)
    if rng.random() < FORGETFUL:
        keywords |= {key: 0.0 for key in FORGETTING if key in keywords and rng.random() < 1 / 2}
    return DescentCase(
        "families",
        name,
        optimizer,
        keywords,
        tuple(float(rate) for rate in history.rates),
        # What is drawn beyond the largest number of float16 is that number.
        np.clip(history.start, -largest, largest).astype(dtype),
        tuple(np.clip(history.grads, -largest, largest).astype(dtype)),
    )


@cache
def _optimizers() -> list[tuple[str, dict[str, Any]]]:
    return [*OPTIMIZER_CASES.values(), *paired().values()]


def _hyperparameters(rng: Generator, usual: dict[str, Any]) -> dict[str, Any]:
    drawn = {
        "b2": float(rng.choice(MEMORIES)),
        "decay": float(rng.choice(MEMORIES)),
        "eps": float(10 ** rng.uniform(-30, 0)),
    }
    return {key: value for key, value in drawn.items() if key in usual}


def _decay(rng: Generator, optimizer: str) -> dict[str, Any]:
    decoupled, scaled = (bool(each) for each in rng.integers(0, 2, 2))
    found: dict[str, Any] = {"weight_decay": float(10 ** rng.uniform(-4, 0))}
    if optimizer not in WITH_DECAY:
        found["decoupled"] = decoupled
    if optimizer == "adamw" or (decoupled and optimizer not in WITH_DECAY):
        found["scaled"] = scaled
    return found


# ----- how the values are drawn -----


def _with(
    rng: Generator, grads: np.ndarray, rates: np.ndarray | None = None, start: float = 1.0
) -> History:
    """A history of some gradients: rates from 1e-3 to 1, and a start of N(0, start^2)."""
    usual = 10 ** rng.uniform(-3, 0, STEPS)
    point = rng.standard_normal(ENTRIES) * start
    return History(grads, usual if rates is None else rates, point)


def _gaussian(rng: Generator) -> np.ndarray:
    return rng.standard_normal((STEPS, ENTRIES))


def _ordinary(rng: Generator, limits: Any) -> History:
    return _with(rng, _gaussian(rng) * 10 ** rng.uniform(-8, 4, (STEPS, 1)))


def _huge(rng: Generator, limits: Any) -> History:
    """Squares near the largest number and beyond it."""
    digits = np.log10(float(limits.max))
    exponents = digits * rng.uniform(0.45, rng.choice([0.5, 0.55, 0.97]), (STEPS, 1))
    signs = rng.choice([-1.0, 1.0], (STEPS, ENTRIES))
    return _with(rng, signs * rng.uniform(0.1, 1, (STEPS, ENTRIES)) * 10**exponents)


def _tiny(rng: Generator, limits: Any) -> History:
    """Squares that are subnormal or 0, and gradients down to the smallest number."""
    lowest = np.log10(float(limits.smallest_subnormal))
    return _with(rng, _gaussian(rng) * 10 ** (lowest * rng.uniform(0.3, 1, (STEPS, ENTRIES))))


def _powers(rng: Generator, limits: Any) -> History:
    """Every entry of every step has a power of ten of its own."""
    return _with(rng, _gaussian(rng) * 10 ** rng.uniform(-15, 15, (STEPS, ENTRIES)))


def _constant(rng: Generator, limits: Any) -> History:
    one = rng.standard_normal(ENTRIES) * 10 ** rng.uniform(-8, 4, ENTRIES)
    return _with(rng, np.tile(one, (STEPS, 1)))


def _alternating(rng: Generator, limits: Any) -> History:
    """The moments of the gradient cancel nearly."""
    history = _constant(rng, limits)
    return history._replace(grads=history.grads * (-1.0) ** np.arange(STEPS)[:, None])


def _zeros(rng: Generator, limits: Any) -> History:
    """Most gradients are 0, some entries always."""
    history = _ordinary(rng, limits)
    kept = rng.random((STEPS, ENTRIES)) < rng.uniform(0, 0.5, ENTRIES)
    kept[:, 0] = False
    return history._replace(grads=np.where(kept, history.grads, 0.0))


def _spike(rng: Generator, limits: Any) -> History:
    """One huge gradient, then small ones: the moments shrink through every magnitude."""
    grads = _gaussian(rng) * 10 ** rng.uniform(-8, 0, (STEPS, 1))
    most = np.log10(float(limits.max)) / 2 - 1  # 1.4 in float16
    huge = 10 ** rng.uniform(min(6, most), most)
    grads[rng.integers(0, 3)] = rng.standard_normal(ENTRIES) * huge
    return _with(rng, grads)


def _rates(rng: Generator, limits: Any) -> History:
    """The rate changes at every step over seven powers of ten; in some steps it is 0."""
    rates = 10 ** rng.uniform(-6, 1, STEPS)
    grads = _gaussian(rng) * 10 ** rng.uniform(-3, 1, (STEPS, 1))
    return _with(rng, grads, np.where(rng.random(STEPS) < 1 / 4, 0.0, rates))


def _decayed(rng: Generator, limits: Any) -> History:
    """Parameters of any size pull beside the gradients."""
    grads = _gaussian(rng) * 10 ** rng.uniform(-4, 2, (STEPS, 1))
    return _with(rng, grads, start=10 ** rng.uniform(-4, 4))


HISTORY_FAMILIES: dict[str, Draw] = {
    "ordinary": _ordinary,
    "huge": _huge,
    "tiny": _tiny,
    "powers": _powers,
    "constant": _constant,
    "alternating": _alternating,
    "zeros": _zeros,
    "spike": _spike,
    "rates": _rates,
    "decayed": _decayed,
}

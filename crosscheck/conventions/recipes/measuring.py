"""How far the steps of two recipes are apart, and how far they may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.recipes.bounds import recipe_bounds, reference_steps
from crosscheck.conventions.recipes.source import Source
from crosscheck.conventions.recipes.written import Written

OTHERWISE = ("where gradients are 0 they differ",)
# Some stock schedules compute in float32, a power or a cosine at the worst: by 5.7e-7 of the rate.
NEARLY = 2e-6
ZEROS = -1  # the problem in which gradients are 0


@dataclass(frozen=True)
class Measured:
    """What two runs show.

    Attributes:
        within: Whether every parameter after every update differs by no more than its bound, and
            the first is as near to the reference.
        zeros: What differs where gradients are 0, as a sentence; nothing if nothing does.
        sizes: The largest difference of each problem.
        largest: The largest of these, but for where gradients are 0.
        bound: How far two equal recipes may differ there.
    """

    within: bool
    zeros: tuple[str, ...]
    sizes: list[float]
    largest: float
    bound: float


def measure(
    source: Source,
    target: Written,
    results: Sequence[Any],
    grads: Sequence[np.ndarray],
    rates: Sequence[float],
) -> Measured | None:
    """Compare two runs; None if their steps do not stay finite.

    Args:
        source, target: The recipes.
        results: What came of each, as of `running.run`.
        grads: The problems.
        rates: The learning rates of the updates, before a framework rounds them.
    """
    ones, others = ([np.array(path) for path in result["steps"]] for result in results)
    if not all(np.all(np.isfinite(path)) for own in (ones, others) for path in own[:ZEROS]):
        return None
    pair: tuple[Source | Written, ...] = (source, target)
    bounds = [
        recipe_bounds(
            each.recipe,
            grads,
            _used(result, rates, each.factor),
            rates,
            each.powers,
            each.single,
            isinstance(each, Source) and each.single_norms,
        )
        for each, result in zip(pair, results, strict=True)
    ]
    if source.rounded is not None:
        bounds[0] = [
            2 * bound + _apart(source, problem, rates)
            for bound, problem in zip(bounds[0], grads, strict=True)
        ]
    agree = all(
        _rates_agree(_used(result, rates, each.factor), rates)
        for each, result in zip(pair, results, strict=True)
    )
    errors = [np.abs(a - b) for a, b in zip(ones, others, strict=True)]
    most = [a + b for a, b in zip(*bounds, strict=True)]
    within = agree and all(map(_within, errors[:ZEROS], most[:ZEROS]))
    for path, problem, bound in zip(ones[:ZEROS], grads, bounds[0], strict=False):
        # The reference has a bound of its own, which is the source's but for what that rounds.
        within &= _within(np.abs(path - reference_steps(source.recipe, problem, rates)), 2 * bound)
    sizes = [float(each.max()) for each in errors]
    largest = int(np.argmax(sizes[:ZEROS]))
    worst = np.unravel_index(np.argmax(errors[largest]), errors[largest].shape)
    zeros = _zeros(source, target, ones[ZEROS], others[ZEROS], most[ZEROS])
    return Measured(within, zeros, sizes, sizes[largest], float(most[largest][worst]))


def _apart(source: Source, problem: np.ndarray, rates: Sequence[float]) -> np.ndarray:
    """How far the steps are moved by what the source's framework rounds to float32."""
    assert source.rounded is not None
    with np.errstate(all="ignore"):
        ones = (reference_steps(each, problem, rates) for each in (source.recipe, source.rounded))
        return np.asarray(np.abs(np.subtract(*ones)))


def _used(result: Any, rates: Sequence[float], factor: float) -> list[float]:
    """The learning rates that a framework used, as those of the recipe."""
    if result["rates"] is None:
        return list(rates)
    return [factor * rate for rate in result["rates"][: len(rates)]]


def _rates_agree(used: Sequence[float], rates: Sequence[float]) -> bool:
    """Whether a framework used the rates that it should, but for its rounding of them."""
    apart = np.abs(np.array(used) - np.array(rates))
    return bool(np.all(apart <= NEARLY * np.max(np.abs(rates))))


def _within(error: np.ndarray, bound: np.ndarray) -> bool:
    """Whether errors are within their bounds, where there are any."""
    known = np.isfinite(bound)
    return bool(np.all((error <= bound)[known]))


def _zeros(
    source: Source, target: Written, one: np.ndarray, other: np.ndarray, most: np.ndarray
) -> tuple[str, ...]:
    """What differs where gradients are 0, as a sentence; nothing if nothing does."""
    broken = [~np.all(np.isfinite(path), axis=0) for path in (one, other)]
    for own, others, at, instead in (
        (*broken, source, target),
        (*reversed(broken), target, source),
    ):
        if np.any(own & ~others):
            titles = [stock.FRAMEWORKS[each.framework].title for each in (at, instead)]
            return (
                f"an entry whose gradient is 0 from the start is 0/0 in {titles[0]}, and stays as "
                f"it is in {titles[1]}",
            )
    allowed = np.where(np.isfinite(most), most, 10 * np.max(most[np.isfinite(most)], initial=0.0))
    finite = np.isfinite(one) & np.isfinite(other)
    return OTHERWISE if np.any((np.abs(one - other) > allowed)[finite]) else ()

"""Which of many references an optimizer is, on one history, within the derived bound.

Exact histories take long. So the NumPy reference first takes the same steps in floating point, a
few of them and then all, and only what comes near is compared with the exact values.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.specs import Spec, bounds, trajectory
from crosscheck.numerics.bounds.precision import Precision
from crosscheck.numerics.exact.balls import UndecidedError
from crosscheck.verification.checking.optimizer_histories import Array, OptimizerHistory
from reference_numpy import optimizers

# A step agrees if it differs by at most this part of itself: some ten roundings to float32, so that
# what is computed in it by mistake still agrees. Steps of two rules differ by far more, mostly.
NEAR = {"float64": 1e-6, "float32": 1e-4}
# What is added to a parameter of size p is known to a few roundings of p.
ROUNDINGS = 8
FEW = (1, 6)  # so many steps are taken before all
MOST = 8  # so many references are compared exactly


@dataclass(frozen=True)
class Fit:
    """One reference beside the steps of an optimizer.

    Attributes:
        spec: The reference.
        fractions: Of every step and entry, the error as a part of the bound.
        errors, limits: The error and the bound of every step and entry.
    """

    spec: Spec
    fractions: Array
    errors: Array
    limits: Array

    @property
    def worst(self) -> float:
        """The largest part of the bound."""
        return float(np.max(self.fractions, initial=0.0))

    @property
    def holds(self) -> bool:
        """Whether it is that reference, within the bound."""
        return self.worst <= 1


@dataclass(frozen=True)
class Steps:
    """The steps that an optimizer took on a history, to which references are compared."""

    history: OptimizerHistory
    params: Array
    dtype: str

    @cached_property
    def updates(self) -> Array:
        """What was added to every entry at every step."""
        return updates_of(self.history, self.params)

    def only(self, index: int) -> "Steps":
        """The steps of one of the arrays."""
        sizes = [array.size for array in self.history.start]
        first = sum(sizes[:index])
        params = self.params[:, first : first + sizes[index]]
        return Steps(self.history.only(index), params, self.dtype)

    def rates(self, spec: Spec) -> tuple[float, ...]:
        """The learning rate of every step."""
        return self.history.rates or (spec.learning_rate,) * len(self.history.grads)

    @np.errstate(all="ignore")
    def agreement(self, params: Array) -> Array:
        """Of every step and entry of somebody else, whether it agrees; none where nothing moves."""
        theirs, ours = self.updates[: len(params)], updates_of(self.history, params)
        size = np.maximum(np.abs(self.params[: len(params)]), np.abs(params))
        allowed = NEAR[self.dtype] * np.abs(ours) + ROUNDINGS * np.finfo(self.dtype).eps * size
        return (np.abs(theirs - ours) <= allowed) | _both_nan(theirs, ours)

    @np.errstate(all="ignore")
    def distance(self, params: Array) -> float:
        """How far somebody else's steps are away: the median of the differences, in their size."""
        theirs, ours = self.updates[: len(params)], updates_of(self.history, params)
        size = np.maximum(np.abs(theirs), np.abs(ours))
        parts = np.where(size > 0, np.abs(theirs - ours) / size, 0.0)
        return float(np.median(np.nan_to_num(parts, nan=2.0)))


def updates_of(history: OptimizerHistory, params: Array) -> Array:
    """The differences of the parameters from step to step."""
    with np.errstate(all="ignore"):
        return np.diff(params, axis=0, prepend=history.start_vector[None])


def _both_nan(one: Array, other: Array) -> Array:
    return np.isnan(one) & np.isnan(other)


def build(spec: Spec, rates: Sequence[float], module: Any = optimizers) -> Any:
    """The optimizer of a spec with a learning rate for every step, of a module of optimizers."""
    name, own = spec.reference_arguments()

    def rate(step: Any) -> float:
        return rates[min(int(step), len(rates) - 1)]

    built = getattr(module, name)(rate, **own)
    if not spec.weight_decay:
        return built
    return module.decayed(built, rate, spec.weight_decay, spec.decoupled, spec.scaled)


@np.errstate(all="ignore")
def steps_of(optimizer: Any, history: OptimizerHistory, count: int) -> Array:
    """The parameters after each of the first steps of a reference's optimizer."""
    theta = history.start_vector
    state, found = optimizer.init(theta), []
    for grad in history.grad_vectors[:count]:
        update, state = optimizer.update(grad.copy(), state, theta)  # a mistake may overwrite it
        theta = theta + update
        found.append(theta)
    return np.array(found)


Build = Callable[[], Any]


def nearest(steps: Steps, builds: Iterable[Build]) -> list[tuple[float, int]]:
    """The candidates that agree in at least half of all entries, best first.

    Args:
        steps: What they are compared with.
        builds: Makes each candidate.

    Returns:
        Of each that is left its share of agreeing entries and its number among the `builds`.
    """
    total = len(steps.params)
    shares = _screened(steps, builds, (*(few for few in FEW if few < total), total))
    return sorted(shares, key=lambda each: (-each[0], each[1]))


def promising(steps: Steps, specs: Sequence[Spec]) -> list[Spec]:
    """The references that agree in at least half of all entries of the first few steps."""
    builds = (partial(build, spec, steps.rates(spec)) for spec in specs)
    few = [count for count in FEW if count <= len(steps.params)]
    return [specs[number] for _, number in _screened(steps, builds, few)]


def _screened(
    steps: Steps, builds: Iterable[Build], counts: Sequence[int]
) -> list[tuple[float, int]]:
    left = list(enumerate(builds))
    shares: list[tuple[float, int]] = []
    for count in counts:
        shares = []
        for number, make in left:
            share = float(np.mean(steps.agreement(steps_of(make(), steps.history, count))))
            if share >= 0.5:
                shares.append((share, number))
        kept = {number for _, number in shares}
        left = [each for each in left if each[0] in kept]
    return shares


def exactly(steps: Steps, spec: Spec) -> Fit | None:
    """A reference's exact steps beside an optimizer's; None where these are not finite."""
    given, rates = steps.history, steps.rates(spec)
    count = len(steps.params)
    start, grads = given.start_vector, given.grad_vectors[:count]
    try:
        with np.errstate(all="ignore"):
            exact = trajectory(spec, rates[:count], start.astype("float64"), grads)
            limit = exact.bounds + _of_decimal_weights(spec, steps.history, exact.values)
            if steps.dtype != "float64":
                precision = Precision.of(steps.dtype)
                limit = bounds(spec, rates[:count], start, grads, precision) + limit
            errors = np.abs(steps.params - exact.values)
            fractions = np.where(errors == 0, 0.0, errors / limit)
    except (UndecidedError, OverflowError, ZeroDivisionError):
        return None
    infinite = np.isinf(limit)
    fractions = np.where(np.isnan(errors), np.inf, np.where(infinite, 0.0, fractions))
    return Fit(spec, fractions, np.where(np.isnan(errors), np.inf, errors), limit)


def _of_decimal_weights(spec: Spec, history: OptimizerHistory, exact: Array) -> Array:
    """What it changes that somebody writes the weight of a new value as 0.001, and not 1 - 0.999.

    Means are proportional to that weight, and a step at most to a mean and to the root of one; in
    Adadelta to the roots of two.
    """
    parts = []
    for keyword in ("b1", "b2", "decay", "dampening"):
        value = spec.keywords.get(keyword, 0.0)
        exact_weight = 1 - Fraction(value)
        parts.append(abs(1 - Fraction(repr(value)) - exact_weight) / exact_weight)
    sizes = np.cumsum(np.abs(updates_of(history, exact)), axis=0)
    return float(2 * sum(parts)) * sizes


def fits(steps: Steps, specs: Sequence[Spec]) -> list[Fit]:
    """The references that an optimizer may be, those that hold first, then the nearest.

    All that hold agree in every entry; so once one holds, those that agree in fewer are left.
    """
    builds = [partial(build, spec, steps.rates(spec)) for spec in specs]
    found: list[Fit] = []
    best = 0.0
    for share, number in nearest(steps, builds)[:MOST]:
        if share < best and any(fit.holds for fit in found):
            break
        best = max(best, share)
        fit = exactly(steps, specs[number])
        if fit is not None:
            found.append(fit)
    return sorted(found, key=lambda fit: not fit.holds)

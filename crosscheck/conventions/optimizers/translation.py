"""The translation of a call: two calls that should be equal, run and compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.probes import GRADS, START
from crosscheck.conventions.optimizers.specs import Spec, Trajectory, trajectory
from crosscheck.conventions.optimizers.trials import round_to_float32, steps_job
from crosscheck.numerics.exact.balls import UndecidedError

SINGLE_ROUNDOFF = float(np.finfo("float32").eps) / 2


@dataclass(frozen=True)
class Translation:
    """The call of an optimizer, the nearest call of another framework, and how far they differ.

    Attributes:
        source: The call that was translated, its arguments with their names.
        source_framework: Its framework, a name in `stock.FRAMEWORKS`.
        reference: The same optimizer as a call of the references.
        target: The nearest call of the other framework: `equal` says whether it is equal.
        target_framework: The other framework, a name in `stock.FRAMEWORKS`.
        mismatch: The keywords of the references in which the two calls differ, each with the value
            of the source and the value of the target.
        provisos: The conditions under which the two are equal, and other remarks, as sentences.
        difference: The largest difference of the parameters over twelve steps with the same
            gradients at one learning rate; None if it could not be measured.
        bound: How far two equal optimizers may differ there.
        within_bound: Whether every parameter after every step differs by no more than its bound.
        problem: Why no difference could be measured, or None.
    """

    source: str
    source_framework: str
    reference: str
    target: str
    target_framework: str
    mismatch: dict[str, tuple[Any, Any]]
    provisos: tuple[str, ...]
    difference: float | None = None
    bound: float = 0.0
    within_bound: bool = True
    problem: str | None = None

    @property
    def equal(self) -> bool | None:
        """Whether the two are one optimizer, by their keywords and by their steps.

        None if they are so by their keywords, and the steps could not be compared.
        """
        if self.mismatch or not self.within_bound:
            return False
        return None if self.difference is None else True

    def as_json(self) -> dict[str, Any]:
        """The translation in the form that other programs read."""
        return {
            "source": self.source,
            "reference": self.reference,
            "target": self.target,
            "equal": self.equal,
            "provisos": list(self.provisos),
            "mismatch": {key: list(pair) for key, pair in self.mismatch.items()},
            "difference": self.difference,
            "bound": self.bound,
            "problem": self.problem,
        }


def compare_calls(pairs: Sequence[tuple[Call, Call]]) -> list[Translation]:
    """Run both calls of every pair on the same gradients, and measure how far they differ.

    Args:
        pairs: Each a call, and a call of another framework.
    """
    calls: dict[str, dict[tuple[str, str], Call]] = {}
    for pair in pairs:
        for call in pair:
            calls.setdefault(call.framework, {})[call.key] = call
    results: dict[tuple[str, str], Any] = {}
    bounds: dict[tuple[str, str], np.ndarray] = {}
    for framework, of_framework in calls.items():
        missing = stock.FRAMEWORKS[framework].missing
        jobs = [steps_job(c.optimizer, c.arguments, c.rates()) for c in of_framework.values()]
        paths = (
            [{"error": f"{missing} is not installed"}] * len(jobs)
            if missing
            else stock.run_jobs(framework, jobs)
        )
        results |= zip(of_framework, paths, strict=True)
        bounds |= {key: _bound(call) for key, call in of_framework.items()}
    return [_translation(*pair, results, bounds) for pair in pairs]


def _translation(
    source: Call,
    target: Call,
    results: dict[tuple[str, str], Any],
    bounds: dict[tuple[str, str], np.ndarray],
) -> Translation:
    spec = source.spec()
    mismatch = target.optimizer.mismatch(spec, target.arguments)
    calls = (source.text, source.framework, spec.reference_call(), target.text, target.framework)
    remarks = (mismatch, _provisos(source, target, mismatch))
    for call in (source, target):
        if isinstance(results[call.key], dict):
            problem = f"{call.text}: {results[call.key]['error']}"
            return Translation(*calls, *remarks, problem=problem)
    one, other = (np.array(results[call.key]) for call in (source, target))
    if not np.all(np.isfinite(one)) or not np.all(np.isfinite(other)):
        return Translation(*calls, *remarks, problem="the steps do not stay finite")
    error, most = np.abs(one - other), bounds[source.key] + bounds[target.key]
    if not np.all(np.isfinite(most)):
        return Translation(*calls, *remarks, problem="there are no exact steps to compare with")
    worst = np.unravel_index(np.argmax(error), error.shape)
    return Translation(
        *calls,
        *remarks,
        difference=float(error[worst]),
        bound=float(most[worst]),
        within_bound=bool(np.all(error <= most)),
    )


def _provisos(source: Call, target: Call, mismatch: dict[str, Any]) -> tuple[str, ...]:
    one, other = source.spec(), target.spec()
    provisos = []
    if one.keywords.get("momentum") and _differ(one, other, "rate_inside"):
        provisos.append(
            "only as long as the learning rate stays as it is: in one of them it is inside "
            "the velocity, in the other outside"
        )
    if 0 in (one.keywords.get("eps"), other.keywords.get("eps")):
        provisos.append(
            "with an eps of 0, an entry whose gradient is 0 from the start is 0/0 in some "
            "frameworks"
        )
    for call in (source, target):
        rounds, deviation = call.optimizer.rounds, call.optimizer.deviation
        if rounds:
            provisos.append(f"{call.title} rounds {' and '.join(rounds)} to float32")
        if deviation and deviation.powers:
            provisos.append(f"in {call.title} {deviation.reason}")
    if "decoupled" in mismatch and other.decoupled and target.framework == "optax":
        provisos.append(
            f"optax.chain(optax.add_decayed_weights({one.weight_decay!r}), ...) "
            "around the optimizer without its decay puts it into the gradient"
        )
    return tuple(provisos)


def _differ(one: Spec, other: Spec, keyword: str) -> bool:
    return bool(one.keywords.get(keyword) != other.keywords.get(keyword))


def _bound(call: Call) -> np.ndarray:
    """How far the computed steps of a call may be from the exact ones; of the shape of the steps.

    To the derived bound is added what the framework is known to round to float32. Numbers: by how
    much their rounding changes the exact steps. The powers b^t in 1 - b^t: t roundings of b^t
    change 1 - b^t by t u b^t / (1 - b^t), relatively, and the step by as much, once for m and once
    for v, or for both halves of NAdam's m.
    """
    spec, rates, deviation = call.spec(), call.rates(), call.optimizer.deviation
    with np.errstate(all="ignore"):  # steps that do not stay finite are reported as such
        exact = _trajectory(spec, rates)
    total = exact.bounds.copy()
    if call.optimizer.rounds:
        rounded = trajectory(*round_to_float32(call.optimizer, spec, rates), START, GRADS)
        total += np.abs(rounded.values - exact.values)
    if deviation and deviation.powers and spec.keywords.get("bias_correction", True):
        steps = np.abs(np.diff(exact.values, axis=0, prepend=START[None]))
        t = np.arange(1, len(GRADS) + 1)
        powers = [spec.keywords[name] ** t for name in deviation.powers]
        relative = sum(t * SINGLE_ROUNDOFF * power / (1 - power) for power in powers)
        total += 2 * np.cumsum(relative[:, None, None] * steps, axis=0)
    return total


def _trajectory(spec: Spec, rates: tuple[float, ...]) -> Trajectory:
    """The exact steps; NaN if there are none, as with 0/0."""
    try:
        return trajectory(spec, rates, START, GRADS)
    except UndecidedError:
        nothing = np.full((len(GRADS), *START.shape), np.nan)
        return Trajectory(nothing, nothing)

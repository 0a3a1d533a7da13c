"""The translation of a call: two calls that should be equal, run and compared."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.probes import MAGNITUDES
from crosscheck.conventions.optimizers.remarks import provisos_of
from crosscheck.conventions.optimizers.simplifying import differences
from crosscheck.conventions.optimizers.trials import steps_job
from crosscheck.conventions.optimizers.wide import ROWS, START, STEPS, call_bounds
from crosscheck.conventions.pasting import Compared, with_imports
from reference_numpy.optimizers import OPTIMIZERS

OTHERWISE = ("where gradients are 0 they differ",)
# By the key of a call: what came of its steps at one learning rate, and at one that changes.
Results = dict[tuple[str, str], dict[bool, Any]]


@dataclass(frozen=True)
class Translation(Compared):
    """The call of an optimizer, the nearest call of another framework, and how far they differ.

    Attributes:
        source: The call that was translated, its arguments with their names.
        source_framework: Its framework, a name in `stock.FRAMEWORKS`.
        expression: The same optimizer as an expression of the references.
        target: The nearest call of the other framework: `equal` says whether it is equal.
        target_framework: The other framework, a name in `stock.FRAMEWORKS`.
        mismatch: The keywords of the references in which the two calls differ, each with the value
            of the source and the value of the target.
        provisos: The conditions under which the two are equal, and other remarks, as sentences.
        difference: The largest difference of the parameters over twelve steps with the same
            gradients at one learning rate; None if it could not be measured.
        by_magnitude: That difference by the magnitude of the gradients, from 1e-6 to 100.
        bound: How far two equal optimizers may differ there.
        within_bound: Whether every parameter after every step differs by no more than its bound.
        zeros_agree: Whether they agree where gradients are 0 as well.
        as_rate_changes: Whether they agree as the learning rate changes as well; None if that could
            not be tried.
        problem: Why no difference could be measured, or None.
        refused_by: The framework that refuses its own call, or None.
    """

    source: str
    source_framework: str
    expression: str
    target: str
    target_framework: str
    mismatch: dict[str, tuple[Any, Any]]
    provisos: tuple[str, ...]
    difference: float | None = None
    by_magnitude: dict[float, float] = field(default_factory=dict)
    bound: float = 0.0
    within_bound: bool = True
    zeros_agree: bool = True
    as_rate_changes: bool | None = None
    problem: str | None = None
    refused_by: str | None = None

    @property
    def reference(self) -> str:
        """Code over `reference_numpy` that leaves `optimizer`."""
        return reference_code(self.expression)

    def as_json(self) -> dict[str, Any]:
        """The translation in the form that other programs read."""
        return {
            "verdict": self.verdict,
            "source": self.source,
            "expression": self.expression,
            "reference": self.reference,
            "target": self.target,
            "code": with_imports(self.target),
            "equal": self.equal,
            "as_rate_changes": self.as_rate_changes,
            "provisos": list(self.provisos),
            "mismatch": {key: list(pair) for key, pair in self.mismatch.items()},
            "difference": self.difference,
            "by_magnitude": {f"{size:g}": value for size, value in self.by_magnitude.items()},
            "bound": self.bound,
            "problem": self.problem,
        }


def reference_code(expression: str, *lines: str) -> str:
    """Code over `reference_numpy` that leaves an expression of the references as `optimizer`.

    Args:
        expression: The expression.
        lines: What stands before it.
    """
    names = sorted((*OPTIMIZERS, "clipped", "decayed"))
    own = [name for name in names if re.search(rf"\b{name}\(", expression)]
    used = any("schedules." in line for line in lines)
    schedules = ["from crosscheck.conventions import schedules"] if used else []
    imports = f"from reference_numpy.optimizers import {', '.join(own)}"
    return "\n".join([*schedules, imports, "", *lines, f"optimizer = {expression}"])


def compare_calls(pairs: Sequence[tuple[Call, Call]]) -> list[Translation]:
    """Run both calls of every pair on the same gradients, and measure how far they differ.

    Args:
        pairs: Each a call, and a call of another framework.
    """
    calls: dict[str, dict[tuple[str, str], Call]] = {}
    for pair in pairs:
        for call in pair:
            calls.setdefault(call.framework, {})[call.key] = call
    results: Results = {}
    for framework, of_framework in calls.items():
        results |= _run(framework, of_framework.values())
    bounds = {
        (call.key, changing): call_bounds(call, changing)
        for of_framework in calls.values()
        for call in of_framework.values()
        for changing in results[call.key]
        if not isinstance(results[call.key][changing], dict)
    }
    return [_translation(*pair, results, bounds) for pair in pairs]


def _run(framework: str, calls: Iterable[Call]) -> Results:
    wanted = [
        (call, changing)
        for call in calls
        for changing in (False, *((True,) if not call.optimizer.constant_rate else ()))
    ]
    missing = stock.FRAMEWORKS[framework].missing
    jobs = [
        steps_job(call.optimizer, call.arguments, call.handed_rates(changing), START, STEPS)
        for call, changing in wanted
    ]
    paths = (
        [{"missing": missing, "error": f"{missing} is not installed"}] * len(jobs)
        if missing
        else stock.run_jobs(framework, jobs)
    )
    results: Results = {}
    for (call, changing), path in zip(wanted, paths, strict=True):
        results.setdefault(call.key, {})[changing] = path
    return results


def _translation(
    source: Call,
    target: Call,
    results: Results,
    bounds: dict[tuple[tuple[str, str], bool], np.ndarray],
) -> Translation:
    spec = source.spec()
    mismatch = differences(spec, target.spec())
    calls = (source.text, source.framework, spec.reference_call(), target.text, target.framework)
    remarks = provisos_of(source, target)
    for call in (source, target):
        result = results[call.key][False]
        if isinstance(result, dict):
            problem = f"{call.text}: {result['error']}"
            absent = "missing" in result or "cannot be run: it" in result["error"]
            refused = None if absent else call.framework
            return Translation(*calls, mismatch, remarks, problem=problem, refused_by=refused)
    one, other = (np.array(results[call.key][False]) for call in (source, target))
    most = bounds[source.key, False] + bounds[target.key, False]
    if not np.all(np.isfinite(one[:, :ROWS])) or not np.all(np.isfinite(other[:, :ROWS])):
        return Translation(*calls, mismatch, remarks, problem="the steps do not stay finite")
    known = np.all(np.isfinite(most[:, :ROWS]), axis=(0, 2))
    if not np.any(known):
        problem = "there are no exact steps to compare with"
        return Translation(*calls, mismatch, remarks, problem=problem)
    error = np.abs(one - other)[:, :ROWS]
    worst = np.unravel_index(np.argmax(error), error.shape)
    within = bool(np.all((error <= most[:, :ROWS])[:, known]))
    zeros = _zeros(source, target, one[:, ROWS:], other[:, ROWS:], most[:, ROWS:])
    if (mismatch or not within) and zeros == OTHERWISE:
        zeros = ()
    changed = None
    if within and all(True in results[call.key] for call in (source, target)):
        changed = _as_rate_changes(source, target, results, bounds)
    if not mismatch and within and changed is not None and changed > 0:
        remarks = (
            "only if the learning rate does not change: if it is quartered after six steps, the "
            f"parameters differ by {changed:.1g}, because one of the two has the rate inside its "
            "velocity",
            *remarks,
        )
    return Translation(
        *calls,
        mismatch,
        (*remarks, *zeros),
        difference=float(error[worst]),
        by_magnitude=dict(zip(MAGNITUDES, error.max(axis=(0, 2)).tolist(), strict=True)),
        bound=float(most[worst]),
        within_bound=within,
        zeros_agree=not zeros,
        as_rate_changes=None if changed is None else changed == 0,
    )


def _as_rate_changes(
    source: Call,
    target: Call,
    results: Results,
    bounds: dict[tuple[tuple[str, str], bool], np.ndarray],
) -> float | None:
    """The largest difference as the rate changes, or 0 if it is within its bound."""
    paths = [results[call.key][True] for call in (source, target)]
    if any(isinstance(path, dict) for path in paths):
        return None
    one, other = (np.array(path)[:, :ROWS] for path in paths)
    most = (bounds[source.key, True] + bounds[target.key, True])[:, :ROWS]
    error = np.abs(one - other)
    known = np.isfinite(most)
    return float(error.max()) if np.any(error[known] > most[known]) else 0.0


def _zeros(
    source: Call, target: Call, one: np.ndarray, other: np.ndarray, most: np.ndarray
) -> tuple[str, ...]:
    """What differs where gradients are 0, as a sentence; nothing if nothing does."""
    broken = [~np.all(np.isfinite(path), axis=(0, 1)) for path in (one, other)]
    for call, own, others in ((source, *broken), (target, *reversed(broken))):
        if np.any(own & ~others):
            instead = target if call is source else source
            return (
                f"an entry whose gradient is 0 from the start is 0/0 in {call.title}, and stays as "
                f"it is in {instead.title}",
            )
    # Where the reference has 0/0 there is no bound: that of other entries is as good.
    allowed = np.where(np.isfinite(most), most, 10 * np.max(most[np.isfinite(most)], initial=0.0))
    if np.any(np.abs(one - other)[np.isfinite(one)] > allowed[np.isfinite(one)]):
        return OTHERWISE
    return ()

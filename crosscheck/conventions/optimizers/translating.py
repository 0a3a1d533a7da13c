"""One framework's optimizer written as another's: with a proof, or why there is none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.claims import GRADS, START, at_defaults, job, rounded_by
from crosscheck.conventions.optimizers.parsing import CallError, parsed
from crosscheck.conventions.optimizers.rows import Row
from crosscheck.conventions.optimizers.specs import Expected, Spec, expected
from crosscheck.conventions.optimizers.table import ROWS
from crosscheck.numerics.exact.balls import UndecidedError

SINGLE_ROUNDOFF = float(np.finfo("float32").eps) / 2


@dataclass(frozen=True)
class Translation:
    """What a call is in another framework.

    Attributes:
        source, given: The call that was asked for: its row, and its arguments.
        spec: What it does, in the references' words.
        target, arguments: The nearest call of the other framework.
        mismatch: In what they differ: by keyword, what the source has and what the target has.
        difference: The largest difference of the parameters over twelve steps; None where one of
            the two is not installed or fails.
        bound: How large it may be there between two that are equal.
        problem: Why there is no difference.
        within: Whether every parameter after every step is within its bound.
    """

    source: Row
    given: dict[str, Any]
    spec: Spec
    target: Row
    arguments: dict[str, Any]
    mismatch: dict[str, tuple[Any, Any]]
    difference: float | None
    bound: float
    problem: str | None = None
    within: bool = True

    @property
    def equal(self) -> bool | None:
        """Whether the two are the same optimizer, in words and in numbers.

        None where they are so in words, and there are no numbers.
        """
        if self.mismatch or not self.within:
            return False
        return None if self.difference is None else True

    @property
    def provisos(self) -> list[str]:
        """Under what, or but for what, the two are equal."""
        own = self.target.read(self.arguments)
        found = []
        if self.spec.keywords.get("momentum") and _differ(self.spec, own, "rate_inside"):
            found.append(
                "only as long as the learning rate stays as it is: in one of them it is inside "
                "the velocity, in the other outside"
            )
        if 0 in (self.spec.keywords.get("eps"), own.keywords.get("eps")):
            found.append(
                "with an eps of 0, an entry whose gradient is 0 from the start is 0/0 in some "
                "frameworks"
            )
        for row in (self.source, self.target):
            title = stock.FRAMEWORKS[row.framework].title
            if row.rounds:
                found.append(f"{title} rounds {' and '.join(row.rounds)} to float32")
            if row.off and row.off.powers:
                found.append(f"in {title} {row.off.reason}")
        if "decoupled" in self.mismatch and own.decoupled and self.target.framework == "optax":
            found.append(
                f"optax.chain(optax.add_decayed_weights({self.spec.weight_decay!r}), ...) "
                "around the optimizer without its decay puts it into the gradient"
            )
        return found

    def as_json(self) -> dict[str, Any]:
        """For other programs."""
        return {
            "source": written(self.source, self.given),
            "reference": self.spec.in_words(),
            "target": written(self.target, self.arguments),
            "equal": self.equal,
            "provisos": self.provisos,
            "mismatch": {key: list(pair) for key, pair in self.mismatch.items()},
            "difference": self.difference,
            "bound": self.bound,
            "problem": self.problem,
        }


def translate(text: str, to: str) -> Translation:
    """Write a call as the nearest call of another framework, and run both.

    Args:
        text: A call, as `torch.optim.RMSprop(lr=0.01, momentum=0.9)`.
        to: A name in `stock.FRAMEWORKS`.

    Raises:
        CallError: If the text is no call, or not of an optimizer that is known.
        ArgumentError: If an argument is unknown or missing, or no reference has what it does.
    """
    source, given = parsed(text)
    spec = source.read(given)
    rows = [row for row in ROWS if row.framework == to and row.optimizer == spec.optimizer]
    if not rows:
        raise CallError(f"{stock.FRAMEWORKS[to].title} has no {spec.optimizer}")
    return min(
        run([_planned(source, given, spec, row, way) for row in rows for way in row.ways(spec)]),
        key=_distance,
    )


def written(row: Row, arguments: dict[str, Any]) -> str:
    """A call of a row in Python's words."""
    return f"{row.call}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"


def pairs(
    frameworks: Iterable[str] | None = None, optimizer: str | None = None
) -> list[Translation]:
    """Every row at its defaults, written as every other framework's nearest row, and run.

    And once more with an eps of 0, where its place makes no difference.

    Args:
        frameworks: Among which; None takes all.
        optimizer: Only of this one, by its name in `specs.KEYWORDS`.
    """
    among = set(stock.FRAMEWORKS if frameworks is None else frameworks)
    rows = [row for row in ROWS if row.framework in among and optimizer in (None, row.optimizer)]
    found = []
    for source in rows:
        usual = at_defaults(source)
        eps = [a.name for a in source.arguments if a.keyword == "eps"]
        for given in (usual, *(usual | {name: 0.0} for name in eps)):
            spec = source.read(given)
            for target in rows:
                # Keras has the same arguments on every backend: there is nothing to translate.
                alike = source.optimizer == target.optimizer and source.call != target.call
                if alike and source.framework != target.framework:
                    found.append(_planned(source, given, spec, target, target.write(spec)))
    return run(found)


def _planned(
    source: Row, given: dict[str, Any], spec: Spec, target: Row, arguments: dict[str, Any]
) -> Translation:
    mismatch = target.mismatch(spec, arguments)
    return Translation(source, given, spec, target, arguments, mismatch, None, 0.0, None)


def run(planned: Sequence[Translation]) -> list[Translation]:
    """The same translations with what both sides of each make of the same twelve gradients."""
    sides: dict[str, dict[str, tuple[Row, dict[str, Any]]]] = {}
    for each in planned:
        for row, arguments in ((each.source, each.given), (each.target, each.arguments)):
            sides.setdefault(row.framework, {})[written(row, arguments)] = (row, arguments)
    results: dict[tuple[str, str], Any] = {}
    for framework, calls in sides.items():
        missing = stock.FRAMEWORKS[framework].missing
        jobs = [job(row, arguments, _rates(row, arguments)) for row, arguments in calls.values()]
        made = (
            [{"error": f"{missing} is not installed"}] * len(jobs)
            if missing
            else stock.computed(framework, jobs)
        )
        results |= {(framework, call): path for call, path in zip(calls, made, strict=True)}
    bounds = {
        (framework, call): _bound(row, arguments)
        for framework, calls in sides.items()
        for call, (row, arguments) in calls.items()
    }
    return [_measured(each, results, bounds) for each in planned]


def _measured(
    planned: Translation,
    results: dict[tuple[str, str], Any],
    bounds: dict[tuple[str, str], np.ndarray],
) -> Translation:
    keys = (
        (planned.source.framework, written(planned.source, planned.given)),
        (planned.target.framework, written(planned.target, planned.arguments)),
    )
    for key in keys:
        if isinstance(results[key], dict):
            return replace(planned, problem=f"{key[1]}: {results[key]['error']}")
    one, other = (np.array(results[key]) for key in keys)
    if not np.all(np.isfinite(one)) or not np.all(np.isfinite(other)):
        return replace(planned, problem="the steps do not stay finite")
    error, most = np.abs(one - other), bounds[keys[0]] + bounds[keys[1]]
    if not np.all(np.isfinite(most)):
        return replace(planned, problem="there are no exact steps to compare with")
    worst = np.unravel_index(np.argmax(error), error.shape)
    return replace(
        planned,
        difference=float(error[worst]),
        bound=float(most[worst]),
        within=bool(np.all(error <= most)),
    )


def _bound(row: Row, arguments: dict[str, Any]) -> np.ndarray:
    """How far the steps of a call may be from what its arguments say.

    Beside rounding, what the framework is known to round to float32: numbers, by what that makes of
    them; the powers b^t of which it forms 1 - b^t, of which t roundings make t u b^t / (1 - b^t),
    relative to the step, once for m and once for v, or for both halves of NAdam's m.
    """
    spec, rates = row.read(arguments), _rates(row, arguments)
    with np.errstate(all="ignore"):  # what does not stay finite is said of the steps themselves
        exact = _expected(spec, rates)
    total = exact.bounds.copy()
    if row.rounds:
        total += np.abs(expected(*rounded_by(row, spec, rates), START, GRADS).values - exact.values)
    if row.off and row.off.powers and spec.keywords.get("bias_correction", True):
        steps = np.abs(np.diff(exact.values, axis=0, prepend=START[None]))
        t = np.arange(1, len(GRADS) + 1)
        powers = [spec.keywords[name] ** t for name in row.off.powers]
        relative = sum(t * SINGLE_ROUNDOFF * power / (1 - power) for power in powers)
        total += 2 * np.cumsum(relative[:, None, None] * steps, axis=0)
    return total


def _expected(spec: Spec, rates: tuple[float, ...]) -> Expected:
    try:
        return expected(spec, rates, START, GRADS)
    except UndecidedError:  # no number at all, as 0/0
        nothing = np.full((len(GRADS), *START.shape), np.nan)
        return Expected(nothing, nothing)


def _rates(row: Row, arguments: dict[str, Any]) -> tuple[float, ...]:
    return (row.read(arguments).learning_rate,) * len(GRADS)


def _distance(translation: Translation) -> tuple[bool, float, int]:
    difference = np.inf if translation.difference is None else translation.difference
    return (translation.equal is False, difference, len(translation.mismatch))


def _differ(one: Spec, other: Spec, keyword: str) -> bool:
    return bool(one.keywords.get(keyword) != other.keywords.get(keyword))

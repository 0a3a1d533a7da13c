"""One framework's optimizer written as another's: with a proof, or why there is none.

A call is parsed, never evaluated: names, numbers, True, False, None, tuples and lists.
"""

import ast
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.claims import (
    GRADS,
    ORDERS,
    START,
    at_defaults,
    job,
    rounded_by,
)
from crosscheck.conventions.optimizers.rows import Row
from crosscheck.conventions.optimizers.specs import Expected, Spec, expected
from crosscheck.conventions.optimizers.table import ROWS
from crosscheck.exact.balls import UndecidedError

LARGEST = 2**1000  # of a whole number: floats go a little further
SINGLE_ROUNDOFF = float(np.finfo("float32").eps) / 2


class CallError(ValueError):
    """A text is no call of an optimizer that is known here."""


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


def parsed(text: str) -> tuple[Row, dict[str, Any]]:
    """The row and the arguments of a call that is written out.

    Raises:
        CallError: If the text is no call with plain arguments, all but the first with their
            names, or of no known optimizer.
    """
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CallError(f"{text!r} is no call: write it as torch.optim.Adam(lr=0.001)") from None
    if not isinstance(call, ast.Call) or not _is_name(call.func):
        raise CallError(f"{text!r} is no call: write it as torch.optim.Adam(lr=0.001)")
    row = known(ast.unparse(call.func))
    given: dict[str, Any] = {}
    if len(call.args) > (0 if row.hidden else 1):
        raise CallError(
            f"write the arguments of {row.call} with their names, but for the learning rate"
        )
    for argument, node in zip(row.arguments, call.args, strict=False):
        given[argument.name] = _plain(node)
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in given:
            raise CallError(f"{ast.unparse(keyword)!r} cannot be read, or is given twice")
        given[keyword.arg] = _plain(keyword.value)
    return row, given


def known(name: str) -> Row:
    """The row of an optimizer by its full name, or by the end of it.

    Raises:
        CallError: If there is none, or several.
    """
    rows = {row.call: row for row in reversed(ROWS)}  # of two backends the first
    if name in rows:
        return rows[name]
    ends = [call for call in rows if call.endswith(f".{name}")]
    if len(ends) == 1:
        return rows[ends[0]]
    if ends:
        raise CallError(f"{name!r} is several: {', '.join(sorted(ends))}")
    near = difflib.get_close_matches(name, rows, n=1)
    hint = f"did you mean {near[0]}?" if near else "`crosscheck conventions` lists all"
    raise CallError(f"unknown optimizer {name!r}: {hint}")


def written(row: Row, arguments: dict[str, Any]) -> str:
    """A call of a row in Python's words."""
    return f"{row.call}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"


def pairs(
    frameworks: Iterable[str] | None = None, optimizer: str | None = None
) -> list[Translation]:
    """Every row at its defaults, written as every other framework's nearest row, and run.

    Args:
        frameworks: Among which; None takes all.
        optimizer: Only of this one, by its name in `specs.KEYWORDS`.
    """
    among = set(stock.FRAMEWORKS if frameworks is None else frameworks)
    rows = [row for row in ROWS if row.framework in among and optimizer in (None, row.optimizer)]
    found = []
    for source in rows:
        given = at_defaults(source)
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
    relative to the step, and to both halves of NAdam's.
    """
    spec, rates = row.read(arguments), _rates(row, arguments)
    with np.errstate(all="ignore"):  # what does not stay finite is said of the steps themselves
        exact = _expected(spec, rates)
    total = ORDERS * exact.bounds
    if row.rounds:
        total += np.abs(expected(*rounded_by(row, spec, rates), START, GRADS).values - exact.values)
    if row.off and row.off.powers and spec.keywords.get("bias_correction", True):
        steps = np.abs(np.diff(exact.values, axis=0, prepend=START[None]))
        t = np.arange(1, len(GRADS) + 1)
        powers = [spec.keywords[name] ** t for name in row.off.powers]
        relative = sum(t * SINGLE_ROUNDOFF * power / (1 - power) for power in powers)
        total += 2 * ORDERS * np.cumsum(relative[:, None, None] * steps, axis=0)
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


def _is_name(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return _is_name(node.value)
    return isinstance(node, ast.Name)


def _plain(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise CallError(
            f"{ast.unparse(node)!r} is no number, True, False, None or tuple of these"
        ) from None
    value = tuple(value) if isinstance(value, list) else value
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int) and abs(number) > LARGEST:
            raise CallError(f"{ast.unparse(node)[:20]!r}... is too large a number")
    return value

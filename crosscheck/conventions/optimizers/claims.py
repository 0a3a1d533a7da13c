"""Every row, executed: at its defaults, where its conventions show, and as the rate changes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.optimizers.rows import REQUIRED, Argument, Row
from crosscheck.conventions.optimizers.specs import Spec, expected
from crosscheck.conventions.optimizers.table import ROWS

RUNNING = "crosscheck.conventions.optimizers.running"
# Twelve gradients of both signs and several sizes, and their directions.
SIZES = (1.0, -0.5, 0.01, 3.0, -1.0, 0.2, 0.5, -2.0, 0.1, 1.0, -0.3, 0.7)
START = np.random.default_rng(5).standard_normal((2, 3))
DIRECTIONS = np.random.default_rng(6).standard_normal((len(SIZES), 2, 3))
GRADS = tuple(size * direction for size, direction in zip(SIZES, DIRECTIONS, strict=True))
# Where a learning rate must be given, and in every probe, where it shows more.
RATE = 0.1

# Under what a row is tried besides its defaults, in the references' words; what it has not, it is
# not asked for. Defaults hide most conventions: a large eps and short memories show them.
PROBES: dict[str, tuple[dict[str, Any], ...]] = {
    "momentum": (
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.9, "dampening": 0.25},
        {"momentum": 0.9, "weight_decay": 0.1},
        {"momentum": 0.9, "rate_inside": True},
    ),
    "lion": ({"b1": 0.5, "b2": 0.75}, {"weight_decay": 0.1}),
    "adagrad": (
        {"eps": 0.01},
        {"eps": 0.01, "initial_accumulator": 0.5},
        {"weight_decay": 0.1},
    ),
    "rmsprop": (
        {"eps": 0.01, "decay": 0.5},
        {"eps": 0.01, "decay": 0.5, "momentum": 0.9},
        {"eps": 0.01, "decay": 0.5, "centered": True},
        {"eps": 0.01, "decay": 0.5, "eps_place": "outside"},
        {"eps": 0.01, "decay": 0.5, "initial_accumulator": 0.5},
        {"weight_decay": 0.1},
    ),
    "adadelta": ({"eps": 0.01, "decay": 0.5}, {"weight_decay": 0.1}),
    "adam": (
        {"eps": 0.01, "b1": 0.5, "b2": 0.75},
        {"eps": 0.01, "b2": 0.75, "bias_correction": True},
        {"eps": 0.01, "b1": 0.5, "b2": 0.5, "maximum_of": "raw"},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled": True},
    ),
    "nadam": (
        {"eps": 0.01, "b1": 0.5, "b2": 0.75},
        {"momentum_decay": 1.0},
        {"weight_decay": 0.1},
    ),
    "radam": (
        {"eps": 0.01, "b1": 0.5, "b2": 0.9},
        {"eps": 0.01, "b2": 0.9, "threshold": 4.0},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled": True},
    ),
    "adamax": ({"eps": 0.01, "b1": 0.5, "b2": 0.75}, {"weight_decay": 0.1}),
}
CHANGING = "rate quartered after six steps"


@dataclass(frozen=True)
class Trial:
    """One row under one probe."""

    row: Row
    probe: str
    given: dict[str, Any]
    spec: Spec
    rates: tuple[float, ...]


def trials(rows: Iterable[Row]) -> list[Trial]:
    """Every row at its defaults, under its probes, and under each with a rate that changes."""
    found = []
    for row in rows:
        rate = next(a.name for a in row.arguments if a.keyword == "learning_rate")
        usual = at_defaults(row)
        needed = usual | {rate: RATE}
        ways = [("defaults", {k: v for k, v in usual.items() if k not in row.neutral})]
        if row.neutral:
            ways.append((_named(row.neutral), usual))
        for probe in PROBES[row.optimizer]:
            given = _given(row, probe)
            if given is not None:
                ways.append((_named(probe), needed | given))
        for name, given in ways:
            # What a default does that no reference can is measured against what it would be.
            spec = row.read(given if name != "defaults" else row.neutral | given)
            steady = (spec.learning_rate,) * len(GRADS)
            found.append(Trial(row, name, given, spec, steady))
            by_default = name == "defaults" and (row.off is not None or row.neutral)
            if not row.constant_rate and not by_default:
                half = len(GRADS) // 2
                changing = (*steady[:half], *(rate / 4 for rate in steady[half:]))
                found.append(Trial(row, f"{name}, {CHANGING}", given, spec, changing))
    return found


def at_defaults(row: Row) -> dict[str, Any]:
    """What must be given of a row's arguments: what has no default, and what else is neutral."""
    required = [a for a in row.arguments if a.default is REQUIRED]
    values = {a.name: RATE if a.keyword == "learning_rate" else 0.9 for a in required}
    return values | row.neutral


def _given(row: Row, probe: dict[str, Any]) -> dict[str, Any] | None:
    """A probe in the framework's words, or None where it has one of its keywords not."""
    own = {a.keyword: a for a in row.arguments if isinstance(a.keyword, str)}
    pairs = {k: a for a in row.arguments if isinstance(a.keyword, tuple) for k in a.keyword}
    given: dict[str, Any] = {}
    for keyword, value in probe.items():
        if keyword in own:
            given[own[keyword].name] = own[keyword].write(value)
        elif keyword in pairs:
            several = pairs[keyword]
            usual = given.get(several.name, several.default)
            given[several.name] = (
                tuple(
                    value if each == keyword else old
                    for each, old in zip(several.keyword or (), usual, strict=True)
                )
                if isinstance(usual, tuple)
                else value
            )
        else:
            return None
    return given


def _named(probe: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in probe.items())


def job(row: Row, given: dict[str, Any], rates: Iterable[float]) -> stock.Job:
    """A run of a stock optimizer."""
    (rate,) = (a for a in row.arguments if a.keyword == "learning_rate")
    arguments = {key: value for key, value in given.items() if key != rate.name}
    if rate.neutral is not None and rate.name not in given:
        arguments[rate.name] = rate.default  # which is what is to be shown
    steps = {
        "call": row.call,
        "arguments": arguments,
        "rates": list(rates),
        "start": START.tolist(),
        "grads": [grad.tolist() for grad in GRADS],
    }
    return RUNNING, steps


def claimed(
    framework: str, optimizer: str | None = None
) -> tuple[list[stock.Job], Callable[[list[Any]], list[Finding]]]:
    """What a framework must compute for its rows, and what comes of the results.

    Args:
        framework: A name in `stock.FRAMEWORKS`.
        optimizer: Only rows of this one, by its name in `specs.KEYWORDS`.
    """
    rows = [row for row in ROWS if row.framework == framework]
    return claimed_of([row for row in rows if optimizer in (None, row.optimizer)])


def claimed_of(rows: Iterable[Row]) -> tuple[list[stock.Job], Callable[[list[Any]], list[Finding]]]:
    """The same for given rows."""
    rows = list(rows)
    tried, told = trials(rows), [row for row in rows if not row.hidden]
    jobs = [job(trial.row, trial.given, trial.rates) for trial in tried]
    jobs += [(RUNNING, {"call": row.call}) for row in told]

    def found(results: list[Any]) -> list[Finding]:
        steps, signatures = results[: len(tried)], results[len(tried) :]
        return [
            *(_finding(trial, made) for trial, made in zip(tried, steps, strict=True)),
            *(_of_signature(row, made) for row, made in zip(told, signatures, strict=True)),
        ]

    return jobs, found


def _of_signature(row: Row, found: Any) -> Finding:
    """Whether the installed version has the arguments and the defaults that the row says."""
    place = ("optimizer", row.framework, row.call, "signature")
    statement = "has the arguments and the defaults of its row"
    if "missing" in found:
        return Finding(*place, statement, missing=found["missing"])
    if "error" in found:
        return Finding(*place, statement, problem=found["error"])
    other = [a.name for a in row.arguments if not _is_default(a, found.get(a.name))]
    problem = f"others are {', '.join(other)}" if other else None
    return Finding(*place, statement, float(len(other)), problem=problem)


def _is_default(argument: Argument, installed: str | None) -> bool:
    if installed is None or argument.inert:
        return installed is not None
    if argument.default is REQUIRED:
        return not installed
    said = repr(argument.default)
    try:
        return float(said) == float(installed)  # 0 is 0.0
    except ValueError:
        return said == installed.replace("[", "(").replace("]", ")")


def _finding(trial: Trial, result: Any) -> Finding:
    row = trial.row
    size = row.off.sizes.get(trial.probe.removesuffix(f", {CHANGING}")) if row.off else None
    said = "equals" if size is None else f"differs by {size:.2g} (in 12 steps) from"
    more = f", with {' and '.join(row.rounds)} rounded to float32" if row.rounds else ""
    more += "" if size is None or row.off is None else f": {row.off.reason}"
    place = ("optimizer", row.framework, row.call, trial.probe)
    statement = f"{said} {trial.spec.in_words()}{more}"
    if isinstance(result, dict) and "missing" in result:
        return Finding(*place, statement, missing=result["missing"])
    if isinstance(result, dict):
        return Finding(*place, statement, problem=result["error"])
    exact = expected(*rounded_by(row, trial.spec, trial.rates), START, GRADS)
    error = np.abs(np.array(result) - exact.values)
    if size is not None:
        # What float32 rounds, another machine may round otherwise; all else is the same on any.
        part = 2.0 if row.off is not None and row.off.powers else 1.01
        return Finding(*place, statement, float(error.max()), size / part, size * part)
    worst = np.unravel_index(np.argmax(error / exact.bounds), error.shape)
    return Finding(*place, statement, float(error[worst]), 0.0, float(exact.bounds[worst]))


def rounded_by(row: Row, spec: Spec, rates: tuple[float, ...]) -> tuple[Spec, tuple[float, ...]]:
    """A spec and its rates, with what the framework rounds to float32 rounded."""
    own = {k: _single(v) if k in row.rounds else v for k, v in spec.keywords.items()}
    if "learning_rate" in row.rounds:
        rates = tuple(_single(rate) for rate in rates)
    return replace(spec, keywords=own), rates


def _single(number: float) -> float:
    return float(np.float32(number))

"""Weights of samples that every framework refuses, at each of the doors that take them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.contract import LOSSES
from crosscheck.frameworks.registry import Framework
from crosscheck.verification.cases.conduct_case import NOTHING, ConductCase, raising, refusal
from crosscheck.verification.cases.door import Door

# The functions that take weights, called with five samples.
DOORS: dict[str, Callable[..., Any]] = {
    **{
        name: lambda d, name=name, **w: d.f.losses.LOSSES[name](d.targets, d.targets, **w)
        for name in LOSSES
    },
    "value_and_grad": lambda d, **w: d.gradient(**w),
    "deltas": lambda d, **w: d.gradient(function="deltas", **w),
    "train": lambda d, **w: d.train(**w),
}
BY_WEIGHTS = {"normalizer": "weights"}
ZERO = "weights are all 0: normalizer 'weights' cannot divide by their sum"
UNKNOWN = "unknown normalizer {!r}: known are count, weights"
# By what is wrong: the weights, or None, what else is given, and what must come out.
GIVEN: dict[str, tuple[Any, dict[str, Any], str]] = {
    "too few": (np.ones(4), {}, raising(ValueError, "weights must have shape (5,), not (4,)")),
    "a column": (
        np.ones((5, 1)),
        {},
        raising(ValueError, "weights must have shape (5,), not (5, 1)"),
    ),
    "a word": (
        "equal",
        {},
        raising(TypeError, "weights must be an array (see from_numpy), not str"),
    ),
    "NaN": (
        np.array([1.0, 1.0, np.nan, 1.0, 1.0]),
        {},
        raising(ValueError, "weights has 1 non-finite entries, first at [2]"),
    ),
    "infinite": (
        np.array([np.inf, 1.0, 1.0, 1.0, np.inf]),
        BY_WEIGHTS,
        raising(ValueError, "weights has 2 non-finite entries, first at [0]"),
    ),
    "negative": (
        np.array([1.0, 1.0, 1.0, 1.0, -1e-300]),
        {},
        raising(ValueError, "weights must not be negative"),
    ),
    "all 0, divided by their sum": (np.zeros(5), BY_WEIGHTS, raising(ValueError, ZERO)),
    "all 0, divided by the samples": (np.zeros(5), {}, NOTHING),
    "one above 0": (np.array([0.0, 0.0, 1e-3, 0.0, 0.0]), BY_WEIGHTS, NOTHING),
    "an unknown normalizer": (
        np.ones(5),
        {"normalizer": "mean"},
        raising(ValueError, UNKNOWN.format("mean")),
    ),
    "an unknown normalizer, no weights": (
        None,
        {"normalizer": None},
        raising(ValueError, UNKNOWN.format(None)),
    ),
}


def generated() -> list[ConductCase]:
    """Every door, with weights of the same dtype and of another one."""
    return [case for door in DOORS for case in (_refused(door), _of_another_dtype(door))]


def _given(door: str) -> dict[str, tuple[Any, dict[str, Any], str]]:
    """What a door is given; what is taken is left to the trainings, since JAX compiles each."""
    if door != "train":
        return GIVEN
    return {name: each for name, each in GIVEN.items() if each[2] != NOTHING}


def _asked_by(door: str) -> dict[str, tuple[str, ...]]:
    if door in LOSSES:
        return {"losses": (door,)}
    optimizers = ("sgd",) if door == "train" else ()
    return {
        "losses": ("squared_error",),
        "activations": ("tanh", "sigmoid"),
        "optimizers": optimizers,
    }


def _refused(door: str) -> ConductCase:
    expected = {name: words for name, (_, _, words) in _given(door).items()}
    return ConductCase(
        f"{door} refuses bad weights", expected, partial(_call_with_each, door), _asked_by(door)
    )


def _call_with_each(door: str, framework: Framework) -> dict[str, str]:
    found = {}
    for name, (weights, further, _) in _given(door).items():
        d = Door(framework)
        given = d.array(weights) if isinstance(weights, np.ndarray) else weights
        found[name] = refusal(partial(DOORS[door], d, weights=given, **further))
    return found


def _of_another_dtype(door: str) -> ConductCase:
    other = "predictions" if door in LOSSES else "inputs"
    expected = {"the call": raising(TypeError, f"weights is float32, but {other} is float64")}
    asked = _asked_by(door) | {"dtypes": ("float32",)}
    call = partial(_call_of_another_dtype, door)
    return ConductCase(f"{door} refuses weights of another dtype", expected, call, asked)


def _call_of_another_dtype(door: str, framework: Framework) -> dict[str, str]:
    d = Door(framework)
    return {"the call": refusal(partial(DOORS[door], d, weights=d.ones(5, dtype="float32")))}

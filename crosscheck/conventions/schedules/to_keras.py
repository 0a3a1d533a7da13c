"""Keras's schedules that may compute a schedule, as code, the best first."""

from collections.abc import Callable, Iterator
from typing import Any

from crosscheck.conventions.closed_forms.schedule import Schedule
from crosscheck.conventions.schedules.calls import call, first_rate, length

MODULES = {
    "keras-jax": "keras.optimizers.schedules",
    "keras-torch": "keras.optimizers.schedules",
    "tensorflow": "tensorflow.keras.optimizers.schedules",
}


def keras_calls(schedule: Schedule, module: str) -> Iterator[str]:
    """Calls that are, or come near, a schedule; whether they are is for the reader to find out.

    Args:
        schedule: What they shall compute.
        module: Where the framework has its schedules.
    """
    if schedule.name in CALLS:
        for name, words in CALLS[schedule.name](schedule):
            yield call(f"{module}.{name}", **words)


Calls = Iterator[tuple[str, dict[str, Any]]]


def _constant(s: Schedule) -> Calls:
    words = {"boundaries": [0], "values": [s["rate"], s["rate"]]}
    yield "PiecewiseConstantDecay", words


def _step(s: Schedule) -> Calls:
    words = {"decay_steps": s["every"], "decay_rate": s["factor"], "staircase": True}
    yield "ExponentialDecay", {"initial_learning_rate": s["rate"], **words}


def _boundaries(s: Schedule) -> list[Any]:
    """The last update of each rate but the last."""
    return [each if s["late"] else each - 1 for each in s["boundaries"]]


def _multi_step(s: Schedule) -> Calls:
    factors = s["factor"]
    if not isinstance(factors, tuple):
        factors = (factors,) * len(s["boundaries"])
    if not factors:
        yield from _constant(s)
        return
    values = [s["rate"]]
    for each in factors:
        values.append(values[-1] * each)
    yield "PiecewiseConstantDecay", {"boundaries": _boundaries(s), "values": values}


def _piecewise(s: Schedule) -> Calls:
    words = {"boundaries": _boundaries(s), "values": list(s["values"])}
    if s["boundaries"]:
        yield "PiecewiseConstantDecay", words


def _exponential(s: Schedule) -> Calls:
    words = {"decay_steps": s["steps"], "decay_rate": s["factor"]}
    stairs = {"staircase": True} if s["staircase"] else {}
    yield "ExponentialDecay", {"initial_learning_rate": s["rate"], **words, **stairs}


def _inverse_time(s: Schedule) -> Calls:
    words = {"decay_steps": s["steps"], "decay_rate": s["decay"]}
    stairs = {"staircase": True} if s["staircase"] else {}
    yield "InverseTimeDecay", {"initial_learning_rate": s["rate"], **words, **stairs}


def _way(s: Schedule) -> Calls:
    power = s["power"] if s.name == "polynomial" else 1.0
    words = {"decay_steps": length(s), "end_learning_rate": s["end"]}
    if power != 1:
        words["power"] = power
    if s["past_end"] == "stretches":
        words["cycle"] = True
    yield "PolynomialDecay", {"initial_learning_rate": s["rate"], **words}


def _cosine(s: Schedule) -> Calls:
    if s["rate"]:
        if s["past_end"] == "repeats":
            yield from _restarts_of(s["rate"], s["steps"], 1.0, s["end"], 1.0)
        words = {"decay_steps": length(s)} | _alpha(s["rate"], s["end"])
        yield "CosineDecay", {"initial_learning_rate": s["rate"], **words}


def _alpha(rate: float, end: float) -> dict[str, Any]:
    return {"alpha": end / rate} if end else {}


def _restarts_of(rate: float, steps: Any, growth: float, end: float, decay: float) -> Calls:
    words = {"first_decay_steps": steps, "t_mul": growth, "m_mul": decay} | _alpha(rate, end)
    yield "CosineDecayRestarts", {"initial_learning_rate": rate, **words}


def _restarts(s: Schedule) -> Calls:
    if s["rate"]:
        yield from _restarts_of(s["rate"], s["steps"], s["growth"], s["end"], s["decay"])


def _warmup(s: Schedule) -> Calls:
    rest = s["schedule"]
    if rest.name == "cosine" and rest["rate"]:
        words = {"decay_steps": length(rest)} | _alpha(rest["rate"], rest["end"])
        words |= {"warmup_target": first_rate(rest), "warmup_steps": s["steps"]}
        yield "CosineDecay", {"initial_learning_rate": s["start"], **words}
    if rest.name == "constant":  # a line up to it, which Keras's way may be as well
        words = {"decay_steps": s["steps"], "end_learning_rate": rest["rate"]}
        yield "PolynomialDecay", {"initial_learning_rate": s["start"], **words}


CALLS: dict[str, Callable[[Schedule], Calls]] = {
    "constant": _constant,
    "step": _step,
    "multi_step": _multi_step,
    "piecewise_constant": _piecewise,
    "exponential": _exponential,
    "inverse_time": _inverse_time,
    "linear": _way,
    "polynomial": _way,
    "cosine": _cosine,
    "cosine_restarts": _restarts,
    "warmup": _warmup,
}

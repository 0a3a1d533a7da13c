"""optax's schedules that may compute a schedule, as code, the best first."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from crosscheck.conventions.closed_forms.schedule import Schedule
from crosscheck.conventions.schedules.calls import call, first_rate, length, whole


def optax_calls(schedule: Schedule) -> Iterator[str]:
    """Calls that are, or come near, a schedule; whether they are is for the reader to find out."""
    if schedule.name in CALLS:
        yield from CALLS[schedule.name](schedule)


def _call(name: str, *positional: Any, **arguments: Any) -> str:
    return call(f"optax.{name}", *positional, **arguments)


def _line(start: float, end: float, steps: Any, hold: int = 0) -> Iterator[str]:
    begin = {"transition_begin": hold} if hold else {}
    updates = whole(steps)
    if updates:
        yield _call("linear_schedule", start, end, updates, **begin)


def _constant(s: Schedule) -> Iterator[str]:
    yield _call("constant_schedule", s["rate"])


def _step(s: Schedule) -> Iterator[str]:
    words = {"transition_steps": s["every"], "decay_rate": s["factor"], "staircase": True}
    yield _call("exponential_decay", s["rate"], **words)


def _multi_step(s: Schedule) -> Iterator[str]:
    boundaries = [whole(each + (1 if s["late"] else 0)) for each in s["boundaries"]]
    factors = s["factor"]
    if not isinstance(factors, tuple):
        factors = (factors,) * len(boundaries)
    if None in boundaries:
        return
    scales: dict[Any, float] = {}
    for boundary, factor in zip(boundaries, factors, strict=True):
        scales[boundary] = scales.get(boundary, 1.0) * factor
    yield _call("piecewise_constant_schedule", s["rate"], scales)


def _piecewise(s: Schedule) -> Iterator[str]:
    boundaries = [whole(each + (1 if s["late"] else 0)) for each in s["boundaries"]]
    if None in boundaries:
        return
    values = s["values"]
    if all(values[:-1]) and len(set(boundaries)) == len(boundaries):
        scales = [after / before for before, after in pairwise(values)]
        pairs = dict(zip(boundaries, scales, strict=True))
        yield _call("piecewise_constant_schedule", values[0], pairs)
    parts = [_call("constant_schedule", each) for each in values]
    yield _call("join_schedules", parts, boundaries)


def _interpolated(s: Schedule) -> Iterator[str]:
    boundaries, values = [whole(each) for each in s["boundaries"]], s["values"]
    if None not in boundaries and all(values[:-1]):
        scales = [after / before for before, after in pairwise(values)]
        pairs = dict(zip(boundaries, scales, strict=True))
        yield _call("piecewise_interpolate_schedule", repr(s["shape"]), values[0], pairs)


def _exponential(s: Schedule) -> Iterator[str]:
    words = {"transition_steps": s["steps"], "decay_rate": s["factor"]}
    if s["hold"]:
        words["transition_begin"] = s["hold"]
    if s["staircase"]:
        words["staircase"] = True
    if s["limit"] is not None:
        words["end_value"] = s["limit"]
    yield _call("exponential_decay", s["rate"], **words)


def _linear(s: Schedule) -> Iterator[str]:
    yield from _line(s["rate"], s["end"], length(s), s["hold"])


def _polynomial(s: Schedule) -> Iterator[str]:
    if s["power"] == 1:
        yield from _linear(s)
    elif whole(length(s)):
        begin = {"transition_begin": s["hold"]} if s["hold"] else {}
        words = (s["rate"], s["end"], s["power"], whole(length(s)))
        yield _call("polynomial_schedule", *words, **begin)


def _cosine(s: Schedule) -> Iterator[str]:
    if not s["rate"]:
        return
    words = {"alpha": s["end"] / s["rate"]} if s["end"] else {}
    if s["power"] != 1:
        words["exponent"] = s["power"]
    yield _call("cosine_decay_schedule", s["rate"], length(s), **words)


def _one_cycle(s: Schedule) -> Iterator[str]:
    words = {"pct_start": s["rising"]}
    if s["three_phase"]:
        words["pct_final"] = 2 * s["rising"] if s["back_at"] is None else s["back_at"]
    words |= {"div_factor": s["divisor"], "final_div_factor": s["final_divisor"]}
    if s["shape"] == "cosine" and not s["three_phase"]:
        yield _call("cosine_onecycle_schedule", s["steps"], s["peak"], **words)
    if s["shape"] == "linear" and s["three_phase"]:
        yield _call("linear_onecycle_schedule", s["steps"], s["peak"], **words)


def _warmup(s: Schedule) -> Iterator[str]:
    rest, steps, start = s["schedule"], s["steps"], s["start"]
    peak = first_rate(rest)
    if s["offset"]:
        line = next(_line(start + (peak - start) / steps, peak, steps - 1), None)
    else:
        line = next(_line(start, peak, steps), None)
        if rest.name == "constant":
            yield _call("warmup_constant_schedule", start, peak, steps)
        if rest.name == "cosine" and whole(length(rest)):
            words = {"end_value": rest["end"]} if rest["end"] else {}
            if rest["power"] != 1:
                words["exponent"] = rest["power"]
            total = steps + whole(length(rest))
            yield _call("warmup_cosine_decay_schedule", start, peak, steps, total, **words)
    for second in optax_calls(rest):
        if line is not None:
            yield _call("join_schedules", [line, second], [steps])


def _sequence(s: Schedule) -> Iterator[str]:
    parts = [next(optax_calls(each), None) for each in s["schedules"]]
    if None not in parts and s["shifted"]:
        yield _call("join_schedules", parts, list(s["boundaries"]))


CALLS: dict[str, Callable[[Schedule], Iterator[str]]] = {
    "constant": _constant,
    "step": _step,
    "multi_step": _multi_step,
    "piecewise_constant": _piecewise,
    "interpolated": _interpolated,
    "exponential": _exponential,
    "linear": _linear,
    "polynomial": _polynomial,
    "cosine": _cosine,
    "one_cycle": _one_cycle,
    "warmup": _warmup,
    "sequence": _sequence,
}

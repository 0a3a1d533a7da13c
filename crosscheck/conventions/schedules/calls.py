"""Parts of a call that is written, and numbers of a schedule that it is written with."""

import math
from typing import Any

from crosscheck.conventions import schedules
from crosscheck.conventions.closed_forms.formulas import phases_of
from crosscheck.conventions.closed_forms.schedule import Schedule


def call(name: str, *positional: Any, **arguments: Any) -> str:
    """A call as code: texts that are not quoted by hand stand for themselves."""
    words = [_code(each, text=True) for each in positional]
    words += [f"{key}={_code(value)}" for key, value in arguments.items()]
    return f"{name}({', '.join(words)})"


def _code(value: Any, text: bool = False) -> str:
    """An argument as code; in a list, and by position, a text is code already."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_code(each, text=True) for each in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_code(k)}: {_code(v)}' for k, v in value.items())}}}"
    return value if isinstance(value, str) and text else repr(value)


def whole(value: Any) -> int | None:
    """A number as a whole one, or None if it is not above 0 and whole."""
    return int(value) if value > 0 and float(value).is_integer() else None


def length(schedule: Schedule) -> Any:
    """After how many updates a way reaches its end."""
    return schedule["steps"] - 1 if schedule["endpoint"] else schedule["steps"]


def first_rate(schedule: Schedule) -> float:
    """The rate of update 0."""
    return float(schedule(0))


def own_rate(schedule: Schedule) -> float:
    """The rate that an optimizer is given where a scheduler multiplies it.

    It is the rate that a framework's scheduler begins at, or a line's upper end; 1 if that is 0.
    """
    own = dict(schedule.arguments)
    match schedule.name:
        case "piecewise_constant":
            rate = own["values"][0]
        case "interpolated":
            rate = max(own["values"])
        case "linear":
            rate = max(own["rate"], own["end"])
        case "cyclic":
            rate = own["high"]
        case "one_cycle":
            rate = own["peak"]
        case "warmup":
            rate = own_rate(own["schedule"])
        case "sequence":
            rate = max(own_rate(each) for each in own["schedules"])
        case "product":
            rate = own_rate(own["schedules"][0])
        case _:
            rate = own["rate"]
    return float(rate) or 1.0


def alike(schedule: Schedule) -> list[Schedule]:
    """A schedule in all the forms in which a framework may have it, each equal to it.

    One cycle is a way along curves; and a line up to what comes next is a warm-up.
    """
    own = dict(schedule.arguments)
    if schedule.name == "one_cycle":
        shape, past_end = own.pop("shape"), own.pop("past_end")
        values, boundaries = phases_of(**own)
        if list(boundaries) == sorted(boundaries):
            others = {"boundaries": boundaries, "shape": shape, "past_end": past_end}
            return [schedule, schedules.interpolated(values, **others)]
    if schedule.name == "sequence" and len(own["schedules"]) == 2 and own["shifted"]:
        line, rest = own["schedules"]
        (boundary,) = own["boundaries"]
        if line.name == "linear" and line.has(hold=0, end=first_rate(rest), past_end="stays"):
            if length(line) == boundary:
                start = line["rate"]
                return [schedule, schedules.warmup(rest, steps=boundary, start=start)]
            if length(line) == boundary - 1:  # its last update has the full rate already
                start = line["rate"] - (line["end"] - line["rate"]) / length(line)
                if start >= 0:
                    words = {"steps": boundary, "start": start, "offset": 1}
                    return [schedule, schedules.warmup(rest, **words)]
    return [schedule]


# How many times as long as a way the time is in which two schedules are compared, and what it is
# for one without an end.
PAST_THE_END = 2.5
WITHOUT_END = 100
LEAST = 20


def horizon(schedule: Schedule) -> int:
    """How many updates show what a schedule does, past its end included."""
    return max(LEAST, math.ceil(PAST_THE_END * _extent(schedule)))


def _extent(schedule: Schedule) -> float:
    """After how many updates a schedule has shown all of its parts."""
    own = dict(schedule.arguments)
    match schedule.name:
        case "constant":
            return 0
        case "step":
            return 2 * float(own["every"])
        case "multi_step" | "piecewise_constant" | "interpolated":
            return float(max(own["boundaries"], default=0)) + 1
        case "exponential" | "inverse_time":
            return float(own.get("hold", 0) + max(3 * own["steps"], WITHOUT_END / PAST_THE_END))
        case "cosine_restarts":
            return float(own["steps"] * (1 + own["growth"]))
        case "cyclic":
            return 2 * float(own["up"] + (own["up"] if own["down"] is None else own["down"]))
        case "warmup":
            return float(own["steps"] + _extent(own["schedule"]))
        case "sequence":
            start = own["boundaries"][-1] if own["boundaries"] and own["shifted"] else 0
            return max(float(start + _extent(own["schedules"][-1])), *own["boundaries"], 0)
        case "product":
            return max(map(_extent, own["schedules"]))
        case _:  # a way to an end
            return float(own.get("hold", 0) + own["steps"])

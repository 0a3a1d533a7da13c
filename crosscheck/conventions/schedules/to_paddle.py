"""PaddlePaddle's schedules that may compute a schedule, as code, the best first."""

from collections.abc import Callable, Iterator
from typing import Any

from crosscheck.conventions.closed_forms.schedule import Schedule
from crosscheck.conventions.schedules.calls import call, first_rate, length, whole

MODULE = "paddle.optimizer.lr"


def paddle_calls(schedule: Schedule) -> Iterator[str]:
    """Calls that are, or come near, a schedule; whether they are is for the reader to find out.

    Args:
        schedule: What they shall compute.
    """
    if schedule.name in CALLS:
        yield from CALLS[schedule.name](schedule)


def _call(name: str, *positional: Any, **arguments: Any) -> str:
    return call(f"{MODULE}.{name}", *positional, **arguments)


def _constant(s: Schedule) -> Iterator[str]:
    yield _call("PiecewiseDecay", boundaries=[1], values=[s["rate"], s["rate"]])


def _step(s: Schedule) -> Iterator[str]:
    if whole(s["every"]):
        words = {"step_size": whole(s["every"]), "gamma": s["factor"]}
        yield _call("StepDecay", learning_rate=s["rate"], **words)


def _boundaries(s: Schedule) -> list[Any]:
    """The first update of each rate after the first."""
    return [each + s["late"] for each in s["boundaries"]]


def _multi_step(s: Schedule) -> Iterator[str]:
    factors, boundaries = s["factor"], _boundaries(s)
    if not isinstance(factors, tuple):
        words = {"milestones": boundaries, "gamma": factors}
        yield _call("MultiStepDecay", learning_rate=s["rate"], **words)
        factors = (factors,) * len(boundaries)
    values = [s["rate"]]
    for each in factors:
        values.append(values[-1] * each)
    yield _call("PiecewiseDecay", boundaries=boundaries, values=values)


def _piecewise(s: Schedule) -> Iterator[str]:
    yield _call("PiecewiseDecay", boundaries=_boundaries(s), values=list(s["values"]))


def _exponential(s: Schedule) -> Iterator[str]:
    if s["staircase"] and whole(s["steps"]):
        words = {"step_size": whole(s["steps"]), "gamma": s["factor"]}
        yield _call("StepDecay", learning_rate=s["rate"], **words)
    factor = s["factor"] ** (1 / s["steps"])
    yield _call("ExponentialDecay", learning_rate=s["rate"], gamma=factor)


def _inverse_time(s: Schedule) -> Iterator[str]:
    yield _call("InverseTimeDecay", learning_rate=s["rate"], gamma=s["decay"] / s["steps"])


def _way(s: Schedule) -> Iterator[str]:
    updates = whole(length(s))
    if updates is not None:
        words = {"decay_steps": updates, "end_lr": s["end"]}
        if s.name == "polynomial" and s["power"] != 1:
            words["power"] = s["power"]
        if s["past_end"] == "stretches":
            words["cycle"] = True
        yield _call("PolynomialDecay", learning_rate=s["rate"], **words)


def _cosine(s: Schedule) -> Iterator[str]:
    updates = whole(length(s))
    if updates is not None:
        if s["past_end"] == "repeats":
            yield from _restarts_of(s["rate"], updates, 1, s["end"])
        words = {"T_max": updates, "eta_min": s["end"]}
        yield _call("CosineAnnealingDecay", learning_rate=s["rate"], **words)


def _restarts_of(rate: float, updates: int, growth: int, end: float) -> Iterator[str]:
    words = {"T_0": updates, "T_mult": growth, "eta_min": end}
    yield _call("CosineAnnealingWarmRestarts", learning_rate=rate, **words)


def _restarts(s: Schedule) -> Iterator[str]:
    updates, growth = whole(s["steps"]), whole(s["growth"])
    if updates and growth:
        yield from _restarts_of(s["rate"], updates, growth, s["end"])


def _cyclic(s: Schedule) -> Iterator[str]:
    up, down = whole(s["up"]), None if s["down"] is None else whole(s["down"])
    words: dict[str, Any] = {"step_size_up": up}
    if s["down"] is not None:
        words["step_size_down"] = down
    if s["per_step"] != 1:
        words |= {"mode": "exp_range", "exp_gamma": s["per_step"]}
    elif s["per_cycle"] == 0.5:
        words["mode"] = "triangular2"
    ends = {"base_learning_rate": s["low"], "max_learning_rate": s["high"]}
    if up and (down or s["down"] is None):
        yield _call("CyclicLR", **ends, **words)


def _one_cycle(s: Schedule) -> Iterator[str]:
    yield _call(
        "OneCycleLR",
        max_learning_rate=s["peak"],
        total_steps=s["steps"],
        divide_factor=s["divisor"],
        end_learning_rate=s["peak"] / s["divisor"] / s["final_divisor"],
        phase_pct=s["rising"],
        anneal_strategy="cos" if s["shape"] == "cosine" else "linear",
        three_phase=s["three_phase"],
    )


def _risen(rest: Schedule, steps: Any, start: float, end: float) -> Iterator[str]:
    """A line up, and then a schedule or a number."""
    words = {"warmup_steps": whole(steps), "start_lr": start, "end_lr": end}
    after = [repr(rest["rate"])] if rest.name == "constant" else paddle_calls(rest)
    for each in after if whole(steps) else ():
        yield _call("LinearWarmup", each, **words)


def _warmup(s: Schedule) -> Iterator[str]:
    if not s["offset"]:
        yield from _risen(s["schedule"], s["steps"], s["start"], first_rate(s["schedule"]))


def _sequence(s: Schedule) -> Iterator[str]:
    line, *others = s["schedules"]
    rises = line.name == "linear" and line.has(hold=0, past_end="stays")
    if len(others) == 1 and s["shifted"] and rises and length(line) == s["boundaries"][0]:
        yield from _risen(others[0], s["boundaries"][0], line["rate"], line["end"])


CALLS: dict[str, Callable[[Schedule], Iterator[str]]] = {
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
    "cyclic": _cyclic,
    "one_cycle": _one_cycle,
    "warmup": _warmup,
    "sequence": _sequence,
}

"""PyTorch's schedulers that may compute a schedule, as code, the best first."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from crosscheck.conventions.closed_forms.schedule import Schedule
from crosscheck.conventions.schedules.calls import call, first_rate, length, whole

MODULE = "torch.optim.lr_scheduler"
SMALLEST = 1e-8  # LinearLR begins above 0: people begin here


def torch_calls(schedule: Schedule, base_rate: float) -> Iterator[str]:
    """Calls that are, or come near, a schedule; whether they are is for the reader to find out.

    Args:
        schedule: What they shall compute.
        base_rate: The rate of the optimizer, which they multiply.
    """
    if schedule.name in CALLS and base_rate > 0:
        yield from CALLS[schedule.name](schedule, base_rate)


def _call(name: str, **arguments: Any) -> str:
    return call(f"{MODULE}.{name}", "optimizer", **arguments)


def _line(start: float, end: float, steps: Any, base_rate: float) -> Iterator[str]:
    """A line; PyTorch allows factors up to 1, and one of 0 only at the end."""
    start, end, updates = start / base_rate, end / base_rate, whole(steps)
    if start <= 1 and end <= 1 and updates is not None:
        first = start or SMALLEST
        yield _call("LinearLR", start_factor=first, end_factor=end, total_iters=updates)


def _constant(s: Schedule, base_rate: float) -> Iterator[str]:
    if s["rate"] == base_rate:
        yield _call("ConstantLR", factor=1.0)
    elif s["rate"] > 0:
        yield from _line(s["rate"], s["rate"], 1, base_rate)


def _step(s: Schedule, base_rate: float) -> Iterator[str]:
    yield _call("StepLR", step_size=s["every"], gamma=s["factor"])


def _stairs(boundaries: list[Any], factors: list[float]) -> Iterator[str]:
    """One MultiStepLR for one factor, and a chain of them for several."""
    milestones = [whole(each) for each in boundaries]
    if None in milestones:
        return
    if len(set(factors)) == 1:
        yield _call("MultiStepLR", milestones=milestones, gamma=factors[0])
    else:
        pairs = zip(milestones, factors, strict=True)
        parts = [_call("MultiStepLR", milestones=[one], gamma=factor) for one, factor in pairs]
        yield call(f"{MODULE}.ChainedScheduler", parts)


def _multi_step(s: Schedule, base_rate: float) -> Iterator[str]:
    boundaries = [each + s["late"] for each in s["boundaries"]]
    factors = s["factor"] if isinstance(s["factor"], tuple) else (s["factor"],) * len(boundaries)
    yield from _stairs(boundaries, list(factors))


def _piecewise(s: Schedule, base_rate: float) -> Iterator[str]:
    boundaries, values = [each + s["late"] for each in s["boundaries"]], s["values"]
    if not all(values[:-1]):
        return
    if len(values) == 2 and values[1] == base_rate and whole(boundaries[0]):
        yield _call("ConstantLR", factor=values[0] / base_rate, total_iters=whole(boundaries[0]))
    yield from _stairs(boundaries, [after / before for before, after in pairwise(values)])


def _exponential(s: Schedule, base_rate: float) -> Iterator[str]:
    if s["staircase"] and whole(s["steps"]):
        yield _call("StepLR", step_size=whole(s["steps"]), gamma=s["factor"])
    yield _call("ExponentialLR", gamma=s["factor"] ** (1 / s["steps"]))


def _linear(s: Schedule, base_rate: float) -> Iterator[str]:
    yield from _line(s["rate"], s["end"], length(s), base_rate)


def _polynomial(s: Schedule, base_rate: float) -> Iterator[str]:
    if s["power"] == 1:
        yield from _linear(s, base_rate)
    elif whole(length(s)):
        yield _call("PolynomialLR", total_iters=whole(length(s)), power=s["power"])


def _cosine(s: Schedule, base_rate: float) -> Iterator[str]:
    updates = whole(length(s))
    if updates is None:
        return
    if s["past_end"] == "repeats":
        yield _call("CosineAnnealingWarmRestarts", T_0=updates, eta_min=s["end"])
    yield _call("CosineAnnealingLR", T_max=updates, eta_min=s["end"])


def _restarts(s: Schedule, base_rate: float) -> Iterator[str]:
    updates, growth = whole(s["steps"]), whole(s["growth"])
    if updates and growth:
        words = {"T_0": updates, "T_mult": growth, "eta_min": s["end"]}
        yield _call("CosineAnnealingWarmRestarts", **words)


def _cyclic(s: Schedule, base_rate: float) -> Iterator[str]:
    words = {"base_lr": s["low"], "max_lr": s["high"], "step_size_up": s["up"]}
    if s["down"] is not None:
        words["step_size_down"] = s["down"]
    mode = {"mode": "triangular2"} if s["per_cycle"] == 0.5 else {}
    if s["per_step"] != 1:
        mode = {"mode": "exp_range", "gamma": s["per_step"]}
    yield _call("CyclicLR", **words, **mode, cycle_momentum=False)


def _one_cycle(s: Schedule, base_rate: float) -> Iterator[str]:
    yield _call(
        "OneCycleLR",
        max_lr=s["peak"],
        total_steps=s["steps"],
        pct_start=s["rising"],
        anneal_strategy="cos" if s["shape"] == "cosine" else "linear",
        cycle_momentum=False,
        div_factor=s["divisor"],
        final_div_factor=s["final_divisor"],
        three_phase=s["three_phase"],
    )


def _warmup(s: Schedule, base_rate: float) -> Iterator[str]:
    rest, steps, start = s["schedule"], s["steps"], s["start"]
    peak = first_rate(rest)
    if s["offset"]:
        start, line = start + (peak - start) / steps, steps - 1
    else:
        line = steps
    for first in _line(start, peak, line, base_rate):
        for second in torch_calls(rest, base_rate):
            yield _call("SequentialLR", schedulers=[first, second], milestones=[steps])


def _sequence(s: Schedule, base_rate: float) -> Iterator[str]:
    parts = [next(torch_calls(each, base_rate), None) for each in s["schedules"]]
    if None not in parts and s["shifted"]:
        milestones = list(s["boundaries"])
        yield _call("SequentialLR", schedulers=parts, milestones=milestones)


def _product(s: Schedule, base_rate: float) -> Iterator[str]:
    first, *others = s["schedules"]
    parts = [next(torch_calls(first, base_rate), None)]
    parts += [next(torch_calls(each.scaled(base_rate), base_rate), None) for each in others]
    if None not in parts:
        yield call(f"{MODULE}.ChainedScheduler", parts)


CALLS: dict[str, Callable[[Schedule, float], Iterator[str]]] = {
    "constant": _constant,
    "step": _step,
    "multi_step": _multi_step,
    "piecewise_constant": _piecewise,
    "exponential": _exponential,
    "linear": _linear,
    "polynomial": _polynomial,
    "cosine": _cosine,
    "cosine_restarts": _restarts,
    "cyclic": _cyclic,
    "one_cycle": _one_cycle,
    "warmup": _warmup,
    "sequence": _sequence,
    "product": _product,
}

"""The schedules of optax as closed forms."""

from collections.abc import Sequence
from typing import Any

from crosscheck.conventions import schedules as forms
from crosscheck.conventions.closed_forms.schedule import Schedule
from crosscheck.conventions.schedules.stock_schedule import (
    RefusedScheduleError,
    Remark,
    StockSchedule,
)

INTEGERS = (
    "divides its int32 count by a whole number, and JAX computes this in float32, even with "
    "jax_enable_x64"
)
ROOT = Remark(
    "is NaN from its end on under jax.jit for many transition_steps if power is not a whole "
    "number: 1 - count / transition_steps is a little below 0 there, and a number below 0 has no "
    "such power",
    lambda arguments: not float(arguments["power"]).is_integer(),
)
INTERPOLATED = "converts its rates and boundaries to float32 arrays"


def _constant(value: float) -> Schedule:
    return forms.constant(value)


def _polynomial(
    init_value: float,
    end_value: float,
    power: float,
    transition_steps: int,
    transition_begin: int = 0,
) -> Schedule:
    if transition_steps <= 0:
        return forms.constant(init_value)
    return forms.polynomial(
        init_value,
        steps=transition_steps,
        end=end_value,
        power=power,
        hold=max(transition_begin, 0),
    )


def _linear(
    init_value: float, end_value: float, transition_steps: int, transition_begin: int = 0
) -> Schedule:
    if transition_steps <= 0:
        return forms.constant(init_value)
    hold = max(transition_begin, 0)
    return forms.linear(init_value, steps=transition_steps, end=end_value, hold=hold)


def _exponential(
    init_value: float,
    transition_steps: int,
    decay_rate: float,
    transition_begin: int = 0,
    staircase: bool = False,
    end_value: float | None = None,
) -> Schedule:
    if transition_steps <= 0 or decay_rate == 0:
        return forms.constant(init_value)
    return forms.exponential(
        init_value,
        factor=decay_rate,
        steps=transition_steps,
        staircase=staircase,
        hold=max(transition_begin, 0),
        limit=end_value,
    )


def _scales(boundaries_and_scales: dict[int, float] | None) -> tuple[list[int], list[float]]:
    pairs = sorted((boundaries_and_scales or {}).items())
    if any(scale < 0 for _, scale in pairs):
        raise RefusedScheduleError("optax itself refuses a negative scale")
    return [boundary for boundary, _ in pairs], [scale for _, scale in pairs]


def _piecewise_constant(
    init_value: float, boundaries_and_scales: dict[int, float] | None = None
) -> Schedule:
    boundaries, scales = _scales(boundaries_and_scales)
    if not boundaries:
        return forms.constant(init_value)
    return forms.multi_step(init_value, boundaries=boundaries, factor=scales)


def _piecewise_interpolate(
    interpolate_type: str,
    init_value: float,
    boundaries_and_scales: dict[int, float] | None = None,
) -> Schedule:
    if interpolate_type not in ("linear", "cosine"):
        raise RefusedScheduleError(f"optax itself refuses interpolate_type={interpolate_type!r}")
    boundaries, scales = _scales(boundaries_and_scales)
    values = [init_value]
    for scale in scales:
        values.append(values[-1] * scale)
    if not boundaries:
        return forms.constant(init_value)
    return forms.interpolated(values, boundaries=boundaries, shape=interpolate_type)


def _cosine(
    init_value: float, decay_steps: int, alpha: float = 0.0, exponent: float = 1.0
) -> Schedule:
    if not decay_steps > 0:
        raise RefusedScheduleError("optax itself refuses decay_steps that are not above 0")
    end = alpha * init_value
    return forms.cosine(init_value, steps=decay_steps, end=end, power=exponent)


def _cosine_onecycle(
    transition_steps: int,
    peak_value: float,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    return forms.one_cycle(
        peak_value,
        steps=_of_cycle(transition_steps),
        rising=pct_start,
        divisor=div_factor,
        final_divisor=final_div_factor,
    )


def _linear_onecycle(
    transition_steps: int,
    peak_value: float,
    pct_start: float = 0.3,
    pct_final: float = 0.85,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    return forms.one_cycle(
        peak_value,
        steps=_of_cycle(transition_steps),
        rising=pct_start,
        back_at=pct_final,
        divisor=div_factor,
        final_divisor=final_div_factor,
        shape="linear",
        three_phase=True,
    )


def _of_cycle(transition_steps: int) -> int:
    if transition_steps <= 0:
        raise RefusedScheduleError("optax itself refuses transition_steps that are not above 0")
    return transition_steps


def _warmed_up(init_value: float, peak_value: float, steps: int, rest: Schedule) -> Schedule:
    """A line up to a schedule; without a step of it, optax has init_value for no update at all."""
    return forms.warmup(rest, steps=steps, start=init_value) if steps > 0 else rest


def _warmup_constant(init_value: float, peak_value: float, warmup_steps: int) -> Schedule:
    if warmup_steps <= 0:
        return forms.constant(init_value)
    return _warmed_up(init_value, peak_value, warmup_steps, forms.constant(peak_value))


def _warmup_cosine(
    init_value: float,
    peak_value: float,
    warmup_steps: int,
    decay_steps: int,
    end_value: float = 0.0,
    exponent: float = 1.0,
) -> Schedule:
    if decay_steps <= warmup_steps:
        raise RefusedScheduleError(
            "optax itself refuses it: decay_steps, which include the warm-up, must be more than "
            "warmup_steps"
        )
    if peak_value == 0:
        rest = forms.constant(0.0)
    else:
        steps = decay_steps - warmup_steps
        rest = forms.cosine(peak_value, steps=steps, end=end_value, power=exponent)
    return _warmed_up(init_value, peak_value, warmup_steps, rest)


def _warmup_exponential(
    init_value: float,
    peak_value: float,
    warmup_steps: int,
    transition_steps: int,
    decay_rate: float,
    transition_begin: int = 0,
    staircase: bool = False,
    end_value: float | None = None,
) -> Schedule:
    rest = _exponential(
        peak_value, transition_steps, decay_rate, transition_begin, staircase, end_value
    )
    return _warmed_up(init_value, peak_value, warmup_steps, rest)


def _sgdr(cosine_kwargs: Sequence[dict[str, Any]]) -> Schedule:
    parts = [_warmup_cosine(**each) for each in cosine_kwargs]
    boundaries, step = [], 0
    for each in cosine_kwargs:
        step += each["decay_steps"]
        boundaries.append(step)
    return forms.sequence(parts, boundaries=boundaries[:-1])


def _joined(schedules: Sequence[Any], boundaries: Sequence[int]) -> Schedule:
    return forms.sequence([each.schedule for each in schedules], boundaries=boundaries)


def _row(
    name: str, closed_form: Any, float32: str | None = None, *remarks: Remark
) -> StockSchedule:
    return StockSchedule("optax", f"optax.{name}", closed_form, float32=float32, remarks=remarks)


OPTAX = (
    _row("constant_schedule", _constant),
    _row("exponential_decay", _exponential, INTEGERS),
    _row("polynomial_schedule", _polynomial, INTEGERS, ROOT),
    _row("linear_schedule", _linear, INTEGERS),
    _row("cosine_decay_schedule", _cosine),
    _row("piecewise_constant_schedule", _piecewise_constant),
    _row("piecewise_interpolate_schedule", _piecewise_interpolate, INTERPOLATED),
    _row("cosine_onecycle_schedule", _cosine_onecycle, INTERPOLATED),
    _row("linear_onecycle_schedule", _linear_onecycle, INTERPOLATED),
    _row("warmup_constant_schedule", _warmup_constant, INTEGERS),
    _row("warmup_cosine_decay_schedule", _warmup_cosine, INTEGERS),
    _row("warmup_exponential_decay_schedule", _warmup_exponential, INTEGERS),
    _row("sgdr_schedule", _sgdr, INTEGERS),
    _row("join_schedules", _joined),
)

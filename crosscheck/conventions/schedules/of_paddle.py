"""The schedules of paddle.optimizer.lr as closed forms.

The rate is theirs, and the optimizer is given the schedule. They move on when `step` is called.
"""

import math
from collections.abc import Sequence
from typing import Any

from crosscheck.conventions import schedules as forms
from crosscheck.conventions.closed_forms.schedule import Schedule
from crosscheck.conventions.schedules.of_torch import FUNCTION, PER_CYCLE
from crosscheck.conventions.schedules.stock_schedule import RefusedScheduleError, StockSchedule

MODULE = "paddle.optimizer.lr"
# Schedules that are not related to a closed form, each with the reason.
REFUSED = {
    "LambdaDecay": FUNCTION,
    "MultiplicativeDecay": FUNCTION,
    "ReduceOnPlateau": "its rate depends on the losses, not on the count of updates alone",
    "NoamDecay": "its rate falls with the square root of the count of updates, and none of our "
    "closed forms does",
}


def _needs(name: str, value: float, holds: bool, condition: str) -> None:
    if not holds:
        raise RefusedScheduleError(f"PaddlePaddle itself refuses {name}={value!r}: {condition}")


def _from_start(last_epoch: int) -> None:
    if last_epoch != -1:
        raise RefusedScheduleError("last_epoch resumes a schedule: translate it from its start")


def _piecewise(
    boundaries: Sequence[int], values: Sequence[float], last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    if not boundaries or len(values) != len(boundaries) + 1:
        raise RefusedScheduleError("there must be boundaries, and one value more than these")
    return forms.piecewise_constant(values, boundaries=boundaries)


def _natural_exp(learning_rate: float, gamma: float, last_epoch: int = -1) -> Schedule:
    _from_start(last_epoch)
    _needs("gamma", gamma, gamma > 0, "it must be above 0")
    return forms.exponential(learning_rate, factor=math.exp(-gamma))


def _inverse_time(learning_rate: float, gamma: float, last_epoch: int = -1) -> Schedule:
    _from_start(last_epoch)
    return forms.inverse_time(learning_rate, decay=gamma)


def _polynomial(
    learning_rate: float,
    decay_steps: int,
    end_lr: float = 0.0001,
    power: float = 1.0,
    cycle: bool = False,
    last_epoch: int = -1,
) -> Schedule:
    _from_start(last_epoch)
    _needs("power", power, power > 0, "it must be above 0")
    past_end = "stretches" if cycle else "stays"
    return forms.polynomial(
        learning_rate, steps=decay_steps, end=end_lr, power=power, past_end=past_end
    )


def _warmup(
    learning_rate: Any, warmup_steps: int, start_lr: float, end_lr: float, last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    _needs("end_lr", end_lr, end_lr > start_lr, "it must be above start_lr")
    nested = getattr(learning_rate, "schedule", None)
    rest = forms.constant(learning_rate) if nested is None else nested
    if rest(0) == end_lr:
        return forms.warmup(rest, steps=warmup_steps, start=start_lr)
    rising = forms.linear(start_lr, steps=warmup_steps, end=end_lr)
    return forms.sequence([rising, rest], boundaries=[warmup_steps])


def _exponential(learning_rate: float, gamma: float, last_epoch: int = -1) -> Schedule:
    _from_start(last_epoch)
    _needs("gamma", gamma, 0 < gamma < 1, "it must be above 0 and below 1")
    return forms.exponential(learning_rate, factor=gamma)


def _multi_step(
    learning_rate: float, milestones: Sequence[int], gamma: float = 0.1, last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    _needs("gamma", gamma, gamma < 1, "it must be below 1")
    return forms.multi_step(learning_rate, boundaries=milestones, factor=gamma)


def _step(
    learning_rate: float, step_size: int, gamma: float = 0.1, last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    _needs("gamma", gamma, gamma < 1, "it must be below 1")
    return forms.step(learning_rate, every=step_size, factor=gamma)


def _cosine(
    learning_rate: float, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    return forms.cosine(learning_rate, steps=T_max, end=eta_min, past_end="goes_on")


def _restarts(
    learning_rate: float, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    return forms.cosine_restarts(learning_rate, steps=T_0, growth=T_mult, end=eta_min)


def _linear(
    learning_rate: float,
    total_steps: int,
    start_factor: float = 1 / 3,
    end_factor: float = 1.0,
    last_epoch: int = -1,
) -> Schedule:
    _from_start(last_epoch)
    _needs("start_factor", start_factor, 0 < start_factor <= 1, "it must be above 0, at most 1")
    _needs("end_factor", end_factor, 0 <= end_factor <= 1, "it must be from 0 to 1")
    end = learning_rate * end_factor
    return forms.linear(learning_rate * start_factor, steps=total_steps, end=end)


def _cyclic(
    base_learning_rate: float,
    max_learning_rate: float,
    step_size_up: int,
    step_size_down: int | None = None,
    mode: str = "triangular",
    exp_gamma: float = 1.0,
    scale_fn: None = None,
    scale_mode: str = "cycle",
    last_epoch: int = -1,
) -> Schedule:
    _from_start(last_epoch)
    if scale_fn is not None:
        raise RefusedScheduleError(f"of scale_fn, {FUNCTION}")
    if mode not in PER_CYCLE:
        raise RefusedScheduleError(f"PaddlePaddle itself refuses the mode {mode!r}")
    return forms.cyclic(
        base_learning_rate,
        high=max_learning_rate,
        up=step_size_up,
        down=step_size_down,
        per_cycle=PER_CYCLE[mode],
        per_step=exp_gamma if mode == "exp_range" else 1.0,
    )


def _one_cycle(
    max_learning_rate: float,
    total_steps: int,
    divide_factor: float = 25.0,
    end_learning_rate: float = 0.0001,
    phase_pct: float = 0.3,
    anneal_strategy: str = "cos",
    three_phase: bool = False,
    last_epoch: int = -1,
) -> Schedule:
    _from_start(last_epoch)
    if anneal_strategy not in ("cos", "linear"):
        raise RefusedScheduleError(
            f"PaddlePaddle itself refuses anneal_strategy={anneal_strategy!r}"
        )
    if end_learning_rate <= 0:
        raise RefusedScheduleError("end_learning_rate must be above 0 here")
    if three_phase:
        _needs("phase_pct", phase_pct, phase_pct < 0.5, "with three phases it must be below 0.5")
    return forms.one_cycle(
        max_learning_rate,
        steps=total_steps,
        rising=phase_pct,
        divisor=divide_factor,
        final_divisor=max_learning_rate / divide_factor / end_learning_rate,
        shape="cosine" if anneal_strategy == "cos" else "linear",
        three_phase=three_phase,
        endpoint=True,
        past_end="goes_on",
    )


def _row(name: str, closed_form: Any, **more: Any) -> StockSchedule:
    return StockSchedule("paddle", f"{MODULE}.{name}", closed_form, **more)


PADDLE = (
    _row("PiecewiseDecay", _piecewise),
    _row("NaturalExpDecay", _natural_exp),
    _row("InverseTimeDecay", _inverse_time),
    _row("PolynomialDecay", _polynomial),
    _row("LinearWarmup", _warmup),
    _row("ExponentialDecay", _exponential),
    _row("MultiStepDecay", _multi_step),
    _row("StepDecay", _step),
    _row("CosineAnnealingDecay", _cosine, recursive=True),
    _row("CosineAnnealingWarmRestarts", _restarts),
    _row("LinearLR", _linear, recursive=True),
    _row("CyclicLR", _cyclic),
    _row("OneCycleLR", _one_cycle, last=lambda arguments: int(arguments["total_steps"])),
)

"""The schedulers of torch.optim.lr_scheduler, and two of transformers, as closed forms.

A scheduler multiplies the rate that the optimizer has, its `lr`.
"""

from collections.abc import Sequence
from typing import Any

from crosscheck.conventions import schedules as forms
from crosscheck.conventions.closed_forms.schedule import Schedule
from crosscheck.conventions.schedules.stock_schedule import (
    RefusedScheduleError,
    Remark,
    StockSchedule,
)

MODULE = "torch.optim.lr_scheduler"
MOMENTUM = Remark(
    "cycles the momentum as well unless cycle_momentum=False, which no schedule here does",
    lambda arguments: arguments.get("cycle_momentum", True),
)
FUNCTION = "a function of yours gives its factor, and we do not run it"
# Schedulers that are not related to a closed form, each with the reason.
REFUSED = {
    "LambdaLR": FUNCTION,
    "MultiplicativeLR": FUNCTION,
    "ReduceLROnPlateau": "its rate depends on the losses, not on the count of updates alone",
}
# What cannot stand inside another scheduler: in a SequentialLR, and in a ChainedScheduler, where
# every scheduler must multiply the rate that it finds.
ALONE = {
    "SequentialLR": ("CyclicLR", "OneCycleLR", "SequentialLR", "ChainedScheduler"),
    "ChainedScheduler": (
        "CyclicLR",
        "OneCycleLR",
        "SequentialLR",
        "ChainedScheduler",
        "CosineAnnealingWarmRestarts",
        "get_linear_schedule_with_warmup",
        "get_cosine_schedule_with_warmup",
    ),
}


def _from_start(last_epoch: int) -> None:
    if last_epoch != -1:
        raise RefusedScheduleError("last_epoch resumes a scheduler: translate it from its start")


def _within(name: str, value: float, *, above_zero: bool = False) -> None:
    if not 0 <= value <= 1 or (above_zero and value == 0):
        least = "above 0" if above_zero else "at least 0"
        raise RefusedScheduleError(
            f"PyTorch itself refuses {name}={value!r}: it must be {least} and at most 1"
        )


def _step(base_rate: float, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> Schedule:
    _from_start(last_epoch)
    return forms.step(base_rate, every=step_size, factor=gamma)


def _multi_step(
    base_rate: float, milestones: Sequence[int], gamma: float = 0.1, last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    return forms.multi_step(base_rate, boundaries=sorted(milestones), factor=gamma)


def _constant(
    base_rate: float, factor: float = 1 / 3, total_iters: int = 5, last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    _within("factor", factor)
    if factor == 0:
        raise RefusedScheduleError("PyTorch divides by factor at its end: it must not be 0")
    if total_iters < 1:
        raise RefusedScheduleError(
            "total_iters must be at least 1: PyTorch never ends a ConstantLR of 0, but in "
            "a SequentialLR at once"
        )
    rates = (base_rate * factor, base_rate)
    return forms.piecewise_constant(rates, boundaries=[total_iters])


def _linear(
    base_rate: float,
    start_factor: float = 1 / 3,
    end_factor: float = 1.0,
    total_iters: int = 5,
    last_epoch: int = -1,
) -> Schedule:
    _from_start(last_epoch)
    _within("start_factor", start_factor, above_zero=True)
    _within("end_factor", end_factor)
    end = base_rate * end_factor
    return forms.linear(base_rate * start_factor, steps=total_iters, end=end)


def _exponential(base_rate: float, gamma: float, last_epoch: int = -1) -> Schedule:
    _from_start(last_epoch)
    return forms.exponential(base_rate, factor=gamma)


def _polynomial(
    base_rate: float, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    return forms.polynomial(base_rate, steps=total_iters, power=power)


def _cosine(base_rate: float, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> Schedule:
    _from_start(last_epoch)
    return forms.cosine(base_rate, steps=T_max, end=eta_min, past_end="goes_on")


def _restarts(
    base_rate: float, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    for name, value in (("T_0", T_0), ("T_mult", T_mult)):
        if not isinstance(value, int):
            raise RefusedScheduleError(f"PyTorch itself refuses {name}={value!r}: no whole number")
    return forms.cosine_restarts(base_rate, steps=T_0, growth=T_mult, end=eta_min)


PER_CYCLE = {"triangular": 1.0, "triangular2": 0.5, "exp_range": 1.0}


def _cyclic(
    base_lr: float,
    max_lr: float,
    step_size_up: int = 2000,
    step_size_down: int | None = None,
    mode: str = "triangular",
    gamma: float = 1.0,
    scale_fn: None = None,
    scale_mode: str = "cycle",
    cycle_momentum: bool = True,
    base_momentum: float = 0.8,
    max_momentum: float = 0.9,
    last_epoch: int = -1,
) -> Schedule:
    _from_start(last_epoch)
    if scale_fn is not None:
        raise RefusedScheduleError(f"of scale_fn, {FUNCTION}")
    if mode not in PER_CYCLE:
        raise RefusedScheduleError(f"PyTorch itself refuses the mode {mode!r}")
    return forms.cyclic(
        base_lr,
        high=max_lr,
        up=step_size_up,
        down=step_size_down,
        per_cycle=PER_CYCLE[mode],
        per_step=gamma if mode == "exp_range" else 1.0,
    )


def _one_cycle(
    max_lr: float,
    total_steps: int | None = None,
    epochs: int | None = None,
    steps_per_epoch: int | None = None,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    cycle_momentum: bool = True,
    base_momentum: float = 0.85,
    max_momentum: float = 0.95,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
    last_epoch: int = -1,
) -> Schedule:
    _from_start(last_epoch)
    steps = total_steps
    if steps is None:
        if epochs is None or steps_per_epoch is None:
            raise RefusedScheduleError(
                "PyTorch itself refuses it: give total_steps, or epochs and steps_per_epoch"
            )
        steps = epochs * steps_per_epoch
    if anneal_strategy not in ("cos", "linear"):
        raise RefusedScheduleError(f"PyTorch itself refuses anneal_strategy={anneal_strategy!r}")
    if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
        raise RefusedScheduleError(
            f"PyTorch itself refuses pct_start={pct_start!r}: it must be a float from 0 to 1"
        )
    if pct_start * steps == 1:
        raise RefusedScheduleError("PyTorch divides by 0: pct_start * total_steps must not be 1")
    return forms.one_cycle(
        max_lr,
        steps=steps,
        rising=pct_start,
        divisor=div_factor,
        final_divisor=final_div_factor,
        shape="cosine" if anneal_strategy == "cos" else "linear",
        three_phase=three_phase,
        endpoint=True,
        past_end="goes_on",
    )


def _last_of_one_cycle(arguments: dict[str, Any]) -> int | None:
    """It raises an error at the update after total_steps."""
    if arguments.get("total_steps") is not None:
        return int(arguments["total_steps"])
    return int(arguments["epochs"] * arguments["steps_per_epoch"])


def _own(parts: Sequence[Any], joiner: str) -> list[Schedule]:
    """The closed forms of nested schedulers."""
    for each in parts:
        name = each.call.partition("(")[0].rpartition(".")[2]
        if name in ALONE[joiner]:
            raise RefusedScheduleError(f"{name} sets the rate by itself, also inside a {joiner}")
    return [each.schedule for each in parts]


def _sequential(
    base_rate: float, schedulers: Sequence[Any], milestones: Sequence[int], last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    return forms.sequence(_own(schedulers, "SequentialLR"), boundaries=milestones)


def _chained(base_rate: float, schedulers: Sequence[Any]) -> Schedule:
    own = _own(schedulers, "ChainedScheduler")
    if any(each.name == "cosine" and each["end"] for each in own):
        raise RefusedScheduleError("in a ChainedScheduler, eta_min is added at every update")
    factor = 1 / base_rate if base_rate else 1.0
    return forms.product([own[0], *(each.scaled(factor) for each in own[1:])])


def _last_of_chain(arguments: dict[str, Any]) -> int | None:
    """After T_max, CosineAnnealingLR adds a share of the base rate that nothing else multiplies."""
    ends = [each.schedule["steps"] for each in arguments["schedulers"] if "Cosine" in each.call]
    return min(ends, default=None)


def _warmup_linear(
    base_rate: float, num_warmup_steps: int, num_training_steps: int, last_epoch: int = -1
) -> Schedule:
    _from_start(last_epoch)
    rest = forms.linear(base_rate, steps=max(1, num_training_steps - num_warmup_steps))
    return forms.warmup(rest, steps=num_warmup_steps) if num_warmup_steps else rest


def _warmup_cosine(
    base_rate: float,
    num_warmup_steps: int,
    num_training_steps: int,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
) -> Schedule:
    _from_start(last_epoch)
    steps = max(1, num_training_steps - num_warmup_steps)
    length = steps if num_cycles == 0.5 else steps / (2 * num_cycles)
    rest = forms.cosine(base_rate, steps=length, past_end="goes_on")
    return forms.warmup(rest, steps=num_warmup_steps) if num_warmup_steps else rest


def _row(name: str, closed_form: Any, **more: Any) -> StockSchedule:
    return StockSchedule("torch", f"{MODULE}.{name}", closed_form, **more)


def _of_transformers(name: str, closed_form: Any) -> StockSchedule:
    remark = Remark("is not run here: its formula was read in the source of transformers")
    return StockSchedule(
        "torch", f"transformers.{name}", closed_form, remarks=(remark,), runnable=False
    )


TORCH = (
    _row("StepLR", _step, recursive=True),
    _row("MultiStepLR", _multi_step, recursive=True),
    _row("ConstantLR", _constant, recursive=True),
    _row("LinearLR", _linear, recursive=True),
    _row("ExponentialLR", _exponential, recursive=True),
    _row("PolynomialLR", _polynomial, recursive=True),
    _row("CosineAnnealingLR", _cosine, recursive=True),
    _row("CosineAnnealingWarmRestarts", _restarts),
    _row("CyclicLR", _cyclic, remarks=(MOMENTUM,)),
    _row("OneCycleLR", _one_cycle, remarks=(MOMENTUM,), last=_last_of_one_cycle),
    _row("SequentialLR", _sequential, recursive=True),
    _row("ChainedScheduler", _chained, recursive=True, last=_last_of_chain),
    _of_transformers("get_linear_schedule_with_warmup", _warmup_linear),
    _of_transformers("get_cosine_schedule_with_warmup", _warmup_cosine),
)

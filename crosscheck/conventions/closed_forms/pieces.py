"""Schedules that are made of pieces, or of other schedules."""

from collections.abc import Sequence
from typing import Any

from crosscheck.conventions.closed_forms.arguments import (
    TINY,
    fits,
    known,
    number,
    rates_in,
    updates,
    whole,
)
from crosscheck.conventions.closed_forms.formulas import PAST_END
from crosscheck.conventions.closed_forms.schedule import Schedule, ScheduleError, make_schedule

SHAPES = ("linear", "cosine")


def multi_step(
    rate: float,
    *,
    boundaries: Sequence[float],
    factor: float | Sequence[float] = 0.1,
    late: bool = False,
) -> Schedule:
    """The rate times a factor for every boundary that is reached.

    Args:
        rate: The rate of update 0.
        boundaries: The first update of each new rate, in rising order.
        factor: One for all, or one for each boundary.
        late: Whether the update at a boundary still has the old rate.
    """
    boundaries = updates(boundaries)
    each: Any = factor
    if isinstance(factor, Sequence):
        each = tuple(number("factor", one) for one in factor)
        fits("factor", each, boundaries, 0)
    else:
        each = number("factor", factor)
    given = {"rate": number("rate", rate), "boundaries": boundaries, "factor": each, "late": late}
    return make_schedule("multi_step", given)


def piecewise_constant(
    values: Sequence[float], *, boundaries: Sequence[float], late: bool = False
) -> Schedule:
    """One rate after another.

    Args:
        values: The rates, one more than there are boundaries.
        boundaries: The first update of each new rate, in rising order.
        late: Whether the update at a boundary still has the old rate.
    """
    rates, boundaries = rates_in(values), updates(boundaries)
    fits("values", rates, boundaries, 1)
    given = {"values": rates, "boundaries": boundaries, "late": late}
    return make_schedule("piecewise_constant", given)


def interpolated(
    values: Sequence[float],
    *,
    boundaries: Sequence[float],
    shape: str = "linear",
    past_end: str = "stays",
) -> Schedule:
    """From one rate to the next, along lines or half cosines.

    Args:
        values: The rate of update 0, and the rate at every boundary.
        boundaries: Updates, in rising order, also such as are no whole numbers.
        shape: "linear" or "cosine".
        past_end: "stays" or "goes_on".
    """
    rates, boundaries = rates_in(values), updates(boundaries)
    fits("values", rates, boundaries, 1)
    known("shape", shape, SHAPES)
    known("past_end", past_end, PAST_END[:2])
    given = {"values": rates, "boundaries": boundaries, "shape": shape, "past_end": past_end}
    return make_schedule("interpolated", given)


def one_cycle(
    peak: float,
    *,
    steps: int,
    rising: float = 0.3,
    back_at: float | None = None,
    divisor: float = 25.0,
    final_divisor: float = 1e4,
    shape: str = "cosine",
    three_phase: bool = False,
    endpoint: bool = False,
    past_end: str = "stays",
) -> Schedule:
    """From peak / divisor to the peak, and down to peak / divisor / final_divisor.

    A phase ends after a share of the updates, rounded down; with `endpoint` (as in PyTorch) nothing
    is rounded, and each phase is an update shorter.

    Args:
        peak: The largest rate.
        steps: The number of all updates.
        rising: In which share of the updates it rises.
        back_at: With three phases, the share after which it is back at peak / divisor; None for
            twice `rising`.
        divisor: The peak divided by the rate of update 0.
        final_divisor: The rate of update 0 divided by the last rate.
        shape: "linear" or "cosine".
        three_phase: Whether it falls to peak / divisor first.
        endpoint: Whether the last of the updates has the last rate.
        past_end: "stays" or "goes_on".

    Source: Smith and Topin (2018), section 3.
    """
    given: dict[str, Any] = {
        "peak": number("peak", peak),
        "steps": whole("steps", steps, 2 if endpoint else 1),
        "rising": number("rising", rising),
        "back_at": None if back_at is None else number("back_at", back_at),
        "divisor": number("divisor", divisor, TINY),
        "final_divisor": number("final_divisor", final_divisor, TINY),
        "shape": known("shape", shape, SHAPES),
        "three_phase": three_phase,
        "endpoint": endpoint,
        "past_end": known("past_end", past_end, PAST_END[:2]),
    }
    shares = (rising, 2 * rising if back_at is None else back_at, 1.0)
    if (list(shares) != sorted(shares) and three_phase) or rising > 1:
        raise ScheduleError(f"the shares of a cycle must rise to 1, not be {shares[:-1]}")
    return make_schedule("one_cycle", given)


def warmup(schedule: Schedule, *, steps: int, start: float = 0.0, offset: int = 0) -> Schedule:
    """A line up to the first rate of a schedule, which begins after it.

    Args:
        schedule: What comes after the warm-up, and counts its updates from there.
        steps: How many updates the warm-up has.
        start: Where the line begins.
        offset: 0 if update 0 has the rate `start`; 1 if it is a step further already, and the last
            update of the warm-up has the full rate.
    """
    _schedule(schedule)
    if offset not in (0, 1):
        raise ScheduleError(f"offset must be 0 or 1, not {offset!r}")
    given = {
        "schedule": schedule,
        "steps": whole("steps", steps, 1),
        "start": number("start", start),
        "offset": int(offset),
    }
    return make_schedule("warmup", given)


def sequence(
    schedules: Sequence[Schedule], *, boundaries: Sequence[int], shifted: bool = True
) -> Schedule:
    """One schedule after another.

    Args:
        schedules: One more than there are boundaries.
        boundaries: The first update of every schedule after the first, in rising order.
        shifted: Whether each counts from its own first update.
    """
    own, starts = tuple(map(_schedule, schedules)), updates(boundaries)
    fits("schedules", own, starts, 1)
    given = {"schedules": own, "boundaries": starts, "shifted": shifted}
    return make_schedule("sequence", given)


def product(schedules: Sequence[Schedule]) -> Schedule:
    """The product of schedules: the first is a rate, and all others are factors."""
    if not schedules:
        raise ScheduleError("a product needs a schedule")
    return make_schedule("product", {"schedules": tuple(map(_schedule, schedules))})


def _schedule(value: Schedule) -> Schedule:
    if not isinstance(value, Schedule):
        raise TypeError(f"{value!r} is no schedule")
    return value

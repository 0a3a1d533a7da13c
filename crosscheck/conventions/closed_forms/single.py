"""Schedules of one formula."""

from crosscheck.conventions.closed_forms.arguments import (
    TINY,
    above_zero,
    known,
    length,
    number,
    whole,
)
from crosscheck.conventions.closed_forms.formulas import PAST_END
from crosscheck.conventions.closed_forms.schedule import Schedule, ScheduleError, make_schedule


def constant(rate: float) -> Schedule:
    """The same rate always."""
    return make_schedule("constant", {"rate": number("rate", rate)})


def step(rate: float, *, every: int, factor: float = 0.1) -> Schedule:
    """rate factor^floor(t / every): a staircase.

    Args:
        rate: The rate of update 0.
        every: How many updates a stair has.
        factor: What every stair is multiplied by.
    """
    every = whole("every", every, 1)
    given = {"rate": number("rate", rate), "every": every, "factor": number("factor", factor)}
    return make_schedule("step", given)


def exponential(
    rate: float,
    *,
    factor: float,
    steps: float = 1,
    staircase: bool = False,
    hold: int = 0,
    limit: float | None = None,
) -> Schedule:
    """rate factor^(t / steps).

    Args:
        rate: The rate of update 0.
        factor: What the rate is multiplied by in `steps` updates.
        steps: How many updates these are.
        staircase: Whether t / steps is rounded down.
        hold: How many updates come before the first that is multiplied.
        limit: The rate that is never passed: the least for a factor below 1, else the largest.
    """
    given = {
        "rate": number("rate", rate),
        "factor": number("factor", factor, TINY),
        "steps": above_zero("steps", steps),
        "staircase": staircase,
        "hold": whole("hold", hold, 0),
        "limit": None if limit is None else number("limit", limit),
    }
    return make_schedule("exponential", given)


def inverse_time(
    rate: float, *, decay: float, steps: float = 1, staircase: bool = False
) -> Schedule:
    """rate / (1 + decay t / steps), of which t / steps is rounded down with `staircase`."""
    given = {
        "rate": number("rate", rate),
        "decay": number("decay", decay),
        "steps": above_zero("steps", steps),
        "staircase": staircase,
    }
    return make_schedule("inverse_time", given)


def linear(
    rate: float,
    *,
    steps: float,
    end: float = 0.0,
    hold: int = 0,
    endpoint: bool = False,
    past_end: str = "stays",
) -> Schedule:
    """From `rate` to `end` along a line."""
    given = {
        "rate": number("rate", rate),
        "steps": length(steps, endpoint),
        "end": number("end", end),
        "hold": whole("hold", hold, 0),
        "endpoint": endpoint,
        "past_end": known("past_end", past_end, PAST_END),
    }
    return make_schedule("linear", given)


def polynomial(
    rate: float,
    *,
    steps: float,
    end: float = 0.0,
    power: float = 1.0,
    hold: int = 0,
    endpoint: bool = False,
    past_end: str = "stays",
) -> Schedule:
    """end + (rate - end) (1 - t / steps)^power.

    Raises:
        ScheduleError: Beside what is no number in its range, if it goes on past its end with a
            power that is no whole number: a negative number has no such power.
    """
    given = {
        "rate": number("rate", rate),
        "steps": length(steps, endpoint),
        "end": number("end", end),
        "power": number("power", power),
        "hold": whole("hold", hold, 0),
        "endpoint": endpoint,
        "past_end": known("past_end", past_end, PAST_END),
    }
    if past_end == "goes_on" and not given["power"].is_integer():
        raise ScheduleError(f"past its end there is no power {power} of a negative number")
    return make_schedule("polynomial", given)


def cosine(
    rate: float,
    *,
    steps: float,
    end: float = 0.0,
    power: float = 1.0,
    endpoint: bool = False,
    past_end: str = "stays",
) -> Schedule:
    """end + (rate - end) ((1 + cos(pi t / steps)) / 2)^power; `past_end` does not stretch it.

    Source: Loshchilov and Hutter (2017), equation 5, whose T_cur is t, and T_i `steps`.
    """
    given = {
        "rate": number("rate", rate),
        "steps": length(steps, endpoint),
        "end": number("end", end),
        "power": number("power", power),
        "endpoint": endpoint,
        "past_end": known("past_end", past_end, PAST_END[:3]),
    }
    return make_schedule("cosine", given)


def cosine_restarts(
    rate: float, *, steps: float, growth: float = 1.0, end: float = 0.0, decay: float = 1.0
) -> Schedule:
    """A cosine to `end` that restarts as soon as it would reach it.

    Args:
        rate: The rate of update 0.
        steps: After how many updates it restarts for the first time.
        growth: How much longer every next way is, at least 1 (T_mult).
        end: The rate that is nearly reached before each restart.
        decay: What rate - end is multiplied by at every restart.

    Source: Loshchilov and Hutter (2017), section 3.
    """
    given = {
        "rate": number("rate", rate),
        "steps": above_zero("steps", steps),
        "growth": number("growth", growth, 1.0),
        "end": number("end", end),
        "decay": number("decay", decay),
    }
    return make_schedule("cosine_restarts", given)


def cyclic(
    low: float,
    *,
    high: float,
    up: float,
    down: float | None = None,
    per_cycle: float = 1.0,
    per_step: float = 1.0,
) -> Schedule:
    """Triangles between two rates.

    Args:
        low: The rate of update 0.
        high: The rate at the top of the first triangle.
        up: How many updates it climbs.
        down: How many updates it falls; None for as many.
        per_cycle: What the height of a triangle is multiplied by from one to the next.
        per_step: What the height is multiplied by at every update.

    Source: Smith (2017), section 3.
    """
    given = {
        "low": number("low", low),
        "high": number("high", high),
        "up": above_zero("up", up),
        "down": None if down is None else above_zero("down", down),
        "per_cycle": number("per_cycle", per_cycle),
        "per_step": number("per_step", per_step),
    }
    return make_schedule("cyclic", given)

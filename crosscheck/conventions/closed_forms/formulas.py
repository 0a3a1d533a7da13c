"""The closed form of every schedule: the learning rate of update t, where the first update is 0.

Each formula takes the module that computes (NumPy or jax.numpy), the update or an array of updates
as floats, and its keywords. It compares no numbers in Python, so that JAX can trace it. A keyword's
meaning stands in `crosscheck.conventions.schedules`, whose functions check it.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

Formula = Callable[..., Any]
# What a schedule does after it has reached its end.
PAST_END = ("stays", "goes_on", "repeats", "stretches")


def _progress(xp: Any, t: Any, steps: float, endpoint: bool, hold: float, past_end: str) -> Any:
    """How much of the way is done at update t: 0 at first, and 1 at the end."""
    length = steps - 1 if endpoint else steps
    t = xp.maximum(t - hold, 0.0) if hold else t
    if past_end == "repeats":
        return (t - steps * xp.floor(t / steps)) / length
    if past_end == "stretches":  # the way is as often as long as it must be to reach beyond t
        return t / (length * xp.maximum(xp.ceil(t / length), 1.0))
    return t / length if past_end == "goes_on" else xp.minimum(t / length, 1.0)


def _between(xp: Any, start: Any, end: Any, progress: Any, shape: str) -> Any:
    """From one rate to another, along a line or half a cosine."""
    if shape == "linear":
        return start + (end - start) * progress
    return end + (start - end) * (1.0 + xp.cos(math.pi * progress)) / 2.0


def _select(xp: Any, t: Any, boundaries: Sequence[float], values: Sequence[Any]) -> Any:
    """The first value, from the first boundary on the second, and so on."""
    chosen = values[0]
    for boundary, value in zip(boundaries, values[1:], strict=True):
        chosen = xp.where(t >= boundary, value, chosen)
    return chosen


def constant(xp: Any, t: Any, rate: float) -> Any:
    return rate + 0.0 * t


def step(xp: Any, t: Any, rate: float, *, every: int, factor: float = 0.1) -> Any:
    return rate * factor ** xp.floor(t / every)


def multi_step(
    xp: Any,
    t: Any,
    rate: float,
    *,
    boundaries: Sequence[float],
    factor: float | Sequence[float] = 0.1,
    late: bool = False,
) -> Any:
    factors = factor if isinstance(factor, Sequence) else [factor] * len(boundaries)
    values = [rate]
    for each in factors:
        values.append(values[-1] * each)
    return piecewise_constant(xp, t, values, boundaries=boundaries, late=late)


def piecewise_constant(
    xp: Any, t: Any, values: Sequence[float], *, boundaries: Sequence[float], late: bool = False
) -> Any:
    return _select(xp, t, [each + 1 if late else each for each in boundaries], values) + 0.0 * t


def interpolated(
    xp: Any,
    t: Any,
    values: Sequence[float],
    *,
    boundaries: Sequence[float],
    shape: str = "linear",
    past_end: str = "stays",
) -> Any:
    starts = (0.0, *boundaries[:-1])
    pieces = []
    for start, end, one, other in zip(starts, boundaries, values, values[1:], strict=False):
        width = end - start if end > start else 1.0  # what has no width is never selected
        pieces.append(_between(xp, one, other, (t - start) / width, shape))
    if past_end == "goes_on":
        return _select(xp, t, boundaries[:-1], pieces)
    return _select(xp, t, boundaries, [*pieces, values[-1]])


def exponential(
    xp: Any,
    t: Any,
    rate: float,
    *,
    factor: float,
    steps: float = 1,
    staircase: bool = False,
    hold: int = 0,
    limit: float | None = None,
) -> Any:
    times = (xp.maximum(t - hold, 0.0) if hold else t) / steps
    value = rate * factor ** (xp.floor(times) if staircase else times)
    if limit is None:
        return value
    return xp.maximum(value, limit) if factor < 1 else xp.minimum(value, limit)


def inverse_time(
    xp: Any, t: Any, rate: float, *, decay: float, steps: float = 1, staircase: bool = False
) -> Any:
    times = xp.floor(t / steps) if staircase else t / steps
    return rate / (1.0 + decay * times)


def linear(
    xp: Any,
    t: Any,
    rate: float,
    *,
    steps: float,
    end: float = 0.0,
    hold: int = 0,
    endpoint: bool = False,
    past_end: str = "stays",
) -> Any:
    return rate + (end - rate) * _progress(xp, t, steps, endpoint, hold, past_end)


def polynomial(
    xp: Any,
    t: Any,
    rate: float,
    *,
    steps: float,
    end: float = 0.0,
    power: float = 1.0,
    hold: int = 0,
    endpoint: bool = False,
    past_end: str = "stays",
) -> Any:
    rest = 1.0 - _progress(xp, t, steps, endpoint, hold, past_end)
    if not float(power).is_integer():  # a rounding below 0 has no such power
        rest = xp.maximum(rest, 0.0)
    return end + (rate - end) * rest**power


def cosine(
    xp: Any,
    t: Any,
    rate: float,
    *,
    steps: float,
    end: float = 0.0,
    power: float = 1.0,
    endpoint: bool = False,
    past_end: str = "stays",
) -> Any:
    progress = _progress(xp, t, steps, endpoint, 0, past_end)
    fallen = (1.0 + xp.cos(math.pi * progress)) / 2.0
    return end + (rate - end) * (fallen if power == 1 else fallen**power)


def cosine_restarts(
    xp: Any,
    t: Any,
    rate: float,
    *,
    steps: float,
    growth: float = 1.0,
    end: float = 0.0,
    decay: float = 1.0,
) -> Any:
    if growth == 1:
        restarts = xp.floor(t / steps)
        begin, length = restarts * steps, steps
    else:

        def start_of(cycle: Any) -> Any:
            return steps * (growth**cycle - 1.0) / (growth - 1.0)

        # A logarithm is rounded, so of the nearest restart it is looked whether t is before it.
        nearest = xp.round(xp.log(1.0 + t / steps * (growth - 1.0)) / math.log(growth))
        restarts = xp.where(start_of(nearest) > t, nearest - 1.0, nearest)
        begin, length = start_of(restarts), steps * growth**restarts
    height = rate - end if decay == 1 else (rate - end) * decay**restarts
    return end + height * (1.0 + xp.cos(math.pi * (t - begin) / length)) / 2.0


def cyclic(
    xp: Any,
    t: Any,
    low: float,
    *,
    high: float,
    up: float,
    down: float | None = None,
    per_cycle: float = 1.0,
    per_step: float = 1.0,
) -> Any:
    down = up if down is None else down
    cycle = xp.floor(t / (up + down))
    along = t - cycle * (up + down)
    height = xp.where(along <= up, along / up, (up + down - along) / down)
    return low + (high - low) * height * per_cycle**cycle * per_step**t


def one_cycle(
    xp: Any,
    t: Any,
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
) -> Any:
    values, boundaries = phases_of(
        peak, steps, rising, back_at, divisor, final_divisor, three_phase, endpoint
    )
    return interpolated(xp, t, values, boundaries=boundaries, shape=shape, past_end=past_end)


def phases_of(
    peak: float,
    steps: int,
    rising: float,
    back_at: float | None,
    divisor: float,
    final_divisor: float,
    three_phase: bool,
    endpoint: bool,
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The rates between which one cycle moves, and the updates at which it has reached them."""
    low = peak / divisor
    ends = [rising, 2 * rising if back_at is None else back_at] if three_phase else [rising]
    if endpoint:
        boundaries = [share * steps - index for index, share in enumerate(ends, start=1)]
    else:
        boundaries = [float(int(share * steps)) for share in ends]
    values = (low, peak, low) if three_phase else (low, peak)
    last = steps - 1.0 if endpoint else float(steps)
    return (*values, low / final_divisor), (*boundaries, last)


def warmup(
    xp: Any, t: Any, schedule: Any, *, steps: int, start: float = 0.0, offset: int = 0
) -> Any:
    peak = schedule.at(xp, 0.0 * t)
    rising = start + (peak - start) * (t + offset) / steps
    return xp.where(t < steps, rising, schedule.at(xp, xp.maximum(t - steps, 0.0)))


def sequence(
    xp: Any, t: Any, schedules: Sequence[Any], *, boundaries: Sequence[int], shifted: bool = True
) -> Any:
    starts = (0, *boundaries) if shifted else (0,) * (len(boundaries) + 1)
    pieces = [
        each.at(xp, xp.maximum(t - start, 0.0) if start else t)
        for each, start in zip(schedules, starts, strict=True)
    ]
    return _select(xp, t, boundaries, pieces)


def product(xp: Any, t: Any, schedules: Sequence[Any]) -> Any:
    value = schedules[0].at(xp, t)
    for each in schedules[1:]:
        value = value * each.at(xp, t)
    return value


FORMULAS: dict[str, Formula] = {
    each.__name__: each
    for each in (
        constant,
        step,
        multi_step,
        piecewise_constant,
        interpolated,
        exponential,
        inverse_time,
        linear,
        polynomial,
        cosine,
        cosine_restarts,
        cyclic,
        one_cycle,
        warmup,
        sequence,
        product,
    )
}

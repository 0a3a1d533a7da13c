"""Write a schedule as code of a framework."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.closed_forms.schedule import Schedule
from crosscheck.conventions.optimizers.parsing import CallError
from crosscheck.conventions.schedules.calls import alike, horizon, own_rate
from crosscheck.conventions.schedules.formula_code import DIALECTS, formula_code
from crosscheck.conventions.schedules.reading import REFERENCE, ReadSchedule, read_schedule
from crosscheck.conventions.schedules.to_keras import MODULES, keras_calls
from crosscheck.conventions.schedules.to_optax import optax_calls
from crosscheck.conventions.schedules.to_paddle import paddle_calls
from crosscheck.conventions.schedules.to_torch import torch_calls

# Two closed forms are equal if their rates differ by no more than this part of the largest. No
# convention differs by so little: a cosine over 100,000 updates that is read one update late
# differs by 1.6e-5 of its first rate.
ROUNDING = 2.0**-40
# Of longer ways, so many updates are compared, at equal distances, and those about their turns.
MOST = 200_000


@dataclass(frozen=True)
class WrittenSchedule:
    """A schedule in the words of a framework.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`, or "reference".
        code: Code whose last line is an expression, the schedule. In PyTorch `optimizer` is the
            optimizer, whose rate is `base_rate`.
        base_rate: The rate that the optimizer must have, or None where the schedule has it.
        read: The stock call as it is read back; None if the code is a function of the formula.
    """

    framework: str
    code: str
    base_rate: float | None = None
    read: ReadSchedule | None = None

    @property
    def expression(self) -> str:
        """The last line, which is an expression: the schedule."""
        return self.code.rpartition("\n")[2]

    @property
    def setup(self) -> str:
        """The lines before it, which define what it names; empty for a stock call."""
        return self.code.rpartition("\n")[0].strip("\n")


def write_schedule(schedule: Schedule, to: str, base_rate: float | None = None) -> str | None:
    """Code of a framework that computes a schedule exactly.

    A call of the framework's own where one is equal, past its end too; else a function of the
    formula. Its last line is an expression, the schedule.

    Args:
        schedule: What it computes.
        to: A name in `stock.FRAMEWORKS` or `stock.ALIASES`, or "reference".
        base_rate: The rate of the optimizer, which PyTorch's schedulers multiply; None for the
            schedule's own (`WrittenSchedule.base_rate` of `written` says which).

    Returns:
        The code, or None if the framework's optimizers take no schedule.

    Raises:
        ValueError: If there is no such framework, or the rate is not above 0.
    """
    found = written(schedule, to, base_rate)
    return None if found is None else found.code


def written(schedule: Schedule, to: str, base_rate: float | None = None) -> WrittenSchedule | None:
    """`write_schedule` with what else is known; its arguments are the same."""
    if base_rate is not None and not 0 < base_rate < np.inf:
        raise ValueError(f"base_rate must be above 0 and finite, not {base_rate}")
    if to == REFERENCE:
        return WrittenSchedule(REFERENCE, schedule.code, read=read_schedule(schedule.code))
    to = stock.framework_named(to)
    if to not in DIALECTS:
        return None
    for found in stock_calls(schedule, to, base_rate):
        assert found.read is not None
        if differ(schedule, found.read).first_step is None:
            return found
    return as_function(schedule, to, base_rate)


def as_function(schedule: Schedule, to: str, base_rate: float | None = None) -> WrittenSchedule:
    """A function of a framework that computes the formula; its arguments: `write_schedule`."""
    if to == "torch":
        rate = own_rate(schedule) if base_rate is None else base_rate
        factors = schedule if rate == 1 else schedule.scaled(1 / rate)
        return WrittenSchedule(to, formula_code(factors, to), rate)
    return WrittenSchedule(to, formula_code(schedule, to))


def stock_calls(
    schedule: Schedule, to: str, base_rate: float | None = None
) -> Iterator[WrittenSchedule]:
    """Calls of a framework that may compute a schedule, equal or not, the likeliest first."""
    rate = None
    if to == "torch":
        rate = own_rate(schedule) if base_rate is None else base_rate
    texts = [text for form in alike(schedule) for text in _texts(form, to, rate)]
    for text in texts:
        try:
            read = read_schedule(text, base_rate=1.0 if rate is None else rate)
        except CallError:  # the framework has it, and refuses these numbers
            continue
        yield WrittenSchedule(to, text, rate, read)


def _texts(schedule: Schedule, to: str, rate: float | None) -> Iterator[str]:
    if rate is not None:
        return torch_calls(schedule, rate)
    if to in MODULES:
        return keras_calls(schedule, MODULES[to])
    if to == "paddle":
        return paddle_calls(schedule)
    return optax_calls(schedule) if to == "optax" else iter(())


@dataclass(frozen=True)
class Difference:
    """How two closed forms differ.

    Attributes:
        largest: The largest difference of their rates.
        worst_step: The update at which it is.
        first_step: The first update at which they differ by more than rounding; None if none is.
    """

    largest: float
    worst_step: int
    first_step: int | None


def differ(schedule: Schedule, other: ReadSchedule, last: int | None = None) -> Difference:
    """How two schedules differ, past the ends of both.

    Args:
        schedule: The one.
        other: The other, past whose last allowed update nothing is compared.
        last: The last update that the one allows.
    """
    count = compared(schedule, other.schedule, last, other.last)
    updates = _tried(count, schedule, other.schedule)
    one, two = schedule(updates), other.schedule(updates)
    error = distances(one, two)
    beyond = np.flatnonzero(error > ROUNDING * np.max(np.abs(one)))
    worst = int(np.argmax(error))
    first = int(updates[beyond[0]]) if beyond.size else None
    return Difference(float(error[worst]), int(updates[worst]), first)


def _tried(count: int, *both: Schedule) -> np.ndarray:
    """The updates at which two schedules are compared: all, or of many those about their turns."""
    if count <= MOST:
        return np.arange(count)
    turns = [int(number) + near for one in both for number in _numbers(one) for near in (-1, 0, 1)]
    even = np.linspace(0, count - 1, MOST).astype("int64")
    return np.unique([*even, *(turn for turn in turns if 0 <= turn < count)])


def _numbers(value: Any) -> Iterator[float]:
    """Every number among a schedule's keywords, and inside of them."""
    if isinstance(value, Schedule):
        yield from (each for _, keyword in value.arguments for each in _numbers(keyword))
    elif isinstance(value, tuple):
        yield from (each for inside in value for each in _numbers(inside))
    elif isinstance(value, int | float):
        yield value


def distances(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """How far rates are apart; two that have both become infinite are equal."""
    with np.errstate(invalid="ignore"):
        return np.where(one == two, 0.0, np.abs(one - two))


def compared(one: Schedule, other: Schedule, *last: int | None) -> int:
    """How many updates of two schedules are compared: both ends, and beyond, where allowed."""
    ends = [each + 1 for each in last if each is not None]
    return min([max(horizon(one), horizon(other)), *ends])

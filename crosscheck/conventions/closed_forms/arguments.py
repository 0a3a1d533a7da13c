"""What the functions that make schedules require of their arguments."""

import math
from collections.abc import Sequence
from typing import Any

from crosscheck.conventions.closed_forms.schedule import ScheduleError

TINY = 5e-324  # the smallest number above 0
MOST_UPDATES = 2**53  # beyond it, floats do not count by one


def number(name: str, value: Any, least: float = 0.0) -> float:
    """A finite number that is not below another, as a float.

    Raises:
        TypeError: If it is no number.
        ScheduleError: If it is outside of its range.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number, not {value!r}")
    if not least <= value < math.inf:
        limit = "above 0" if least == TINY else f"at least {least:g}"
        raise ScheduleError(f"{name} must be {limit} and finite, not {value}")
    return float(value)


def above_zero(name: str, value: Any) -> Any:
    """A number of updates above 0, which may be no whole one; as it is."""
    number(name, value, TINY)
    return _counted(name, value)


def whole(name: str, value: Any, least: int) -> int:
    """A whole number that is not below another."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    if value < least:
        raise ScheduleError(f"{name} must be at least {least}, not {value}")
    _counted(name, value)
    return value


def _counted(name: str, value: Any) -> Any:
    if value > MOST_UPDATES:
        raise ScheduleError(f"{name} must be at most 2**53 updates, not {value:.3g}")
    return value


def length(steps: Any, endpoint: bool) -> Any:
    """The `steps` of a way; with `endpoint` there must be more than one."""
    if endpoint and number("steps", steps, TINY) <= 1:
        raise ScheduleError(f"steps must be above 1 with endpoint, not {steps}")
    return above_zero("steps", steps)


def known(name: str, value: Any, values: Sequence[str]) -> Any:
    """One of some words."""
    if value not in values:
        raise ScheduleError(f"{name} must be one of {', '.join(values)}, not {value!r}")
    return value


def updates(boundaries: Sequence[Any]) -> tuple[Any, ...]:
    """The updates at which something changes, in rising order."""
    found = tuple(boundaries)
    for each in found:
        number("a boundary", each, -math.inf)
        _counted("a boundary", each)
    if list(found) != sorted(found):
        raise ScheduleError(f"boundaries must rise, not be {found}")
    return found


def rates_in(values: Sequence[Any]) -> tuple[float, ...]:
    """Learning rates."""
    return tuple(number("a rate", each) for each in values)


def fits(name: str, values: Sequence[Any], boundaries: Sequence[Any], more: int) -> None:
    """Check that there are so many more values than boundaries.

    Raises:
        ScheduleError: If there are not.
    """
    if len(values) != len(boundaries) + more:
        wanted = len(boundaries) + more
        raise ScheduleError(f"{name} must be {wanted} for {len(boundaries)} boundaries")

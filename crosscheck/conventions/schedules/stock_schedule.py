"""A stock schedule as data: how its arguments are those of a closed form."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crosscheck.conventions.closed_forms.schedule import Schedule

OLDER = "tensorflow.compat.v1."  # what is there takes the count of updates as an argument
BASE_RATE = "base_rate"  # the first parameter of a row whose framework keeps the rate elsewhere


class RefusedScheduleError(ValueError):
    """A stock schedule, or one of its arguments, that no closed form has."""


@dataclass(frozen=True)
class Remark:
    """What users must know of a schedule, as a clause, and for which of its arguments it is so."""

    text: str
    applies: Callable[[dict[str, Any]], bool] = lambda arguments: True


@dataclass(frozen=True, eq=False)
class StockSchedule:
    """A schedule of a framework.

    To add one, write its `closed_form` and put a row into its framework's table; to add a
    framework, put its table into `table.STOCK_SCHEDULES`, and how its schedules are run into
    `running.RUNNERS`.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        name: The full name of the function or class.
        closed_form: A function of its arguments, under their own names and with their defaults, to
            the `Schedule` that it is. If the rate is that of the optimizer, `base_rate` is first.
        float32: Why it computes in float32 although parameters are float64, as a clause, or None.
        recursive: Whether it computes each rate from the one before, which adds up roundings.
        last: Which update is the last that it allows, from its arguments; None if there is none.
        remarks: What else its users must know.
        runnable: Whether it is run here; else it was read in its source.
    """

    framework: str
    name: str
    closed_form: Callable[..., Schedule]
    float32: str | None = None
    recursive: bool = False
    last: Callable[[dict[str, Any]], int | None] = lambda arguments: None
    remarks: tuple[Remark, ...] = ()
    runnable: bool = True

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """Its arguments, in order, without the optimizer and its rate."""
        own = inspect.signature(self.closed_form).parameters
        return {name: each for name, each in own.items() if name != BASE_RATE}

    @property
    def multiplies(self) -> bool:
        """Whether it multiplies the rate that the optimizer has."""
        return BASE_RATE in inspect.signature(self.closed_form).parameters

    @property
    def takes_optimizer(self) -> bool:
        """Whether its first argument is the optimizer."""
        return self.framework == "torch" and not self.name.endswith("ChainedScheduler")

    def schedule(self, arguments: dict[str, Any], base_rate: float) -> Schedule:
        """The closed form.

        Args:
            arguments: By name, as they are given.
            base_rate: The rate of the optimizer.

        Raises:
            ValueError: If no closed form has an argument, or the framework itself refuses one.
            TypeError: If an argument is of a wrong type.
        """
        rate = {BASE_RATE: base_rate} if self.multiplies else {}
        return self.closed_form(**rate, **arguments)

    def text(self, arguments: dict[str, Any]) -> str:
        """The call as it is written in Python; what is nested is written by itself."""
        first = ["optimizer"] if self.takes_optimizer else []
        if self.name.startswith(OLDER):
            count = "x" if self.name.endswith("piecewise_constant") else "global_step"
            first = [f"{count}=global_step"]
        words = [f"{name}={code_of(value)}" for name, value in arguments.items()]
        return f"{self.name}({', '.join([*first, *words])})"


def code_of(value: Any) -> str:
    """An argument as Python code: calls are written as calls, and tuples as lists."""
    text = getattr(value, "call", None)
    if isinstance(text, str):
        return text
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(code_of, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{code_of(k)}: {code_of(v)}' for k, v in value.items())}}}"
    return repr(value)

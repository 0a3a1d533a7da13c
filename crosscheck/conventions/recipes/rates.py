"""Learning rates that change, as recipes have them."""

import ast
from dataclasses import dataclass, replace
from typing import Any

from crosscheck.conventions import stock
from crosscheck.conventions.schedules import reading
from crosscheck.conventions.schedules.calls import horizon, own_rate
from crosscheck.conventions.schedules.writing import written

# The class of Keras whose schedule counts updates, while Keras itself counts micro-batches.
PER_UPDATE = """class PerUpdate(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return of_updates(step // {k})

    def get_config(self):
        return {{}}


of_updates = {schedule}
schedule = PerUpdate()"""


@dataclass(frozen=True)
class CountingBatches:
    """The schedule of updates that one of micro-batches makes, where several make an update.

    Update t takes the rate that stands at its last micro-batch, number k t + k - 1.
    """

    schedule: Any
    accumulate: int

    def __call__(self, step: Any) -> Any:
        """The learning rate of an update, or of an array of them."""
        return self.schedule(self.accumulate * step + self.accumulate - 1)

    @property
    def code(self) -> str:
        """The expression that makes it."""
        k = self.accumulate
        return f"lambda step: {self.schedule.code}({k} * step + {k - 1})"

    def scaled(self, factor: float) -> "CountingBatches":
        """The schedule whose every rate is multiplied by a factor."""
        return replace(self, schedule=self.schedule.scaled(factor))


def updates_shown(schedule: Any) -> int:
    """How many updates show what a schedule does, past its end included."""
    if isinstance(schedule, CountingBatches):
        return horizon(schedule.schedule) // schedule.accumulate + 1
    return horizon(schedule)


def largest_rate(schedule: Any) -> float:
    """The rate that an optimizer is given where its schedule is a multiple of that."""
    own = schedule.schedule if isinstance(schedule, CountingBatches) else schedule
    return own_rate(own)


@dataclass(frozen=True)
class ReadRate:
    """A schedule in a framework's words.

    Attributes:
        schedule: What it computes.
        lines: The lines before it, which define what it names.
        expression: The schedule itself.
        last: Which update is the last that the framework allows; None if all are.
        provisos: Sentences about it.
        per_batch: Whether it is to step with every micro-batch.
    """

    schedule: Any
    lines: tuple[str, ...]
    expression: str
    last: int | None = None
    provisos: tuple[str, ...] = ()
    per_batch: bool = False

    @property
    def code(self) -> str:
        """Lines that leave `schedule`."""
        line = () if self.expression == "schedule" else (f"schedule = {self.expression}",)
        return "\n".join((*self.lines, *line))


def read_schedule(node: ast.expr, base_rate: float = 1.0) -> ReadRate:
    """Read the schedule of a recipe.

    Raises:
        CallError: If it cannot be read, with the reason.
    """
    read = reading.read_schedule(node, base_rate=base_rate)
    return ReadRate(read.schedule, (), read.call, read.last, _provisos(read))


def write_schedule(schedule: Any, to: str, base_rate: float | None, accumulate: int) -> ReadRate:
    """Write the schedule of a recipe's updates in a framework's words.

    Args:
        schedule: What it computes.
        to: A name in `stock.FRAMEWORKS`.
        base_rate: The rate of PyTorch's optimizer.
        accumulate: How many micro-batches make an update.
    """
    counting = isinstance(schedule, CountingBatches)
    own = schedule.schedule if counting else schedule
    found = written(own, to, base_rate)
    assert found is not None
    lines, expression = tuple(found.setup.splitlines()), found.expression
    provisos = () if found.read is None else _provisos(reading.of_framework(found.read, to))
    last = None if found.read is None else found.read.last
    if to == "keras-jax" and found.read is None and ".cos(" in found.code:
        provisos = ("Keras on JAX computes cosines in float32, also of float64 numbers",)
    if to == "optax" and counting:
        lines = (*lines, f"of_batches = {expression}")
        k = schedule.accumulate
        expression = f"lambda step: of_batches({k} * step + {k - 1})"
    if to.startswith("keras") and accumulate > 1 and not counting:
        text = PER_UPDATE.format(k=accumulate, schedule=expression)
        lines, expression = (*lines, *text.splitlines()[:-1]), "PerUpdate()"
        provisos = (*provisos, "Keras counts micro-batches in a schedule, and not updates")
    return ReadRate(schedule, lines, expression, last, provisos, per_batch=counting)


def _provisos(read: reading.ReadSchedule) -> tuple[str, ...]:
    found = []
    for row in read.rows:
        title, name = stock.FRAMEWORKS[row.framework].title, row.name.rpartition(".")[2]
        if row.float32:
            found.append(f"{title}: {name} {row.float32}")
    if read.last is not None:
        title = stock.FRAMEWORKS[read.framework].title
        found.append(f"{title} refuses updates after number {read.last} of its schedule")
    return tuple(dict.fromkeys(found))

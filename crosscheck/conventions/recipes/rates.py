"""Learning rates that change, as recipes have them."""

import ast
from dataclasses import dataclass, replace
from typing import Any

from crosscheck.conventions.recipes.recipe import RecipeError, Schedule


@dataclass(frozen=True)
class ReadRate:
    """A schedule, and the call that makes it in its own framework."""

    schedule: Schedule
    code: str


@dataclass(frozen=True)
class CountingBatches:
    """The schedule of updates that one of micro-batches makes, where several make an update.

    Update t takes the rate that stands at its last micro-batch, number k t + k - 1.
    """

    schedule: Any
    accumulate: int

    def __call__(self, step: Any) -> Any:
        """The learning rate of an update."""
        return self.schedule(self.accumulate * step + self.accumulate - 1)

    @property
    def code(self) -> str:
        """The expression that makes it."""
        k = self.accumulate
        call = f"{self.schedule.code}({k} * step + {k - 1})"
        return f"lambda step: {call}"

    def scaled(self, factor: float) -> "CountingBatches":
        """The schedule whose every rate is multiplied by a factor."""
        return replace(self, schedule=self.schedule.scaled(factor))


def read_schedule(node: ast.expr, framework: str, base_rate: float = 1.0) -> ReadRate:
    raise RecipeError("schedules are not read yet")

"""The result of executing a statement about a stock component."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from crosscheck.conventions.stock import Job


@dataclass(frozen=True)
class Finding:
    """One statement, and the difference that was measured.

    Attributes:
        kind: "optimizer", "long run", "schedule", "loss", "activation", "initializer" or
            "estimator".
        framework: A name in `stock.FRAMEWORKS`.
        component: The component in the framework's words, with its arguments.
        probe: The arguments or inputs under which the component was run.
        statement: What the component is stated to be.
        difference: The largest difference that was measured, of a long run as a fraction of its
            bound, of a schedule of its largest rate; None if none was.
        least, most: The interval in which the difference must lie.
        problem: Why no difference was measured although the framework is installed, or what else
            is wrong.
        missing: The package that is not installed.
    """

    kind: str
    framework: str
    component: str
    probe: str
    statement: str
    difference: float | None = None
    least: float = 0.0
    most: float = 0.0
    problem: str | None = None
    missing: str | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the statement is true; None if its framework is not installed."""
        if self.missing is not None:
            return None
        if self.problem is not None or self.difference is None or math.isnan(self.difference):
            return False
        return self.least <= self.difference <= self.most

    def as_json(self) -> dict[str, Any]:
        """The finding in the form that other programs read."""
        return asdict(self) | {"holds": self.holds}


@dataclass(frozen=True)
class Check:
    """What one framework must run to execute some statements, and how the results are read.

    Attributes:
        jobs: For `stock.run_jobs`.
        read: A function of the results of all jobs, in their order, to the findings.
    """

    jobs: list[Job]
    read: Callable[[list[Any]], list[Finding]]

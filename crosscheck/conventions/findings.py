"""What came of executing a statement about a stock component."""

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One statement, and what was measured.

    Attributes:
        kind: "optimizer", "loss", "activation" or "initializer".
        framework: A name in `stock.FRAMEWORKS`.
        component: What the framework calls it, with its arguments.
        probe: Under what it was tried.
        statement: What it is said to be.
        difference: The largest difference that was measured; None where nothing was.
        least, most: Between which the statement has it.
        problem: Why nothing was measured although the framework is there.
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
        """Whether the statement is true; None where it could not be tried."""
        if self.missing is not None:
            return None
        if self.problem is not None or self.difference is None or math.isnan(self.difference):
            return False
        return self.least <= self.difference <= self.most

    def as_json(self) -> dict[str, Any]:
        """For other programs."""
        return asdict(self) | {"holds": self.holds}

"""A softmax over the first axis: that of a file whose samples are columns."""

from dataclasses import replace
from typing import Any

from crosscheck.frameworks.adapters import Array, Understood
from crosscheck.verification.checking.findings import CheckReport, Outcome
from crosscheck.verification.checking.function import check_function


class _InColumns:
    """An adapter of a function of columns, which takes rows.

    Attributes:
        count: How many arrays the function takes: one.
    """

    count = 1

    def __init__(self, adapter: Any) -> None:
        """Keep the function, and its slope or its backward pass if it has one."""
        self._value = adapter.value
        own, pullback, tape = (getattr(adapter, each, None) for each in _SLOPES)
        if own is not None:
            self.slope = lambda z: own(z.T).T
        if pullback is not None:
            self.pullback = lambda cotangent, z: pullback(cotangent.T, z.T).T
        if tape is not None:
            self.tape = lambda cotangent, z: tape(cotangent.T, z.T).T

    def value(self, z: Array) -> Array:
        """See `FunctionAdapter`."""
        return self._value(z.T).T


_SLOPES = ("slope", "pullback", "tape")


def in_columns(understood: Understood, report: CheckReport) -> CheckReport:
    """The report of a function of columns if it is right as that; else the one that there is."""
    if getattr(understood.make(), "count", 1) != 1 or "; softmax" not in report.understood:
        return report
    other = check_function(
        replace(understood, make=lambda: _InColumns(understood.make())), report.target
    )
    if other.outcome != Outcome.RIGHT:
        return report
    other.understood += ", samples as columns"
    return other

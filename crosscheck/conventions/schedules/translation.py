"""The translation of a schedule: two schedules that should be equal, run and compared."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.parsing import CallError
from crosscheck.conventions.pasting import verdict, with_imports
from crosscheck.conventions.schedules import running
from crosscheck.conventions.schedules.reading import REFERENCE, ReadSchedule
from crosscheck.conventions.schedules.trials import HALF_ULP, OF_FORMULA, allowed
from crosscheck.conventions.schedules.writing import (
    Difference,
    WrittenSchedule,
    compared,
    distances,
)

# No more updates than these are run; of longer ways the closed forms are compared to their ends.
RUN = 2000
DTYPE = "float64"


@dataclass(frozen=True)
class NearestSchedule:
    """The framework's own schedule that comes nearest, where none is equal.

    Attributes:
        code: Its call.
        difference: How the rates differ by the closed forms.
    """

    code: str
    difference: Difference

    def as_json(self) -> dict[str, Any]:
        """In the form that other programs read."""
        return {
            "code": self.code,
            "difference": self.difference.largest,
            "worst_step": self.difference.worst_step,
            "first_step": self.difference.first_step,
        }


@dataclass(frozen=True)
class ScheduleTranslation:
    """A schedule, the same in another framework's words, and how far the two differ.

    Attributes:
        source: The call that was translated, its arguments with their names.
        source_framework: Its framework, a name in `stock.FRAMEWORKS`, or "reference".
        expression: The schedule as a closed form.
        target: Code of the other framework, whose last line is the schedule.
        target_framework: The other framework, a name in `stock.FRAMEWORKS`, or "reference".
        base_rate: The rate that the optimizer must have in PyTorch; None elsewhere.
        is_function: Whether the code is a function of the formula, since no schedule of the
            framework's own is equal.
        nearest: The framework's own schedule that comes nearest, if the code is such a function
            and there is one.
        updates: How many updates, from 0 on, the closed forms were compared at.
        updates_run: How many of them were run.
        provisos: Conditions and remarks, as sentences that name their framework.
        difference: The largest difference of the rates that were used; None if they could not all
            be run.
        worst_step: The update at which it was.
        not_finite: The first update at which a rate was infinite or not a number in one of the
            two alone; None if there was none.
        bound: How far the rates of two equal schedules may differ by rounding.
        problem: Why no difference could be measured, or None.
    """

    source: str
    source_framework: str
    expression: str
    target: str
    target_framework: str
    base_rate: float | None
    is_function: bool
    nearest: NearestSchedule | None
    updates: int
    updates_run: int
    provisos: tuple[str, ...]
    difference: float | None = None
    worst_step: int | None = None
    not_finite: int | None = None
    bound: float = 0.0
    problem: str | None = None

    @property
    def equal(self) -> bool | None:
        """Whether both used the same rates, to rounding; None if they could not be run."""
        if self.not_finite is not None:
            return False
        return None if self.difference is None else self.difference <= self.bound

    @property
    def reference(self) -> str:
        """Code that leaves the schedule of the references as `learning_rate`."""
        lines = "from crosscheck.conventions import schedules\n\nlearning_rate = "
        return lines + self.expression

    @property
    def verdict(self) -> str:
        """Whether the two are equal, in plain words."""
        return verdict(
            self.equal,
            conditions=self.provisos,
            problem=self.problem,
        )

    def as_json(self) -> dict[str, Any]:
        """The translation in the form that other programs read."""
        return {
            "verdict": self.verdict,
            "source": self.source,
            "reference": self.reference,
            "expression": self.expression,
            "target": self.target,
            "code": with_imports(self.target),
            "base_rate": self.base_rate,
            "equal": self.equal,
            "is_function": self.is_function,
            "difference": self.difference,
            "worst_step": self.worst_step,
            "not_finite": self.not_finite,
            "bound": self.bound,
            "updates": self.updates,
            "updates_run": self.updates_run,
            "nearest": None if self.nearest is None else self.nearest.as_json(),
            "provisos": list(self.provisos),
            "problem": self.problem,
        }


def compare_schedules(
    source: ReadSchedule,
    base_rate: float,
    target: WrittenSchedule,
    nearest: NearestSchedule | None,
    provisos: tuple[str, ...],
) -> ScheduleTranslation:
    """Run both schedules, and measure how far their rates differ.

    Args:
        source: The one.
        base_rate: The rate of its optimizer.
        target: The other.
        nearest: What comes nearest, where the other is a function.
        provisos: What is known besides.

    Raises:
        CallError: If the framework of the source refuses its call.
    """
    other = source.schedule if target.read is None else target.read.schedule
    last = None if target.read is None else target.read.last
    updates = compared(source.schedule, other, source.last, last)
    count = min(updates, RUN)
    found = ScheduleTranslation(
        source.call,
        source.framework,
        source.schedule.code,
        target.code,
        target.framework,
        target.base_rate,
        target.read is None and target.framework != REFERENCE,
        nearest,
        updates,
        count,
        provisos,
    )
    try:
        one = _rates(source.framework, source.call, base_rate, count, source)
    except _NotRunError as error:
        if error.refused:
            title = stock.FRAMEWORKS[source.framework].title
            raise CallError(f"{title} itself refuses {source.call}: {error}") from None
        return replace(found, problem=str(error))
    try:
        two = _rates(target.framework, target.code, target.base_rate or 1.0, count, target.read)
    except _NotRunError as error:
        return replace(found, problem=str(error))
    both = np.isfinite(one) & np.isfinite(two)
    apart = np.flatnonzero(np.isfinite(one) != np.isfinite(two))
    not_finite = int(apart[0]) if apart.size else None
    if not both.any():
        return replace(found, problem="no rate is finite", not_finite=not_finite)
    largest = float(np.max(np.abs(one[both]))) or 1.0
    bound = (allowed(source, count, DTYPE) + _allowed(target, count)) * largest
    differences = np.where(both, distances(one, two), -1.0)
    worst = int(np.argmax(differences))
    return replace(
        found,
        difference=float(differences[worst]),
        worst_step=worst,
        not_finite=not_finite,
        bound=bound,
    )


class _NotRunError(Exception):
    """Why a schedule was not run, and whether that is since its framework refuses it."""

    def __init__(self, reason: str, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


def _rates(
    framework: str, code: str, base_rate: float, updates: int, read: ReadSchedule | None
) -> np.ndarray:
    """The rates that a schedule's framework uses, or the closed form's, if it is none."""
    if framework == REFERENCE:
        assert read is not None
        return np.asarray(read.schedule(np.arange(updates)))
    if read is not None and not all(row.runnable for row in read.rows):
        raise _NotRunError(f"{read.call.partition('(')[0]} is not run here")
    missing = stock.FRAMEWORKS[framework].missing
    if missing:
        raise _NotRunError(f"{missing} is not installed")
    job = {"code": code, "base_rate": base_rate, "updates": updates, "dtypes": (DTYPE,)}
    (result,) = stock.run_jobs(framework, [(running.__name__, job)])
    if "error" in result:
        raise _NotRunError(result["error"], "cannot be run: it" not in result["error"])
    return np.array(result[DTYPE])


def _allowed(target: WrittenSchedule, updates: int) -> float:
    """How far the rates of what was written may be from its closed form."""
    if target.read is not None:
        return allowed(target.read, updates, DTYPE)
    dtype = "float32" if "keras.ops." in target.code else DTYPE
    return HALF_ULP[dtype] * OF_FORMULA[dtype]

"""The statements about stock schedules: which closed form each is, executed."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.conventions.closed_forms.schedule import Schedule
from crosscheck.conventions.findings import Check, Finding
from crosscheck.conventions.schedules import running
from crosscheck.conventions.schedules.calls import horizon
from crosscheck.conventions.schedules.reading import ReadSchedule, of_framework, read_schedule
from crosscheck.conventions.schedules.trial_calls import (
    ACCUMULATED,
    CALLS,
    ENDING,
    LATE,
    LATE_REASON,
)
from crosscheck.conventions.stock import Job

BASE_RATE = 0.1
DTYPES = ("float64", "float32")
BATCHES = 2  # over which gradients are accumulated
# Half the distance from 1 to the next number.
HALF_ULP = {"float64": 2.0**-53, "float32": 2.0**-24}
# A formula makes fewer than sixteen roundings; a cosine's argument, below 2.5 pi, and the numbers
# that are subtracted near its end make at most four times as much of each.
OF_FORMULA = {"float64": 64.0, "float32": 16.0}
# Where each rate is computed from the one before, fewer than eight roundings come with each update.
OF_UPDATE = 8.0


def allowed(read: ReadSchedule, updates: int, dtype: str) -> float:
    """How far a schedule's rates may be from its closed form, as a part of the largest.

    Args:
        read: The schedule.
        updates: How many there are.
        dtype: Of the parameters.
    """
    least = _of_formula(read.schedule, updates, "float64")
    if any(row.recursive for row in read.rows):
        least += HALF_ULP["float64"] * OF_UPDATE * updates
    if dtype == "float64" and not any(row.float32 for row in read.rows):
        return least
    return least + _of_formula(read.schedule, updates, "float32")


def _of_formula(schedule: Schedule, updates: int, dtype: str) -> float:
    """What the roundings of a formula come to, as a part of its largest rate."""
    rounding, own = HALF_ULP[dtype] * OF_FORMULA[dtype], dict(schedule.arguments)
    inside = [each for key, each in own.items() if key == "schedule"]
    found = [_of_formula(each, updates, dtype) for each in (*inside, *own.get("schedules", ()))]
    power = own.get("power", 1.0)
    # A small power makes much of a rounding that is left where a way should be at its end.
    found.append(rounding**power if 0 < power < 1 else rounding * max(1.0, power))
    if schedule.name == "exponential":
        times = np.arange(updates) / own["steps"]
        rates = own["factor"] ** times
        # The factor is rounded, and so is its exponent: each power takes part in that.
        found.append(rounding * float(np.max(times * rates) / np.max(rates)))
    return max(found)


@dataclass(frozen=True)
class Trial:
    """One call that is run.

    Attributes:
        framework: Where; a name in `stock.FRAMEWORKS`.
        call: The call as it is read.
        kind: "rates"; "end", where an update is tried that the framework refuses; or "batches",
            where gradients are accumulated.
    """

    framework: str
    call: str
    kind: str = "rates"

    @property
    def read(self) -> ReadSchedule:
        """What it is stated to be."""
        return of_framework(read_schedule(self.call, base_rate=BASE_RATE), self.framework)

    @property
    def updates(self) -> int:
        """How many updates are made, past the end too where that is allowed."""
        read = self.read
        if self.kind == "end":
            assert read.last is not None
            return read.last + 2
        ends = () if read.last is None else (read.last + 1,)
        return min([horizon(read.schedule), *ends])

    def job(self) -> Job:
        """For `stock.run_jobs`."""
        code = self.read.call
        job = {"code": code, "base_rate": BASE_RATE, "updates": self.updates, "dtypes": DTYPES}
        return running.__name__, job | ({"batches": BATCHES} if self.kind == "batches" else {})

    def findings(self, result: Any) -> list[Finding]:
        """What came of it, for each dtype."""
        read = self.read
        assert read.row is not None
        name, _, arguments = read.call.partition("(")
        arguments = arguments.removesuffix(")").removeprefix("optimizer, ")
        if self.kind == "end":
            return [self._ending(name, arguments, result)]
        return [self._finding(name, arguments, dtype, read, result) for dtype in DTYPES]

    def _ending(self, name: str, arguments: str, result: Any) -> Finding:
        statement = f"refuses update {self.updates - 1}"
        missing = result.get("missing")
        problem = None if missing or "error" in result else "it makes it"
        place = ("schedule", self.framework, name, f"{arguments}; past its end")
        return Finding(*place, statement, 0.0, missing=missing, problem=problem)

    def _finding(
        self, name: str, arguments: str, dtype: str, read: ReadSchedule, result: Any
    ) -> Finding:
        accumulated = self.kind == "batches"
        probe = f"{dtype}, {arguments}" + (f"; {BATCHES} batches an update" if accumulated else "")
        statement = f"equals {read.schedule.code}"
        if accumulated:
            statement += f" at {BATCHES} t + {BATCHES - 1} for update t: it counts batches"
        elif dtype == "float64":
            statement += "".join({f": it {r.float32}" for r in read.rows if r.float32})
        most = allowed(read, self.updates, dtype)
        least = 0.0
        if (self.framework, self.call) in LATE and dtype == "float32":
            statement, least, most = f"{statement}, but {LATE_REASON}", 0.5, 1.0
        place = ("schedule", self.framework, name, probe, statement)
        if "error" in result or "missing" in result:
            missing, problem = result.get("missing"), result.get("error")
            return Finding(*place, None, least, most, problem=problem, missing=missing)
        counts = np.arange(self.updates)
        exact = read.schedule(BATCHES * counts + BATCHES - 1 if accumulated else counts)
        error = np.max(np.abs(np.array(result[dtype]) - exact)) / np.max(exact)
        return Finding(*place, float(error), least, most)


def trials(framework: str) -> list[Trial]:
    """Everything that is run in a framework."""
    own = [Trial(framework, call) for call in CALLS.get(framework, ())]
    own += [Trial(framework, call, "end") for call in ENDING.get(framework, ())]
    return own + [Trial(framework, call, "batches") for call in ACCUMULATED.get(framework, ())]


def schedule_check(framework: str) -> Check:
    """The check of every statement about a framework's schedules.

    Args:
        framework: A name in `stock.FRAMEWORKS`.
    """
    own = trials(framework)

    def read(results: list[Any]) -> list[Finding]:
        pairs = zip(own, results, strict=True)
        return [finding for trial, result in pairs for finding in trial.findings(result)]

    return Check([trial.job() for trial in own], read)

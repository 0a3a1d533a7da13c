"""Frameworks judged apart: each in workers of its own, by the import name of its package.

A worker has the cases of one dtype, so that a framework can use two cores; as many work at a time
as there are cores. What they compute comes back as NumPy's arrays. Everything that decides (exact
values, bounds, comparisons, verdicts) stays in this process. Which worker has which case does not
depend on what else is judged.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np

from crosscheck.frameworks.compiled import jax_cache
from crosscheck.frameworks.declarations import DeclarationError, Declarations, declared_by
from crosscheck.frameworks.registry import Framework, import_limit, load_unguarded
from crosscheck.frameworks.worker import EndedError, Lines, RaisedError, Worker, Workers, cores
from crosscheck.numerics.comparison import Tensor
from crosscheck.verification.candidates import Candidate, status_of
from crosscheck.verification.cases.stages import Case, Quantities, Stage
from crosscheck.verification.judging import (
    Attempt,
    Computed,
    NotWritten,
    asked_by,
    attempted,
    compute,
)
from crosscheck.verification.limits import Limits
from crosscheck.verification.result import Outcome, Status

# Called with the name of each task that begins.
Progress = Callable[[str], None]
HERE = __name__


def judged_apart(
    packages: Mapping[str, str], cases: Sequence[Case], limits: Limits, progress: Progress
) -> list[Candidate]:
    """Load frameworks, and let each compute every case, in workers.

    Args:
        packages: The package of each framework, by its name.
        cases: What they compute.
        limits: What each may take.
        progress: Called, from several threads, with the name of each framework and case.

    Returns:
        The frameworks in the same order, with what they computed.
    """
    dtypes = list(dict.fromkeys(case.dtype for case in cases)) or [""]
    frameworks = [_Apart(name, package, limits) for name, package in packages.items()]
    with ThreadPoolExecutor(cores()) as pool, Workers() as workers:
        running = [
            pool.submit(each.run, workers, [c for c in cases if c.dtype == dtype], progress)
            for dtype in dtypes
            for each in frameworks
        ]
        for case in cases:  # meanwhile, and once for all
            case.exactly()
        for each in running:
            each.result()
    return [framework.candidate(cases) for framework in frameworks]


@dataclass
class _Apart:
    """One framework in workers of its own."""

    name: str
    package: str
    limits: Limits
    status: Status | None = None
    usable: bool = True
    declared: Declarations = field(default_factory=Declarations)
    attempts: dict[int, Attempt] = field(default_factory=dict)  # by the identity of the case
    printed: Lines = field(default_factory=Lines)
    warned: Lines = field(default_factory=Lines)
    lock: Lock = field(default_factory=Lock)

    def run(self, workers: Workers, cases: Sequence[Case], progress: Progress) -> None:
        """Compute cases in one worker; in another one after a case that is known to end it."""
        worker = self._started(workers)
        for case in cases:
            if worker is None:
                return
            progress(f"{self.name}: {case.name}")
            found = self._attempt(worker, case)
            self.attempts[id(case)] = found
            if found.ended is not None:
                self._close(worker)
                known = self.declared.failure(cases=[case.name]) is not None
                worker = self._started(workers) if known else None
        if worker is not None:
            self._close(worker)

    def candidate(self, cases: Sequence[Case]) -> Candidate:
        """What it computed, for those who judge it."""
        status = self.status or Status(None, Outcome.WRONG, ["it was not loaded"])
        status.printed, status.printed_lines = self.printed.kept, self.printed.count
        status.warnings = self.warned.kept
        attempts = [(case, self.attempts[id(case)]) for case in cases if id(case) in self.attempts]
        return Candidate(self.name, self.declared, status, attempts, self.trying)

    @contextmanager
    def trying(self) -> Iterator[Callable[..., Attempt]]:
        """What computes further cases, in a worker that is ended with the block."""
        with Workers() as workers:
            started = [self._started(workers)]

            def attempt(case: Case, until: Stage | None = None) -> Attempt:
                worker = started[-1]
                if worker is None:
                    return Attempt(self.name, ended="cannot be loaded again")
                found = self._attempt(worker, case, until)
                if found.ended is not None:
                    self._close(worker)
                    started.append(self._started(workers))
                return found

            yield attempt

    def _started(self, workers: Workers) -> Worker | None:
        """A worker that has loaded the framework; None if that cannot be used."""
        if not self.usable:
            return None
        environment = jax_cache(self.package) if self.limits.cache else {}
        worker = workers.start(self.limits.memory, environment)
        status = _loaded(worker, self.name, self.package)
        self.usable = status.status is Outcome.VERIFIED
        if self.usable:
            try:
                self.declared = declared_by(self.package)
            except DeclarationError as error:
                status.blame(str(error))
                self.usable = False
        if self.status is None or not self.usable:
            self.status = status
        if self.usable:
            return worker
        self._close(worker)
        return None

    def _attempt(self, worker: Worker, case: Case, until: Stage | None = None) -> Attempt:
        limit = self.declared.limit(**asked_by(case))
        if limit is not None:
            return Attempt(self.name, not_supported=limit)
        arguments = (self.name, self.package, case, until)
        try:
            reply = worker.call(f"{HERE}:compute_here", *arguments, limit=self.limits.seconds)
            computed = _received(reply)
            _check_complete(computed, case, until)
            return attempted(case, self.name, computed)
        except RaisedError as error:
            return attempted(case, self.name, Computed(raised=str(error)))
        except EndedError as error:
            return Attempt(self.name, ended=str(error))
        except (ValueError, TypeError, KeyError, AttributeError):
            return Attempt(self.name, ended="replies with what is no result")

    def _close(self, worker: Worker) -> None:
        worker.close()
        with self.lock:
            self.printed.join(worker.printed)
            self.warned.join(worker.warned)


def _loaded(worker: Worker, name: str, package: str) -> Status:
    """The status of a framework when a worker has loaded it: verified, so far, if it conforms."""
    try:
        version, outcome, reasons = worker.call(
            f"{HERE}:load_here", name, package, limit=import_limit()
        )
        return Status(version, Outcome(outcome), list(reasons))
    except RaisedError as error:
        return Status("unknown", Outcome.WRONG, [f"fails on import: {error}"])
    except EndedError as error:
        return Status("unknown", Outcome.WRONG, [f"on import it {error}"])
    except (ValueError, TypeError) as error:
        return Status("unknown", Outcome.WRONG, [f"on import it replies with no status: {error}"])


def _received(reply: Any) -> Computed:
    """What `compute_here` sent.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: If it is something else.
    """
    stages: dict[Stage, Quantities] = {
        Stage(stage): {
            quantity: {place: Tensor(_array(value)) for place, value in tensors.items()}
            for quantity, tensors in quantities.items()
        }
        for stage, quantities in reply["stages"].items()
    }
    missing = reply["not_written"]
    return Computed(
        stages,
        None if missing is None else NotWritten(*map(str, missing)),
        None if reply["raised"] is None else str(reply["raised"]),
        None if reply["raised_at"] is None else str(reply["raised_at"]),
    )


def _check_complete(computed: Computed, case: Case, until: Stage | None) -> None:
    """Check that what came to its end has every stage: none is verified by what was not compared.

    Raises:
        ValueError: If a stage is missing, and nothing says why.
    """
    asked_for = {stage for stage in case.exactly() if until is None or stage <= until}
    came_to_its_end = computed.raised is None and computed.not_written is None
    if came_to_its_end and not asked_for <= computed.stages.keys():
        raise ValueError("a stage is missing")


def _array(value: Any) -> np.ndarray:
    if not isinstance(value, np.ndarray):
        raise TypeError("a tensor must be an array")
    return value


# ----- in a worker -----


def load_here(name: str, package: str) -> list[Any]:
    """Load a framework: its version, its outcome so far, and the reasons for that."""
    status = status_of(load_unguarded(name, package))
    return [status.version, status.status.value, status.reasons]


def compute_here(name: str, package: str, case: Case, until: Stage | None) -> dict[str, Any]:
    """Let a framework compute a case: what `Computed` has, as plain data."""
    framework = load_unguarded(name, package)
    assert isinstance(framework, Framework)  # load_here said so
    computed = compute(case, framework, until)
    missing = computed.not_written
    return {
        "stages": {
            stage.value: {
                quantity: {place: np.asarray(tensor.value) for place, tensor in tensors.items()}
                for quantity, tensors in quantities.items()
            }
            for stage, quantities in computed.stages.items()
        },
        "not_written": None if missing is None else [missing.function, missing.message],
        "raised": computed.raised,
        "raised_at": computed.raised_at,
    }

"""Frameworks judged apart: each in workers of its own, by the import name of its package.

A worker has the cases of one dtype, so that a framework can use two cores; as many work at a time
as there are cores. What they compute comes back as NumPy's arrays. Everything that decides (exact
values, bounds, comparisons, verdicts) stays in this process. Which worker has which case does not
depend on what else is judged.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

from crosscheck.frameworks.compiled import (
    FOLDER_VARIABLE,
    NOT_CACHED,
    forget_unreadable,
    jax_cache,
)
from crosscheck.frameworks.declarations import DeclarationError, Declarations, declared_by
from crosscheck.frameworks.messages import MessageError
from crosscheck.frameworks.plain_text import plain
from crosscheck.frameworks.processes import cores
from crosscheck.frameworks.registry import import_limit
from crosscheck.frameworks.serving import Lines
from crosscheck.frameworks.worker import EndedError, RaisedError, Worker, Workers
from crosscheck.verification import replies
from crosscheck.verification.candidates import Candidate
from crosscheck.verification.cases.stages import Case, Stage, Stages
from crosscheck.verification.judging import (
    Attempt,
    Computed,
    asked_by,
    attempted,
)
from crosscheck.verification.limits import Limits
from crosscheck.verification.result import Outcome, Status

# Called with the name of each task that begins.
Progress = Callable[[str], None]
EXACT_VALUES = Lock()


def judged_apart(
    packages: Mapping[str, str],
    cases: Sequence[Case],
    limits: Limits,
    progress: Progress,
    meanwhile: Callable[[], object] = lambda: None,
) -> list[Candidate]:
    """Load frameworks, and let each compute every case, in workers.

    Args:
        packages: The package of each framework, by its name.
        cases: What they compute.
        limits: What each may take.
        progress: Called, from several threads, with the name of each framework and case.
        meanwhile: Called in this thread while they compute.

    Returns:
        The frameworks in the same order, with what they computed.
    """
    dtypes = list(dict.fromkeys(case.dtype for case in cases)) or [""]
    frameworks = [
        _Apart(name, package, limits, import_limit()) for name, package in packages.items()
    ]
    with ThreadPoolExecutor(cores()) as pool, Workers() as workers:
        running = [
            pool.submit(each.run, workers, [c for c in cases if c.dtype == dtype], progress)
            for dtype in dtypes
            for each in reversed(frameworks)  # JAX, which compiles, takes the longest
        ]
        for case in cases:  # meanwhile, and once for all
            if any(each.usable and each.supports(case) for each in frameworks):
                _exactly(case)
        meanwhile()
        for each in running:
            each.result()
    return [framework.candidate(cases) for framework in frameworks]


def _exactly(case: Case) -> Stages:
    """The exact values of a case, which one thread computes and the others wait for."""
    with EXACT_VALUES:
        return case.exactly()


class _Apart:
    """One framework in workers of its own."""

    def __init__(self, name: str, package: str, limits: Limits, import_limit: float) -> None:
        self.name, self.package, self.limits = name, package, limits
        self.import_limit = import_limit
        self.cache = jax_cache(package) if limits.cache else NOT_CACHED
        self.declared, self.problem = _declared_by(package)  # before the package can change it
        self.attempts: dict[int, Attempt] = {}  # by the identity of the case
        self.printed, self.warned = Lines(), Lines()
        self.lock = Lock()
        self.status: Status | None = None  # as the first worker found it
        self.usable = True

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

    def supports(self, case: Case) -> bool:
        """Whether it declares no limit that covers a case."""
        return self.declared.limit(**asked_by(case)) is None

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
        worker = workers.start(self.limits.memory, self.cache)
        status = _loaded(worker, self.name, self.package, self.import_limit)
        if self._is_usable(status):
            return worker
        self._close(worker)
        return None

    def _is_usable(self, found: Status) -> bool:
        """Whether the framework can be used, given what one more worker found."""
        with self.lock:
            if found.status is Outcome.VERIFIED and self.problem is not None:
                found.blame(self.problem)
            if self.status is None:
                self.status = found
            elif self.usable and found.status is not Outcome.VERIFIED:
                self._blame(self.status, found)
            elif self.status.status is Outcome.NOT_INSTALLED and found.status is Outcome.VERIFIED:
                # Two workers load at the same time: the one that cannot was heard first.
                self._blame(found, self.status)
            self.usable = self.usable and found.status is Outcome.VERIFIED
            return self.usable

    def _blame(self, loaded: Status, failed: Status) -> None:
        """Call the framework wrong, which one worker could load and another could not."""
        reasons = "; ".join(failed.reasons) or failed.status
        loaded.blame(f"could be loaded once, and not again: {reasons}")
        self.status = loaded

    def _attempt(self, worker: Worker, case: Case, until: Stage | None = None) -> Attempt:
        limit = self.declared.limit(**asked_by(case))
        if limit is not None:
            return Attempt(self.name, not_supported=limit)
        arguments = (self.name, self.package, case, until)
        try:
            reply = worker.call(
                f"{replies.__name__}:compute_here", *arguments, limit=self.limits.seconds
            )
            computed = replies.received(reply, _exactly(case), until)
        except RaisedError as error:
            computed = Computed(raised=str(error))
        except EndedError as error:
            return Attempt(self.name, ended=str(error))
        except MessageError as error:
            return Attempt(self.name, ended=f"sends what is no result: {error}")
        return attempted(case, self.name, computed)

    def _close(self, worker: Worker) -> None:
        worker.close()
        folder = self.cache.get(FOLDER_VARIABLE)
        if folder is not None:
            worker.warned.kept = forget_unreadable(folder, worker.warned.kept)
        with self.lock:
            self.printed.join(worker.printed)
            self.warned.join(worker.warned)


def _declared_by(package: str) -> tuple[Declarations, str | None]:
    """What a package declares, and what is wrong with that."""
    try:
        return declared_by(package), None
    except DeclarationError as error:
        return Declarations(), plain(str(error))


def _loaded(worker: Worker, name: str, package: str, limit: float) -> Status:
    """The status of a framework when a worker has loaded it: verified, so far, if it conforms."""
    try:
        reply = worker.call(f"{replies.__name__}:load_here", name, package, limit=limit)
        return replies.status_received(reply)
    except RaisedError as error:
        return Status("unknown", Outcome.WRONG, [f"fails on import: {error}"])
    except EndedError as error:
        return Status("unknown", Outcome.WRONG, [f"on import it {error}"])
    except MessageError as error:
        return Status("unknown", Outcome.WRONG, [f"on import it sends what is no status: {error}"])

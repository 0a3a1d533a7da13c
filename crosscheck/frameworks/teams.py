"""A team: the processes that are the workers of a training, or that have its devices.

It goes on epoch by epoch, as it is asked. A process that ends or hangs is named, and all the others
end with it: nothing is left behind.
"""

import atexit
import pickle
import tempfile
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck.frameworks import ranks
from crosscheck.frameworks.ranks import Job
from crosscheck.frameworks.registry import Framework
from crosscheck.frameworks.worker import EndedError, RaisedError, Worker, Workers

# Seconds after which a worker that the others wait for counts as hanging.
PATIENCE = 60.0
# Seconds that the others have, once one fails, to say how they ended: the first to be heard of is
# not always the one that caused it.
GRACE = 2.0
START_LIMIT = 300.0
NO_MEMORY_LIMIT = 2**30  # MiB
# What gives JAX several devices on one CPU, in XLA_FLAGS.
DEVICE_COUNT = "--xla_force_host_platform_device_count"


class LostWorkerError(RuntimeError):
    """A worker of a training ended or hung; the message says which, and how."""


class UnequalWorkersError(RuntimeError):
    """The workers of a training do not agree to the bit; the message says which one."""


# The teams whose processes run.
_OPEN: set["Team"] = set()


@atexit.register
def close_teams() -> None:
    """End the processes of every team."""
    for team in list(_OPEN):
        team.close()


class Team:
    """The processes of one framework, of which a training has as many as it has workers."""

    def __init__(self, framework: Framework, devices: int | None) -> None:
        self.framework, self._devices = framework, devices
        self._running: Workers | None = None
        self._members: list[Worker] = []
        self._joined: tuple[int, float, str] | None = None
        self._job: Job | None = None
        self._patience = PATIENCE

    @property
    def workers(self) -> int:
        """How many workers the training has."""
        return 1 if self._job is None else int(self._job.keywords["workers"])

    @property
    def processes(self) -> int:
        """How many processes these are."""
        return self.workers if self._devices is None else 1

    def begin(self, job: Job, data: tuple[np.ndarray, np.ndarray], patience: float) -> None:
        """Hand out a job, to processes that are started if they are not there."""
        self._job, self._patience = job, patience
        try:
            # Once all have begun nobody needs the files any more: who is killed leaves none.
            with tempfile.TemporaryDirectory(prefix="crosscheck-") as name:
                self._start(job, Path(name))
                with Path(name, ranks.JOB).open("wb") as file:
                    pickle.dump(job, file)
                for file_name, array in zip((ranks.INPUTS, ranks.TARGETS), data, strict=True):
                    np.save(Path(name, file_name), array)
                self._ask("begin", [(name,)] * self.processes)
        except BaseException:
            self.close()
            raise

    def epoch(self, number: int) -> tuple[float, Any]:
        """Let every worker train one epoch, and compare what they have then."""
        try:
            asked = [(number, rank == 0) for rank in range(self.processes)]
            found = self._ask("epoch", asked)
            for rank, (_, digest, _) in enumerate(found):
                if digest != found[0][1]:
                    raise UnequalWorkersError(
                        f"after epoch {number + 1} worker {rank} of {self.framework.name} has "
                        "other parameters or another state than worker 0"
                    )
        except BaseException:
            self.close()
            raise
        return found[0][0], found[0][2]

    def close(self) -> None:
        """End the processes."""
        if self._running is not None:
            self._running.__exit__()
        self._running, self._members, self._joined = None, [], None
        _OPEN.discard(self)

    def _start(self, job: Job, folder: Path) -> None:
        """Start the processes that are missing, and let those of the training find each other."""
        if self._running is None:
            _OPEN.add(self)
            self._running = Workers()
        if len(self._members) < self.processes:
            variables = {} if self._devices is None else {"XLA_FLAGS": _flags(self._devices)}
            while len(self._members) < self.processes:
                self._members.append(self._running.start(NO_MEMORY_LIMIT, variables))
            self._ask("warm_up", [(job.name, job.package)] * self.processes, START_LIMIT)
        wanted = (self.processes, self._patience, job.device)
        if self.processes > 1 and self._joined != wanted:
            store = str(folder / "store")
            asked = [(rank, wanted[0], store, *wanted[1:]) for rank in range(self.processes)]
            self._ask("join", asked, START_LIMIT)
            self._joined = wanted

    def _ask(
        self, function: str, arguments: Sequence[tuple[Any, ...]], limit: float = inf
    ) -> list[Any]:
        """What a function of `ranks` returns in every process, called in all at the same time.

        Raises:
            LostWorkerError: If one ends or hangs.
            ValueError: If the function raises; one that waits in vain for another one does.
        """
        with ThreadPoolExecutor(self.processes) as pool:
            waiting = [
                pool.submit(each.call, f"{ranks.__name__}:{function}", *given, limit=limit)
                for each, given in zip(self._members, arguments, strict=False)  # the first ones
            ]
            try:
                _, pending = wait(waiting, return_when=FIRST_EXCEPTION)
                if pending:
                    wait(pending, timeout=GRACE)
                self._blame(waiting)
            except BaseException:
                self.close()  # first, since the pool waits for its calls
                raise
        return [each.result() for each in waiting]

    def _blame(self, calls: Sequence["Future[Any]"]) -> None:
        """Raise for the worker that caused it, where a call failed."""
        errors = [each.exception() if each.done() else None for each in calls]
        for rank, error in enumerate(errors):
            if isinstance(error, EndedError):
                raise LostWorkerError(f"{self._name(rank)} {error}")
        for rank, call in enumerate(calls):
            if not call.done():
                raise LostWorkerError(
                    f"{self._name(rank)} hangs: the others waited {self._patience:g} s for it"
                )
        for error in errors:
            if isinstance(error, RaisedError):
                raise ValueError(str(error).partition(": ")[2] or str(error))
            if error is not None:
                raise error

    def _name(self, rank: int) -> str:
        if self.processes == 1:
            return f"the process of the {self.workers} workers of {self.framework.name}"
        return f"worker {rank} of {self.workers} of {self.framework.name}"


def _flags(workers: int) -> str:
    """What gives JAX so many devices on one CPU."""
    return f"{DEVICE_COUNT}={workers}"

"""Files that are checked: each in a process of its own, in a copy of its folder, with a limit."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from crosscheck.frameworks.processes import cores
from crosscheck.frameworks.regular_files import NoFileError
from crosscheck.frameworks.submissions import SubmissionError, load
from crosscheck.frameworks.worker import EndedError, RaisedError, Worker, Workers
from crosscheck.verification.checking.copying import PREFIX, copied
from crosscheck.verification.checking.findings import CheckReport
from crosscheck.verification.checking.judging import (
    Parts,
    each_part,
    judge,
    judge_first,
    left_over,
    split,
)
from crosscheck.verification.checking.meant import unknown
from crosscheck.verification.checking.next_steps import next_step
from crosscheck.verification.checking.one_thing import Options

# How many seconds a file may take, unless it is told otherwise.
LIMIT = 60.0
# How many it has for its other parts, once it has used them up for the first.
LEAST = 5.0
DEEPEST = 8  # spaces before a line of the adapter that is advised
# Windows are not opened, and nothing is shown.
ENVIRONMENT = {"MPLBACKEND": "Agg", "DISPLAY": "", "PYTHONDONTWRITEBYTECODE": "1"}


def check(
    target: Any,
    *,
    activations: Sequence[str] | None = None,
    loss: str | None = None,
    reduction: str | None = None,
    settings: Mapping[str, Any] | None = None,
    stated: str | None = None,
    limit: float = LIMIT,
) -> CheckReport:
    """Check somebody's own network, optimizer or function.

    Args:
        target: A file, as "homework.py" or "homework.py:Net", which runs in a process of its own;
            or an object: a class, an instance, a function, or an adapter, which runs in this one.
        activations: One name of the contract per layer; None to find out.
        loss: A name of the contract; None to find out.
        reduction: "mean" or "sum" over the batch; None to find out.
        settings: The arguments for a class or a factory, by their names: {"lr": 0.01}.
        stated: What an optimizer is meant to be: "adam(learning_rate=0.01)".
        limit: How many seconds a file may take.

    Returns:
        The report; its `outcome` says whether it is right, wrong, or was not understood.

    Raises:
        ValueError: If a name is unknown, or something stated does not fit what was found.
    """
    names = None if activations is None else tuple(activations)
    if refused := unknown(names, loss, reduction):
        raise ValueError(refused)
    options = Options(names, loss, reduction, dict(settings or {}), stated)
    if isinstance(target, str | os.PathLike):
        return check_files([os.fspath(target)], options, limit)[0]
    name = getattr(target, "__name__", type(target).__name__)
    return judge({name: target}, name, name, options)


def check_files(
    targets: Sequence[str],
    options: Options,
    limit: float = LIMIT,
    done: Callable[[str], None] = lambda target: None,
) -> list[CheckReport]:
    """Check files, as many at a time as there are cores.

    Args:
        targets: "homework.py" or "homework.py:Net" each.
        options: What is stated of all of them.
        limit: How many seconds each may take.
        done: Called with each target when it has been checked.
    """

    def one(target: str) -> CheckReport:
        report = _checked(target, options, limit, workers)
        done(target)
        return report

    # An interrupt ends the workers first, and then nobody waits for what they were asked.
    with ThreadPoolExecutor(min(cores(), len(targets))) as pool, Workers() as workers:
        return list(pool.map(one, targets))


def _checked(target: str, options: Options, limit: float, workers: Workers) -> CheckReport:
    path, name = split(target)
    if not path.is_file():
        return CheckReport(
            target, understood=f"there is no file {path}; give the path of a .py or .ipynb"
        )
    report = None
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        for definitions_only in (False, True):
            try:
                copy = copied(path, Path(folder) / str(int(definitions_only)))
            except NoFileError as error:
                return CheckReport(target, understood=str(error))
            except OSError as error:
                words = f"{path} cannot be copied: {error.strerror}"
                return CheckReport(target, understood=words)
            try:
                worker = workers.start(environment=ENVIRONMENT)
            except EndedError as error:  # an interrupt
                return report or CheckReport(target, understood=f"the file {error}")
            arguments = (str(copy), name, target, asdict(options), definitions_only)
            begun = monotonic()
            try:
                found = worker.call(f"{__name__}:check_here", *arguments, limit=limit)
                received = _received(found["report"])
                if report is not None and report.others and not received.kind:
                    break  # its definitions alone are no network either, and it has fewer parts
                report = received
                left = max(limit - (monotonic() - begun), LEAST)
                report.take_in(*_parts(worker, found["unused"], left), whole=not definitions_only)
            except EndedError as error:
                report = report or CheckReport(target, understood=f"the file {error}")
            except RaisedError as error:
                if report is None or not report.others:
                    report = CheckReport(target, understood=str(error))
            finally:
                worker.close()
            report.printed = [line for line in worker.printed.kept if line.strip()]
            if report.kind:
                break  # else it may train when it is imported: its definitions alone are tried
    assert report is not None
    report.next_step = next_step(report, path)
    return report


def _parts(worker: Worker, unused: list[str], limit: float) -> tuple[list[CheckReport], list[str]]:
    """The reports of the other parts of the file; those that were judged before a worker ends."""
    reports: list[CheckReport] = []
    judged: list[str] = []
    begun = monotonic()
    while True:
        left = limit - (monotonic() - begun)
        try:
            if left <= 0:
                break
            found = worker.call(f"{__name__}:check_part_here", limit=left)
        except (EndedError, RaisedError):
            break
        if found["name"] is None:
            return reports, found["left"]
        judged.append(found["name"])
        reports += [] if found["report"] is None else [_received(found["report"])]
    return reports, [name for name in unused if name not in judged]


def _received(found: dict[str, Any]) -> CheckReport:
    return CheckReport.from_json(found | {"understood": _joined(found["understood"])})


@dataclass
class _Waiting:
    """In a worker: the parts of the file that it has run, and what was judged of them so far."""

    namespace: Mapping[str, Any]
    parts: Parts
    reports: Iterator[tuple[str, CheckReport | None]]
    judged: list[str] = field(default_factory=list)

    def left(self) -> list[str]:
        """The names of what nobody has looked at."""
        return left_over(self.namespace, self.parts, self.judged)


_waiting: list[_Waiting] = []


def check_here(
    path: str, name: str | None, target: str, options: dict[str, Any], definitions_only: bool
) -> dict[str, Any]:
    """Run a file and check the first thing in it; in a worker.

    Returns:
        Plain data: the report, the lines of what was understood each with its indentation; and the
        names of what would be looked at by nobody, if `check_part_here` were not called.
    """
    unused: list[str] = []
    try:
        submission = load(Path(path), name, definitions_only=definitions_only)
    except SubmissionError as error:
        report = CheckReport(target, understood=str(error))
    else:
        stated, namespace = Options(**options), submission.namespace
        report, parts = judge_first(namespace, name, target, stated)
        report.conventions = [*submission.notes, *report.conventions]
        waiting = _Waiting(namespace, parts, each_part(namespace, parts, target, stated))
        _waiting[:] = [waiting]
        unused = waiting.left()
    return {"report": _sent(report), "unused": unused}


def check_part_here() -> dict[str, Any]:
    """Check the next part of the file that `check_here` has run; in the same worker.

    Returns:
        Plain data: the name of the part, and its report as there, or None if it is in another's;
        behind the last part no name, but the names of what nobody looked at.
    """
    for waiting in _waiting:
        name, report = next(waiting.reports, (None, None))
        if name is None:
            return {"name": None, "left": waiting.left()}
        waiting.judged.append(name)
        return {"name": name, "report": None if report is None else _sent(report)}
    return {"name": None, "left": []}


def _sent(report: CheckReport) -> dict[str, Any]:
    return report.as_json() | {"understood": _in_lines(report.understood)}


# A message makes one line of each text, without the spaces before it, which code needs.


def _in_lines(text: str) -> list[tuple[int, str]]:
    return [(len(line) - len(line.lstrip(" ")), line) for line in text.split("\n")]


def _joined(lines: list[tuple[int, str]]) -> str:
    return "\n".join(" " * min(indent, DEEPEST) + line for indent, line in lines)

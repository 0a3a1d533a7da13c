"""Files that are checked: each in a process of its own, in a copy of its folder, with a limit."""

import inspect
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crosscheck.frameworks.adapters import NotUnderstoodError, Understood
from crosscheck.frameworks.processes import cores
from crosscheck.frameworks.submissions import SubmissionError, load
from crosscheck.frameworks.understanding.function import is_autograd, understand_function
from crosscheck.frameworks.understanding.names import (
    BACKWARD,
    FORWARD,
    INIT,
    TRAIN_STEP,
    UPDATE,
    VALUE_AND_GRAD,
    role_of,
)
from crosscheck.frameworks.understanding.optimizers import (
    is_optimizer,
    optimizers_in,
    understand_optimizer,
)
from crosscheck.frameworks.understanding.understand import understand
from crosscheck.frameworks.worker import EndedError, RaisedError, Worker
from crosscheck.verification.checking.copying import copied
from crosscheck.verification.checking.findings import CheckReport
from crosscheck.verification.checking.function import check_function
from crosscheck.verification.checking.identification import identify_optimizer
from crosscheck.verification.checking.meant import unknown
from crosscheck.verification.checking.network import check_network

# How many seconds a file may take, unless it is told otherwise.
LIMIT = 60.0
DEEPEST = 8  # spaces before a line of the adapter that is advised
# Windows are not opened, and nothing is shown.
ENVIRONMENT = {"MPLBACKEND": "Agg", "DISPLAY": "", "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(frozen=True)
class Options:
    """What is stated of an object, in place of being found out.

    Attributes:
        activations: One name of the contract per layer.
        loss: A name of the contract.
        reduction: "mean" or "sum" over the batch.
        settings: What a class or a factory is given, by the name of its argument.
        stated: What an optimizer is meant to be: "adam(learning_rate=0.01)".
        explain: Whether one sample of a network is worked through.
    """

    activations: tuple[str, ...] | None = None
    loss: str | None = None
    reduction: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    stated: str | None = None
    explain: bool = False


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
        settings: What a class or a factory is given, by the name of its argument: {"lr": 0.01}.
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
        report = _checked(target, options, limit)
        done(target)
        return report

    with ThreadPoolExecutor(min(cores(), len(targets))) as pool:
        return list(pool.map(one, targets))


def split(target: str) -> tuple[Path, str | None]:
    """The file of a target, and the name in it that is meant, if one is."""
    path, _, name = target.rpartition(":")
    if path and all(part.isidentifier() for part in name.split(".")):
        return Path(path), name
    return Path(target), None


def _checked(target: str, options: Options, limit: float) -> CheckReport:
    path, name = split(target)
    if not path.is_file():
        return CheckReport(target, understood=f"there is no file {path}")
    report = None
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as folder:
        for definitions_only in (False, True):
            copy = copied(path, Path(folder) / str(int(definitions_only)))
            worker = Worker(environment=ENVIRONMENT)
            where = f"{__name__}:check_here"
            arguments = (str(copy), name, target, asdict(options), definitions_only)
            try:
                found = worker.call(where, *arguments, limit=limit)
                found["understood"] = _joined(found["understood"])
                report = CheckReport.from_json(found)
            except EndedError as error:
                report = report or CheckReport(target, understood=f"the file {error}")
            except RaisedError as error:
                report = CheckReport(target, understood=str(error))
            finally:
                worker.close()
            report.printed = [line for line in worker.printed.kept if line.strip()]
            if report.kind:
                break  # else it may train when it is imported: its definitions alone are tried
    assert report is not None
    return report


def check_here(
    path: str, name: str | None, target: str, options: dict[str, Any], definitions_only: bool
) -> dict[str, Any]:
    """Run a file and check what it defines; in a worker.

    Returns:
        The report as plain data; the lines of what was understood each with its indentation.
    """
    try:
        submission = load(Path(path), name, definitions_only=definitions_only)
    except SubmissionError as error:
        report = CheckReport(target, understood=str(error))
    else:
        report = judge(submission.namespace, name, target, Options(**options))
        report.conventions = [*submission.notes, *report.conventions]
    return report.as_json() | {"understood": _in_lines(report.understood)}


# A message makes one line of each text, without the spaces before it, which code needs.


def _in_lines(text: str) -> list[tuple[int, str]]:
    return [(len(line) - len(line.lstrip(" ")), line) for line in text.split("\n")]


def _joined(lines: list[tuple[int, str]]) -> str:
    return "\n".join(" " * min(indent, DEEPEST) + line for indent, line in lines)


def judge(
    namespace: Mapping[str, Any], name: str | None, target: str, options: Options
) -> CheckReport:
    """Find out what there is to check, and check it."""
    try:
        understood = _understood(namespace, name, options.settings)
    except NotUnderstoodError as error:
        return CheckReport(target, understood=str(error))
    if understood.kind == "optimizer":
        report = identify_optimizer(
            understood.make, settings=options.settings, stated=options.stated
        )
        report.target, report.understood = target, understood.words
        return report
    if understood.kind == "function":
        return check_function(
            understood,
            target,
            activations=options.activations,
            loss=options.loss,
            reduction=options.reduction,
        )
    return check_network(
        understood,
        target,
        activations=options.activations,
        loss=options.loss,
        reduction=options.reduction,
        explain=options.explain,
    )


def _understood(
    namespace: Mapping[str, Any], name: str | None, settings: Mapping[str, Any]
) -> Understood:
    """A network, an optimizer, or a function: that one by its name, or the only one there is."""
    if name is not None and _is_function_alone(namespace, name):
        with suppress(NotUnderstoodError):
            return understand_function(namespace, name, settings)
    try:
        return understand(namespace, name, settings)
    except NotUnderstoodError as error:
        refused = error
    optimizers = optimizers_in(namespace, name)
    if len(optimizers) == 1:
        try:
            return understand_optimizer(optimizers[0], settings, name)
        except NotUnderstoodError as error:
            refused = error
    if name is None or name.partition(".")[0] not in namespace:
        raise refused
    try:
        return understand_function(namespace, name, settings)
    except NotUnderstoodError as error:
        alone = inspect.isroutine(namespace.get(name)) and not optimizers
        raise (error if alone else refused) from None


# Names of functions that are parts of a network, of which there is more to be judged.
_PARTS = {each.lower() for each in (*FORWARD, *VALUE_AND_GRAD, *BACKWARD)}
_PARTS |= {each.lower() for each in (*TRAIN_STEP, *UPDATE, *INIT)}


def _is_function_alone(namespace: Mapping[str, Any], name: str) -> bool:
    """Whether a name is that of a plain function of one array, or of outputs and targets."""
    target = namespace.get(name)
    if is_autograd(target):
        return True
    if not inspect.isroutine(target) or name.lower() in _PARTS or is_optimizer(target):
        return False
    arguments = _arguments(target)
    roles = {role_of(each) for each in arguments}
    return len(arguments) == 1 or (len(arguments) == 2 and not roles & {"params", "X", "grads"})


def _arguments(target: Any) -> list[str]:
    """The arguments that a function must be given."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return []
    return [each.name for each in parameters if each.default is each.empty]

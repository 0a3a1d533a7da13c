"""Read a schedule from a text, which is parsed and never evaluated.

Before the call there may be assignments, as of the schedulers that a SequentialLR joins.
"""

import ast
import difflib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from crosscheck.conventions import schedules, stock
from crosscheck.conventions.closed_forms.schedule import Schedule, ScheduleError
from crosscheck.conventions.optimizers.parsing import CallError, argument_value, plain_value
from crosscheck.conventions.schedules.imports import refuse_foreign
from crosscheck.conventions.schedules.stock_schedule import (
    OLDER,
    RefusedScheduleError,
    StockSchedule,
)
from crosscheck.conventions.schedules.table import REFUSED, STOCK_SCHEDULES

REFERENCE = "reference"  # the framework of a schedule that is written as a closed form
# The names under which people import a module, and its own.
PREFIXES = (
    ("tf.keras.", "keras."),
    ("tensorflow.keras.", "keras."),
    ("tf.compat.v1.", "tensorflow.compat.v1."),
    ("tf.train.", "tensorflow.compat.v1.train."),
    ("optim.lr_scheduler.", "torch.optim.lr_scheduler."),
    ("lr_scheduler.", "torch.optim.lr_scheduler."),
    ("optax.schedules.", "optax."),
    ("optimizer.lr.", "paddle.optimizer.lr."),
    ("optimizers.schedules.", "keras.optimizers.schedules."),
)
# What stands among the arguments and has no effect on a schedule: by position or by name.
BESIDE = ("optimizer", "global_step", "x", "name", "verbose")
OPTIMIZER_FIRST = "torch"
NEARLY = 0.8  # how alike a misspelt name must be, from 0 to 1
Names = Mapping[str, ast.expr]
# What a closed form raises for arguments of other types and values than it has.
WRONG_ARGUMENTS = (
    ScheduleError,
    RefusedScheduleError,
    TypeError,
    AttributeError,
    ArithmeticError,
)


@dataclass(frozen=True)
class ReadSchedule:
    """A schedule as somebody wrote it.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`, or "reference" if it is written as a closed form.
        schedule: What it computes.
        call: The call with the names of its arguments, as it can be run.
        row: The row of the table that it was read by; None for a closed form.
        last: Which update is the last that the framework allows; None if all are.
        remarks: What its users must know besides, of what is nested too, as sentences.
        parts: The schedules that are nested in it.
    """

    framework: str
    schedule: Schedule
    call: str
    row: StockSchedule | None = None
    last: int | None = None
    remarks: tuple[str, ...] = ()
    parts: tuple["ReadSchedule", ...] = field(default=(), repr=False)

    @property
    def rows(self) -> tuple[StockSchedule, ...]:
        """Its own row, and those of what is nested."""
        own = () if self.row is None else (self.row,)
        return (*own, *(row for part in self.parts for row in part.rows))


def is_schedule(text: str) -> bool:
    """Whether a text is the call of a stock schedule or of a closed form, or looks like one."""
    try:
        call, _ = _call_in(text)
    except CallError:
        return False
    name = ast.unparse(call.func)
    last = name.rpartition(".")[2]
    if last in REFUSED or _rows_named(name):
        return True
    known = [row.name.rpartition(".")[2] for row in STOCK_SCHEDULES]
    inside = any(word in f".{name}" for word in (".schedules.", ".lr_scheduler."))
    return inside or bool(difflib.get_close_matches(last, known, n=1, cutoff=NEARLY))


def read_schedule(
    code: str | ast.expr, *, base_rate: float = 1.0, names: Names | None = None
) -> ReadSchedule:
    """Read a schedule of a framework, or a closed form as `Schedule.code` has it.

    Args:
        code: The text or its syntax tree: "optax.cosine_decay_schedule(0.1, 100)".
        base_rate: The rate of the optimizer, which PyTorch's schedulers multiply.
        names: What was assigned to names before.

    Raises:
        ValueError: If it is not the call of a known schedule, an argument is missing, unknown or
            not plain, the framework itself refuses one, or no closed form has the effect.
    """
    try:
        if isinstance(code, str):
            call, assigned = _call_in(code)
            refuse_foreign(code)
            return _read(call, base_rate, {**(names or {}), **assigned})
        return _read(_resolved(code, names or {}), base_rate, names or {})
    except RecursionError:
        raise CallError("it is nested too deeply") from None


def _call_in(text: str) -> tuple[ast.Call, dict[str, ast.expr]]:
    """The call at the end of a text, and what is assigned to names before it."""
    problem = CallError(
        f"{text!r} is no schedule: write its call, as optax.cosine_decay_schedule(0.1, 100)"
    )
    try:
        body = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise problem from None
    names: dict[str, ast.expr] = {}
    call: ast.expr | None = None
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr):
            raise problem
        call = statement.value
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            names[statement.targets[0].id] = statement.value
    if not isinstance(call, ast.Call):
        raise problem
    return call, names


def _resolved(node: ast.expr, names: Names) -> ast.expr:
    """What a name stands for; anything else as it is."""
    seen = 0
    while isinstance(node, ast.Name) and node.id in names and seen <= len(names):
        node, seen = names[node.id], seen + 1
    return node


def _read(node: ast.expr, base_rate: float, names: Names) -> ReadSchedule:
    if isinstance(node, ast.Lambda):
        raise CallError(f"{ast.unparse(node)!r} is a function, which is not evaluated")
    if not isinstance(node, ast.Call):
        raise CallError(f"{ast.unparse(node)!r} is no call of a schedule")
    name = ast.unparse(node.func)
    last = name.rpartition(".")[2]
    if name == f"schedules.{last}" and last in schedules.__all__:
        return _closed_form(node, last, names)
    first = _resolved(node.args[0], names) if node.args else None
    row = _row(name, [each.arg for each in node.keywords if each.arg], _may_be_optimizer(first))
    arguments = _arguments(row, node, base_rate, names)
    try:
        schedule = row.schedule(arguments, base_rate)
    except WRONG_ARGUMENTS as error:
        raise CallError(f"{row.name}: {error}") from None
    parts = tuple(_nested(arguments))
    ends = [each for each in (row.last(arguments), *(p.last for p in parts)) if each is not None]
    short = row.name.rpartition(".")[2]
    own = [f"{short} {each.text}" for each in row.remarks if each.applies(arguments)]
    remarks = dict.fromkeys([*own, *(remark for part in parts for remark in part.remarks)])
    last_update = min(ends, default=None)
    text = row.text(arguments)
    found = ReadSchedule(row.framework, schedule, text, row, last_update, tuple(remarks), parts)
    return of_framework(found, stock.framework_named("keras"))


def of_framework(read: ReadSchedule, framework: str) -> ReadSchedule:
    """The same schedule with the row of another framework that has it under the same name.

    Keras is the same on every backend. What has another name stays as it is.
    """
    own = [
        row
        for row in STOCK_SCHEDULES
        if read.row is not None and (row.framework, row.name) == (framework, read.row.name)
    ]
    return replace(read, framework=framework, row=own[0]) if own else read


def _nested(arguments: Mapping[str, Any]) -> list[ReadSchedule]:
    values = [value if isinstance(value, tuple) else (value,) for value in arguments.values()]
    found = [part for value in values for part in value]
    return [each for each in found if isinstance(each, ReadSchedule)]


def _closed_form(call: ast.Call, name: str, names: Names) -> ReadSchedule:
    """A closed form that is written as `Schedule.code` has it."""

    def value(node: ast.expr) -> Any:
        node = _resolved(node, names)
        if isinstance(node, ast.Call):
            return _read(node, 1.0, names).schedule
        if isinstance(node, ast.Tuple | ast.List):
            return tuple(value(each) for each in node.elts)
        return plain_value(node)

    keywords = {each.arg: value(each.value) for each in call.keywords if each.arg}
    try:
        schedule = getattr(schedules, name)(*map(value, call.args), **keywords)
    except WRONG_ARGUMENTS as error:
        raise CallError(f"schedules.{name}: {error}") from None
    return ReadSchedule(REFERENCE, schedule, schedule.code)


def _rows_named(name: str) -> list[StockSchedule]:
    """The rows of a name, or of its last part."""
    full = {own + name.removeprefix(s) for s, own in PREFIXES if name.startswith(s)}
    exact = [row for row in STOCK_SCHEDULES if row.name == name]
    exact = exact or [row for row in STOCK_SCHEDULES if row.name in full]
    return exact or [row for row in STOCK_SCHEDULES if row.name.endswith(f".{name}")]


def _may_be_optimizer(node: ast.expr | None) -> bool:
    """Whether a first argument may be an optimizer, which PyTorch's schedulers are given first."""
    return isinstance(node, ast.Name | ast.Attribute)


def _row(name: str, keywords: list[str], with_optimizer: bool) -> StockSchedule:
    last = name.rpartition(".")[2]
    rows = _rows_named(name)
    if rows:
        taking = [row for row in rows if {*keywords} - {*BESIDE} <= {*row.parameters}] or rows
        if with_optimizer:
            taking = [row for row in taking if row.framework == OPTIMIZER_FIRST] or taking
        if len({row.name for row in taking if "keras" not in row.name}) > 1:
            found = ", ".join(sorted({row.name for row in taking}))
            raise CallError(f"{name!r} is several: {found}")
        return taking[0]
    if last in REFUSED:
        raise CallError(f"{name} is no function of the update alone: {REFUSED[last]}")
    known = {row.name.rpartition(".")[2]: row.name for row in STOCK_SCHEDULES}
    near = difflib.get_close_matches(last, known, n=1)
    hint = f"did you mean {known[near[0]]}?" if near else "`crosscheck conventions` lists all"
    raise CallError(f"unknown schedule {name!r}: {hint}")


def _arguments(
    row: StockSchedule, call: ast.Call, base_rate: float, names: Names
) -> dict[str, Any]:
    """The arguments by name: plain values, dictionaries of them, and nested schedules."""

    def value(node: ast.expr) -> Any:
        node = _resolved(node, names)
        if isinstance(node, ast.Tuple | ast.List):
            return tuple(value(each) for each in node.elts)
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            return {value(k): value(v) for k, v in pairs if k is not None}
        if isinstance(node, ast.Call):
            if ast.unparse(node.func) == "dict" and not node.args:
                return {each.arg: value(each.value) for each in node.keywords}
            return _read(node, base_rate, names)
        return plain_value(node)

    positional = [each for index, each in enumerate(call.args) if not _beside(row, index, each)]
    if len(positional) > len(row.parameters):
        raise CallError(f"{row.name} has no more than {len(row.parameters)} arguments")
    arguments = {
        name: argument_value(name, node, value)
        for name, node in zip(row.parameters, positional, strict=False)
    }
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in arguments:
            raise CallError(f"{ast.unparse(keyword)!r} cannot be read, or is given twice")
        if keyword.arg not in row.parameters:
            if keyword.arg in BESIDE:
                continue
            known = ", ".join(row.parameters)
            raise CallError(f"{row.name} has no argument {keyword.arg}: it has {known}")
        arguments[keyword.arg] = argument_value(keyword.arg, keyword.value, value)
    missing = [
        name
        for name, each in row.parameters.items()
        if each.default is inspect.Parameter.empty and name not in arguments
    ]
    if missing:
        raise CallError(f"{row.name} needs {', '.join(missing)}")
    return arguments


def _beside(row: StockSchedule, index: int, node: ast.expr) -> bool:
    """Whether a positional argument is the optimizer, or the count of updates."""
    if isinstance(node, ast.Constant | ast.BinOp | ast.UnaryOp | ast.List | ast.Tuple):
        return False
    if row.framework == OPTIMIZER_FIRST:
        return index == 0 or row.name.endswith("ChainedScheduler")
    first = row.name.endswith("piecewise_constant")
    return row.name.startswith(OLDER) and index == (0 if first else 1)

"""Find the loop in which a file trains, where nothing else takes a step: its parts.

    syn0 = ...                       # before
    for j in range(60000):
        l1 = sigmoid(X @ syn0)       # the outputs: what does not look at the targets
        error = y - l1
        syn0 += X.T @ error          # a step

The same stands in a function `build_model(X, y)`, or in the method `fit` of a class.
"""

import ast
import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.names import LIKE_LOSS, LOSS, role_of
from crosscheck.frameworks.understanding.rewriting import Whole, assigned, mentions

_LOSS = re.compile(rf"{LIKE_LOSS}|^({'|'.join(each.lower() for each in LOSS)})(es|s)?$")
# The name that stands for a loss.
LOSS_NAME = "__loss__"
LOOPS = (ast.For, ast.While)


@dataclass(frozen=True)
class Loop:
    """The parts of a loop that trains.

    Attributes:
        before: What runs before it.
        body: One pass.
        inputs, targets: What the samples are called.
        size: The name of the size of a batch, in a loop over batches; "" if it has none.
        counter: What counts the epochs; "" if nothing does.
    """

    before: tuple[ast.stmt, ...]
    body: tuple[ast.stmt, ...]
    inputs: str
    targets: str
    size: str = ""
    counter: str = ""

    def passes(self, scope: dict[str, Any], epochs: int) -> Iterator[None]:
        """So many passes with these variables, of which one counts the epochs."""
        first = scope.get(self.counter)
        for epoch in range(epochs):
            if isinstance(first, int):
                scope[self.counter] = first + epoch
            yield

    @property
    def moved(self) -> tuple[str, ...]:
        """What a pass assigns that may be parameters: "W1", "self.W1", the list of "W[i]"."""
        found = [key for line in self.body for key in assigned(line)]
        return tuple(dict.fromkeys(found))

    def passed_on(self, params: Sequence[str]) -> list[str]:
        """What the steps of some parameters read that is assigned in the same pass."""
        steps = [line for line in self.body if {*assigned(line)} & {*params}]
        read = {each for line in steps for each in mentions(line)}
        return [each for each in self.moved if each in read and each not in params]

    def outputs(self) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """Of what runs before, and of a pass, that which does not look at the targets."""
        seen, before = {self.targets}, []
        for line in self.before:
            if mentions(line) & seen:
                seen |= {*assigned(line)} - {*self.moved}
            else:
                before.append(line)
        body: list[ast.stmt] = []
        for line in self.body:
            if not mentions(line) & seen:
                body.append(line)
            elif mentions(line) & {key for each in body for key in assigned(each)}:
                if assigned(line):
                    break  # the error: what follows goes back
            else:
                seen |= {*assigned(line)}  # a batch of the targets
        return before, body

    def loss(self, params: Sequence[str]) -> list[ast.stmt]:
        """A pass until its loss, which gets the name `LOSS_NAME`; nothing if none is computed."""
        lines: list[ast.stmt] = []
        for line in self.body:
            inner = line.body if isinstance(line, ast.If) else [line]
            for at, each in enumerate(inner):
                value = _loss_in(each)
                if value is not None:
                    name = ast.Name(LOSS_NAME, ast.Store())
                    return [*lines, *inner[:at], ast.Assign([name], value, lineno=0)]
            if {*assigned(line)} & {*params}:
                break  # what follows is the loss of the next parameters
            lines.append(line)
        return []


def _loss_in(line: ast.stmt) -> ast.expr | None:
    if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
        return line.value if _LOSS.search(line.targets[0].id.lower()) else None
    if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call):
        call = line.value
        appends = isinstance(call.func, ast.Attribute) and call.func.attr == "append"
        if appends and _LOSS.search(ast.unparse(call.func).lower().rsplit(".", 2)[-2]):
            return call.args[0] if len(call.args) == 1 else None
    return None


def loops_of(lines: Sequence[ast.stmt], names: Sequence[str]) -> Iterator[Loop]:
    """The loops of a piece of code that may train.

    Args:
        lines: The statements of a function, or of a file.
        names: What is known before: the arguments of the function.
    """
    for at, line in enumerate(lines):
        if not isinstance(line, LOOPS):
            continue
        known = [*names, *(key for each in lines[:at] for key in assigned(each))]
        inputs = next((each for each in known if role_of(each) == "X"), None)
        named = [each for each in known if role_of(each) == "y"]
        # A t may as well be a time, or an angle.
        targets = next((each for each in named if each != "t"), next(iter(named), None))
        if inputs is None or targets is None:
            continue
        before = [each for each in lines[:at] if names or not {*assigned(each)} & {inputs, targets}]
        counted = _counted(line)
        found = _innermost(Loop((*before, *counted), tuple(line.body), inputs, targets))
        if found is not None:
            counters = [key for each in counted for key in assigned(each)]
            yield replace(found, counter=next(iter(counters), ""))


def counts_of(loop: Loop, scope: Mapping[str, Any]) -> dict[str, int]:
    """The numbers of a file that count its samples, each with the axis of the inputs along which.

    `n = 64` is written of the data of the file; a pass over other data divides by their number.

    Args:
        loop: One pass.
        scope: The variables of the file before it.
    """
    shape = np.shape(scope.get(loop.inputs, 0))
    read = {each for line in loop.body for each in mentions(line)}
    counts = {}
    for name in read:
        value = scope.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        if name == loop.size:
            counts[name] = 0
        elif role_of(name) == "batch" and value in shape:
            counts[name] = shape.index(value)
    return counts


def _apart(lines: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements with `a, b = c, d` as two, where neither needs what the other assigns."""
    for line in lines:
        if isinstance(line, ast.Assign) and len(line.targets) == 1:
            target, value = line.targets[0], line.value
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                needed = {
                    ast.unparse(each) for each in ast.walk(value) if isinstance(each, ast.Name)
                }
                if len(target.elts) == len(value.elts) and not needed & {*assigned(line)}:
                    for one, own in zip(target.elts, value.elts, strict=True):
                        yield ast.Assign([one], own, lineno=0)
                    continue
        yield line


def _innermost(loop: Loop) -> Loop | None:
    """The loop over batches or samples inside the one over epochs, if there is one."""
    for at, line in enumerate(loop.body):
        if not isinstance(line, ast.For) or loop.inputs not in mentions(line):
            continue
        # A loop over the gradients of X goes through parameters, and not through samples.
        if _pair(line) is None and not any(loop.inputs in mentions(each) for each in line.body):
            continue
        if not any(assigned(each) for each in line.body):
            continue
        before, names = (*loop.before, *loop.body[:at]), (loop.inputs, loop.targets)
        if (pair := _pair(line)) is not None:
            return Loop(tuple(_apart(before)), tuple(_apart(line.body)), *pair)
        body = [Whole(line).visit(copy.deepcopy(each)) for each in line.body]
        return _innermost(Loop((*before, *_counted(line)), tuple(body), *names, Whole(line).size))
    return replace(loop, before=tuple(_apart(loop.before)), body=tuple(_apart(loop.body)))


def _pair(line: ast.For) -> tuple[str, str] | None:
    """The names of a sample and its target in `for x, t in zip(X, T)`."""
    over, target = line.iter, line.target
    if not (isinstance(over, ast.Call) and ast.unparse(over.func) == "zip"):
        return None
    if not isinstance(target, ast.Tuple) or len(target.elts) != 2:
        return None
    x, t = target.elts
    return (x.id, t.id) if isinstance(x, ast.Name) and isinstance(t, ast.Name) else None


def _counted(line: ast.stmt) -> list[ast.stmt]:
    """The counter of a loop at its beginning."""
    if not isinstance(line, ast.For) or not isinstance(line.target, ast.Name):
        return []
    over = line.iter
    is_range = isinstance(over, ast.Call) and ast.unparse(over.func) == "range"
    first = over.args[0] if is_range and len(over.args) > 1 else None  # type: ignore[attr-defined]
    start = first if isinstance(first, ast.Constant) else ast.Constant(0)
    return [ast.Assign([ast.Name(line.target.id, ast.Store())], start, lineno=0)]

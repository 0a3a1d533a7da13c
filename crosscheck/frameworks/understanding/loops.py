"""Find the loop in which a file trains, where nothing else takes a step: its parts.

    syn0 = ...                       # before
    for j in range(60000):
        l1 = sigmoid(X @ syn0)       # the outputs: what does not look at the targets
        error = y - l1
        syn0 += X.T @ error          # a step

The same stands in a function `build_model(X, y)`, or in the method `fit` of a class.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crosscheck.frameworks.understanding.names import (
    LIKE_LOSS,
    LOSS,
    RATES_AT,
    role_of,
)

_LOSS = re.compile(rf"{LIKE_LOSS}|^({'|'.join(each.lower() for each in LOSS)})(es|s)?$")
# The name by which a rate is set from outside, where it stands in a step.
RATE_NAME, LOSS_NAME = "__rate__", "__loss__"
LOOPS = (ast.For, ast.While)


@dataclass(frozen=True)
class Loop:
    """The parts of a loop that trains.

    Attributes:
        before: What runs before it.
        body: One pass.
        inputs, targets: What the samples are called.
    """

    before: tuple[ast.stmt, ...]
    body: tuple[ast.stmt, ...]
    inputs: str
    targets: str

    @property
    def moved(self) -> tuple[str, ...]:
        """What a pass assigns that may be parameters: "W1", "self.W1", the list of "W[i]"."""
        found = [key for line in self.body for key in assigned(line)]
        return tuple(dict.fromkeys(found))

    def outputs(self) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """Of what runs before, and of a pass, that which does not look at the targets."""
        seen, before = {self.targets}, []
        for line in self.before:
            if mentions(line) & seen:
                seen |= {*assigned(line)} - {*self.moved}
            else:
                before.append(line)
        body = []
        for line in self.body:
            if mentions(line) & seen:
                if assigned(line):
                    break
            else:
                body.append(line)
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
                    return [*lines, *inner[:at], ast.Assign([name], value)]
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
        targets = next((each for each in known if role_of(each) == "y"), None)
        if inputs is None or targets is None:
            continue
        before = [each for each in lines[:at] if names or not {*assigned(each)} & {inputs, targets}]
        found = _innermost(Loop((*before, *_counted(line)), tuple(line.body), inputs, targets))
        if found is not None:
            yield found


def _innermost(loop: Loop) -> Loop | None:
    """The loop over batches or samples inside the one over epochs, if there is one."""
    for at, line in enumerate(loop.body):
        if not isinstance(line, ast.For) or loop.inputs not in mentions(line):
            continue
        if not any(assigned(each) for each in line.body):
            continue
        before, names = (*loop.before, *loop.body[:at]), (loop.inputs, loop.targets)
        if (pair := _pair(line)) is not None:
            return Loop(before, tuple(line.body), *pair)
        return _innermost(Loop((*before, *_counted(line)), tuple(line.body), *names))
    return loop


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
    return [ast.Assign([ast.Name(line.target.id, ast.Store())], ast.Constant(0))]


def assigned(line: ast.stmt) -> list[str]:
    """What a statement assigns, by the name of the whole: "W" for W[i], "self.W" for self.W[i]."""
    found: list[str] = []
    for node in ast.walk(line):
        if isinstance(node, ast.Assign):
            found += [key for each in node.targets for key in _keys(each)]
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            found += _keys(node.target)
    return found


def _keys(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Tuple | ast.List):
        return [key for each in target.elts for key in _keys(each)]
    while isinstance(target, ast.Subscript | ast.Starred):
        target = target.value
    return [ast.unparse(target)] if isinstance(target, ast.Name | ast.Attribute) else []


def mentions(line: ast.stmt) -> set[str]:
    """The variables and attributes that a statement reads or writes."""
    nodes = (each for each in ast.walk(line) if isinstance(each, ast.Name | ast.Attribute))
    return {ast.unparse(each) for each in nodes}


class Classes(ast.NodeTransformer):
    """Takes the classes, and the largest, of all targets: a batch need not have one of each.

    Attributes:
        found: The expressions, by the names that stand for them.
    """

    def __init__(self, targets: str) -> None:
        """Look at what is computed of `targets`."""
        self._targets, self.found = targets, dict[str, ast.expr]()

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call, or the name that stands for it."""
        text = ast.unparse(node)
        target = re.escape(self._targets)
        if not re.fullmatch(
            rf"((np|numpy)\.(unique|max)|set|max)\({target}\)|{target}\.max\(\)", text
        ):
            return self.generic_visit(node)
        name = f"__classes{len(self.found)}__"
        self.found[name] = node
        return ast.Name(name, ast.Load())


class Rated(ast.NodeTransformer):
    """Gives the rates in the steps of some parameters the name `RATE_NAME`.

    Attributes:
        found: Whether there was one.
    """

    def __init__(self, params: Sequence[str]) -> None:
        """Look at what assigns `params`."""
        self._params, self._inside, self.found = {*params}, False, False

    def _step(self, node: ast.Assign | ast.AugAssign) -> ast.AST:
        before, self._inside = self._inside, bool({*assigned(node)} & self._params)
        node.value = self.visit(node.value)
        self._inside = before
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """A statement, with the name of the rate if it is a step."""
        return self._step(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """A statement, with the name of the rate if it is a step."""
        return self._step(node)

    def _named(self, node: ast.Name | ast.Attribute) -> ast.AST:
        word = node.id if isinstance(node, ast.Name) else node.attr
        if self._inside and RATES_AT.fullmatch(word.lower().strip("_")):
            self.found = True
            return ast.Name(RATE_NAME, ast.Load())
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A variable, or the name of the rate."""
        return self._named(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """An attribute, or the name of the rate."""
        return self._named(node)

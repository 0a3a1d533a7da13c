"""What a loop that trains assigns and reads, and what is changed in it before one pass runs."""

import ast
import copy
import inspect
import re
import textwrap
from collections.abc import Mapping, Sequence
from types import CodeType, FunctionType
from typing import Any

from crosscheck.frameworks.understanding.names import rates_among

# The name by which a rate is set from outside, where it stands in a step.
RATE_NAME = "__rate__"


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


def compiled(lines: Sequence[ast.stmt]) -> CodeType:
    """Statements as code that can be executed."""
    module = ast.Module([copy.deepcopy(line) for line in lines], [])
    return compile(ast.fix_missing_locations(module), "<one pass of the loop>", "exec")


def last(key: str) -> str:
    """ "W1" for "self.W1"."""
    return key.rpartition(".")[2]


def owner(key: str) -> str:
    """ "self" for "self.W1", the name of the object; "" for "W1"."""
    return key.rpartition(".")[0]


def value_at(scope: Mapping[str, Any], key: str) -> Any:
    """What stands at "W1", or at "self.W1"."""
    return getattr(scope.get(owner(key)), last(key), None) if owner(key) else scope.get(key)


class Whole(ast.NodeTransformer):
    """Lets a batch reach as far as there are samples: `X[i : i + size]` without `size`.

    Attributes:
        size: How the size is written; "" if there is none.
    """

    def __init__(self, line: ast.For) -> None:
        """Take the size from `for i in range(0, n, size)`."""
        over = line.iter
        is_range = isinstance(over, ast.Call) and len(over.args) == 3
        self.size = ast.unparse(over.args[2]) if is_range else ""  # type: ignore[attr-defined]

    def visit_Slice(self, node: ast.Slice) -> ast.Slice:
        """A slice, without its end if that is reckoned from the size."""
        if self.size and node.upper is not None and self.size in ast.unparse(node.upper):
            node.upper = None
        return node


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

    def __init__(self, params: Sequence[str], body: Sequence[ast.stmt]) -> None:
        """Look at what assigns `params` in some statements."""
        self._params, self._inside, self.found = {*params}, False, False
        self._collected: set[str] | None = set()
        for line in body:
            self.visit(copy.deepcopy(line))
        self._rates, self._collected = rates_among(self._collected), None

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
        if self._inside and self._collected is not None:
            self._collected.add(word)
        elif self._inside and word in self._rates:
            self.found = True
            return ast.Name(RATE_NAME, ast.Load())
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A variable, or the name of the rate."""
        return self._named(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """An attribute, or the name of the rate."""
        return self._named(node)


class Inlined(ast.NodeTransformer):
    """Puts what `self.step()` does in its place, for methods without arguments of their own."""

    def __init__(self, owner: type) -> None:
        self._owner, self._depth = owner, 0

    def visit_For(self, node: ast.For) -> ast.For:
        """A loop: there the step is, and not in what runs before."""
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1
        return node

    def visit_Expr(self, node: ast.Expr) -> Any:
        """A call that stands alone, or what the method does."""
        value = node.value
        if not self._depth or not isinstance(value, ast.Call) or value.args or value.keywords:
            return node
        function = value.func
        if not isinstance(function, ast.Attribute) or ast.unparse(function.value) != "self":
            return node
        method = vars(self._owner).get(function.attr)
        if not isinstance(method, FunctionType) or len(inspect.signature(method).parameters) != 1:
            return node
        lines = ast.parse(textwrap.dedent(inspect.getsource(method))).body[0].body  # type: ignore
        if isinstance(lines[-1], ast.Return):
            lines = lines[:-1]
        returns = any(isinstance(each, ast.Return) for line in lines for each in ast.walk(line))
        return node if returns or not lines else lines

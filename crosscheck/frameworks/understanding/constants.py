"""The numbers of a file: literals, the names that they are bound to, and products of them."""

import ast
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.names import RATES_AT

Numbers = frozenset[float]
NONE: Numbers = frozenset()
# So many values of one expression, and so many addends of one, are looked at.
MOST = 64
# How far into an object its numbers are looked for: net.layers[0].rate.
DEEP = 4

# Calls that return the number that they are given.
_SAME = {"float", "float32", "float64", "array", "asarray", "tensor", "constant", "Variable"}
# Calls whose value is proportional to each of their arguments, or to what they are methods of.
_LINEAR = {
    *("dot", "outer", "matmul", "multiply", "mul", "einsum", "tensordot", "inner", "sum", "mean"),
    *("transpose", "reshape", "squeeze", "ravel", "flatten", "view", "astype", "array", "asarray"),
    *("expand_dims", "unsqueeze", "atleast_2d", "t", "mm", "copy", "item", "divide", "negative"),
}
_OPERATORS: dict[type, Any] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


def name_of(node: ast.AST) -> str | None:
    """The last word of a variable: "lr" of lr, self.lr and settings["lr"]; else None."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        at = node.slice
        if isinstance(at, ast.Constant) and isinstance(at.value, str):
            return at.value
        return name_of(node.value)
    return None


def _key_of(node: ast.AST) -> str | None:
    """The last word of a variable, with a point before it if it is an attribute."""
    name = name_of(node)
    return f".{name}" if isinstance(node, ast.Attribute) else name


def is_rate(name: str | None) -> bool:
    """Whether a name is that of a learning rate: lr, LEARNING_RATE, self._eta."""
    return name is not None and RATES_AT.fullmatch(name.lower().strip("_")) is not None


class Constants:
    """What the names in some files are bound to, if that is a number."""

    def __init__(self, trees: Sequence[ast.AST], known: Mapping[str, Numbers]) -> None:
        """Read files.

        Args:
            trees: The files.
            known: What is known beside them: the numbers that an object of theirs keeps.
        """
        self._bound: dict[str, Numbers] = dict(known)
        nodes = [node for tree in trees for node in ast.walk(tree)]
        arguments = {
            each.name: [a.arg for a in each.args.args]
            for each in nodes
            if isinstance(each, ast.FunctionDef)
        }
        pairs = [pair for node in nodes for pair in _bindings(node, arguments)]
        for _ in range(3):  # self.lr = lr, where lr = LEARNING_RATE, where that is a number
            for name, value in pairs:
                self._bound[name] = self._bound.get(name, NONE) | self.values(value)
        for name in {name for name, value in pairs if not self.values(value)}:
            if not is_rate(name.lstrip(".")):
                self._bound.pop(name, None)  # a weight that begins as a number

    def values(self, node: ast.AST) -> Numbers:
        """The numbers that an expression may be; none if it may be something else."""
        if isinstance(node, ast.Constant):
            is_number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
            return frozenset([float(node.value)]) if is_number else NONE  # type: ignore[arg-type]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return self.values(node.operand)  # the sign of a step is judged by where it goes
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            operator = _OPERATORS[type(node.op)]
            sides = [
                {-value for value in self.values(side.operand)}
                if isinstance(side, ast.UnaryOp) and isinstance(side.op, ast.USub)
                else self.values(side)
                for side in (node.left, node.right)
            ]
            return _each(operator, itertools.product(*sides))
        if isinstance(node, ast.Call) and len(node.args) == 1 and name_of(node.func) in _SAME:
            return self.values(node.args[0])
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant):
            return NONE
        return self._bound.get(_key_of(node) or "", NONE)

    def addends(self, node: ast.AST) -> list[tuple[Numbers, ...]]:
        """The numbers by which each addend of an expression is multiplied.

        A tuple for each addend: `0.1 * (dW / 64 + W)` has (0.1, 1/64) and (0.1,).
        """
        is_product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div)
        if not is_product and (values := self.values(node)):
            return [(values,)]
        if isinstance(node, ast.UnaryOp):
            return self.addends(node.operand)
        if isinstance(node, ast.BinOp):
            left = self.addends(node.left)
            if isinstance(node.op, ast.Add | ast.Sub):
                return [*left, *self.addends(node.right)][:MOST]
            if isinstance(node.op, ast.Mult | ast.MatMult):
                return _times(left, self.addends(node.right))
            if isinstance(node.op, ast.Div):
                divisor = _each(lambda a: 1 / a, ([each] for each in self.values(node.right)))
                return _times(left, [(divisor,)]) if divisor else left
        if isinstance(node, ast.Call) and name_of(node.func) in _LINEAR:
            of = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            found = self.addends(of)
            for each in node.args:
                if not isinstance(each, ast.Starred | ast.Constant):
                    found = _times(found, self.addends(each))
            return found
        if isinstance(node, ast.Attribute) and node.attr == "T":
            return self.addends(node.value)
        return [()]

    def products(self, node: ast.AST) -> Numbers:
        """Every product of numbers by which an addend of an expression is multiplied.

        Of 0.1 * dW / 64 these are 0.1, 1/64 and 0.1/64: the sum over 64 samples, divided by them,
        is their mean, and the rate 0.1.
        """
        found: set[float] = set()
        for factors in self.addends(node):
            for count in range(1, len(factors) + 1):
                for some in itertools.combinations(factors, count):
                    found |= _each(lambda *each: math.prod(each), itertools.product(*some))
        return frozenset(found)


def _times(
    left: Sequence[tuple[Numbers, ...]], right: Sequence[tuple[Numbers, ...]]
) -> list[tuple[Numbers, ...]]:
    return [one + other for one in left for other in right][:MOST]


def _each(function: Any, arguments: Any) -> Numbers:
    found: set[float] = set()
    for each in itertools.islice(arguments, MOST):
        try:
            value = float(function(*each))
        except (ArithmeticError, TypeError, ValueError):
            continue
        if math.isfinite(value):
            found.add(value)
    return frozenset(found)


def _bindings(node: ast.AST, arguments: Mapping[str, list[str]]) -> Iterator[tuple[str, ast.AST]]:
    """The names that a statement or an expression binds, with what it binds them to.

    Args:
        node: The statement or the expression.
        arguments: Those of the functions of the files, by the names of these.
    """
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _pairs(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.AugAssign):
        if node.value is not None:
            yield from _pairs(node.target, node.value)
    elif isinstance(node, ast.arguments):
        plain = [*node.posonlyargs, *node.args]
        yield from zip([a.arg for a in plain[::-1]], node.defaults[::-1], strict=False)
        for argument, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
            if default is not None:
                yield argument.arg, default
    elif isinstance(node, ast.Call) and name_of(node.func) in arguments:
        names = arguments[name_of(node.func) or ""]
        if names[:1] == ["self"]:
            names = names[1:]
        yield from zip(names, node.args, strict=False)
    elif isinstance(node, ast.keyword) and node.arg is not None:
        if isinstance(node.value, ast.Constant | ast.Name | ast.Attribute):
            yield node.arg, node.value
    elif isinstance(node, ast.For | ast.comprehension):
        yield from ((_key_of(each) or "", node.iter) for each in ast.walk(node.target))
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                yield str(key.value), value


def _pairs(target: ast.expr, value: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(target, ast.Tuple | ast.List):
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            for one, own in zip(target.elts, value.elts, strict=True):
                yield from _pairs(one, own)
    elif (name := _key_of(target)) is not None:
        yield name, value


def kept_by(value: Any, deep: int = DEEP) -> dict[str, Numbers]:
    """The numbers that an object keeps, and what it keeps does, by the names of its attributes."""
    found: dict[str, Numbers] = {}
    if deep == 0:
        return found
    held = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    for name, each in list(held.items()):
        if isinstance(each, int | float | np.number) and not isinstance(each, bool):
            for key in (str(name), f".{name}"):
                found[key] = found.get(key, NONE) | {float(each)}
    inner = value if isinstance(value, list | tuple) else list(held.values())
    for each in inner[:MOST]:
        if isinstance(each, list | tuple | dict) or hasattr(each, "__dict__"):
            if isinstance(each, type | ModuleType | FunctionType) or hasattr(each, "__array__"):
                continue
            for name, numbers in kept_by(each, deep - 1).items():
                found[name] = found.get(name, NONE) | numbers
    return found

"""By which names a program has its gradients and the groups of its optimizer's parameters."""

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NoReturn

from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.statements import pairs_of

# What the readers take for a framework's own, whatever it belongs to.
METHODS = (
    *("step", "zero_grad", "backward", "parameters", "named_parameters", "clear_grad", "minimize"),
    *("apply_gradients", "update", "__init__", "__new__", "__call__", "__class__"),
)
# Functions that hand on what they are given, and change nothing.
GATHERING = ("list", "tuple", "zip", "enumerate", "reversed", "filter", *METHODS)
INSTEAD = "leave it out, and translate the recipe without it"


def refuse(node: ast.AST, reason: str, instead: str) -> NoReturn:
    """Refuse a line, with the reason and what to do instead."""
    text = ast.unparse(node).splitlines()[0]
    line = getattr(node, "lineno", 0)
    raise RecipeError(f"line {line}: `{text}` is not read, because {reason}: {instead}")


def name_of(node: ast.AST) -> str:
    """The last part of a name, an attribute or an import."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.alias):
        return node.name
    return node.id if isinstance(node, ast.Name) else ""


def root_of(node: ast.AST) -> str:
    """The name at the root of `a.b[c]().d`; that of the function where it is a call's."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return ""
    return node.id


def given_names(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a node gives values, each with the expression from which it has it."""
    if isinstance(node, ast.stmt):
        yield from pairs_of(node)
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from ((each, node.value) for each in _stored(target))
    elif isinstance(node, ast.NamedExpr):
        yield node.target.id, node.value
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield from ((each, node.iter) for each in _stored(node.target))


def _stored(target: ast.expr) -> list[str]:
    return [
        node.id
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]


def is_of_groups(value: ast.expr) -> bool:
    return any(name_of(node) == "param_groups" for node in ast.walk(value))


def names_of_gradients(nodes: Sequence[ast.AST]) -> set[str]:
    """The names of gradients, and of lists of them."""
    found: set[str] = set()
    pairs = [pair for node in nodes for pair in given_names(node)]
    while more := {name for name, value in pairs if _hands_gradients(value, found)} - found:
        found |= more
    return found


def _hands_gradients(value: ast.expr, known: set[str]) -> bool:
    inner = [*ast.walk(value)]
    names = {name_of(node) for node in inner if isinstance(node, ast.Attribute)}
    own = "grad" in names or any(isinstance(n, ast.Name) and n.id in known for n in inner)
    calls = (name_of(node.func) for node in inner if isinstance(node, ast.Call))
    computed = any(isinstance(node, ast.BinOp | ast.Compare | ast.Lambda) for node in inner)
    return own and not computed and all(name in GATHERING for name in calls)


def refuse_changed_gradient(node: ast.AST, gradients: set[str]) -> None:
    """Refuse a line that changes a gradient by another name, or as `out=`."""
    target: ast.AST | None = None
    if isinstance(node, ast.AugAssign):
        target = node.target
    elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        target = node
    elif isinstance(node, ast.Call) and re.fullmatch(r"\w*[a-z]_", name_of(node.func)):
        target = node.func if isinstance(node.func, ast.Attribute) else None
    given = node.keywords if isinstance(node, ast.Call) else []
    out = any(each.arg == "out" and _hands_gradients(each.value, gradients) for each in given)
    if out or (target is not None and root_of(target) in gradients):
        refuse(node, "it changes a gradient", INSTEAD)

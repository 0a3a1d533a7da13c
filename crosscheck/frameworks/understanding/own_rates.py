"""The learning rates that stand as numbers in the steps of a file, where nothing can set them.

    self.W1 -= 0.1 * dW1          # 0.1
    W = W - LEARNING_RATE * dW    # what LEARNING_RATE is bound to
    w -= 0.1 * dw / 64            # 0.1, and 0.1 / 64

A number that multiplies the gradients anywhere else is none of them: it is a part of the gradients.
"""

import ast
import inspect
import re
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from crosscheck.frameworks.understanding import parts
from crosscheck.frameworks.understanding.constants import Constants, kept_by, name_of
from crosscheck.frameworks.understanding.steps import Steps
from crosscheck.frameworks.understanding.trees import tree_of

# Where libraries lie, which no one who is checked wrote.
_INSTALLED = re.compile(
    rf"site-packages|dist-packages|^{re.escape(sysconfig.get_paths()['stdlib'])}"
)


def own_rates(
    called: Mapping[str, Callable[..., Any]], root: Any, params: set[str]
) -> tuple[float, ...] | None:
    """The numbers that stand as rates in the steps that some functions take.

    Args:
        called: The functions, by name; what they call is looked at too.
        root: The object that holds the parameters, and perhaps the rate; None if nothing does.
        params: What the parameters are called, in small letters.

    Returns:
        They, and the products of those that stand in one step, without signs, in order. None if
        nobody can tell: no step was found, or one that is multiplied by what is not understood.
    """
    plan, kinds = getattr(root, "plan", None), parts.classes_in(root)
    theirs = [each for each in (*called.values(), *kinds) if not is_ours(each)]
    scopes = [s for each in theirs for s in _globals_of(each) if any(_files_of(s))]
    lines, names = [], {*called, "__call__"}
    if plan is not None:
        scopes.append(plan.scope)
        lines = list(plan.loop.body)
    elif any(is_ours(each) for each in called.values()):
        names |= {name for kind in kinds if not is_ours(kind) for name in vars(kind)}
    files = dict.fromkeys(file for scope in scopes for file in _files_of(scope))
    trees = [tree for file in files if (tree := tree_of(file)) is not None]
    constants = Constants(trees, kept_by([*scopes, root]))
    steps = Steps(constants, _reached(trees, lines, names), params)
    found = {abs(each) for each in steps.rates()} - {0.0, 1.0}
    return tuple(sorted(found)) if found or steps.known else None


def is_ours(function: Any) -> bool:
    """Whether a function, or a class, is one of those that put a network together."""
    return str(getattr(function, "__module__", "")).startswith(__name__.partition(".")[0])


def _globals_of(function: Any) -> Iterator[dict[str, Any]]:
    """The variables of the file of a function, or of a class."""
    if isinstance(function, type):
        for each in list(vars(function).values()):
            if inspect.isfunction(each):
                yield from _globals_of(each)
        return
    function = inspect.unwrap(getattr(function, "func", function))
    function = getattr(function, "__func__", function)
    if isinstance(found := getattr(function, "__globals__", None), dict):
        yield found


def _files_of(scope: dict[str, Any]) -> Iterator[str]:
    """The file of some variables, and those beside it that it imports from."""
    file = scope.get("__file__")
    if not isinstance(file, str) or _INSTALLED.search(file):
        return
    yield file
    folder = file.replace("\\", "/").rpartition("/")[0]
    for value in list(scope.values()):
        found = [vars(value)] if isinstance(value, ModuleType) else list(_globals_of(value))
        for each in found:
            other = str(each.get("__file__") or "")
            if other.replace("\\", "/").rpartition("/")[0] == folder:
                yield other


def _reached(trees: Sequence[ast.AST], lines: Sequence[ast.AST], names: set[str]) -> list[ast.AST]:
    """The functions that are called by these names, and those that these call, and so on.

    Args:
        trees: The files.
        lines: Statements that run beside them.
        names: The names.
    """
    defined: dict[str, list[ast.AST]] = {}
    for node in (each for tree in trees for each in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            defined.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            for target in node.targets:
                defined.setdefault(name_of(target) or "", []).append(node.value)
    found = list(lines)
    names = names | {each for line in lines for each in _mentioned(line)}
    seen: set[str] = set()
    while todo := (names & {*defined}) - seen:
        seen |= todo
        new = [node for name in sorted(todo) for node in defined[name]]
        found += new
        names = names | {each for node in new for each in _mentioned(node)}
    return found


def _mentioned(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute):
            yield each.attr

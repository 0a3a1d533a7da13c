"""Refuse lines that may give a framework, an optimizer or a gradient another meaning.

Python lets a program replace almost everything as it runs: `opt.step = other`,
`setattr(torch.optim, "Adam", Mine)`, a hook that doubles each gradient. A text with such a line is
refused, because it says no longer what its other lines do.
"""

import ast
import re
from collections.abc import Callable, Sequence

from crosscheck.conventions.recipes.aliases import (
    INSTEAD,
    METHODS,
    given_names,
    is_of_groups,
    name_of,
    names_of_gradients,
    refuse,
    refuse_changed_gradient,
    root_of,
)
from crosscheck.conventions.recipes.origins import refuse_own
from crosscheck.conventions.recipes.scopes import Scope, scopes_of
from crosscheck.conventions.recipes.statements import dotted

HOOK = re.compile(r"register_\w*hook\w*")
# Functions of Python that may give any name a value, or an object an attribute.
DYNAMIC = ("exec", "eval", "globals", "locals", "setattr", "delattr")
PATCHES = ("patch", "mock", "unittest", "monkeypatch")
SETTERS = ("__setattr__", "__delattr__", "__setitem__", "__delitem__")
# Modules under the names that people give them, where the text has no import of them.
FRAMEWORKS = ("torch", "optax", "jax", "keras", "tensorflow", "paddle")
USUAL = (*FRAMEWORKS, "optim", "nn", "tf", "optimizers")
SETTINGS = ("backends", "config", "_dynamo", "_inductor")
# Methods that change nothing of what an optimizer keeps.
READING = (
    *("get", "items", "keys", "values", "copy", "index", "count", "numpy", "item", "get_config"),
    *("format", "norm", "sum", "mean", "abs", "max", "min", "cpu", "detach", "tolist", "clone"),
    *("numel", "dim", "size", "value", "parameters", "named_parameters"),
)
RATES = ("learning_rate", "lr", "iterations")
# By what a program reaches what it has no name for.
REACHING = (
    *("getattr", "type", "vars", "globals", "locals", "builtins", "__builtins__"),
    *("importlib", "import_module", "__import__"),
)


def refuse_rebound(
    statements: Sequence[ast.stmt], framework: str, makes: Callable[[ast.expr], bool]
) -> None:
    """Refuse a program of which a line may change what its other lines mean.

    Args:
        statements: Those of the whole text.
        framework: "torch", "optax", "keras" or "paddle".
        makes: Whether an expression makes an optimizer or a scheduler.

    Raises:
        RecipeError: With the line, and what to do instead.
    """
    refuse_own(statements, framework)
    nodes = [node for statement in statements for node in ast.walk(statement)]
    kept = {name for node in nodes for name, value in given_names(node) if makes(value)}
    groups = {name for node in nodes for name, value in given_names(node) if is_of_groups(value)}
    parsers = {name for node in nodes for name, value in given_names(node) if _parses(value)}
    own = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    gradients = names_of_gradients(nodes)
    compiled = {root_of(node) for node in nodes if name_of(node) == "compile"}
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        name = name_of(node)
        if HOOK.fullmatch(name):
            refuse(node, f"{name} may change each gradient as it is computed", INSTEAD)
        if _is_dynamic(node, own, called):
            refuse(node, f"{name} may give any name another value", "write the lines it runs")
        if name in ("modules", "__dict__") and not _is_harmless(node, parsers):
            refuse(node, f"{ast.unparse(node)} gives access to every name", INSTEAD)
        if isinstance(node, ast.Call):
            _refuse_calls(node, kept, groups, parsers)
        model = node.value if isinstance(node, ast.Attribute) and name == "optimizer" else None
        if isinstance(model, ast.Name) and model.id in compiled:
            refuse(node, "the program may change it there", "change nothing of it after compile()")
        refuse_changed_gradient(node, gradients)
        hands_on = id(node) not in called and name in ("step", "zero_grad")
        if hands_on and root_of(node) in kept and isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
            refuse(node, "the method may be called elsewhere", f"call {ast.unparse(node)}()")
    _refuse_targets(scopes_of(statements), kept, groups)


def _parses(value: ast.expr) -> bool:
    return any(name_of(n) in ("parse_args", "parse_known_args") for n in ast.walk(value))


def _is_dynamic(node: ast.AST, own: set[str], called: set[int]) -> bool:
    """Whether a node is a function of Python that may give any name a value."""
    if not isinstance(node, ast.Name) or node.id not in DYNAMIC or node.id in own:
        return False
    return id(node) not in called or node.id not in ("setattr", "delattr")


def _is_harmless(node: ast.AST, parsers: set[str]) -> bool:
    """Whether `.modules` is not that of sys, or `.__dict__` that of an object of one's own."""
    if not isinstance(node, ast.Attribute):
        return True
    owner = dotted(node.value)
    if node.attr == "modules":
        return owner != "sys"
    return owner == "self" or owner in parsers


def _refuse_calls(node: ast.Call, kept: set[str], groups: set[str], parsers: set[str]) -> None:
    """Refuse a call that sets attributes, or changes what an optimizer keeps."""
    name, last = dotted(node.func), name_of(node.func)
    first = ast.unparse(node.args[0]) if node.args else ""
    if (name in ("setattr", "delattr") or last in SETTERS) and first not in ("self", *parsers):
        refuse(node, "it may replace what other lines read", INSTEAD)
    if name == "vars" and not (node.args and root_of(node.args[0]) not in {*kept, *USUAL}):
        refuse(node, "it may give any name another value", INSTEAD)
    if name.partition(".")[0] in PATCHES and (last.startswith("patch") or "." in name):
        refuse(node, "it replaces what other lines read", INSTEAD)
    of_vars = isinstance(node.func, ast.Attribute) and root_of(node.func) == "vars"
    if of_vars and last not in READING:
        refuse(node, "it may give any name another value", INSTEAD)
    constant = node.args[1].value if _has_constant(node) else ""  # type: ignore[attr-defined]
    if last == "set_value":
        roots = {root_of(each) for argument in node.args for each in ast.walk(argument)}
        if roots & kept:
            refuse(node, "it changes the optimizer", INSTEAD)
    if name == "getattr" and ("hook" in ast.unparse(node) or constant in METHODS):
        refuse(node, "the method is not called by its name", f"write {first}.{constant}(...)")
    if isinstance(node.func, ast.Attribute) and last not in READING:
        owner, root = node.func.value, root_of(node.func)
        inner = not isinstance(owner, ast.Name)
        if last == "assign" and name_of(owner) in RATES:
            refuse(node, "it changes the optimizer's arguments as it goes", INSTEAD)
        if (root in kept and inner and "state_dict" not in ast.unparse(owner)) or (
            root in groups and (inner or last in ("update", "pop", "setdefault", "clear"))
        ):
            refuse(node, "it may change what the optimizer keeps", INSTEAD)


def _has_constant(node: ast.Call) -> bool:
    return len(node.args) > 1 and isinstance(node.args[1], ast.Constant)


def _refuse_targets(scopes: Sequence[Scope], kept: set[str], groups: set[str]) -> None:
    """Refuse assignments to attributes and items by which other lines get another meaning."""
    for scope in scopes:
        lines: dict[int, ast.stmt] = {}
        for node in scope.nodes:
            if isinstance(node, ast.AugAssign | ast.AnnAssign):
                lines[id(node.target)] = node
            elif isinstance(node, ast.Assign):
                lines |= {id(each): node for each in node.targets}
        for node in scope.nodes:
            stores = isinstance(node, ast.Attribute | ast.Subscript)
            if stores and not isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
                _refuse_target(node, lines.get(id(node)), scope, kept, groups)


def _refuse_target(
    node: ast.AST, line: ast.stmt | None, scope: Scope, kept: set[str], groups: set[str]
) -> None:
    root, attributes = root_of(node), {name_of(each) for each in ast.walk(node)}
    whole: ast.AST = line or node
    if root in kept or root in groups:
        if "param_groups" in attributes or root in groups:
            refuse(
                whole,
                "it changes the optimizer's arguments as it goes",
                "write a scheduler, or the number in the optimizer's call",
            )
        refuse(whole, "it changes the optimizer", f"{INSTEAD}, or write it in the call")
    origins = [each.origin or "" for each in scope.of(root)]
    tops = [each.partition(".")[0] for each in origins]
    of_framework = any(each in FRAMEWORKS for each in tops) or (not tops and root in USUAL)
    if of_framework and not attributes & {*SETTINGS}:
        refuse(whole, f"it replaces a part of {root}", "call your own by a name of its own")
    if any(each.startswith(("sys.modules", "builtins")) for each in origins):
        root = "builtins"
    dynamic = root in REACHING
    if dynamic or ({"__dict__", "__class__"} & attributes and root != "self"):
        refuse(whole, "it may replace what other lines read", INSTEAD)
    method = node.attr if isinstance(node, ast.Attribute) else ""
    handed = any(each.origin is None and each.text.startswith("def ") for each in scope.of(root))
    if handed and method in RATES and root != "self":
        refuse(whole, "it may change the optimizer's arguments as it goes", INSTEAD)
    own = isinstance(node, ast.Attribute) and dotted(node.value) == "self"
    if method in METHODS and not own and _may_be_code(line, scope):
        refuse(whole, f"it replaces the method {method}", "give the method another name")


def _may_be_code(line: ast.stmt | None, scope: Scope) -> bool:
    """Whether a line assigns what may be a function: no number, text or count of a loop."""
    if isinstance(line, ast.AugAssign):
        return False
    value = line.value if isinstance(line, ast.Assign | ast.AnnAssign) else None
    if isinstance(value, ast.Name):
        lines = [each.text for each in scope.of(value.id)]
        return not lines or any(each.startswith(("def ", "import ", "from ")) for each in lines)
    return not isinstance(value, ast.Constant | ast.BinOp | ast.UnaryOp)

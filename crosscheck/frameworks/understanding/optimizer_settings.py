"""The settings of somebody's own optimizer, and the numbers that it was made with."""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from typing import Any

from crosscheck.frameworks.adapters import NotUnderstoodError
from crosscheck.frameworks.understanding.optimizer_calls import METHODS
from crosscheck.frameworks.understanding.optimizer_names import role


def parameters_of(value: Any) -> dict[str, inspect.Parameter]:
    """The parameters of a class or a function by name; none if it does not tell."""
    try:
        return dict(inspect.signature(value).parameters)
    except (TypeError, ValueError):
        return {}


def check_settings(value: Any, settings: Mapping[str, Any], called: str) -> None:
    """Refuse settings that a constructor or a function does not have."""
    known = parameters_of(value)
    if any(each.kind == each.VAR_KEYWORD for each in known.values()):
        return
    for name in settings:
        if name not in known:
            raise NotUnderstoodError(
                f"{called} has no parameter {name!r}: it has {', '.join(known) or 'none'}"
            )


def split_settings(
    kind: type, settings: dict[str, Any], called: str
) -> tuple[bool, dict[str, Any], dict[str, Any]]:
    """Whether a constructor takes the parameters, its settings, and those of every call."""
    parameters = parameters_of(kind)
    of_calls = {
        name
        for method in METHODS
        if callable(getattr(kind, method, None)) and method != "__call__"
        for name in parameters_of(getattr(kind, method))
    }
    more = {k: v for k, v in settings.items() if k not in parameters and k in of_calls}
    own = {key: value for key, value in settings.items() if key not in more}
    check_settings(kind, own, called)
    missing = [
        name
        for name, each in parameters.items()
        if each.default is each.empty
        and each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
        and name not in own
    ]
    takes = bool(missing) and role(missing[0]) == "params"
    unset = missing[1:] if takes else missing
    if unset:
        raise NotUnderstoodError(f"{called} needs {', '.join(unset)}: --set {unset[0]}=...")
    return takes, own, more


def defaults_of(target: Any) -> dict[str, Any]:
    """The numbers that are defaults of a constructor or a function."""
    return {
        name: each.default
        for name, each in parameters_of(target).items()
        if isinstance(each.default, int | float | tuple) and each.default is not None
    }


def attributes_of(target: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """The numbers that an object of a class keeps; names of one letter are its counters."""
    if isinstance(target, type):
        try:
            made = target(**settings)
        except Exception:
            return {}
    else:
        made = target
    own = getattr(made, "__dict__", {})
    return {
        name: value
        for name, value in own.items()
        if isinstance(value, int | float) and len(name) > 1
    }


def numbers_in(target: Any) -> tuple[float, ...]:
    """The numbers that stand in the source of a class or a function, in their order."""
    kind = target if isinstance(target, type) or hasattr(target, "__code__") else type(target)
    parts = (
        [each for each in kind.__mro__ if each is not object] if isinstance(kind, type) else [kind]
    )
    found: list[float] = []
    for part in parts:
        if getattr(part, "__module__", "").partition(".")[0] in ("torch", "keras", "optax"):
            continue
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(part)))
        except (OSError, TypeError, SyntaxError):
            continue
        found += [number for node in ast.walk(tree) if (number := _number(node)) is not None]
    return tuple(dict.fromkeys(found))


def _number(node: ast.AST) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        try:
            return float(ast.literal_eval(node.left)) ** float(ast.literal_eval(node.right))
        except (ValueError, TypeError, OverflowError):
            return None
    return None

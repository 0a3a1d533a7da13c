"""The statements of a text, and what its names stand for. Nothing is evaluated."""

import ast
import keyword
import math
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from crosscheck.conventions.optimizers.parsing import plain_value
from crosscheck.conventions.recipes.recipe import RecipeError

LARGEST = 5000  # nodes of an expression, after its names are replaced


class Program:
    """A text as Python reads it.

    Attributes:
        statements: Those of the text, in order.
        names: The expression that each name was given last, at any depth, made of no such names.
        functions: The functions that it defines.
    """

    def __init__(self, text: str, keep: Callable[[ast.expr], bool] = lambda node: False) -> None:
        """Parse a text.

        Args:
            text: Some lines of Python.
            keep: Of which expressions the names are kept instead of replaced.

        Raises:
            RecipeError: If it is not Python, or its names stand for too much.
        """
        try:
            self.statements = ast.parse(textwrap.dedent(text).strip()).body
        except SyntaxError as error:
            raise RecipeError(
                f"line {error.lineno} is not Python: {(error.text or '').strip()}"
            ) from None
        except (ValueError, MemoryError):
            raise RecipeError("the text is not Python") from None
        self.names: dict[str, ast.expr] = {}
        self.kept: dict[str, ast.expr] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        for statement in walk(self.statements):
            if isinstance(statement, ast.FunctionDef):
                self.functions[statement.name] = statement
            name, value = assigned(statement)
            if name and value is not None:
                own = self.kept if keep(value) else self.names
                own[name] = self.filled(value)

    def number(self, node: ast.expr) -> Any:
        """The plain value of an expression of numbers and of names that stand for numbers."""
        return plain_value(self.filled(node))

    def real(self, node: ast.expr) -> float:
        """The value of `number`, as a float.

        Raises:
            RecipeError: If it is no finite real number.
        """
        value = self.number(node)
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        if not plain or not math.isfinite(value):
            raise RecipeError(f"{ast.unparse(node)} is no finite number")
        return float(value)

    def filled(self, node: ast.expr) -> Any:
        """An expression with its names replaced by what they stand for so far."""
        filled = _Filling(self.names).visit(_copied(node))
        if sum(1 for _ in ast.walk(filled)) > LARGEST:
            raise RecipeError("the names of the text stand for too much: write it shorter")
        return filled


class _Filling(ast.NodeTransformer):
    def __init__(self, names: dict[str, ast.expr]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _copied(self.names[node.id]) if node.id in self.names else node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        own = {each.arg for each in node.args.args}
        return _Filling({k: v for k, v in self.names.items() if k not in own}).generic_visit(node)  # type: ignore[return-value]


def _copied(node: ast.expr) -> ast.expr:
    text = ast.unparse(node)
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:  # a star is no expression by itself
        raise RecipeError(f"{text!r} is not read: write what it stands for") from None


def walk(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements, with those inside loops, conditions and `with`."""
    for statement in statements:
        yield statement
        for field in ("body", "orelse"):
            if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                yield from walk(getattr(statement, field, []))


def assigned(statement: ast.stmt) -> tuple[str | None, ast.expr | None]:
    """The name and the expression of a plain assignment; None if it is none."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return (target.id, statement.value) if isinstance(target, ast.Name) else (None, None)
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id, statement.value
    return None, None


def called(node: ast.AST | None) -> str:
    """The full name of the function that an expression calls; "" if it calls none by name."""
    if not isinstance(node, ast.Call):
        return ""
    text = ast.unparse(node.func)
    parts = text.split(".")
    named = all(part.isidentifier() and not keyword.iskeyword(part) for part in parts)
    return text if named else ""


def argument(call: ast.Call, place: int | None, name: str) -> ast.expr | None:
    """An argument by its place or its name; None if it is not given."""
    for each in call.keywords:
        if each.arg == name:
            return each.value
    if place is not None and place < len(call.args):
        return call.args[place]
    return None


def only_arguments(call: ast.Call, *names: str) -> dict[str, ast.expr]:
    """The arguments of a call by their names.

    Args:
        call: The call.
        names: The names of all arguments that it may have, in their order.

    Raises:
        RecipeError: If it has others.
    """
    found: dict[str, ast.expr] = {}
    if len(call.args) > len(names) or any(isinstance(each, ast.Starred) for each in call.args):
        raise RecipeError(f"{ast.unparse(call)!r} has other arguments than {', '.join(names)}")
    found |= zip(names, call.args, strict=False)
    for each in call.keywords:
        if each.arg not in names or each.arg in found:
            raise RecipeError(
                f"{ast.unparse(call.func)} has no argument {each.arg!r} here, or has it twice: "
                f"known are {', '.join(names)}"
            )
        found[str(each.arg)] = each.value
    return found

"""The statements of a text, and what its names stand for. Nothing is evaluated."""

import ast
import keyword
import math
from collections.abc import Callable
from typing import Any

from crosscheck.conventions.optimizers.parsing import plain_value
from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.statements import (
    changed_in_place,
    is_foreign_star,
    other_stores,
    pairs_of,
    parsed,
    placed,
    stored_by_functions,
)

LARGEST = 5000  # nodes of an expression, after its names are replaced


class Program:
    """A text as Python reads it.

    Attributes:
        statements: Those of the text, in order.
        names: The expression that each name stands for, made of no such names; one that depends on
            how the program runs is not among them.
        kept: That of the names that are kept, as it was where they got it.
        functions: The functions that it defines.
        redefined: The functions whose names get another value.
        forgotten: The names that get values of which nobody knows the last.
        several: The kept names that get a value more than once.
    """

    def __init__(
        self, text: str | list[ast.stmt], keep: Callable[[ast.expr], bool] = lambda node: False
    ) -> None:
        """Parse a text.

        Args:
            text: Some lines of Python, or their statements.
            keep: Of which expressions the names are kept instead of replaced.

        Raises:
            RecipeError: If it is not Python, or its names stand for too much.
        """
        self.statements = parsed(text) if isinstance(text, str) else text
        self.names: dict[str, ast.expr] = {}
        self.kept: dict[str, ast.expr] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        self.redefined: set[str] = set()
        self.forgotten: set[str] = set()
        self.several: set[str] = set()
        values: dict[str, set[str]] = {}
        self._of_functions = {
            name for each in self.statements for name in stored_by_functions(each)
        }
        self._changed = {name for each in self.statements for name in changed_in_place(each)}
        for statement, sure in placed(self.statements):
            stored = {name for name, _ in pairs_of(statement)} | other_stores(statement)
            self.redefined |= stored & {*self.functions}
            if isinstance(statement, ast.FunctionDef):
                self.functions[statement.name] = statement
            pairs = [(name, value, self.filled(value)) for name, value in pairs_of(statement)]
            for name, value, filled in pairs:
                self._assign(name, value, filled, keep(value), sure)
                values.setdefault(name, set()).add(ast.dump(filled))
            for each in other_stores(statement):
                self._forget(each)
            if isinstance(statement, ast.ImportFrom) and is_foreign_star(statement):
                for each in {*self.names, *self.kept, *self.functions}:
                    self._forget(each)
                self.functions.clear()
        # What is read later, as the limit of a clipping, may stand anywhere between two values.
        for name, found in values.items():
            if len(found) > 1 and not isinstance(self.names.get(name), ast.Call):
                self._forget(name)

    def _assign(
        self, name: str, value: ast.expr, filled: ast.expr, is_kept: bool, sure: bool
    ) -> None:
        """Give a name what stands for it, unless it may as well have another value."""
        if is_kept or name in self.kept:
            self.several |= {name} & {*self.kept, *self.names}
            if is_kept:
                self.kept[name] = filled
            return
        if name in self._of_functions:  # a call of the function may stand anywhere
            self._forget(name)
            return
        if name in self._changed and isinstance(value, ast.List | ast.Tuple) and value.elts:
            plain = not any(isinstance(each, ast.Dict | ast.Name) for each in value.elts)
            if plain:  # of numbers, as betas
                self._forget(name)
                return
        changes = name in self.names and ast.dump(self.names[name]) != ast.dump(filled)
        reads_itself = any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(value))
        if not sure and (name in self.forgotten or changes or reads_itself):
            self._forget(name)
            return
        self.forgotten.discard(name)
        self.names[name] = filled

    def _forget(self, name: str) -> None:
        """A name of which the text does not say what it stands for."""
        self.names.pop(name, None)
        self.forgotten.add(name)
        self.several |= {name} & {*self.kept}

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

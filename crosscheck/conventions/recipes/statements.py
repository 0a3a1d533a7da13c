"""The statements of a text in their order, and the names to which they give values."""

import ast
import textwrap
from collections.abc import Iterator

from crosscheck.conventions.recipes.recipe import RecipeError

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# The fields by which a node gives a value to a name that is no node by itself.
CAPTURES: dict[type[ast.AST], tuple[str, ...]] = {
    ast.ExceptHandler: ("name",),
    ast.MatchAs: ("name",),
    ast.MatchStar: ("name",),
    ast.MatchMapping: ("rest",),
}
# Of these `from x import *` brings no number and no function of a program's own.
KNOWN = ("torch", "optax", "jax", "keras", "tensorflow", "paddle", "numpy", "math", "typing")


def is_foreign_star(statement: ast.ImportFrom) -> bool:
    """Whether a line is `from x import *`, of a module that may bring any name."""
    root = (statement.module or "").partition(".")[0]
    own = statement.level > 0 or root not in KNOWN
    return own and any(each.name == "*" for each in statement.names)


def dotted(node: ast.expr) -> str:
    """A name or a dotted name as it is written; "" if the expression is another."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def first_line(node: ast.AST) -> str:
    """The first line of a statement behind its decorators, as it is written."""
    lines = [each.strip() for each in ast.unparse(node).splitlines() if each.strip()]
    return next((each for each in lines if not each.startswith("@")), lines[0])


def parsed(text: str) -> list[ast.stmt]:
    """The statements of a text.

    Raises:
        RecipeError: If it is not Python.
    """
    text = textwrap.dedent(text)
    above = text[: len(text) - len(text.lstrip())].count("\n")  # so that lines have their numbers
    try:
        return ast.parse("\n" * above + text.strip()).body
    except SyntaxError as error:
        raise RecipeError(
            f"line {error.lineno} is not Python: {(error.text or '').strip()}"
        ) from None
    except (ValueError, MemoryError):
        raise RecipeError("the text is not Python") from None


def blocks(statement: ast.stmt) -> Iterator[tuple[list[ast.stmt], bool]]:
    """The statements inside one, block by block, each with whether it runs whenever that one does.

    What is in a function or a class is not among them.
    """
    if isinstance(statement, SCOPES):
        return
    if isinstance(statement, ast.Try | ast.TryStar):
        sure = not catches(statement)
        yield statement.body, sure
        for handler in statement.handlers:
            yield handler.body, False
        yield statement.orelse, sure
        yield statement.finalbody, True
    elif isinstance(statement, ast.Match):
        for case in statement.cases:
            yield case.body, False
    else:
        sure = isinstance(statement, ast.With | ast.AsyncWith) and not catches(statement)
        yield getattr(statement, "body", []), sure
        yield getattr(statement, "orelse", []), False


def catches(statement: ast.stmt) -> bool:
    """Whether a program may go on behind a statement of which an error left lines out.

    Behind `except KeyboardInterrupt` a program ends its training, and is read as if it did not.
    """
    if isinstance(statement, ast.With | ast.AsyncWith):
        return any("suppress" in ast.unparse(each.context_expr) for each in statement.items)
    if not isinstance(statement, ast.Try | ast.TryStar):
        return False
    kinds = [each.type for each in statement.handlers]
    return any(each is None or ast.unparse(each) != "KeyboardInterrupt" for each in kinds)


def walk(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements, with those inside loops, conditions, `with`, `try` and `match`."""
    for statement in statements:
        yield statement
        for block, _ in blocks(statement):
            yield from walk(block)


def placed(statements: list[ast.stmt], sure: bool = True) -> Iterator[tuple[ast.stmt, bool]]:
    """As `walk`, each with whether it runs once for certain: in no loop and under no condition."""
    for statement in statements:
        yield statement, sure
        for block, always in blocks(statement):
            yield from placed(block, sure and always)


def pairs_of(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    """The names and expressions of a plain assignment, or of `a, b = 1, 2`."""
    name, value = assigned(statement)
    if name is not None and value is not None:
        return [(name, value)]
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            names = [each.id for each in target.elts if isinstance(each, ast.Name)]
            starred = any(isinstance(each, ast.Starred) for each in value.elts)
            if len(names) == len(target.elts) == len(value.elts) and not starred:
                return list(zip(names, value.elts, strict=True))
    return []


def other_stores(statement: ast.stmt) -> set[str]:
    """The names to which a statement gives a value in another way than `pairs_of`."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        declared = (node for node in ast.walk(statement) if isinstance(node, ast.Global))
        return {statement.name} | {name for node in declared for name in node.names}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {each.asname or each.name.partition(".")[0] for each in statement.names}
    plain = {name for name, _ in pairs_of(statement)}
    # What `placed` goes through by itself.
    inner = {
        id(node) for block, _ in blocks(statement) for line in block for node in ast.walk(line)
    }
    stored = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name)
        and not isinstance(node.ctx, ast.Load)
        and id(node) not in inner
    }
    return (stored - plain) | {
        str(name)
        for node in ast.walk(statement)
        for name in (getattr(node, key, None) for key in CAPTURES.get(type(node), ()))
        if name and id(node) not in inner
    }


def stored_by_functions(statement: ast.stmt) -> set[str]:
    """The names outside of functions that the functions in a statement give a value."""
    found: set[str] = set()
    for function in ast.walk(statement):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = [*ast.walk(function)]
            declared = {
                name
                for each in inner
                if isinstance(each, ast.Global | ast.Nonlocal)
                for name in each.names
            }
            names = [each for each in inner if isinstance(each, ast.Name)]
            stored = {each.id for each in names if not isinstance(each.ctx, ast.Load)}
            found |= declared & stored
    return found


def changed_in_place(statement: ast.stmt) -> set[str]:
    """The names of lists of which a statement changes items."""
    changing = ("append", "extend", "insert", "pop", "remove", "reverse", "sort", "clear")
    found = set()
    for node in ast.walk(statement):
        item = isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)
        method = isinstance(node, ast.Attribute) and node.attr in changing
        owner = getattr(node, "value", None) if item or method else None
        if isinstance(owner, ast.Name):
            found.add(owner.id)
    return found


def assigned(statement: ast.stmt) -> tuple[str | None, ast.expr | None]:
    """The name and the expression of a plain assignment; None if it is none."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return (target.id, statement.value) if isinstance(target, ast.Name) else (None, None)
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id, statement.value
    return None, None


def leaves_out(statement: ast.stmt, within: bool) -> bool:
    """Whether a statement skips those behind it.

    Args:
        statement: The statement.
        within: Whether something of an update stands before it or in it.
    """
    if isinstance(statement, ast.Continue | ast.Break | ast.Return | ast.Raise):
        return True
    inner = (line for block, _ in blocks(statement) for line in walk(block))
    loop = isinstance(statement, ast.For | ast.AsyncFor | ast.While)
    return within and not loop and any(isinstance(each, ast.Continue) for each in inner)

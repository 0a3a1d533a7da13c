"""Where a program gives its names values, scope by scope."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crosscheck.conventions.recipes.statements import first_line

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES = (*FUNCTIONS, ast.ClassDef)
DEEPEST = 9  # names that stand for names
Placed = tuple[ast.AST, str, int]  # a node, with the first line of its statement and its number


@dataclass(frozen=True)
class Binding:
    """A place where a name gets a value.

    Attributes:
        line: The number of its line.
        text: The line.
        origin: The full name of what the name stands for; None if it is the program's own.
    """

    line: int
    text: str
    origin: str | None = None


@dataclass
class Scope:
    """The module, a function or a class: its nodes without those of inner ones, and its names."""

    outer: "Scope | None"
    nodes: list[ast.AST]
    is_class: bool = False
    names: dict[str, list[Binding]] = field(default_factory=dict)

    def of(self, name: str) -> list[Binding]:
        """Where a name gets the value that it has in this scope; nowhere if the text has none."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return []

    def full(self, name: str, depth: int = 0) -> list[str | None]:
        """The full names that a dotted name may have; None where it is the program's own."""
        root, dot, rest = name.partition(".")
        found: list[str | None] = []
        for each in self.of(root):
            if each.origin is None or depth > DEEPEST:
                found.append(None)
            elif each.text.startswith(("import ", "from ")):
                found.append(each.origin + dot + rest)
            else:
                inner = self.full(each.origin, depth + 1) or [each.origin]
                found += [None if one is None else one + dot + rest for one in inner]
        return found


def scopes_of(statements: Sequence[ast.stmt]) -> list[Scope]:
    """The scopes of a text, the module's first, with the names that get a value in each."""
    module = Scope(None, [])
    found = [module]
    _fill(module, [(each, "", 0) for each in statements], module, found)
    return found


def _fill(scope: Scope, nodes: Sequence[Placed], module: Scope, found: list[Scope]) -> None:
    inner: list[tuple[Scope, list[Placed]]] = []
    declared: set[str] = set()
    stack = [*reversed(nodes)]
    while stack:
        node, text, line = stack.pop()
        line = getattr(node, "lineno", line)
        if isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case | ast.Lambda):
            text = first_line(node)
        scope.nodes.append(node)
        if isinstance(node, ast.Global):
            declared |= {*node.names}
        for name, binding in _bindings(node, text, line):
            where = module if name in declared else scope
            where.names.setdefault(name, []).append(binding)
        children = [(each, text, line) for each in ast.iter_child_nodes(node)]
        if isinstance(node, SCOPES):
            # Methods do not see the names of their class.
            outer = scope.outer if scope.is_class else scope
            own = Scope(outer, [], isinstance(node, ast.ClassDef))
            found.append(own)
            inner.append((own, children))
            continue
        stack += reversed(children)
    for own, children in inner:
        _fill(own, children, module, found)


def _bindings(node: ast.AST, text: str, line: int) -> Iterator[tuple[str, Binding]]:
    """The names to which a node itself gives a value."""
    if isinstance(node, ast.Import):
        for each in node.names:
            root = each.name.partition(".")[0]
            yield each.asname or root, Binding(line, text, each.name if each.asname else root)
    elif isinstance(node, ast.ImportFrom):
        for each in node.names:
            origin = f"{'.' * node.level}{node.module or ''}.{each.name}"
            yield each.asname or each.name, Binding(line, text, origin)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, Binding(line, text)
    elif isinstance(node, ast.arg):
        yield node.arg, Binding(line, text)
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id, Binding(line, text, _stands_for(node.id, text))
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name, Binding(line, text)
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest, Binding(line, text)


def _stands_for(name: str, text: str) -> str | None:
    """The dotted name that a line `name = a.b` assigns."""
    target, equals, value = text.partition(" = ")
    parts = value.split(".")
    plain = target == name and equals and all(part.isidentifier() for part in parts)
    return value if plain and parts[0] != name else None


def imported(statements: Sequence[ast.stmt]) -> dict[str, str]:
    """The full names of what a text imports, by the names that it has there."""
    return {
        name: each.origin
        for scope in scopes_of(statements)
        for name, bindings in scope.names.items()
        for each in bindings
        if each.origin and each.text.startswith(("import ", "from "))
    }

"""The texts in a module: its strings, with places where an f-string has values."""

import ast

PLACE = "\0"


def texts_of(path):
    """The strings of a module but its docstrings; where a value stands in one there is `PLACE`."""
    tree = ast.parse(path.read_text("utf-8"))
    inner, documentation = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [p for v in node.values if isinstance(v, ast.FormattedValue) for p in specs(v)]
            inner |= {id(part) for part in [*node.values, *parts]}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            documentation.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (getattr(each, "value", PLACE) for each in node.values)
            yield "".join(part if isinstance(part, str) else PLACE for part in parts)
        elif isinstance(node, ast.Constant) and id(node) not in inner | documentation:
            yield from (node.value,) if isinstance(node.value, str) else ()


def specs(value):
    """How a value in an f-string is formatted, which is no text."""
    return [] if value.format_spec is None else ast.walk(value.format_spec)

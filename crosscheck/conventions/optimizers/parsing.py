"""The call of an optimizer, read from a text: parsed, never evaluated.

What it may hold is names, numbers, True, False, None, tuples and lists.
"""

import ast
import difflib
from typing import Any

from crosscheck.conventions.optimizers.rows import Row
from crosscheck.conventions.optimizers.table import ROWS

LARGEST = 2**1000  # of a whole number: floats go a little further


class CallError(ValueError):
    """A text is no call of an optimizer that is known here."""


def parsed(text: str) -> tuple[Row, dict[str, Any]]:
    """The row and the arguments of a call that is written out.

    Raises:
        CallError: If the text is no call with plain arguments, all but the first with their
            names, or of no known optimizer.
    """
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CallError(f"{text!r} is no call: write it as torch.optim.Adam(lr=0.001)") from None
    if not isinstance(call, ast.Call) or not _is_name(call.func):
        raise CallError(f"{text!r} is no call: write it as torch.optim.Adam(lr=0.001)")
    row = known(ast.unparse(call.func))
    given: dict[str, Any] = {}
    if len(call.args) > (0 if row.hidden else 1):
        raise CallError(
            f"write the arguments of {row.call} with their names, but for the learning rate"
        )
    for argument, node in zip(row.arguments, call.args, strict=False):
        given[argument.name] = _plain(node)
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in given:
            raise CallError(f"{ast.unparse(keyword)!r} cannot be read, or is given twice")
        given[keyword.arg] = _plain(keyword.value)
    return row, given


def known(name: str) -> Row:
    """The row of an optimizer by its full name, or by the end of it.

    Raises:
        CallError: If there is none, or several.
    """
    rows = {row.call: row for row in reversed(ROWS)}  # of two backends the first
    if name in rows:
        return rows[name]
    ends = [call for call in rows if call.endswith(f".{name}")]
    if len(ends) == 1:
        return rows[ends[0]]
    if ends:
        raise CallError(f"{name!r} is several: {', '.join(sorted(ends))}")
    near = difflib.get_close_matches(name, rows, n=1)
    hint = f"did you mean {near[0]}?" if near else "`crosscheck conventions` lists all"
    raise CallError(f"unknown optimizer {name!r}: {hint}")


def _is_name(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return _is_name(node.value)
    return isinstance(node, ast.Name)


def _plain(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise CallError(
            f"{ast.unparse(node)!r} is no number, True, False, None or tuple of these"
        ) from None
    value = tuple(value) if isinstance(value, list) else value
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int) and abs(number) > LARGEST:
            raise CallError(f"{ast.unparse(node)[:20]!r}... is too large a number")
    return value

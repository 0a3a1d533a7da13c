"""Read the call of an optimizer from a text, which is parsed and never evaluated.

The arguments may be numbers, True, False, None, and tuples or lists of these.
"""

import ast
import difflib
from typing import Any

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.stock_optimizer import StockOptimizer
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS

LARGEST = 2**1000  # the largest whole number that is read; the largest float is near 2**1024


class CallError(ValueError):
    """A text is not the call of a known optimizer."""


def parse_call(text: str) -> Call:
    """Read a call, as "torch.optim.Adam(lr=0.001)".

    Raises:
        CallError: If the text is not a call, is the call of an unknown optimizer, or has an
            argument that is not plain or, beside the first one, has no name.
    """
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CallError(f"{text!r} is no call: write it as torch.optim.Adam(lr=0.001)") from None
    if not isinstance(call, ast.Call) or not _is_name(call.func):
        raise CallError(f"{text!r} is no call: write it as torch.optim.Adam(lr=0.001)")
    optimizer = find_optimizer(ast.unparse(call.func))
    arguments: dict[str, Any] = {}
    if len(call.args) > (0 if optimizer.hidden else 1):
        raise CallError(
            f"write the arguments of {optimizer.name} with their names, but for the learning rate"
        )
    for argument, node in zip(optimizer.arguments, call.args, strict=False):
        arguments[argument.name] = _plain(node)
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in arguments:
            raise CallError(f"{ast.unparse(keyword)!r} cannot be read, or is given twice")
        arguments[keyword.arg] = _plain(keyword.value)
    return Call(optimizer, arguments)


def find_optimizer(name: str) -> StockOptimizer:
    """The stock optimizer of a full name, or of the last parts of one.

    Raises:
        CallError: If no stock optimizer has the name, or several have.
    """
    # Keras has the same optimizers on two backends: the first one is taken.
    by_name = {each.name: each for each in reversed(STOCK_OPTIMIZERS)}
    if name in by_name:
        return by_name[name]
    full_names = [each for each in by_name if each.endswith(f".{name}")]
    if len(full_names) == 1:
        return by_name[full_names[0]]
    if full_names:
        raise CallError(f"{name!r} is several: {', '.join(sorted(full_names))}")
    near = difflib.get_close_matches(name, by_name, n=1)
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

"""Read the call of an optimizer from a text, which is parsed and never evaluated.

The arguments may be numbers, sums, products, quotients and powers of numbers, True, False, None,
and tuples or lists of these.
"""

import ast
import difflib
import math
import operator
from collections.abc import Callable
from typing import Any

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.stock_optimizer import ArgumentError, StockOptimizer
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.optimizers.unrelated import FORMER, reason

LARGEST = 2**1000  # the largest whole number that is read; the largest float is near 2**1024
# The names under which people import a module, and its own.
PREFIXES = (
    ("tf.keras.", "keras."),
    ("tensorflow.keras.", "keras."),
    ("tf.compat.v1.", "tensorflow.compat.v1."),
    ("tf.train.", "tensorflow.compat.v1.train."),
    ("optim.", "torch.optim."),
    ("optim.", "mlx.optimizers."),
    ("optimizer.", "paddle.optimizer."),
)
# Where the parameters stand before all other arguments.
WITH_PARAMETERS = ("torch", "tinygrad", "sklearn")
PARAMETERS = ("params", "parameters")
OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


class CallError(ValueError):
    """A text is not the call of a known optimizer."""


class NoNumberError(CallError):
    """An expression is written where a plain value is needed; `argument` is its name, if known."""

    def __init__(self, message: str, argument: str | None = None) -> None:
        """Keep the name beside the message."""
        super().__init__(message)
        self.argument = argument


def parse_call(text: str) -> Call:
    """Read a call, as "torch.optim.Adam(lr=0.001)".

    As people have it: with the parameters, which are left out; assigned to a name; with a module's
    usual short name.

    Raises:
        CallError: If the text is not a call, is the call of an unknown optimizer, or has an
            argument that is not plain or, beside the first one, has no name.
    """
    return read_call(_call_of(text))


def read_call(call: ast.Call) -> Call:
    """`parse_call` of a call that is parsed already."""
    keywords = [each for each in call.keywords if each.arg not in PARAMETERS]
    for each in call.keywords:
        if each.arg in PARAMETERS:
            are_parameters(each.value)  # raises if they are groups
    names = [each.arg for each in keywords if each.arg is not None]
    given = len(keywords) < len(call.keywords)  # the parameters, by name
    of_torch = bool(call.args) and ast.unparse(call.args[0]).endswith(".parameters()")
    rows = find_optimizers(ast.unparse(call.func), names, of_torch)
    optimizer, positional = rows[0], list(call.args)
    if optimizer.framework in WITH_PARAMETERS and positional and not given:
        positional = positional[1:] if are_parameters(positional[0]) else positional
    arguments: dict[str, Any] = {}
    if len(positional) > (0 if optimizer.hidden else 1):
        raise CallError(
            f"write the arguments of {optimizer.name} with their names, but for the learning rate"
        )
    for argument, node in zip(optimizer.arguments, positional, strict=False):
        arguments[argument.name] = argument_value(argument.name, node)
    for keyword in keywords:
        if keyword.arg is None or keyword.arg in arguments:
            raise CallError(f"{ast.unparse(keyword)!r} cannot be read, or is given twice")
        if keyword.arg in FORMER and optimizer.framework.startswith("keras"):
            raise CallError(f"{optimizer.name} has no {keyword.arg}: {FORMER[keyword.arg]}")
        arguments[keyword.arg] = argument_value(keyword.arg, keyword.value)
    return _of_rows(rows, arguments)


def _call_of(text: str) -> ast.Call:
    """The call in a text, which may be assigned to a name."""
    problem = CallError(f"{text!r} is no call: write it as torch.optim.Adam(lr=0.001)")
    try:
        (statement,) = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise problem from None
    if not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign):
        raise problem
    call = statement.value
    if not isinstance(call, ast.Call) or not _is_name(call.func):
        raise problem
    return call


def _of_rows(rows: list[StockOptimizer], arguments: dict[str, Any]) -> Call:
    """The call of the row that accepts the arguments; of the first, with its error, if none."""
    for row in rows:
        try:
            row.spec(arguments)
        except ArgumentError:
            continue
        return Call(row, arguments)
    return Call(rows[0], arguments)


def find_optimizers(
    name: str, arguments: list[str] | None = None, of_torch: bool = False
) -> list[StockOptimizer]:
    """The rows of the stock optimizer of a name: what it computes depends on its arguments.

    Args:
        name: A full name, or the last parts of one.
        arguments: The names of arguments that it must have, where several are of that name.
        of_torch: Whether its parameters are written as PyTorch has them.

    Raises:
        CallError: If no stock optimizer has the name, or several have.
    """
    by_name: dict[str, list[StockOptimizer]] = {}
    for each in STOCK_OPTIMIZERS:
        rows = by_name.setdefault(each.name, [])
        # Keras has the same optimizers on two backends: the first one is taken.
        if not rows or rows[0].framework == each.framework:
            rows.append(each)
    if name in by_name:
        return by_name[name]
    known = [each for each in by_name if each.endswith(f".{name}")]
    fitting = [each for each in known if _has(by_name[each][0], arguments or [])]
    full = [own + name.removeprefix(short) for short, own in PREFIXES if name.startswith(short)]
    meant = [each for each in full if each in by_name]
    if meant:
        takes = [each for each in meant if _has(by_name[each][0], arguments or [])]
        return by_name[(takes or meant)[0]]
    if of_torch and f"torch.optim.{name}" in fitting:
        return by_name[f"torch.optim.{name}"]
    fitting = fitting or known
    if len(fitting) == 1:
        return by_name[fitting[0]]
    if fitting:
        raise CallError(f"{name!r} is several: {', '.join(sorted(fitting))}")
    why = reason(name)
    if why:
        raise CallError(f"{name} is not related to a reference here: {why}")
    near = difflib.get_close_matches(name, by_name, n=1)
    hint = f"did you mean {near[0]}?" if near else "`crosscheck conventions` lists all"
    raise CallError(f"unknown optimizer {name!r}: {hint}")


def _has(optimizer: StockOptimizer, arguments: list[str]) -> bool:
    return {argument.name for argument in optimizer.arguments} >= set(arguments)


def _is_name(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return _is_name(node.value)
    return isinstance(node, ast.Name)


def are_parameters(node: ast.expr) -> bool:
    """Whether an argument is what an optimizer moves, and no number.

    Raises:
        CallError: If it is a list of groups, which may each have arguments of their own.
    """
    if isinstance(node, ast.List | ast.Tuple) and any(isinstance(e, ast.Dict) for e in node.elts):
        raise CallError("groups of parameters are several optimizers: translate each by itself")
    if isinstance(node, ast.Starred):
        return False
    return not any(isinstance(each, ast.Constant | ast.BinOp) for each in (node,)) and not (
        isinstance(node, ast.UnaryOp)
    )


def argument_value(
    name: str, node: ast.expr, value: "Callable[[ast.expr], Any] | None" = None
) -> Any:
    """The value of an argument, by `plain_value` or another function.

    Raises:
        CallError: If it cannot be read; the message names the argument, and says what to write.
    """
    try:
        return (value or plain_value)(node)
    except NoNumberError as error:
        if error.argument is not None:
            raise
        raise NoNumberError(
            f"{name}: {error}; write in its place the number that it comes to", name
        ) from None


def plain_value(node: ast.expr) -> Any:
    """The number, True, False, None or tuple of these that is written.

    Raises:
        CallError: If anything else is.
    """
    try:
        value = _number(node) if isinstance(node, ast.BinOp | ast.UnaryOp) else _literal(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError, ArithmeticError):
        raise NoNumberError(
            f"{ast.unparse(node)!r} is no number, True, False, None or tuple of these"
        ) from None
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int) and abs(number) > LARGEST:
            raise CallError(f"{ast.unparse(node)[:20]!r}... is too large a number")
    return value


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(plain_value(each) for each in node.elts)
    return ast.literal_eval(node)


def _number(node: ast.expr) -> Any:
    """What an expression of numbers comes to.

    Raises:
        ValueError, ArithmeticError: If it is made of anything else, or comes to no finite number.
    """
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        one, other = _number(node.left), _number(node.right)
        if isinstance(node.op, ast.Pow):  # of floats, so that no power takes long
            one, other = float(one), float(other)
        value = OPERATIONS[type(node.op)](one, other)
        if isinstance(value, complex) or not math.isfinite(value):
            raise ValueError("no finite number")
        return value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _number(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    value = ast.literal_eval(node)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("no number")
    return value

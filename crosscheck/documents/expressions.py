"""Expressions over quantities, such as "2 * (outputs[0, 0] - targets[0, 0])".

The language of the transcribed documents: arithmetic, `sqrt`, `sigmoid`, and quantities named in
the contract's terms. Python's own parser parses an expression; Python never evaluates it.
"""

import ast
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb

from crosscheck.numerics.exact.balls import from_rational

# The value of a quantity by its name, or None where this lookup does not know it.
Lookup = Callable[[str], arb | None]

FUNCTIONS: dict[str, Callable[[arb], arb]] = {
    "sqrt": arb.sqrt,
    "sigmoid": lambda z: 1 / (1 + (-z).exp()),
}
OPERATORS: dict[type, Callable[[Any, Any], arb]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


class ExpressionError(ValueError):
    """An expression cannot be read, or names a quantity that is not known."""


@cache
def normal_form(text: str) -> str:
    """The expression in one spelling, so that equal expressions are equal strings.

    Raises:
        ExpressionError: If Python's parser cannot parse it.
    """
    return ast.unparse(_parse(text))


def evaluate(text: str, lookup: Lookup) -> arb:
    """The value of an expression.

    Args:
        text: The expression.
        lookup: It is called with the whole expression first, and with its parts only if it returns
            None. So where a document printed a product, that product is taken, not its factors.

    Raises:
        ExpressionError: If the expression is not of this language, or a quantity is unknown.
    """
    return _evaluate(_parse(text), lookup)


@cache
def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        raise ExpressionError(f"not an expression: {text!r}") from None


def _evaluate(node: ast.expr, lookup: Lookup) -> arb:
    known = lookup(ast.unparse(node))
    if known is not None:
        return known
    match node:
        case ast.Constant(value=int() | float()):
            return from_rational(Fraction(ast.unparse(node)))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, lookup)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_evaluate(left, lookup), _evaluate(right, lookup))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_evaluate(argument, lookup))
    raise ExpressionError(f"unknown quantity: {ast.unparse(node)!r}")


def resolve(path: str, names: dict[str, Any]) -> Any:
    """What a quantity such as "params[1].weight[0, 0]" stands for among `names`, or None.

    A quantity consists of a name, attributes and literal indices, and of nothing else.
    """
    try:
        return _resolve(_parse(path), names)
    except (KeyError, AttributeError, IndexError, TypeError, ExpressionError):
        return None


def _resolve(node: ast.expr, names: dict[str, Any]) -> Any:
    match node:
        case ast.Name(id=name):
            return names[name]
        case ast.Attribute(value=value, attr=attribute):
            return getattr(_resolve(value, names), attribute)
        case ast.Subscript(value=value, slice=index):
            return _resolve(value, names)[ast.literal_eval(index)]
    raise ExpressionError(f"not a quantity: {ast.unparse(node)!r}")

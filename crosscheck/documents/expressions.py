"""Expressions over quantities, such as "2 * (outputs[0, 0] - targets[0, 0])".

The language of the documents: arithmetic, some functions, and quantities named in the contract's
terms. Python's own parser parses an expression; Python never evaluates it.
"""

import ast
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import prod
from typing import Any

from flint import arb

from crosscheck.numerics.exact.balls import from_rational, is_above

# The value of a quantity by its name, or None where this lookup does not know it.
Lookup = Callable[[str], arb | None]


def _logistic(z: arb) -> arb:
    return 1 / (1 + (-z).exp())


def _normal(z: arb) -> arb:
    return (-z / arb(2).sqrt()).erfc() / 2


def _power(base: arb, exponent: arb) -> arb:
    whole = exponent.unique_fmpz() if exponent.is_exact() else None
    if whole is None or exponent != whole or not 0 <= whole <= 1000:
        return base**exponent
    return prod([base] * int(whole), start=arb(1))  # flint's ** gives NaN for a ball around 0


# Each with how many arguments it takes.
FUNCTIONS: dict[str, tuple[int, Callable[..., arb]]] = {
    "sqrt": (1, arb.sqrt),
    "exp": (1, arb.exp),
    "log": (1, arb.log),
    "abs": (1, abs),
    "sign": (1, arb.sgn),
    "maximum": (2, arb.max),
    "sigmoid": (1, _logistic),
    "tanh": (1, arb.tanh),
    "relu": (1, lambda z: z if is_above(z, arb(0)) else arb(0)),
    "relu_slope": (1, lambda z: arb(1 if is_above(z, arb(0)) else 0)),  # 0 at 0
    "softplus": (1, lambda z: z.exp().log1p()),
    "gelu": (1, lambda z: z * _normal(z)),
    "gelu_slope": (1, lambda z: _normal(z) + z * (-z * z / 2).exp() / (2 * arb.pi()).sqrt()),
}
OPERATORS: dict[type, Callable[[Any, Any], arb]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: _power(a, b),
}


class ExpressionError(ValueError):
    """An expression cannot be read, or names a quantity that is not known."""


@cache
def normal_form(text: str) -> str:
    """The expression in one spelling, so that equal expressions are equal strings.

    Raises:
        ExpressionError: If Python's parser cannot parse it.
    """
    return spelling(parse(text))


def _as_it_is(value: arb) -> arb:
    return value


def evaluate(text: str, lookup: Lookup, rounded: Callable[[arb], arb] = _as_it_is) -> arb:
    """The value of an expression.

    Args:
        text: The expression.
        lookup: It is called with the whole expression first, and with its parts only if it returns
            None. So where a document printed a product, that product is taken, not its factors.
        rounded: What is done with the result of every operation.

    Raises:
        ExpressionError: If the expression is not of this language, or a quantity is unknown.
        UndecidedError: If a ball is compared with a number inside it.
    """
    return _evaluate(parse(text), lookup, rounded)


@cache
def parse(text: str) -> ast.expr:
    """The tree of an expression, by Python's parser.

    Raises:
        ExpressionError: If it cannot parse it.
    """
    try:
        node = ast.parse(" ".join(text.split()), mode="eval").body
        ast.unparse(node)  # which takes more room than anything that is done with it later
        return node
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"not an expression: {text!r}") from None


@cache
def spelling(node: ast.expr) -> str:
    """A node of the tree that `parse` gave, as text."""
    return ast.unparse(node)


def constant(node: ast.expr) -> Fraction | None:
    """The number that a node writes, or None if it writes none."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Fraction(spelling(node))
    return None


def _evaluate(node: ast.expr, lookup: Lookup, rounded: Callable[[arb], arb]) -> arb:
    known = lookup(spelling(node))
    if known is not None:
        return known
    number = constant(node)
    if number is not None:
        return from_rational(number)
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, lookup, rounded)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            operands = (_evaluate(each, lookup, rounded) for each in (left, right))
            return rounded(OPERATORS[type(op)](*operands))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            count, function = FUNCTIONS[name]
            if len(arguments) == count:
                return rounded(function(*(_evaluate(each, lookup, rounded) for each in arguments)))
    raise ExpressionError(f"unknown quantity: {ast.unparse(node)!r}")


def resolve(path: str, names: dict[str, Any]) -> Any:
    """What a quantity such as "params[1].weight[0, 0]" stands for among `names`, or None.

    A quantity consists of a name, attributes and literal indices, and of nothing else.
    """
    try:
        return _resolve(parse(path), names)
    except (KeyError, AttributeError, IndexError, TypeError, ValueError):
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

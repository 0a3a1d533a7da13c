"""Quantities and expressions as one writes them by hand: z⁽¹⁾₁ = w⁽¹⁾₁₁·x₁ + b⁽¹⁾₁.

Layers, units and samples count from 1 here, as in the lectures.
"""

import ast
import re
from collections.abc import Callable

from crosscheck.documents.expressions import ExpressionError, parse, spelling
from crosscheck.documents.working_network import SUBSCRIPTS, SUPERSCRIPTS

SUPER = SUPERSCRIPTS | str.maketrans("-", "⁻")
MINUS = "−"
# By the beginning of a quantity's name: its letter, and whether its layers count from 1 already.
LETTERS = {"pre_activations": ("z", 1), "activations": ("a", 0), "deltas": ("δ", 1)}
OTHERS = {"inputs": ("x", ""), "targets": ("y", ""), "outputs": ("a", "⁽ᴸ⁾")}
QUANTITY = re.compile(
    r"(?:(?P<run>\w+)\.)?(?:state\.(?P<state>\w+)|(?P<kind>\w+))"
    r"(?:\[(?P<layer>\d+)\])?(?:\.(?P<leaf>weight|bias))?(?:\[(?P<index>\d+(?:, \d+)?)\])?"
)
STATES = {
    "first_moment": "m",
    "second_moment": "v",
    "velocity": "v",
    "sum_of_squares": "s",
    "second_moment_of_updates": "u",
    "largest_second_moment": "v̂",
    "largest": "u",
}
HYPERPARAMETERS = {
    "learning_rate": "η",
    "b1": "β₁",
    "b2": "β₂",
    "eps": "ε",
    "momentum": "μ",
    "decay": "ρ",
    "weight_decay": "λ",
    "initial_accumulator": "s₀",
    "momentum_decay": "ψ",
}
FUNCTIONS = {"sigmoid": "σ", "sqrt": "√", "log": "ln", "relu_slope": "relu′", "maximum": "max"}
FUNCTIONS |= {"gelu_slope": "gelu′"}
# How tightly an operator binds, by its sign.
SUM, PRODUCT, POWER, WHOLE = 1, 2, 3, 4
# The text of an expression, and how tightly what stands in it binds.
Text = tuple[str, int]


def symbol(quantity: str) -> str:
    """A quantity as one writes it: "∂C/∂w⁽¹⁾₂₁" for "grads[0].weight[1, 0]"."""
    found = QUANTITY.fullmatch(quantity)
    assert found is not None, quantity
    run, state, kind = found["run"], found["state"], found["kind"]
    indices = [int(each) + 1 for each in (found["index"] or "").split(", ") if each]
    new = "′" if run else ""
    if state is not None:
        return f"{STATES[state]}({_parameter(found['layer'], found['leaf'], indices)})"
    if run and kind in HYPERPARAMETERS:
        return HYPERPARAMETERS[kind]
    if kind in ("params", "grads"):
        parameter = _parameter(found["layer"], found["leaf"], indices)
        return f"∂C/∂{parameter}" if kind == "grads" else f"{parameter}{new}"
    if kind in LETTERS:
        letter, first = LETTERS[kind]
        return f"{letter}{new}{_layer(int(found['layer']) + first)}{_index(indices[1:])}"
    if kind == "loss":
        return f"C{new}"
    letter, above = OTHERS.get(kind, (kind, ""))
    return f"{letter}{new}{above}{_index(indices[1:])}"


def _parameter(layer: str, leaf: str, indices: list[int]) -> str:
    return f"{leaf[0]}{_layer(int(layer) + 1)}{_index(indices)}"


def _layer(number: int) -> str:
    return f"({number})".translate(SUPER)


def _index(indices: list[int]) -> str:
    joint = "," if max(indices, default=0) > 9 else ""
    return joint.join(str(each).translate(SUBSCRIPTS) for each in indices)


def equation(expression: str, of: Callable[[str], str | None]) -> str:
    """An expression as one writes it by hand.

    Args:
        expression: In the language of the documents.
        of: What stands in place of a quantity: its symbol, or its number; None for what is none.
    """
    return _text(parse(expression), of)[0]


def numbers(of: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """The numbers of quantities, as one writes them by hand."""

    def number(quantity: str) -> str | None:
        text = of(quantity)
        return None if text is None else by_hand(text)

    return number


def by_hand(number: str) -> str:
    """A number as one writes it by hand: "−1.2·10⁻⁷" for "-1.2e-7"."""
    mantissa, e, exponent = number.replace("-", MINUS).partition("e")
    return f"{mantissa}·10{exponent.replace(MINUS, '-').translate(SUPER)}" if e else mantissa


def _text(node: ast.expr, of: Callable[[str], str | None]) -> Text:
    known = (
        of(spelling(node)) if isinstance(node, ast.Subscript | ast.Attribute | ast.Name) else None
    )
    if known is not None:
        whole = PRODUCT if "·" in known or known.startswith("∂") else WHOLE
        return known, SUM if known.startswith(MINUS) else whole
    match node:
        case ast.Constant(value=value):
            return str(value), WHOLE
        case ast.Name(id="pi"):
            return "π", WHOLE
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"{MINUS}{_inside(_text(operand, of), PRODUCT)}", SUM
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_text(left, of), _text(right, of)), POWER
        case ast.BinOp(left=left, op=op, right=right):
            return _operation(_text(left, of), op, _text(right, of))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            inner = ", ".join(_text(each, of)[0] for each in arguments)
            if name == "exp":
                return f"e^({inner})", POWER
            return f"{FUNCTIONS.get(name, name)}({inner})", WHOLE
    raise ExpressionError(f"not a quantity: {spelling(node)!r}")


def _inside(text: Text, tightness: int) -> str:
    """A part of an expression, in parentheses if what is around it binds more tightly."""
    return text[0] if text[1] >= tightness else f"({text[0]})"


def _power(base: Text, exponent: Text) -> str:
    raised = exponent[0].translate(SUPER) if exponent[0].isdigit() else f"^({exponent[0]})"
    return f"{_inside(base, WHOLE)}{raised}"


def _operation(left: Text, op: ast.operator, right: Text) -> Text:
    if isinstance(op, ast.Add) and right[0].startswith(MINUS):  # a + −b c is a − b c
        return f"{left[0]} {MINUS} {right[0].removeprefix(MINUS)}", SUM
    if isinstance(op, ast.Add):
        return f"{left[0]} + {right[0]}", SUM
    if isinstance(op, ast.Sub):
        return f"{left[0]} {MINUS} {_inside(right, PRODUCT)}", SUM
    first = (
        left[0]
        if left[0].startswith(MINUS) and left[1] >= SUM and _is_number(left[0])
        else _inside(left, PRODUCT)
    )
    sign = "·" if isinstance(op, ast.Mult) else " / "
    tightness = POWER if isinstance(op, ast.Div) else PRODUCT
    text = f"{first}{sign}{_inside(right, tightness)}"
    return text, SUM if first.startswith(MINUS) else PRODUCT


def _is_number(text: str) -> bool:
    return re.fullmatch(rf"{MINUS}[0-9.·⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", text) is not None

"""Formulas for a page: the expressions of the ledger as LaTeX, and LaTeX as MathML."""

import ast
import re
from functools import cache

from latex2mathml.converter import convert
from markupsafe import Markup

# How the documents write the names of the ledger. Indices count from 0 in the ledger and from 1 in
# the documents, where the inputs are layer 0.
SYMBOLS = {
    "inputs": "x",
    "outputs": r"a^{(L)}",
    "targets": "y",
    "loss": "C_0",
    "layer_sizes": "n",
    "learning_rate": r"\eta",
    "eps": r"\epsilon",
    "b1": r"\beta_1",
    "b2": r"\beta_2",
}
PARTS = {"weight": "W", "bias": "b"}
# Quantities of every weight and bias, whose symbol goes into the braces.
OF_PARAMETERS = {
    "params": "{}",
    "grads": r"\frac{{\partial C_0}}{{\partial {}}}",
    "first_moment": "m_{{{}}}",
    "second_moment": "v_{{{}}}",
}
OF_LAYERS = {"activations": "a", "pre_activations": "z", "deltas": r"\delta"}
# These have a row for each sample. The documents have one sample, and name only the unit.
BY_SAMPLE = {"inputs", "outputs", "targets", *OF_LAYERS}
NAME = r"(?:\w+(?:\[\d+\])?\.)*?(\w+)(?:\[(\d+)\])?(?:\.(weight|bias))?(?:\[([\d, ]+)\])?"
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: r"\,", ast.Div: "/"}


@cache
def mathml(formula: str) -> Markup:
    """A formula in LaTeX as MathML, on a line of its own."""
    return Markup(convert(formula, display="block"))


@cache
def inline(formula: str) -> Markup:
    """A formula in LaTeX as MathML, within a line of text."""
    return Markup(convert(formula))


def of_expression(text: str) -> Markup:
    """An expression of the ledger as MathML, on a line of its own."""
    return mathml(latex(text))


def symbol(quantity: str) -> Markup | None:
    """A quantity of the ledger as MathML within a line; None if it has no symbol but its name."""
    formula = latex(quantity)
    return None if formula == _word(quantity) else inline(formula)


def latex(text: str) -> str:
    """An expression of the ledger as LaTeX."""
    return _latex(ast.parse(text, mode="eval").body)


def _latex(node: ast.expr, outer: int = 0) -> str:
    """LaTeX for an expression, in parentheses where the operator around it binds more tightly."""
    if isinstance(node, ast.Constant):
        return repr(node.value)
    if isinstance(node, ast.UnaryOp):
        text = "-" + _latex(node.operand, 2)
        return rf"\left({text}\right)" if outer > 1 else text
    if isinstance(node, ast.Call):
        inner = ", ".join(_latex(each) for each in node.args)
        name = ast.unparse(node.func)
        return rf"\sqrt{{{inner}}}" if name == "sqrt" else rf"{_word(name)}\left({inner}\right)"
    if isinstance(node, ast.BinOp):
        return _binary(node, outer)
    return _symbol(ast.unparse(node))


def _binary(node: ast.BinOp, outer: int) -> str:
    if isinstance(node.op, ast.Div):
        text = rf"\frac{{{_latex(node.left)}}}{{{_latex(node.right)}}}"
        return rf"\left({text}\right)" if outer > 2 else text
    if isinstance(node.op, ast.Pow):
        text = f"{_latex(node.left, 3)}^{{{_latex(node.right)}}}"
        return rf"\left({text}\right)" if outer > 2 else text
    strength = 1 if isinstance(node.op, ast.Add | ast.Sub) else 2
    # A sum to the right of a plus or minus keeps its parentheses; a product does not need any.
    left, right = _latex(node.left, strength), _latex(node.right, strength + (strength == 1))
    operator = r"\cdot" if strength == 2 and right[0].isdigit() else OPERATORS[type(node.op)]
    text = f"{left} {operator} {right}"
    return rf"\left({text}\right)" if strength < outer else text


def _symbol(name: str) -> str:
    """The symbol of a name of the ledger: that of params[1].weight[0, 0] is W^{(2)}_{1,1}."""
    match = re.fullmatch(NAME, name)
    if match is None:
        return _word(name)
    base, layer, part, index = match.groups()
    where = f"_{{{_from_one(index, base in BY_SAMPLE)}}}" if index else ""
    if part is not None and base in OF_PARAMETERS:
        of = f"{PARTS[part]}^{{({int(layer or 0) + 1})}}{where}"
        return OF_PARAMETERS[base].format(of)
    if base in OF_LAYERS and layer is not None:
        number = int(layer) + (base != "activations")
        return f"{OF_LAYERS[base]}^{{({number})}}{where}"
    if base == "layer_sizes" and layer is not None:
        return f"{SYMBOLS[base]}_{{{layer}}}"
    if layer is not None:  # the quantity has no layers, so that this is an index
        where = f"_{{{_from_one(layer, False)}}}"
    return SYMBOLS.get(base, _word(base)) + where


def _word(name: str) -> str:
    return rf"\text{{{name}}}"  # in which the converter leaves every character as it is


def _from_one(index: str, by_sample: bool) -> str:
    """An index of the ledger, counted from 1; of "sample, unit" only the unit."""
    numbers = [str(int(each) + 1) for each in index.split(",")]
    return numbers[-1] if by_sample else ",".join(numbers)

"""Mathematics for a page: LaTeX as MathML, and the expressions of the ledger as LaTeX."""

import ast
import re
from functools import cache

from latex2mathml.converter import convert
from markupsafe import Markup

# The names of the ledger, as the documents write them. An index there counts from 0, a layer of
# the network from 1, its inputs being layer 0.
SYMBOLS = {
    "outputs": r"a^{(L)}",
    "targets": "y",
    "loss": "C_0",
    "learning_rate": r"\eta",
    "first_moment": "m",
    "second_moment": "v",
    "eps": r"\epsilon",
    "b1": r"\beta_1",
    "b2": r"\beta_2",
}
LAYERED = {
    "params": (("weight", "W"), ("bias", "b")),
    "grads": (
        ("weight", r"\frac{\partial C_0}{\partial W}"),
        ("bias", r"\frac{\partial C_0}{\partial b}"),
    ),
    "first_moment": (("weight", "m_W"), ("bias", "m_b")),
    "second_moment": (("weight", "v_W"), ("bias", "v_b")),
}
NAME = r"(?:\w+\.)*?(\w+)(?:\[(\d+)\])?(?:\.(weight|bias))?(?:\[([\d, ]+)\])?"
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: r"\,", ast.Div: "/"}


@cache
def mathml(latex: str) -> Markup:
    """A formula in LaTeX as MathML, a line of its own."""
    return Markup(convert(latex, display="block"))


def of_expression(text: str) -> Markup:
    """An expression of the ledger as MathML."""
    return mathml(_latex(ast.parse(text, mode="eval").body))


def _latex(node: ast.expr, outer: int = 0) -> str:
    """LaTeX, in parentheses where the operator around it binds more tightly."""
    if isinstance(node, ast.Constant):
        return repr(node.value)
    if isinstance(node, ast.UnaryOp):
        return "-" + _latex(node.operand, 2)
    if isinstance(node, ast.Call):
        inner = ", ".join(_latex(each) for each in node.args)
        name = ast.unparse(node.func)
        return rf"\sqrt{{{inner}}}" if name == "sqrt" else rf"\mathrm{{{name}}}\left({inner}\right)"
    if isinstance(node, ast.BinOp):
        return _binary(node, outer)
    return _symbol(ast.unparse(node))


def _binary(node: ast.BinOp, outer: int) -> str:
    if isinstance(node.op, ast.Div):
        return rf"\frac{{{_latex(node.left)}}}{{{_latex(node.right)}}}"
    if isinstance(node.op, ast.Pow):
        return f"{_latex(node.left, 3)}^{{{_latex(node.right)}}}"
    strength = 1 if isinstance(node.op, ast.Add | ast.Sub) else 2
    # What stands after a minus keeps its parentheses; a product needs none.
    right = strength + isinstance(node.op, ast.Sub)
    text = f"{_latex(node.left, strength)} {OPERATORS[type(node.op)]} {_latex(node.right, right)}"
    return rf"\left({text}\right)" if strength < outer else text


def _symbol(name: str) -> str:
    """A name of the ledger: "adam.state.first_moment[1].weight[0, 0]" is m_W^(2) with indices."""
    found = re.fullmatch(
        r"(?:\w+\.)*?(\w+)(?:\[(\d+)\])?(?:\.(weight|bias))?(?:\[([\d, ]+)\])?", name
    )
    if found is None:
        return rf"\mathrm{{{name}}}".replace("_", r"\_")
    base, layer, part, index = found.groups()
    where = f"_{{{_from_one(index)}}}" if index else ""
    if part is not None and base in LAYERED:
        symbol = dict(LAYERED[base])[part]
        return f"{{{symbol}}}^{{({int(layer or 0) + 1})}}{where}"
    if base in ("activations", "pre_activations", "deltas") and layer is not None:
        symbol = {"activations": "a", "pre_activations": "z", "deltas": r"\delta"}[base]
        number = int(layer) + (base != "activations")
        return f"{symbol}^{{({number})}}{where}"
    symbol = SYMBOLS.get(base, rf"\mathrm{{{base}}}".replace("_", r"\_"))
    return symbol + where


def _from_one(index: str) -> str:
    """The unit that an index names: the last of "sample, unit" or both of "row, column"."""
    return ",".join(str(int(each) + 1) for each in index.split(","))

"""Reading a finding's statement back: the reference's call, or the factor of a reference's loss."""

import ast
import inspect
import re
from dataclasses import dataclass
from typing import Any

from reference_numpy import optimizers


@dataclass(frozen=True)
class ReferenceCall:
    """A call of a reference's optimizer, as a statement names it.

    Attributes:
        optimizer: Its name among the references.
        keywords: All its keywords, those that the call leaves out with the reference's defaults.
        defaults: The reference's defaults alone.
        decay: The arguments of the `decayed` around it; None if there is none.
    """

    optimizer: str
    keywords: dict[str, Any]
    defaults: dict[str, Any]
    decay: dict[str, Any] | None


def reference_call(statement: str) -> ReferenceCall | None:
    """The call in a statement about an optimizer; None if it names no call of a reference."""
    found = re.search(r"(?:equals|\) from) (\w+\(.*)", statement)
    call = found and _first_call(found.group(1))
    if not call:
        return None
    decay = None
    if _name(call) == "decayed":
        decay = _keywords(call)
        inner = call.args[0]
        if not isinstance(inner, ast.Call):
            return None
        call = inner
    optimizer = optimizers.OPTIMIZERS.get(_name(call))
    if optimizer is None:
        return None
    defaults = {
        name: each.default
        for name, each in inspect.signature(optimizer).parameters.items()
        if each.default is not each.empty
    }
    return ReferenceCall(_name(call), defaults | _keywords(call), defaults, decay)


def _first_call(text: str) -> ast.Call | None:
    """The call with which a text begins, whatever remark follows it."""
    for end in (match.end() for match in re.finditer(r"\)", text)):
        try:
            call = ast.parse(text[:end], mode="eval").body
        except SyntaxError:  # a parenthesis inside
            continue
        return call if isinstance(call, ast.Call) else None
    return None


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _keywords(call: ast.Call) -> dict[str, Any]:
    """The keywords whose values are literals: a learning rate may be a function."""
    found = {}
    for each in call.keywords:
        if each.arg is not None and isinstance(each.value, ast.Constant):
            found[each.arg] = each.value.value
    return found


# Each of the references' losses as a sum over all B K numbers: the powers of B and of K by which
# that sum is multiplied. A cross-entropy of classes is the sum of K numbers, too.
POWERS = {
    "squared_error": (-1, 0),
    "half_squared_error": (-1, 0),
    "mean_squared_error": (-1, -1),
    "binary_cross_entropy": (-1, 0),
    "sigmoid_binary_cross_entropy": (-1, 0),
    "softmax_cross_entropy": (-1, 0),
}


# What a product of these powers is called.
REDUCTIONS = {(0, 0): "sum", (-1, 0): "mean over samples", (-1, -1): "mean over all numbers"}


def reduction(statement: str) -> str | None:
    """How a loss puts its numbers together, in words.

    Args:
        statement: As "the reference's B * softmax_cross_entropy; it returns B numbers, added up
            here".

    Returns:
        The words; None if the statement is of something else, or has no word for it. Constant
        factors do not count.
    """
    found = re.match(r"the reference's ([\w* /]+)(?:, but the gradient of ([\w* /]+))?", statement)
    if found is None:
        return None
    kept = re.search(r"; it returns (B|B \* K) numbers, added up here", statement)
    if kept is not None:
        return f"none: one per {'sample' if kept.group(1) == 'B' else 'output'}"
    try:
        words = [REDUCTIONS.get(_powers(_parsed(each))) for each in found.groups() if each]
    except (KeyError, SyntaxError, TypeError):
        return None
    if None in words:
        return None
    return ", but its gradient ".join(str(word) for word in dict.fromkeys(words))


def _parsed(product: str) -> ast.expr:
    return ast.parse(product.strip(), mode="eval").body


def _powers(node: ast.expr) -> tuple[int, int]:
    """The powers of B and K in a product of them, a reference's loss and numbers.

    Raises:
        KeyError, TypeError: If it has anything else in it.
    """
    if isinstance(node, ast.Constant):
        return 0, 0
    if isinstance(node, ast.Name):
        return {"B": (1, 0), "K": (0, 1), **POWERS}[node.id]
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult | ast.Div):
        raise TypeError(ast.dump(node))
    (b, k), (other_b, other_k) = _powers(node.left), _powers(node.right)
    sign = 1 if isinstance(node.op, ast.Mult) else -1
    return b + sign * other_b, k + sign * other_k

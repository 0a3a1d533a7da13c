"""The steps that some code takes, and the numbers that stand in them as their rates."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from crosscheck.frameworks.understanding.constants import NONE, Constants, Numbers, is_rate, name_of
from crosscheck.frameworks.understanding.names import is_gradient, is_other, kind_of, role_of

# Functions that add to what is their first argument, or to what they are methods of.
_ADDS = {"add", "add_", "sub", "sub_", "subtract", "assign_add", "assign_sub"}
_STOCK = re.compile(r"sgd|descent", re.IGNORECASE)
_STEPS = re.compile(r"step|update|sgd|desc|move|apply|optim|__call__", re.IGNORECASE)
_NO_PARAMETERS = ("X", "y", "grads", "slope", "rate")
_PARAMETER = re.compile(r"p|params?|parameters?|values?|theta|leaf", re.IGNORECASE)
_PLUS = ast.Add | ast.Sub


class Steps:
    """The steps in some code."""

    def __init__(self, constants: Constants, code: Sequence[ast.AST], params: set[str]) -> None:
        """Look at code.

        Args:
            constants: What its names are bound to.
            code: Functions and statements.
            params: What the parameters are called, in small letters.
        """
        self._constants, self._params = constants, params
        self._seen = self._unsure = False
        self._nodes = [node for part in code for node in ast.walk(part)]
        self._params = self._params | {each for node in self._nodes for each in self._aliases(node)}

    @property
    def known(self) -> bool:
        """Whether `rates` met steps, and none with a multiplier that is not understood."""
        return self._seen and not self._unsure

    def rates(self) -> Numbers:
        """The numbers by which the steps multiply gradients, and their products, with any sign."""
        return _union(map(self._of, self._nodes))

    def _aliases(self, node: ast.AST) -> Iterator[str]:
        """The names that loops give to parameters, and functions that step to their arguments."""
        if isinstance(node, ast.For | ast.comprehension):
            over, target = [node.iter], node.target
            if isinstance(node.iter, ast.Call):
                over = node.iter.args or [node.iter.func]
            targets = target.elts if isinstance(target, ast.Tuple) else [target]
            for one, each in zip(targets, over, strict=False):
                each = each.value if isinstance(each, ast.Attribute) else each
                of = each.elts if isinstance(each, ast.Tuple | ast.List) else [each]
                if isinstance(one, ast.Name) and any(map(self._is_parameter, of)):
                    yield one.id.lower()
        elif isinstance(node, ast.Lambda) or (
            isinstance(node, ast.FunctionDef) and _STEPS.search(node.name)
        ):
            names = [each.arg for each in node.args.args]
            yield from (each.lower() for each in names if role_of(each) not in _NO_PARAMETERS)

    def _of(self, node: ast.AST) -> Numbers:
        """The rates in one statement or expression."""
        if isinstance(node, ast.AugAssign) and isinstance(node.op, _PLUS):
            return self._added(node.value) if self._is_parameter(node.target) else NONE
        if isinstance(node, ast.Assign):
            inside = {ast.unparse(e) for e in ast.walk(node.value) if isinstance(e, ast.expr)}
            moved = [each for each in node.targets if ast.unparse(each) in inside]
            return self._added(node.value) if any(map(self._is_parameter, moved)) else NONE
        if isinstance(node, ast.BinOp) and isinstance(node.op, _PLUS):
            # Without a number it may be a forward pass, X @ W + b, unless it has a gradient.
            for one, other in ((node.left, node.right), (node.right, node.left)):
                is_step = self._constants.products(other) or is_gradient((name_of(other) or "",))
                if self._is_parameter(one) and is_step:
                    return self._added(other)
            return NONE
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
            named = [each for each in (node.left, node.right) if is_rate(name_of(each))]
            return _union(map(self._constants.values, named))
        return self._of_call(node) if isinstance(node, ast.Call) else NONE

    def _of_call(self, node: ast.Call) -> Numbers:
        """The rates in p.add_(-0.1 * p.grad), p.add_(p.grad, alpha=-0.1), np.subtract(p, 0.1 * g).

        And those that an optimizer of a framework is given: SGD(params, lr=0.1).
        """
        name, added = name_of(node.func) or "", list(node.args)
        if _STOCK.search(name):
            added += [each.value for each in node.keywords if is_rate(each.arg)]
            found = _union(map(self._constants.values, added))
            self._seen = self._seen or bool(found)
            return found
        if name not in _ADDS:
            return NONE
        to = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        if not self._is_parameter(to):
            if not added or not self._is_parameter(added[0]):
                return NONE
            added = added[1:]
        added += [each.value for each in node.keywords if each.arg in ("alpha", "value")]
        return _union(map(self._added, added))

    def _is_parameter(self, target: ast.AST) -> bool:
        """Whether a variable is meant to be a parameter, and no gradient or the like."""
        while isinstance(target, ast.Attribute) and target.attr in ("data", "value", "at"):
            target = target.value
        if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant):
            return self._is_parameter(target.value)  # an entry of a list, or W.at[...]
        if isinstance(target, ast.Call) and name_of(target.func) == "getattr":
            return True
        name = name_of(target)
        if name is None or is_gradient((name,)):
            return False
        return name.lower() in self._params or (
            not is_other((name,))
            and (
                kind_of((name,)) is not None
                or role_of(name) == "params"
                or _PARAMETER.fullmatch(name) is not None
            )
        )

    def _added(self, value: ast.AST) -> Numbers:
        """The rates in what a step adds; where it adds a mere variable, in what that is bound to.

        Not if that is a gradient by its name: then its numbers are a part of the gradient.
        """
        self._seen = True
        found = self._constants.products(value)
        while isinstance(value, ast.UnaryOp):
            value = value.operand
        # What a function returns, as in moved(W, dW), or a rate that is none: rate_at(epoch) * dW.
        is_product = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult)
        if not found and (is_product or isinstance(value, ast.Call)):
            self._unsure = True
        name = name_of(value)
        if found or name is None or is_gradient((name,)):
            return found
        bound = []
        for node in self._nodes:
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.AugAssign):
                targets = [node.target]
            if name in {name_of(each) for each in targets}:
                bound.append(node.value)  # type: ignore[attr-defined]
        return _union(map(self._constants.products, bound))


def _union(several: Iterable[Numbers]) -> Numbers:
    return NONE.union(*several)

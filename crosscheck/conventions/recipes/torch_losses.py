"""By what the losses of a PyTorch program are divided before backward(): nothing is evaluated."""

import ast

from crosscheck.conventions.optimizers.parsing import CallError
from crosscheck.conventions.recipes.program import Program
from crosscheck.conventions.recipes.torch_gradients import last_name

SCALING = ("div", "div_", "divide", "true_divide", "mul", "mul_", "multiply")


class Losses:
    """The divisors of names, as far as the text has been read.

    Attributes:
        unsure: Whether a loss that was asked for may be divided by something that is not known.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._divisors: dict[str, float] = {}
        self._loops: dict[str, tuple[int, ...]] = {}
        self._unknown: set[str] = set()
        self.unsure = False

    def note(self, statement: ast.stmt, loops: tuple[int, ...]) -> None:
        """Remember what an assignment divides.

        Args:
            statement: Any statement.
            loops: The lines of the loops round it.
        """
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            name, value = ast.unparse(statement.targets[0]), statement.value
        elif isinstance(statement, ast.AugAssign):
            name = ast.unparse(statement.target)
            value = ast.BinOp(ast.Name(name), statement.op, statement.value)
        else:
            return
        divisor = self._of(value)
        self._unknown.discard(name)
        self._divisors.pop(name, None)
        if divisor is None:
            self._unknown.add(name)
        elif divisor != 1.0:
            self._divisors[name] = divisor
            self._loops[name] = loops

    def doubt(self, node: ast.AST) -> None:
        """Remember that the divisions in a node may be done or not."""
        for each in ast.walk(node):
            if isinstance(each, ast.Assign | ast.AugAssign):
                self.note(each, ())
                target = each.target if isinstance(each, ast.AugAssign) else each.targets[0]
                if ast.unparse(target) in self._divisors:
                    self._unknown.add(ast.unparse(target))

    def divisor(self, loss: ast.expr, loops: tuple[int, ...]) -> float | None:
        """By what a loss is divided where it stands; None if by nothing."""
        names = [node.id for node in ast.walk(loss) if isinstance(node, ast.Name)]
        elsewhere = any(self._loops[each] != loops for each in names if each in self._divisors)
        found = self._of(loss)
        self.unsure = self.unsure or found is None or elsewhere
        return None if found == 1.0 else found

    def _of(self, value: ast.expr, weights: bool = True) -> float | None:
        """By what an expression is divided; None if that is not known.

        Args:
            value: The expression.
            weights: Whether a factor counts too: the one of a term in a sum is that term's weight.
        """
        if isinstance(value, ast.Name):
            known = value.id not in self._unknown
            return self._divisors.get(value.id, 1.0) if known else None
        if isinstance(value, ast.Call):
            return None if last_name(value) in SCALING else 1.0
        if isinstance(value, ast.IfExp):
            return self._same(self._of(value.body, weights), self._of(value.orelse, weights))
        if not isinstance(value, ast.BinOp):
            return 1.0
        left = self._of(value.left, weights)
        if isinstance(value.op, ast.Div):
            number = self._number(value.right)
            return None if left is None or number is None else left * number
        if isinstance(value.op, ast.Add | ast.Sub):
            return self._same(self._of(value.left, False), self._of(value.right, False))
        if isinstance(value.op, ast.Mult) and weights:
            number = self._number(value.right)
            if number is None and (number := self._number(value.left)) is not None:
                left = self._of(value.right)
            return left if number is None or left is None else left / number
        return left

    def _same(self, one: float | None, other: float | None) -> float | None:
        return one if one == other else None

    def _number(self, value: ast.expr) -> float | None:
        try:
            number = self._program.number(value)
        except CallError:
            return None
        plain = isinstance(number, int | float) and not isinstance(number, bool)
        return float(number) if plain and number > 0 else None

"""Read after how many micro-batches a condition of a PyTorch program is true."""

import ast

from crosscheck.conventions.optimizers.parsing import CallError
from crosscheck.conventions.recipes.program import Program, argument
from crosscheck.conventions.recipes.recipe import RecipeError


def period_of(program: Program, test: ast.expr) -> int | None:
    """k, of the condition (i + 1) % k == 0; None if it is no such condition.

    Raises:
        RecipeError: If k is no number, or the condition is true after the first micro-batch.
    """
    if not (isinstance(test, ast.Compare) and isinstance(test.left, ast.BinOp)):
        return None
    zero = test.comparators[0]
    if not isinstance(test.left.op, ast.Mod) or len(test.ops) != 1:
        return None
    counter, remainder = test.left.left, zero.value if isinstance(zero, ast.Constant) else None
    if not isinstance(remainder, int):
        return None
    try:
        period = program.number(test.left.right)
    except CallError:
        raise RecipeError(
            f"{ast.unparse(test.left.right)} is given no number in the text: add its line"
        ) from None
    if not isinstance(period, int) or isinstance(period, bool) or period < 1:
        raise RecipeError(f"{period!r} is no number of micro-batches")
    if not isinstance(test.ops[0], ast.Eq):
        return None
    name, added = _counted(counter)
    first = None if name is None else _first_count(program, name)
    if first is None:
        raise RecipeError(
            f"`{ast.unparse(test)}` is not read: write `(i + 1) % {period} == 0`, where i is "
            "counted by enumerate or range and gets no other value"
        )
    if (first + added - remainder) % period == 1 % period and 0 <= remainder < period:
        return period
    raise RecipeError(
        f"`{ast.unparse(test)}` is true after the first micro-batch already, if its count "
        f"starts at 0: write `({ast.unparse(counter)} + 1) % {period} == 0`"
    )


def _counted(counter: ast.expr) -> tuple[str | None, int]:
    """The name and the number of `i + 1`; no name if it is another expression."""
    added = 0
    if isinstance(counter, ast.BinOp) and isinstance(counter.op, ast.Add):
        value = getattr(counter.right, "value", None)
        if not isinstance(value, int):
            return None, 0
        counter, added = counter.left, value
    return (counter.id, added) if isinstance(counter, ast.Name) else (None, 0)


def _first_count(program: Program, name: str) -> int | None:
    """The first value of a counter, 0 if the text does not count; None if that is not known."""
    nodes = [node for statement in program.statements for node in ast.walk(statement)]
    loops = [each for each in nodes if isinstance(each, ast.For) and name in _names(each.target)]
    stored = [each for each in nodes if isinstance(each, ast.Name) and each.id == name]
    if len([each for each in stored if isinstance(each.ctx, ast.Store)]) != len(loops):
        return None
    firsts = {_first_of(each, name) for each in loops} or {0}
    return firsts.pop() if len(firsts) == 1 else None


def _names(target: ast.expr) -> list[str]:
    return [each.id for each in ast.walk(target) if isinstance(each, ast.Name)]


def _first_of(loop: ast.For, name: str) -> int | None:
    """The first value that enumerate or range gives a counter, where each next one is one more."""
    for call in (each for each in ast.walk(loop.iter) if isinstance(each, ast.Call)):
        function = ast.unparse(call.func)
        if function == "enumerate":
            pair = isinstance(loop.target, ast.Tuple) and ast.unparse(loop.target.elts[0]) == name
            given = argument(call, 1, "start")
            value = 0 if given is None else getattr(given, "value", None)
            return value if pair and isinstance(value, int) else None
        if function in ("range", "trange"):
            plain = isinstance(loop.target, ast.Name) and len(call.args) < 3
            value = getattr(call.args[0], "value", None) if len(call.args) == 2 else 0
            return value if plain and isinstance(value, int) else None
    return None


def ends_short(test: ast.expr) -> bool:
    """Whether a condition is of the last batch: `i + 1 == len(batches)`."""
    equal = isinstance(test, ast.Compare) and [type(each) for each in test.ops] == [ast.Eq]
    return equal and "len(" in ast.unparse(test)

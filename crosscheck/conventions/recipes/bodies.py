"""Read the lines of the function in which a program makes its optimizer, as if they stood alone.

def main():
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)
    ...

if __name__ == "__main__":
    main()
"""

import ast
from collections.abc import Callable, Iterator, Sequence

from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.statements import assigned, walk

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.ClassDef)


def unfolded(
    statements: Sequence[ast.stmt], makes: Callable[[ast.expr], bool]
) -> list[ast.stmt] | None:
    """The statements with those of the one function that makes the optimizer at their end.

    Args:
        statements: Those of the text.
        makes: Whether an expression makes an optimizer.

    Returns:
        None if the text needs no unfolding: the optimizer is made outside of every function.

    Raises:
        RecipeError: If it cannot be told what the function does, with the reason.
    """
    whole = [line for each in statements for line in _of_main(each)]
    top = [each for each in walk(whole) if not isinstance(each, SCOPES)]
    at_top = any(_makes(each, makes) for each in top)
    makers = [each for each in whole if isinstance(each, SCOPES) and _makes(each, makes)]
    if not makers:
        return None if len(whole) == len(statements) and whole == list(statements) else whole
    if at_top or len(makers) > 1:
        places = [each.name for each in makers] + (["the lines outside"] if at_top else [])
        raise RecipeError(
            f"several parts of the text make an optimizer ({', '.join(places)}): give the lines "
            "of one"
        )
    (maker,) = makers
    if not isinstance(maker, ast.FunctionDef):
        kind = "class" if isinstance(maker, ast.ClassDef) else "async function"
        raise RecipeError(
            f"the {kind} {maker.name} makes the optimizer, and is not read: give its lines as a "
            "function, or by themselves"
        )
    others = [each for each in whole if each is not maker]
    _check(maker, others)
    _refuse_handed_back(maker, makes)
    return [*others, *maker.body]


def _of_main(statement: ast.stmt) -> list[ast.stmt]:
    """The lines under `if __name__ == "__main__":`; any other statement itself."""
    if isinstance(statement, ast.If) and not statement.orelse:
        names = {ast.unparse(each) for each in ast.walk(statement.test)}
        equal = isinstance(statement.test, ast.Compare) and isinstance(
            statement.test.ops[0], ast.Eq
        )
        if equal and names >= {"__name__", "'__main__'"}:
            return statement.body
    return [statement]


def _makes(statement: ast.stmt, makes: Callable[[ast.expr], bool]) -> bool:
    return any(isinstance(node, ast.expr) and makes(node) for node in ast.walk(statement))


def _check(maker: ast.FunctionDef, others: Sequence[ast.stmt]) -> None:
    """Refuse a function whose lines would say something else where they stand alone."""
    name = maker.name
    given = {each.arg for each in ast.walk(maker.args) if isinstance(each, ast.arg)}
    outside = [*_stored(others)]
    if hidden := sorted(given & {*outside}):
        raise RecipeError(
            f"{hidden[0]} is an argument of {name}, and another value outside of it: write the "
            "number in the call"
        )
    loaded = {each.id for each in ast.walk(maker) if isinstance(each, ast.Name)}
    twice = sorted(each for each in {*outside} & loaded if outside.count(each) > 1)
    if twice:
        raise RecipeError(
            f"{twice[0]} gets several values outside of {name}: write the number in the call"
        )
    for node in (each for line in (maker, *others) for each in ast.walk(line)):
        if isinstance(node, ast.Global | ast.Nonlocal):
            raise RecipeError(
                f"`{ast.unparse(node)}` may change what {name} reads: write the numbers in the call"
            )


def _refuse_handed_back(maker: ast.FunctionDef, makes: Callable[[ast.expr], bool]) -> None:
    """Refuse a function whose optimizer gets out of it."""
    name = maker.name
    own = {
        key
        for line in walk(maker.body)
        for key, value in [assigned(line)]
        if value and makes(value)
    }
    for node in ast.walk(maker):
        if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value is not None:
            names = {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
            inside = (each for each in ast.walk(node.value) if isinstance(each, ast.expr))
            if not (names & own or any(makes(each) for each in inside)):
                continue
            raise RecipeError(
                f"{name} makes the optimizer and hands something back (`{ast.unparse(node)}`), of "
                "which nobody knows what is done with it: write its lines where it is called, and "
                "the others below"
            )


def _stored(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """The names that statements give a value, functions and classes aside, as often as they do."""
    for statement in statements:
        if isinstance(statement, SCOPES):
            yield statement.name
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id

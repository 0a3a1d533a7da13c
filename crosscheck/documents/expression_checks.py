"""Whether the expressions of a document's file name quantities that there are.

They are looked for in the file as it stands, not in what could be read of it: so a wrong name is
found beside whatever else is wrong with its line.
"""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from crosscheck.documents.document import Inputs
from crosscheck.documents.expressions import (
    FUNCTIONS,
    OPERATORS,
    ExpressionError,
    constant,
    parse,
    spelling,
)
from crosscheck.documents.faults import Fault, Path, suggestion
from crosscheck.documents.naming import ANYTHING, UNREAD, Names, check_number

Canonical = Callable[[str], str]


def expression_faults(
    content: Mapping[str, Any], given: Names, exact: Names, canonical: Canonical
) -> Iterator[Fault]:
    """Every quantity, step, slip and cell that names something unknown, with its place.

    Args:
        content: What the file holds.
        given: What the document gives.
        exact: That, and all that follows from it.
        canonical: Puts an expression into its canonical spelling.
    """
    printed: set[str] = set()
    for line, in_lines in _tables(content, ("lines",)):
        for entry, place in _tables(line, (*in_lines, "numbers")):
            quantity = _expression(entry.get("quantity"), canonical)
            if "illustration" in entry or quantity is None:
                continue
            wrong = list(faults_of(quantity, exact))
            yield from (Fault((*place, "quantity"), message) for message in wrong)
            step = _expression(entry.get("step"), canonical)
            if step is not None:
                yield from _step_faults(step, (*place, "step"), given, exact, printed)
            elif "step" not in entry and not wrong:
                missing = [*unprinted(quantity, given, printed)]
                if missing:
                    yield Fault(place, f"{missing[0]}: 'step' must say how the line gets it")
            printed.add(quantity)
    for slip, in_slips in _tables(content, ("slips",)):
        steps = slip.get("steps")
        on = printed if slip.get("inputs") == Inputs.PRINTED else None
        for key, value in steps.items() if isinstance(steps, dict) else ():
            quantity, step = _expression(key, canonical), _expression(value, canonical)
            place = (*in_slips, "steps", key)
            if quantity is not None and quantity not in printed:
                wrong = list(faults_of(quantity, exact))
                if not wrong and not is_uncertain(quantity, exact):
                    wrong = ["no line prints it"]
                yield from (Fault(place, message) for message in wrong)
            if step is not None:
                yield from _step_faults(step, place, given, exact, on)
    for table, in_tables in _tables(content, ("tables",)):
        yield from _cell_faults(table, in_tables, given, exact, printed, canonical)


def _step_faults(
    step: str, place: Path, given: Names, exact: Names, printed: set[str] | None
) -> Iterator[Fault]:
    """What is wrong with a step: an unknown name, or one that has no value yet.

    `printed` is None where the step is computed on exact values.
    """
    wrong = list(faults_of(step, exact, printed or ()))
    if not wrong and printed is not None:
        wrong = list(unprinted(step, given, printed))
    yield from (Fault(place, message) for message in wrong)


def _cell_faults(
    table: Mapping[str, Any],
    where: Path,
    given: Names,
    exact: Names,
    printed: set[str],
    canonical: Canonical,
) -> Iterator[Fault]:
    columns = [column.get("inputs") for column, _ in _tables(table, ("columns",))]
    rows = table.get("rows")
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        cells = zip(columns, row[1:], strict=False) if isinstance(row, list) else ()
        for number, (inputs, value) in enumerate(cells, start=1):
            cell, place = _expression(value, canonical), (*where, "rows", index, number)
            if cell is None:
                continue
            if inputs == Inputs.VERBATIM and cell not in printed and not is_uncertain(cell, exact):
                yield Fault(place, f"{cell} is not printed")
            elif inputs != Inputs.VERBATIM:
                on = printed if inputs == Inputs.PRINTED else None
                yield from _step_faults(cell, place, given, exact, on)


def _tables(table: Mapping[str, Any], path: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """The tables in the list that a path ends with, each with its place."""
    items = table.get(str(path[-1]))
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield item, (*path, index)


def _expression(value: Any, canonical: Canonical) -> str | None:
    """An expression in its canonical spelling; None for what is none, which its reader says."""
    try:
        return canonical(value) if isinstance(value, str) else None
    except ExpressionError:
        return None


def faults_of(text: str, names: Names, printed: Collection[str] = ()) -> Iterator[str]:
    """What is wrong with an expression: every name in it that is unknown, as a message.

    Args:
        text: The expression, in its canonical spelling.
        names: What its quantities are looked up in.
        printed: Quantities, or expressions of such, that have a value whatever they consist of.
    """

    def wrong(node: ast.expr) -> str | None:
        try:
            check_number(node, names)
        except ExpressionError as error:
            return str(error)
        return None

    yield from _faults(parse(text), printed, wrong)


def unprinted(text: str, given: Names, printed: Collection[str]) -> Iterator[str]:
    """The quantities of an expression that are neither given nor printed, each as a message."""

    def wrong(node: ast.expr) -> str | None:
        try:
            check_number(node, given)
        except ExpressionError:
            return f'"{ast.unparse(node)}" is neither given nor printed before'
        return None

    yield from _faults(parse(text), printed, wrong)


def is_uncertain(text: str, names: Names) -> bool:
    """Whether an expression has a name of which nothing is known, since the file is wrong there."""
    roots = {node.id for node in ast.walk(parse(text)) if isinstance(node, ast.Name)}
    return UNREAD in names or any(names.get(root) is ANYTHING for root in roots)


def _faults(
    node: ast.expr, printed: Collection[str], wrong: Callable[[ast.expr], str | None]
) -> Iterator[str]:
    """The messages about the quantities of an expression, and about what is not of the language."""
    if spelling(node) in printed or constant(node) is not None:
        return
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield from _faults(operand, printed, wrong)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            yield from _faults(left, printed, wrong)
            yield from _faults(right, printed, wrong)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            if name not in FUNCTIONS:
                yield f'unknown function "{name}"{suggestion(name, FUNCTIONS)}'
            elif len(arguments) != FUNCTIONS[name][0]:
                count = FUNCTIONS[name][0]
                yield f"{name} takes {count} argument{'s' * (count > 1)}, not {len(arguments)}"
            for argument in arguments:
                yield from _faults(argument, printed, wrong)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            message = wrong(node)
            if message is not None:
                yield message
        case _:
            yield f'"{ast.unparse(node)}" is not of the language of expressions'

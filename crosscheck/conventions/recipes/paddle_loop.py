"""The loop of a training program of PaddlePaddle: what is there must be the usual."""

import ast

from crosscheck.conventions.recipes.program import Program, called
from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.statements import blocks, catches, leaves_out
from crosscheck.conventions.recipes.torch_gradients import last_name

STEPS = ("step", "minimize")
CLEARS = ("clear_grad", "clear_gradients")
# What changes gradients, rates or parameters by hand, or rounds them.
BY_HAND = ("set_lr", "set_lr_scheduler", "set_value", "scale", "scaler", "GradScaler", "auto_cast")


def check_loop(program: Program, optimizer: str | None, rate: ast.expr | None) -> None:
    """Check that every batch makes one update, and one step of the schedule if there is one.

    Args:
        program: The text.
        optimizer: The name of the optimizer; None if it has none.
        rate: Its learning rate as it is written.

    Raises:
        RecipeError: If it does otherwise, with what to write instead.
    """
    found: list[tuple[str, tuple[int, ...], bool]] = []
    _read(program.statements, optimizer or "optimizer", (), False, found)
    steps = [each for each in found if each[0] in STEPS]
    if any(name in BY_HAND for name, _, _ in found):
        (name, *_) = [name for name, _, _ in found if name in BY_HAND]
        raise RecipeError(f"{name} in the loop of PaddlePaddle is not read: leave it out")
    if not steps:
        return
    if len(steps) > 1:
        raise RecipeError("the optimizer steps more than once in the text: write one step")
    if any(conditional for name, _, conditional in found if name != "backward"):
        raise RecipeError(
            "a condition round the step of PaddlePaddle's optimizer, its schedule or clear_grad is "
            "not read: write one update for each batch"
        )
    ((_, place, _),) = steps
    clears = [each for each in found if each[0] in CLEARS]
    if place and not any(where == place for _, where, _ in clears):
        raise RecipeError(
            "the gradients of PaddlePaddle add up from batch to batch here: write "
            f"{optimizer or 'optimizer'}.clear_grad() in the loop of the step"
        )
    schedules = [each for each in found if each[0] == "schedule"]
    scheduled = isinstance(rate, ast.Name | ast.Call | ast.Attribute)
    if scheduled and not schedules:
        raise RecipeError("the scheduler never steps: write scheduler.step() after the update")
    if any(where != place for _, where, _ in schedules) or len(schedules) > 1:
        raise RecipeError(
            "the scheduler does not step once after each update: write scheduler.step() behind the "
            "step of the optimizer"
        )
    order = [name for name, _, _ in found if name in (*STEPS, "schedule")]
    if order[0] == "schedule":
        raise RecipeError("the scheduler steps before the update: write scheduler.step() behind it")


def _read(
    statements: list[ast.stmt],
    optimizer: str,
    place: tuple[int, ...],
    conditional: bool,
    found: list[tuple[str, tuple[int, ...], bool]],
) -> None:
    """Note what each statement does, in which loops, and whether under a condition."""
    before = len(found)
    for index, statement in enumerate(statements):
        within = len(found) > before
        if any(leaves_out(each, within) for each in statements[max(index - 1, 0) : index]):
            conditional = True
        if isinstance(statement, ast.For | ast.While):
            inside = (*place, statement.lineno)
            _read(statement.body, optimizer, inside, conditional, found)
        elif isinstance(statement, ast.If):
            _read(statement.body + statement.orelse, optimizer, place, True, found)
        elif isinstance(statement, ast.Try | ast.TryStar | ast.Match):
            for block, sure in blocks(statement):
                _read(block, optimizer, place, conditional or not sure, found)
        elif isinstance(statement, ast.With | ast.FunctionDef):
            if isinstance(statement, ast.With) and "auto_cast" in ast.unparse(statement.items[0]):
                found.append(("auto_cast", place, conditional))
            _read(statement.body, optimizer, place, conditional or catches(statement), found)
        elif isinstance(statement, ast.Expr | ast.Assign):
            name = called(statement.value)
            owner, _, last = name.rpartition(".")
            last = last or last_name(statement.value)
            if owner == optimizer and last == "step":
                found.append(("step", place, conditional))
            elif last == "step" and owner:
                found.append(("schedule", place, conditional))
            elif last in (*CLEARS, "minimize", "backward", *BY_HAND):
                found.append((last, place, conditional))

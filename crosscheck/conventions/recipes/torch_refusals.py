"""Refuse lines of PyTorch that change an optimizer or a gradient in a way that is not read."""

import ast
import re
from collections.abc import Callable

from crosscheck.conventions.recipes.program import Program, called
from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.torch_functions import OwnFunctions, bare_names
from crosscheck.conventions.recipes.torch_gradients import last_name

# What may be done with an optimizer, and leaves its steps as they are.
METHODS = ("step", "zero_grad", "state_dict", "load_state_dict")
# Whose parameters an expression has.
OWNER = re.compile(r"(\w[\w.]*)\.(?:named_)?parameters\(\)")
HARMLESS = ("print", "repr", "str", "type")

INERT = ("retain_graph", "create_graph")  # arguments of backward that change no gradient
# What runs the calls inside it never, once or many times.
BRANCHES = (
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    *(ast.IfExp, ast.BoolOp, ast.Lambda, ast.Assert),
)


def makes_scheduler(node: ast.expr) -> bool:
    """Whether an expression calls a class that is named as schedulers are."""
    endings = ("LR", "Scheduler", "Restarts")
    return isinstance(node, ast.Call) and called(node).split(".")[-1].endswith(endings)


def owner_of(call: ast.Call) -> str:
    """What a method that is called belongs to; "" if a function is called."""
    return ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""


def refuse_changes(node: ast.AST, functions: OwnFunctions) -> None:
    """Refuse what may stand in a node, and in nodes inside it.

    Args:
        node: A statement or an expression.
        functions: Those of the text, which know the optimizer's name.

    Raises:
        RecipeError: With what stands there.
    """
    for each in ast.walk(node):
        refuse_handing_on(each, functions.optimizer)
        if isinstance(each, ast.Call):
            refuse_unread(each, functions)
        refuse_target(each)


def refuse_handing_on(node: ast.AST, optimizer: str) -> None:
    """Refuse a line by which something else gets the optimizer."""
    given = isinstance(node, ast.Assign | ast.AnnAssign | ast.Return | ast.NamedExpr)
    if given and optimizer in bare_names(node.value):  # type: ignore[attr-defined]
        raise RecipeError(
            f"`{ast.unparse(node)}` hands the optimizer on, and is not read: leave it out"
        )


def refuse_unread(node: ast.Call, functions: OwnFunctions) -> None:
    """Refuse a call that may change the optimizer or a gradient."""
    last, owner, optimizer = last_name(node), owner_of(node), functions.optimizer
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    if owner == optimizer and last not in METHODS:
        raise RecipeError(f"`{ast.unparse(node)}` changes the optimizer, and is not read")
    if (
        any(isinstance(each, ast.Name) and each.id == optimizer for each in given)
        and not makes_scheduler(node)
        and last not in HARMLESS
        and not functions.only_saves(node)
    ):
        raise RecipeError(
            f"`{ast.unparse(node)}` is handed the optimizer, and is not read: leave it out if "
            "it changes nothing"
        )
    in_place = last.endswith("_") and re.search(r"\.grad\b", owner)
    if in_place or last.startswith("_foreach_"):
        raise RecipeError(f"`{ast.unparse(node)}` changes a gradient, and is not read")


def refuse_target(statement: ast.AST) -> None:
    """Refuse an assignment to a gradient, or to an argument of the optimizer."""
    if not isinstance(statement, ast.Assign | ast.AugAssign):
        return
    targets = [statement.target] if isinstance(statement, ast.AugAssign) else statement.targets
    if any(".grad" in ast.unparse(each) for each in targets):
        raise RecipeError(f"`{ast.unparse(statement)}` changes a gradient, and is not read")
    if any(isinstance(each, ast.Subscript) and _is_of_group(each) for each in targets):
        raise RecipeError(
            f"`{ast.unparse(statement)}` changes the optimizer's arguments as it goes: "
            "write a scheduler of torch.optim.lr_scheduler"
        )


def _is_of_group(target: ast.Subscript) -> bool:
    """Whether a target is an argument of a group of parameters."""
    key = target.slice.value if isinstance(target.slice, ast.Constant) else None
    text = ast.unparse(target.value)
    return "param_group" in text or key in ("lr", "eps", "momentum", "betas", "weight_decay")


def refuse_others(program: Program, optimizer: str, parameters: str) -> None:
    """Refuse what is done to the gradients of another model than the optimizer moves.

    Args:
        program: The text.
        optimizer: The name of the optimizer.
        parameters: The text of the parameters of which that is.
    """
    texts = [ast.unparse(program.kept.get(optimizer, ast.Constant(None)))]
    nodes = [each for statement in program.statements for each in ast.walk(statement)]
    texts += [
        ast.unparse(node.value)
        for node in nodes
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == optimizer
    ]
    moved = {each for text in texts for each in OWNER.findall(text)}
    others = {
        each
        for each in OWNER.findall(parameters)
        if each not in moved and not any(name.startswith(f"{each}.") for name in moved)
    }
    if moved and others:
        raise RecipeError(
            f"`{parameters}` is of {min(others)}, and {optimizer} moves those of {min(moved)}: "
            "give both one name if they are the same"
        )


def refuse_branches(statement: ast.stmt, concerns: Callable[[ast.AST], bool]) -> None:
    """Refuse a call of which an expression says whether, or how often, it runs."""
    for node in ast.walk(statement):
        if isinstance(node, BRANCHES) and concerns(node):
            raise RecipeError(
                f"line {statement.lineno}: `{ast.unparse(node)}` is not read, because it may run "
                "its calls or not, or often: write them in lines of their own"
            )


def refuse_arguments(node: ast.Call) -> None:
    """Refuse arguments of backward by which it computes other gradients."""
    given = [ast.unparse(each) for each in node.args]
    given += [str(each.arg) for each in node.keywords if each.arg not in INERT]
    if len(given) > (ast.unparse(node.func) == "torch.autograd.backward"):
        raise RecipeError(
            f"`{ast.unparse(node)}` has arguments that are not read: write loss.backward(), "
            "and multiply the loss"
        )

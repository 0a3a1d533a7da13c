"""Which parameters an expression of PyTorch means: all, the weights or the biases."""

import ast
from typing import Any

from crosscheck.conventions.optimizers.parsing import (
    PARAMETERS,
    CallError,
    are_parameters,
    plain_value,
)
from crosscheck.conventions.recipes.program import Program
from crosscheck.conventions.recipes.recipe import RecipeError

WEIGHTS, BIASES = "weights", "biases"
# What names of lists say, where the lists themselves are not in the text.
SAYING = (
    (("no_decay", "nodecay", "without_decay", "bias", "norm"), BIASES),
    (("weight", "decay", "kernel", "matrices"), WEIGHTS),
)
SPLIT = (
    "write the groups as weights = [p for p in model.parameters() if p.ndim > 1] and "
    "biases = [p for p in model.parameters() if p.ndim <= 1]"
)


def kind_of(program: Program, node: ast.expr) -> str | None:
    """What parameters an expression means: "all", "weights" or "biases"; None if it is not said."""
    filled = program.filled(node)
    if isinstance(filled, ast.ListComp | ast.GeneratorExp):
        return _of_comprehension(filled)
    text = ast.unparse(filled)
    if isinstance(filled, ast.Call) and text.startswith(("list(", "filter(")) and filled.args:
        if text.startswith("filter("):
            return "all" if "requires_grad" in text else None
        return kind_of(program, filled.args[0])
    if isinstance(filled, ast.Call) and text.endswith(".parameters()"):
        assert isinstance(filled.func, ast.Attribute)
        module = filled.func.value  # a call where the text says how the model is made
        whole = isinstance(module, ast.Name | ast.Call) or text.startswith("self.")
        return "all" if whole else None
    if isinstance(filled, ast.Name):
        if filled.id.lower() in (*PARAMETERS, "all_params", "all_parameters"):
            return "all"
        for words, kind in SAYING:
            if any(word in filled.id.lower() for word in words):
                return kind
    return None


def _of_comprehension(node: ast.ListComp | ast.GeneratorExp) -> str | None:
    (generator, *more) = node.generators
    if more or len(generator.ifs) > 1 or "parameters(" not in ast.unparse(generator.iter):
        return None
    if not generator.ifs:
        return "all"
    return _of_condition(generator.ifs[0])


def _of_condition(test: ast.expr) -> str | None:
    """What a condition on a parameter, or on its name, lets through."""
    turned = {"all": "all", WEIGHTS: BIASES, BIASES: WEIGHTS, None: None}
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return turned[_of_condition(test.operand)]
    text = ast.unparse(test)
    if text.endswith(".requires_grad"):
        return "all"
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute) and test.args:
        ends = isinstance(test.args[0], ast.Constant) and test.func.attr == "endswith"
        word = str(test.args[0].value) if isinstance(test.args[0], ast.Constant) else ""
        if ends:
            return BIASES if "bias" in word else WEIGHTS if "weight" in word else None
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    left, right, operation = test.left, test.comparators[0], type(test.ops[0])
    if isinstance(left, ast.Constant) and left.value in ("bias", ".bias"):
        return {ast.In: BIASES, ast.NotIn: WEIGHTS}.get(operation)
    sides = ast.unparse(left)
    if sides.endswith((".ndim", ".dim()")) or (sides.startswith("len(") and ".shape" in sides):
        value = right.value if isinstance(right, ast.Constant) else None
        weights = {(ast.Gt, 1), (ast.GtE, 2), (ast.NotEq, 1), (ast.Eq, 2)}
        biases = {(ast.LtE, 1), (ast.Lt, 2), (ast.Eq, 1), (ast.NotEq, 2)}
        if (operation, value) in weights:
            return WEIGHTS
        return BIASES if (operation, value) in biases else None
    return None


def parameters_and_groups(call: ast.Call) -> tuple[ast.expr | None, ast.Call]:
    """What an optimizer's call says of the parameters, and the call without that."""
    named = [each for each in call.keywords if each.arg in PARAMETERS]
    others = [each for each in call.keywords if each.arg not in PARAMETERS]
    if named:
        return named[0].value, ast.Call(call.func, call.args, others)
    if call.args and (_are_groups(call.args[0]) or are_parameters(call.args[0])):
        return call.args[0], ast.Call(call.func, call.args[1:], others)
    return None, ast.Call(call.func, call.args, others)


def _are_groups(node: ast.expr) -> bool:
    return isinstance(node, ast.List | ast.Tuple)


def split_groups(
    program: Program, groups: ast.List | ast.Tuple, call: ast.Call
) -> tuple[list[ast.keyword], tuple[float, float] | None]:
    """The arguments of all groups, and the decays of the weights and of the biases if two.

    Args:
        program: The text.
        groups: The list of groups.
        call: The optimizer's call without its parameters: what holds where a group says nothing.

    Raises:
        RecipeError: If the groups differ in more than whether biases decay.
    """
    common = {str(each.arg): each.value for each in call.keywords}
    found: list[tuple[str | None, dict[str, ast.expr]]] = []
    for group in groups.elts:
        if not isinstance(group, ast.Dict):
            raise RecipeError(f"{ast.unparse(group)!r} is no group of parameters: {SPLIT}")
        own = dict(common)
        kind = None
        for key, value in zip(group.keys, group.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                raise RecipeError(f"{ast.unparse(group)!r} is not read: {SPLIT}")
            if key.value == "params":
                kind = kind_of(program, value)
            else:
                own[key.value] = program.filled(value)
        found.append((kind, own))
    if not found:
        raise RecipeError("the optimizer is given no parameters")
    decays = [_decay(own) for _, own in found]
    rest = [
        {key: ast.unparse(value) for key, value in own.items() if key != "weight_decay"}
        for _, own in found
    ]
    if any(each != rest[0] for each in rest):
        each = "; ".join(_recipe_of(call, own) for _, own in found)
        raise RecipeError(
            "the groups of parameters differ in more than the weight decay: they are several "
            f"recipes. Translate each by itself ({each}); optax.multi_transform joins them, and "
            "the references train each with an optimizer of its own"
        )
    arguments = [ast.keyword(k, v) for k, v in found[0][1].items() if k != "weight_decay"]
    if all(each == decays[0] for each in decays):
        given = [] if decays[0] is None else [_keyword(decays[0])]
        return [*arguments, *given], None
    kinds = {kind for kind, _ in found}
    if not kinds <= {WEIGHTS, BIASES}:
        raise RecipeError(f"which group are the weights, and which the biases? {SPLIT}")
    by_kind = {
        kind: {decay for (k, _), decay in zip(found, decays, strict=True) if k == kind}
        for kind in kinds
    }
    of_weights, of_biases = by_kind.get(WEIGHTS, {0.0}), by_kind.get(BIASES, {0.0})
    if len(of_weights) > 1 or of_biases != {0.0} or None in of_weights:
        raise RecipeError(
            "the groups of parameters have other decays than one for the weights and 0 for the "
            "biases, which no reference has"
        )
    (decay,) = of_weights
    assert decay is not None
    return [*arguments, _keyword(decay)], (decay, 0.0)


def _recipe_of(call: ast.Call, own: dict[str, ast.expr]) -> str:
    """The call that moves one group."""
    arguments = [*map(ast.unparse, call.args), *(f"{k}={ast.unparse(v)}" for k, v in own.items())]
    return f"{ast.unparse(call.func)}({', '.join(arguments)})"


def _decay(own: dict[str, ast.expr]) -> float | None:
    if "weight_decay" not in own:
        return None
    try:
        return float(plain_value(own["weight_decay"]))
    except (TypeError, ValueError) as error:
        raise CallError(f"weight_decay={ast.unparse(own['weight_decay'])} is no number") from error


def _keyword(decay: float) -> ast.keyword:
    value: Any = ast.Constant(decay)
    return ast.keyword("weight_decay", value)

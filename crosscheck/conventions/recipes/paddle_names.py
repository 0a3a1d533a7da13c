"""Which parameters AdamW of PaddlePaddle decays, as `apply_decay_param_fun` says by their names.

PaddlePaddle names the parameters of a layer linear_0.w_0 and linear_0.b_0, and no name has the
word "bias" in it: a function that asks for that word spares nothing.
"""

import ast

from crosscheck.conventions.recipes.parameters import BIASES, WEIGHTS, kind_of
from crosscheck.conventions.recipes.program import Program
from crosscheck.conventions.recipes.recipe import RecipeError

DECAYED = "[p.name for p in model.parameters() if p.ndim > 1]"
ADVICE = (
    f"write decayed = {DECAYED} and apply_decay_param_fun=lambda name: name in decayed, "
    "which decays the weights alone"
)
OF_WEIGHTS = ("w_", ".w_", "w_0", ".w_0")
OF_BIASES = ("b_", ".b_", "b_0", ".b_0")


def decayed_by(program: Program, node: ast.expr) -> str:
    """What decays: "all" or "weights".

    Raises:
        RecipeError: If a function of names is not read, with what to write instead.
    """
    if isinstance(node, ast.Constant) and node.value is None:
        return "all"
    if isinstance(node, ast.Name) and node.id in program.functions:
        node = _as_lambda(program.functions[node.id])
    if not isinstance(node, ast.Lambda) or len(node.args.args) != 1:
        raise RecipeError(f"apply_decay_param_fun={ast.unparse(node)} is not read: {ADVICE}")
    if isinstance(node.body, ast.Constant) and node.body.value is True:
        return "all"
    kind = _kind(program, node.body, node.args.args[0].arg)
    if kind == WEIGHTS:
        return "weights"
    if kind == BIASES:
        raise RecipeError(f"apply_decay_param_fun lets the biases alone decay: {ADVICE}")
    if "bias" in ast.unparse(node) and " in decay" not in ast.unparse(node):
        raise RecipeError(
            "apply_decay_param_fun asks for names with the word bias, and PaddlePaddle calls "
            f"biases linear_0.b_0: it would spare none; {ADVICE}"
        )
    raise RecipeError(f"apply_decay_param_fun={ast.unparse(node)} is not read: {ADVICE}")


def _as_lambda(function: ast.FunctionDef) -> ast.expr:
    """A function that only returns an expression, as one."""
    returned = function.body[-1]
    if not isinstance(returned, ast.Return) or returned.value is None or len(function.body) > 2:
        return ast.Name(function.name)
    return ast.Lambda(function.args, returned.value)


def _kind(program: Program, test: ast.expr, name: str) -> str | None:
    """Of which parameters the names pass a test."""
    turned = {WEIGHTS: BIASES, BIASES: WEIGHTS}
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return turned.get(_kind(program, test.operand, name) or "")
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    left, right = test.left, test.comparators[0]
    if isinstance(left, ast.Constant) and ast.unparse(right) == name:
        kind = WEIGHTS if left.value in OF_WEIGHTS else BIASES if left.value in OF_BIASES else None
    elif isinstance(left, ast.Name) and left.id == name:
        kind = _of_list(program, right)
    else:
        return None
    if isinstance(test.ops[0], ast.NotIn):
        return turned.get(kind or "")
    return kind if isinstance(test.ops[0], ast.In) else None


def _of_list(program: Program, node: ast.expr) -> str | None:
    """Of which parameters a list has the names."""
    node = program.filled(node)
    if isinstance(node, ast.ListComp | ast.SetComp):
        (generator, *more) = node.generators
        takes_names = ast.unparse(node.elt).endswith(".name")
        if more or not takes_names or len(generator.ifs) != 1:
            return None
        words = _none_of(generator.ifs[0])
        if words is not None:
            spares = "bias" in words and all(word in ("bias", "norm") for word in words)
            return WEIGHTS if spares else None
        node = ast.ListComp(node.elt, node.generators)
    return kind_of(program, node)


def _none_of(test: ast.expr) -> list[str] | None:
    """The words of `not any(word in name for word in [...])`; None if it is none such."""
    if not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
        return None
    inner = test.operand
    if not (isinstance(inner, ast.Call) and ast.unparse(inner.func) == "any" and inner.args):
        return None
    asked = inner.args[0]
    if not isinstance(asked, ast.GeneratorExp | ast.ListComp) or len(asked.generators) != 1:
        return None
    listed = asked.generators[0].iter
    one = asked.elt
    plain = (
        isinstance(one, ast.Compare)
        and isinstance(one.ops[0], ast.In)
        and ast.unparse(one.left) == ast.unparse(asked.generators[0].target)
    )
    if not plain or not isinstance(listed, ast.List | ast.Tuple):
        return None
    return [str(each.value) for each in listed.elts if isinstance(each, ast.Constant)]

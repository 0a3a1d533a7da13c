"""Read an optimizer of PaddlePaddle, with its schedule, its clipping and its decay.

`grad_clip` acts first, and the L2 penalty is added to the clipped gradient; AdamW's decay stands
beside its step.
"""

import ast
from dataclasses import replace

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.parsing import (
    PARAMETERS,
    CallError,
    are_parameters,
    find_optimizers,
    read_call,
)
from crosscheck.conventions.optimizers.trials import round_to_float32
from crosscheck.conventions.recipes.paddle_loop import check_loop
from crosscheck.conventions.recipes.paddle_names import DECAYED, decayed_by
from crosscheck.conventions.recipes.parameters import kind_of
from crosscheck.conventions.recipes.probes import HALF, LEFT
from crosscheck.conventions.recipes.program import Program, called, only_arguments
from crosscheck.conventions.recipes.rates import read_schedule
from crosscheck.conventions.recipes.recipe import Clip, Link, Recipe, RecipeError, normal_form
from crosscheck.conventions.recipes.source import Source
from crosscheck.conventions.recipes.statements import walk

MODULE = "paddle.optimizer"
SPARING = "apply_decay_param_fun"
SINGLE = (
    "PaddlePaddle has ClipGradByNorm for float32 gradients alone: it was handed them rounded to "
    "float32 here"
)
# Arguments of a layer that change what an optimizer does to its parameters.
OF_LAYERS = ("need_clip", "regularizer")


def is_paddle_optimizer(node: ast.expr) -> bool:
    """Whether an expression is the call of an optimizer of PaddlePaddle, by its full name."""
    name = called(node)
    if not name.startswith(("paddle.optimizer.", "optimizer.")) or ".lr." in name:
        return False
    return name.startswith("paddle.") or _is_known(name.rpartition(".")[2])


def is_bare_optimizer(node: ast.expr) -> bool:
    """Whether an expression calls a name that is an optimizer of PaddlePaddle."""
    name = called(node)
    return is_paddle_optimizer(node) or ("." not in name and _is_known(name))


def _is_known(name: str) -> bool:
    try:
        return bool(find_optimizers(f"{MODULE}.{name}", []))
    except CallError:
        return False


def read_paddle(program: Program) -> Source:
    """Read the call of an optimizer of PaddlePaddle, and the lines round it.

    Raises:
        RecipeError, CallError, ArgumentError: If it cannot be read, with the reason.
    """
    name, node = _optimizer(program)
    _refuse_layers(program)
    given = {str(each.arg): program.filled(each.value) for each in node.keywords}
    _check_parameters(program, given)
    if node.args:
        if len(node.args) > 1 or "learning_rate" in given:
            raise RecipeError(f"write the arguments of {called(node)} with their names")
        given = {"learning_rate": program.filled(node.args[0])} | given
    check_loop(program, name, given.get("learning_rate"))
    links, clip = _clipping(program, given.pop("grad_clip", None))
    sparing = given.pop(SPARING, None)
    short = called(node).rpartition(".")[2]
    if short != "AdamW" and "weight_decay" in given:
        given["weight_decay"] = _l2(program, given["weight_decay"])
    lines, schedule, last = "", None, None
    provisos: tuple[str, ...] = ()
    rate = given.get("learning_rate")
    if isinstance(rate, ast.Call | ast.Name | ast.Attribute | ast.Lambda):
        read = read_schedule(rate)
        if not read.expression.startswith(f"{MODULE}.lr."):
            raise RecipeError(
                f"{read.expression} is no schedule of PaddlePaddle: write one of {MODULE}.lr"
            )
        lines, provisos = f"scheduler = {read.expression}", read.provisos
        schedule, last = read.schedule, read.last
        given["learning_rate"] = ast.Constant(1.0)
    own = [ast.keyword(k, v) for k, v in given.items() if k not in PARAMETERS]
    function = ast.parse(f"{MODULE}.{short}", mode="eval").body
    call = read_call(ast.Call(function, [], own))
    spec = call.spec()
    leaves = decayed_by(program, sparing) if sparing is not None else "all"
    if sparing is not None:
        call.optimizer.argument(SPARING)  # raises if it has none
    words = {k: repr(v) for k, v in call.arguments.items()}
    words |= {"grad_clip": clip} if clip else {}
    spared = leaves != "all"
    recipe = Recipe(spec, leaves if spec.weight_decay else "all", links, schedule)
    rounded, _ = round_to_float32(call.optimizer, spec, ())
    single = "ClipGradByNorm" in clip
    return Source(
        "paddle",
        normal_form(recipe),
        _code(call, words, lines, spared),
        (*provisos, *_provisos(call), *((SINGLE,) if single else ())),
        last=last,
        changing="" if schedule or spec.ascends else _changing(call, words, spared),
        single_norms=single,
        rounded=normal_form(replace(recipe, spec=rounded)) if rounded != spec else None,
    )


def _optimizer(program: Program) -> tuple[str | None, ast.Call]:
    """The optimizer's name, if it has one, and its call."""
    found: list[tuple[str | None, ast.Call]] = []
    nodes: list[tuple[str | None, ast.expr]] = []
    for statement in walk(program.statements):
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            nodes.append((ast.unparse(target), statement.value))
        elif isinstance(statement, ast.Expr | ast.Return) and statement.value is not None:
            nodes.append((None, statement.value))
    for wanted in (is_paddle_optimizer, is_bare_optimizer):
        for name, value in nodes:
            calls = [each for each in ast.walk(value) if isinstance(each, ast.Call)]
            found += [(name, each) for each in calls if wanted(each)]
        if found:
            break
    if len(found) != 1:
        what = "no optimizer" if not found else "several optimizers"
        raise RecipeError(
            f"the text has {what} of PaddlePaddle: write one, as "
            f"{MODULE}.Adam(0.001, parameters=model.parameters())"
        )
    return found[0]


def _refuse_layers(program: Program) -> None:
    for statement in program.statements:
        for each in ast.walk(statement):
            if isinstance(each, ast.keyword) and each.arg in OF_LAYERS:
                raise RecipeError(
                    f"{each.arg}={ast.unparse(each.value)} of a layer changes what the optimizer "
                    "does to its parameters alone: translate the recipe without it"
                )


def _check_parameters(program: Program, given: dict[str, ast.expr]) -> None:
    """Raise if the optimizer is given groups of parameters, or only some."""
    parameters = given.get("parameters")
    if parameters is None:
        return
    if isinstance(parameters, ast.List | ast.Tuple):
        are_parameters(parameters)
    kind = kind_of(program, parameters)
    if kind not in ("all", None):
        raise RecipeError(f"the optimizer is given the {kind} alone: what moves the others?")


def _clipping(program: Program, node: ast.expr | None) -> tuple[tuple[Link, ...], str]:
    """What `grad_clip` does to the gradient, and the call that does it."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return (), ""
    known = "ClipGradByGlobalNorm, ClipGradByNorm or ClipGradByValue of paddle.nn"
    if not isinstance(node, ast.Call):
        raise RecipeError(f"grad_clip={ast.unparse(node)} is not read: write {known}")
    name = called(node).rpartition(".")[2]
    if name == "ClipGradByValue":
        own = only_arguments(node, "max", "min")
        limit = _limit(program, own.get("max"), name)
        if "min" in own and program.number(own["min"]) is not None:
            least = program.real(own["min"])
            if least != -limit:
                raise RecipeError(
                    f"ClipGradByValue from {least!r} to {limit!r} is not related to a reference "
                    f"here, which clips to both sides alike: write ClipGradByValue(max={limit!r})"
                )
        return (Clip(max_value=limit),), f"paddle.nn.{name}(max={limit!r})"
    if name == "ClipGradByGlobalNorm":
        # A group's name and whether a factor of 1 is multiplied change no step.
        own = only_arguments(node, "clip_norm", "group_name", "auto_skip_clip")
        per = "all"
    elif name == "ClipGradByNorm":
        own, per = only_arguments(node, "clip_norm"), "leaf"
    else:
        raise RecipeError(f"grad_clip={ast.unparse(node)} is not read: write {known}")
    limit = _limit(program, own.get("clip_norm"), name)
    return (Clip(max_norm=limit, per=per),), f"paddle.nn.{name}(clip_norm={limit!r})"


def _limit(program: Program, node: ast.expr | None, name: str) -> float:
    if node is None:
        raise RecipeError(f"{name} needs a limit")
    limit = program.real(node)
    if not limit > 0:
        raise RecipeError(f"the limit of {name} must be above 0, not {limit!r}")
    return limit


def _l2(program: Program, node: ast.expr) -> ast.expr:
    """A weight decay as a number, where it may be the call of a regularizer."""
    if not isinstance(node, ast.Call):
        return node
    name = called(node).rpartition(".")[2]
    if name.startswith("L1Decay"):
        raise RecipeError(
            "L1Decay adds the signs of the parameters to the gradient, which no optimizer of the "
            "references does: write L2Decay, or add the penalty to the loss"
        )
    if not name.startswith("L2Decay"):
        raise RecipeError(
            f"weight_decay={ast.unparse(node)} is not read: write a number, or "
            "paddle.regularizer.L2Decay(0.0001)"
        )
    own = only_arguments(node, "coeff")
    return ast.Constant(program.real(own["coeff"]) if "coeff" in own else 0.0)


def _code(call: Call, words: dict[str, str], lines: str, spared: bool) -> str:
    """The lines that leave `optimizer` and, where the rate changes, `scheduler`."""
    words = dict(words)
    found = [lines] if lines else []
    if lines:
        words["learning_rate"] = "scheduler"
    if spared:
        found.append(f"decayed = {DECAYED}")
        words[SPARING] = "lambda name: name in decayed"
    words["parameters"] = "model.parameters()"
    arguments = ", ".join(f"{key}={value}" for key, value in words.items())
    return "\n".join([*found, f"optimizer = {call.optimizer.name}({arguments})"])


def _changing(call: Call, words: dict[str, str], spared: bool) -> str:
    """The code with a learning rate that is quartered after half of the updates."""
    rate = call.spec().learning_rate
    line = f"scheduler = {MODULE}.lr.PiecewiseDecay([{HALF}], [{rate!r}, {LEFT * rate!r}])"
    return _code(call, words, line, spared)


def _provisos(call: Call) -> tuple[str, ...]:
    found = []
    spec = call.spec()
    numbers = spec.keywords | {"weight_decay": spec.weight_decay}
    rounded, _ = round_to_float32(call.optimizer, spec, ())
    others = rounded.keywords | {"weight_decay": rounded.weight_decay}
    names = [each for each in call.optimizer.rounds if numbers[each] != others[each]]
    if names:
        found.append(f"PaddlePaddle rounds {' and '.join(names)} to float32")
    if call.optimizer.deviation:
        found.append(f"in PaddlePaddle {call.optimizer.deviation.reason}")
    return tuple(found)

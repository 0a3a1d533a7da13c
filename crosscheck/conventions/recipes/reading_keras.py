"""Read an optimizer of Keras, with the arguments that are no matter of one optimizer alone."""

import ast
from dataclasses import replace

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.parsing import read_call
from crosscheck.conventions.recipes.program import Program, argument, called
from crosscheck.conventions.recipes.rates import CountingBatches, read_schedule
from crosscheck.conventions.recipes.recipe import Clip, Link, Recipe, RecipeError, normal_form
from crosscheck.conventions.recipes.source import Source
from crosscheck.conventions.recipes.statements import walk
from crosscheck.conventions.recipes.writing_keras import changing_code, keras_code

# The arguments of every optimizer that clip, by what they set.
CLIPPING = {
    "clipnorm": Clip(max_norm=1.0, per="leaf"),
    "global_clipnorm": Clip(max_norm=1.0),
    "clipvalue": Clip(max_value=1.0),
}
STEPS = "gradient_accumulation_steps"
EXCLUDE = "exclude_from_weight_decay"
POLICIES = ("set_global_policy", "set_dtype_policy", "Policy", "DTypePolicy")
CALLBACKS = ("LearningRateScheduler", "ReduceLROnPlateau")
BIASES = ("bias", "biases")
# Names of variables that are spared together with biases, and are no weights of a layer here.
OTHERS = ("beta", "gamma", "scale", "norm", "LayerNorm", "layer_norm", "layernorm", "batch_norm")


def read_keras(program: Program, node: ast.Call) -> Source:
    """Read the call of an optimizer, and the line that excludes biases from its decay.

    Raises:
        RecipeError, CallError, ArgumentError: If it cannot be read, with the reason.
    """
    _refuse_others(program, node)
    taken = (*CLIPPING, STEPS, "learning_rate")
    given = {each.arg: program.filled(each.value) for each in node.keywords}
    own = [ast.keyword(k, v) for k, v in given.items() if k not in taken]
    rate_node = argument(node, 0, "learning_rate")
    schedule, code, changing = None, "", ""
    provisos: tuple[str, ...] = ()
    rate = None if rate_node is None else program.filled(rate_node)
    if isinstance(rate, ast.Call | ast.Lambda | ast.Name | ast.Attribute):
        read = read_schedule(rate)
        schedule, code, provisos = read.schedule, read.code, read.provisos
        own.insert(0, ast.keyword("learning_rate", ast.Constant(1.0)))
    elif rate is not None:
        own.insert(0, ast.keyword("learning_rate", rate))
    if len(node.args) > 1:
        raise RecipeError(f"write the arguments of {called(node)} with their names")
    name = called(node).rpartition(".")[2]
    call = read_call(ast.Call(ast.parse(f"keras.optimizers.{name}", mode="eval").body, [], own))
    words = {k: repr(v) for k, v in call.arguments.items()}
    if schedule is not None:
        words["learning_rate"] = "schedule"
    links, clip_words = _clipping(program, given)
    words |= clip_words
    accumulate = _steps(program, given)
    if accumulate > 1:
        words[STEPS] = repr(accumulate)
    if schedule is not None and accumulate > 1:
        schedule = CountingBatches(schedule, accumulate)
        provisos = (
            *provisos,
            "the schedule of Keras counts micro-batches, and not updates",
        )
    spec = call.spec()
    leaves, names = _excluded(program)
    if schedule is None:
        changing = changing_code(call, words, names, accumulate)
    code = keras_code(call.optimizer.name, words, code, names)
    recipe = Recipe(spec, leaves if spec.weight_decay else "all", links, schedule, accumulate)
    framework = stock.framework_named("keras")
    return Source(framework, normal_form(recipe), code, provisos, changing=changing)


def _clipping(
    program: Program, given: dict[str | None, ast.expr]
) -> tuple[tuple[Link, ...], dict[str, str]]:
    found: list[Link] = []
    words: dict[str, str] = {}
    for name, clip in CLIPPING.items():
        if name not in given or program.number(given[name]) is None:
            continue
        limit = program.real(given[name])
        if not limit > 0:
            raise RecipeError(f"{name} must be above 0, not {limit!r}")
        by = {"max_value": limit} if clip.max_value else {"max_norm": limit}
        found.append(replace(clip, **by))  # type: ignore[arg-type]
        words[name] = repr(limit)
    if len(found) > 1:
        raise RecipeError(f"Keras itself refuses several of {', '.join(CLIPPING)}")
    return tuple(found), words


def _steps(program: Program, given: dict[str | None, ast.expr]) -> int:
    value = program.number(given[STEPS]) if STEPS in given else None
    if value is None:
        return 1
    if not isinstance(value, int) or isinstance(value, bool) or value < 2:
        raise RecipeError(f"{STEPS} must be a whole number from 2 on, not {value!r}")
    return value


def _refuse_others(program: Program, made: ast.Call) -> None:
    """Refuse lines by which a model is trained otherwise than by the optimizer alone."""
    for node in (each for statement in program.statements for each in ast.walk(statement)):
        last = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if last in POLICIES and "mixed" in ast.unparse(node):
            raise RecipeError(
                f"line {getattr(node, 'lineno', 0)}: `{ast.unparse(node)}` rounds what is computed "
                "and scales the loss: translate the recipe without it"
            )
        taken = argument(node, 0, "optimizer") if last == "compile" else None  # type: ignore[arg-type]
        taken = None if taken is None else program.filled(taken)
        other = isinstance(taken, ast.Constant | ast.Call) and ast.dump(taken) != ast.dump(made)
        if other and getattr(taken, "value", "") is not None:
            raise RecipeError(
                f"line {getattr(node, 'lineno', 0)}: `{ast.unparse(node)}` takes another optimizer "
                f"than `{ast.unparse(made)}`: give the lines of one"
            )
        if last in CALLBACKS:
            raise RecipeError(
                f"line {getattr(node, 'lineno', 0)}: `{ast.unparse(node)}` changes the learning "
                "rate as it goes: write a schedule of keras.optimizers.schedules"
            )


def _excluded(program: Program) -> tuple[str, list[str]]:
    """What decays, and the names that are excluded."""
    lines = [
        statement.value
        for statement in walk(program.statements)
        if isinstance(statement, ast.Expr) and called(statement.value).endswith(f".{EXCLUDE}")
    ]
    if not lines:
        return "all", []
    (line,) = lines[-1:]
    assert isinstance(line, ast.Call)
    problem = RecipeError(
        f"{EXCLUDE} is read where it spares biases by their names: write "
        f'optimizer.{EXCLUDE}(var_names=["bias"])'
    )
    given = argument(line, 1, "var_names")
    if given is None or argument(line, 0, "var_list") is not None:
        raise problem
    node = program.filled(given)
    if not isinstance(node, ast.List | ast.Tuple):
        raise problem
    names = [each.value for each in node.elts if isinstance(each, ast.Constant)]
    if len(names) != len(node.elts) or not set(names) & set(BIASES):
        raise problem
    if not set(names) <= {*BIASES, *OTHERS}:
        raise problem
    return "weights", [str(name) for name in names]

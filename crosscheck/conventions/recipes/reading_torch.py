"""Read a recipe of PyTorch from the lines that users write: nothing is evaluated."""

import ast
from dataclasses import replace

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.parsing import CallError, find_optimizers, read_call
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.recipes.algebra import with_gradient_factor
from crosscheck.conventions.recipes.parameters import kind_of, parameters_and_groups, split_groups
from crosscheck.conventions.recipes.program import Program, argument, called
from crosscheck.conventions.recipes.rates import CountingBatches, ReadRate, read_schedule
from crosscheck.conventions.recipes.recipe import Recipe, RecipeError, normal_form
from crosscheck.conventions.recipes.source import Source
from crosscheck.conventions.recipes.torch_lines import TorchLines, decay_lines
from crosscheck.conventions.recipes.torch_loop import Loop, LoopReader
from crosscheck.conventions.recipes.torch_order import check_order
from crosscheck.conventions.recipes.torch_refusals import makes_scheduler

CYCLING = ("OneCycleLR", "CyclicLR")


def is_torch_optimizer(node: ast.expr) -> bool:
    """Whether an expression calls an optimizer of torch.optim."""
    last = called(node).rpartition(".")[2]
    try:
        return bool(last) and bool(find_optimizers(f"torch.optim.{last}"))
    except CallError:
        return False


def read_torch(program: Program) -> Source:
    """Read the lines of a recipe of PyTorch.

    Raises:
        RecipeError, CallError, ArgumentError: If they cannot be read, with the reason.
    """
    optimizers = {k: v for k, v in program.kept.items() if is_torch_optimizer(v)}
    for statement in program.statements:
        if isinstance(statement, ast.Expr) and is_torch_optimizer(statement.value):
            optimizers.setdefault("optimizer", program.filled(statement.value))
    nodes = (node for statement in program.statements for node in ast.walk(statement))
    calls = [node for node in nodes if isinstance(node, ast.Call) and is_torch_optimizer(node)]
    if len(optimizers) != 1 or program.several & {*optimizers} or len(calls) > 1:
        what = "no optimizer of torch.optim" if not optimizers else "several optimizers"
        raise RecipeError(
            f"the text has {what}: write one, as torch.optim.Adam(model.parameters())"
        )
    ((name, node),) = optimizers.items()
    loop = Loop()
    LoopReader(program, name, loop).read(program.statements, 0, 1)
    check_order(loop)
    call, leaves, decays = _optimizer(program, node)
    read = _scheduler(program, loop, call)
    _check_scheduled(program, loop, name)
    spec, leaves, own_decay = _with_decay(loop, call.spec(), leaves)
    schedule = None if read is None else read.schedule
    counted = _counts_batches(loop)
    if schedule is not None and counted:
        schedule = CountingBatches(schedule, loop.accumulate)
    recipe = Recipe(
        spec,
        leaves if spec.weight_decay else "all",
        tuple(link for link, _ in loop.links),
        schedule,
        loop.accumulate,
    )
    base_rate = recipe.base_rate
    recipe = with_gradient_factor(recipe, _factor(loop))
    words = {k: repr(v) for k, v in call.arguments.items()}
    if decays is not None:
        words.pop("weight_decay", None)
    lines = TorchLines(
        call.optimizer.name,
        ", ".join(f"{k}={v}" for k, v in words.items()),
        decays,
        () if read is None else (*read.lines, f"scheduler = {read.expression}"),
        (*(line for _, lines in loop.links for line in lines), *own_decay),
        loop.accumulate,
        loop.divisor is not None,
        counted,
    )
    deviation = call.optimizer.deviation
    return Source(
        "torch",
        normal_form(recipe),
        lines.code,
        _provisos(loop, read),
        deviation.powers if deviation else (),
        program=lines.program,
        last=None if read is None else read.last,
        factor=recipe.base_rate / base_rate if base_rate else 1.0,
        changing=lines.changing if read is None and not spec.rate_decay else "",
    )


def _factor(loop: Loop) -> float:
    """How many times the mean of an update's gradients its gradient is."""
    divisor = loop.divisor or 1.0
    if loop.accumulate > 1 and loop.unsure:
        raise RecipeError(
            "it cannot be told by what each loss is divided: write one line, as "
            f"(loss / {loop.accumulate}).backward()"
        )
    if loop.accumulate == 1:  # a number by which a loss is divided is a part of it
        return 1.0
    if divisor not in (1.0, loop.accumulate):
        raise RecipeError(
            f"each loss is divided by {divisor:g}, and {loop.accumulate} of them make an update"
        )
    return loop.accumulate / divisor


def _provisos(loop: Loop, read: ReadRate | None) -> tuple[str, ...]:
    found = [] if read is None else list(read.provisos)
    if _factor(loop) > 1:
        found.append(
            "PyTorch adds the gradients up where the loss is not divided, so that an update is of "
            f"{loop.accumulate} times their mean"
        )
    if loop.ends_short and loop.accumulate > 1:
        found.append(
            "in PyTorch the last group of an epoch may be shorter, and is divided by "
            f"{loop.accumulate} all the same"
        )
    if _counts_batches(loop) and read is not None:
        found.append("the scheduler of PyTorch steps after each micro-batch, not each update")
    return tuple(found)


def _optimizer(program: Program, node: ast.expr) -> tuple[Call, str, tuple[float, float] | None]:
    """The call of the optimizer, what decays, and the decays of weights and biases if two."""
    assert isinstance(node, ast.Call)
    last = called(node).rpartition(".")[2]
    parameters, rest = parameters_and_groups(node)
    function = ast.parse(f"torch.optim.{last}", mode="eval").body
    own = [ast.keyword(k.arg, program.filled(k.value)) for k in rest.keywords]
    plain = ast.Call(function, [program.filled(each) for each in rest.args], own)
    if not isinstance(parameters, ast.List | ast.Tuple):
        kind = kind_of(program, parameters) if parameters is not None else "all"
        if kind not in ("all", None):
            raise RecipeError(f"the optimizer is given the {kind} alone: what moves the others?")
        return read_call(plain), "all", None
    arguments, decays = split_groups(program, parameters, plain)
    call = read_call(ast.Call(function, plain.args, arguments))
    if decays is None:
        return call, "all", None
    return call, "weights", decays


def _with_decay(loop: Loop, spec: Spec, leaves: str) -> tuple[Spec, str, tuple[str, ...]]:
    """The optimizer with the decay that a line of the loop does; and that line."""
    if loop.decay is None:
        return spec, leaves, ()
    decay, scaled, leaves = loop.decay
    if spec.weight_decay:
        raise RecipeError("the optimizer decays the parameters, and a line of the loop as well")
    spec = replace(spec, weight_decay=decay, decoupled=True, scaled=scaled)
    return spec, leaves, decay_lines(spec, leaves)


def _scheduler(program: Program, loop: Loop, call: Call) -> ReadRate | None:
    for statement in program.statements:
        if isinstance(statement, ast.Expr) and makes_scheduler(statement.value):
            text = ast.unparse(statement.value)
            raise RecipeError(f"the scheduler has no name: write `scheduler = {text}`")
    schedulers = {name: node for name, node in program.names.items() if makes_scheduler(node)}
    stepped = loop.scheduler
    if stepped is None:
        if schedulers and any(event == "step" for event, _ in loop.events):
            raise RecipeError("the scheduler never steps: write scheduler.step() after the update")
        stepped = list(schedulers)[-1] if schedulers else None
    if stepped is None:
        return None
    if stepped not in schedulers:
        raise RecipeError(f"{stepped} steps, and is no scheduler of the text: add its line")
    rate = call.spec().learning_rate
    if call.spec().rate_decay:
        raise RecipeError("lr_decay of Adagrad beside a scheduler is not read")
    text = ast.unparse(schedulers[stepped])
    if any(name in text for name in CYCLING) and "cycle_momentum=False" not in text:
        raise RecipeError(
            "OneCycleLR and CyclicLR change the momentum too: write cycle_momentum=False, with "
            "which they change the learning rate alone"
        )
    return read_schedule(schedulers[stepped], rate)


def _check_scheduled(program: Program, loop: Loop, optimizer: str) -> None:
    """Refuse a scheduler of another optimizer."""
    for node in ast.walk(program.names.get(loop.scheduler or "", ast.Constant(None))):
        if not isinstance(node, ast.expr) or not makes_scheduler(node):
            continue
        given = argument(node, 0, "optimizer")  # type: ignore[arg-type]
        if isinstance(given, ast.Name) and given.id != optimizer:
            raise RecipeError(
                f"`{ast.unparse(node)}` is a scheduler of {given.id}, and not of {optimizer}"
            )


def _counts_batches(loop: Loop) -> bool:
    return loop.accumulate > 1 and ("schedule", 1) in loop.events

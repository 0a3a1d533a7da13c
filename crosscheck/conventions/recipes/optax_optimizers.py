"""Read a whole optimizer of optax, or the link that is one without its learning rate."""

import ast
from dataclasses import dataclass, field, replace

from crosscheck.conventions.optimizers.parsing import read_call
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.recipes.algebra import Core, Part, Scale, Velocity
from crosscheck.conventions.recipes.optax_links import (
    CORES,
    MASKED,
    ORDER,
    WEIGHTS_ONLY,
    leaves_of_mask,
)
from crosscheck.conventions.recipes.program import Program, argument
from crosscheck.conventions.recipes.rates import ReadRate, read_schedule
from crosscheck.conventions.recipes.recipe import Penalty, RecipeError, Schedule
from crosscheck.conventions.recipes.writing_optax import changing_rate

SCHEDULE_NAME = "schedule"


@dataclass
class Chain:
    """What is read of a chain so far: its parts, its text, and what is to be said of it.

    Attributes:
        program: The text in which it stands.
        schedule: Its schedule.
        provisos: Sentences about optax.
        rates: The learning rates that are numbers.
        changing: Whether these are written as rates that are quartered after half of the updates.
    """

    program: Program
    schedule: ReadRate | None = None
    provisos: list[str] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    changing: bool = False


def rate_of(chain: Chain, node: ast.expr) -> tuple[float, Schedule | None, str]:
    """A learning rate: a number, or 1 and a schedule; and its text."""
    node = chain.program.filled(node)
    if not isinstance(node, ast.Call | ast.Lambda | ast.Name | ast.Attribute):
        value = chain.program.real(node)
        chain.rates.append(value)
        return value, None, changing_rate(value) if chain.changing else repr(value)
    read = read_schedule(node)
    if chain.schedule is not None and chain.schedule.schedule != read.schedule:
        raise RecipeError("two schedules in one chain: write their product as one")
    chain.schedule = read
    return 1.0, read.schedule, SCHEDULE_NAME


def read_optimizer(chain: Chain, node: ast.Call, short: str) -> tuple[list[Part], str]:
    """A whole optimizer, or the link that is one without its learning rate."""
    full, fixed = CORES.get(short, (short, {}))
    link = short in CORES
    keywords = [each for each in node.keywords if each.arg not in (*MASKED, "learning_rate")]
    mask = next((each.value for each in node.keywords if each.arg in MASKED), None)
    leaves = leaves_of_mask(chain.program, mask) if mask is not None else "all"
    given, positional = argument(node, 0, "learning_rate"), list(node.args)
    rate, schedule, rate_text = 1.0, None, ""
    if link:
        keywords = _named(chain, node, short, keywords)
        positional = []
    elif given is not None:
        rate, schedule, rate_text = rate_of(chain, given)
        positional = positional[1:]
    without_rate = not link and given is None
    if positional:
        raise RecipeError(f"write the arguments of optax.{short} with their names")
    own = [ast.keyword(each.arg, chain.program.filled(each.value)) for each in keywords]
    own += [ast.keyword(key, ast.Constant(value)) for key, value in fixed.items()]
    if not without_rate:
        own.insert(0, ast.keyword("learning_rate", ast.Constant(1.0)))
    call = read_call(ast.Call(ast.parse(f"optax.{full}", mode="eval").body, [], own))
    words = {k: repr(v) for k, v in call.arguments.items() if k not in (*fixed, "learning_rate")}
    if not link and not without_rate:
        words = {"learning_rate": rate_text} | words
    if leaves == "weights":
        words["weight_decay_mask" if full == "adadelta" else "mask"] = WEIGHTS_ONLY
    text = f"optax.{short}({', '.join(f'{k}={v}' for k, v in words.items())})"
    spec = call.spec()
    if rate < 0:
        raise RecipeError(
            f"{text}: a negative learning rate in a chain is not read: write scale(-1)"
        )
    return _expanded(spec, leaves, text, None if link else Scale(-rate, schedule)), text


def _expanded(spec: Spec, leaves: str, name: str, rate: Scale | None) -> list[Part]:
    """The links of which optax makes an optimizer."""
    own = dict(spec.keywords)
    velocity: list[Part] = []
    if spec.optimizer in ("momentum", "rmsprop") and own["momentum"]:
        velocity = [Velocity(own["momentum"], own.get("nesterov", False))]
        own["momentum"] = 0.0
    plain = replace(spec, keywords=own, weight_decay=0.0, learning_rate=1.0, ascends=False)
    core: list[Part] = [] if spec.optimizer == "momentum" else [Core(plain, name.partition("(")[0])]
    decay: list[Part] = [Penalty(spec.weight_decay, leaves)] if spec.weight_decay else []
    rates: list[Part] = [rate] if rate else []
    if spec.ascends:  # no learning rate, so that the sign is not turned
        rates = []
    if spec.optimizer == "momentum":
        return [*velocity, *decay, *rates]
    if not spec.decoupled:
        return [*decay, *core, *rates]
    return [*core, *decay, *rates, *velocity]


def _named(
    chain: Chain, node: ast.Call, short: str, keywords: list[ast.keyword]
) -> list[ast.keyword]:
    """The arguments of a link, those without a name by the names that they have in optax."""
    if len(node.args) > len(ORDER[short]):
        raise RecipeError(f"optax.{short} has too many arguments")
    by_place = zip(ORDER[short], node.args, strict=False)
    return [*(ast.keyword(name, value) for name, value in by_place), *keywords]

"""A recipe as it is written for a framework, and the calls of its optimizers."""

from dataclasses import dataclass, replace

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.simplifying import differences
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.translating import calls_of, candidates_of
from crosscheck.conventions.recipes.rates import ReadRate, largest_rate, write_schedule
from crosscheck.conventions.recipes.recipe import Recipe
from crosscheck.conventions.recipes.torch_lines import TorchLines

NEAREST = 3  # calls that are not equal and are run


@dataclass(frozen=True)
class Written:
    """A recipe in a framework's words.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        recipe: What the code computes, which may be near to what was asked for.
        code: The code, to be pasted.
        program: The code with the loop that runs it; "" if it is the same.
        changing: The program with a rate that is quartered after half of the updates, or "".
        powers: The keywords of which the framework computes powers in float32.
        single: Whether it gathers gradients in float32.
        provisos: Sentences about it.
        factor: As of `Source`.
        last: Which update is the last that the framework allows; None if all are.
        lines: What the code is made of, in PyTorch.
    """

    framework: str
    recipe: Recipe
    code: str
    program: str = ""
    changing: str = ""
    powers: tuple[str, ...] = ()
    single: bool = False
    provisos: tuple[str, ...] = ()
    lines: TorchLines | None = None
    last: int | None = None
    factor: float = 1.0


def scheduled(recipe: Recipe) -> Recipe:
    """The recipe with the rate of its optimizer by which its schedule is divided."""
    if recipe.schedule is None:
        return recipe
    return replace(recipe, spec=replace(recipe.spec, learning_rate=largest_rate(recipe.schedule)))


def written_schedule(recipe: Recipe, call: Call, to: str) -> ReadRate | None:
    """The schedule of a recipe in a framework's words; None if its rate is constant.

    Args:
        recipe: The recipe, as of `scheduled`.
        call: The optimizer's call, whose rate may be a multiple of the recipe's.
        to: The framework.
    """
    if recipe.schedule is None:
        return None
    rate, own = recipe.spec.learning_rate, call.spec().learning_rate
    schedule = recipe.schedule if rate == own else recipe.schedule.scaled(own / rate)
    return write_schedule(schedule, to, own, recipe.accumulate)


def equal_calls(spec: Spec, to: str) -> list[Call]:
    """The calls of a framework's optimizers that compute a spec, the plainest first."""
    found = [call for call in calls_of(spec, to) if not differences(spec, call.spec())]
    return sorted(found, key=lambda call: (len(call.arguments), len(call.text)))


def calls_near(recipe: Recipe, to: str) -> list[Call]:
    """The calls of a framework's optimizers that come nearest to a recipe's."""
    return candidates_of(recipe.spec, to)[:NEAREST]

"""A recipe as it is written for a framework, and the calls of its optimizers."""

from dataclasses import dataclass

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.simplifying import differences
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.translating import calls_of, candidates_of
from crosscheck.conventions.recipes.recipe import Recipe, Schedule
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
        links: Whether it has more than one call of an optimizer.
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
    links: int = 0
    lines: TorchLines | None = None


@dataclass(frozen=True)
class WrittenSchedule:
    """A schedule in a framework's words: the code, and the schedule that it computes."""

    schedule: Schedule
    code: str
    provisos: tuple[str, ...] = ()


def written_schedule(recipe: Recipe, to: str, base_rate: float) -> WrittenSchedule | None:
    """The schedule of a recipe in a framework's words; None if its rate is constant."""
    if recipe.schedule is None:
        return None
    from crosscheck.conventions.recipes.rates import write_schedule

    return write_schedule(recipe.schedule, to, base_rate, recipe.accumulate)


def equal_calls(spec: Spec, to: str) -> list[Call]:
    """The calls of a framework's optimizers that compute a spec, the plainest first."""
    found = [call for call in calls_of(spec, to) if not differences(spec, call.spec())]
    return sorted(found, key=lambda call: (len(call.arguments), len(call.text)))


def calls_near(recipe: Recipe, to: str) -> list[Call]:
    """The calls of a framework's optimizers that come nearest to a recipe's."""
    return candidates_of(recipe.spec, to)[:NEAREST]

"""A recipe as it was read."""

from dataclasses import dataclass

from crosscheck.conventions.recipes.recipe import Recipe


@dataclass(frozen=True)
class Source:
    """A recipe, and the code that runs it in its own framework.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        recipe: What it computes.
        code: The recipe in its framework's words, the arguments with their names.
        provisos: Sentences about it.
        powers: The keywords of which the framework computes powers in float32.
        single: Whether gradients are gathered in float32.
        single_norms: Whether gradients are clipped by their own norms in float32.
        program: The code with the loop that runs it, where that is not the same.
        rounded: The recipe with the numbers that its framework rounds to float32; None if none.
        last: Which update is the last that the framework allows; None if all are.
        factor: How many times the framework's own learning rate that of the recipe is.
        changing: The program with a rate that is quartered after half of the updates, or "".
    """

    framework: str
    recipe: Recipe
    code: str
    provisos: tuple[str, ...] = ()
    powers: tuple[str, ...] = ()
    single: bool = False
    program: str = ""
    changing: str = ""
    last: int | None = None
    factor: float = 1.0
    single_norms: bool = False
    rounded: Recipe | None = None

"""Translate what a text is: one call of an optimizer, or a recipe of several lines or links."""

import ast
from dataclasses import replace

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.parsing import CallError, parse_call
from crosscheck.conventions.optimizers.stock_optimizer import ArgumentError
from crosscheck.conventions.optimizers.translating import translate_optimizer
from crosscheck.conventions.optimizers.translation import Translation
from crosscheck.conventions.recipes.program import Program, called
from crosscheck.conventions.recipes.reading import CHAINS, makes_optimizer
from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.translating import WRITERS, translate_recipe
from crosscheck.conventions.recipes.translation import RecipeTranslation

READERS = (*WRITERS, "paddle")  # the frameworks whose recipes are read


def is_recipe(text: str) -> bool:
    """Whether a text makes an optimizer by more than one plain call of it.

    Several lines are a recipe if one makes an optimizer; one line is, if it is a chain, or has
    arguments that no call of an optimizer alone has, as `clipnorm`.
    """
    try:
        statements = Program(text).statements
    except RecipeError:
        return False
    lines = [each for each in statements if not isinstance(each, ast.Import | ast.ImportFrom)]
    calls = [node for each in lines for node in ast.walk(each) if isinstance(node, ast.Call)]
    if len(lines) > 1:
        return any(makes_optimizer(node) for node in calls)
    if any(called(node).rpartition(".")[2] in CHAINS for node in calls):
        return True
    try:
        parse_call(text).spec()
    except CallError:
        return any(makes_optimizer(node) for node in calls)
    except ArgumentError:
        return True
    return False


def translate_text(text: str, *, to: str) -> Translation | RecipeTranslation:
    """Write one optimizer's call, or a recipe, in another framework's words.

    A plain call is translated to a plain call. Only if none is equal, it is written as a recipe,
    if that is equal.

    Args:
        text: As of `translate_recipe`.
        to: The other framework.

    Raises:
        ValueError: As of `translate_optimizer` and `translate_recipe`.
    """
    if is_recipe(text):
        try:
            return translate_recipe(text, to=to)
        except RecipeError as error:
            if stock.framework_named(to) in WRITERS:
                raise
            raise RecipeError(f"{error}; a single call is written for every framework") from None
    found = translate_optimizer(text, to=to)
    if found.target_framework not in WRITERS or found.source_framework not in READERS:
        return found
    if found.equal is None or (found.equal and found.as_rate_changes is not False):
        return found
    try:
        recipe = translate_recipe(text, to=to)
    except ValueError:
        return found
    if not recipe.equal:
        return found
    if not found.equal:
        return recipe
    if recipe.as_rate_changes is False:
        return found
    also = f"as it changes, this is equal too: {' '.join(recipe.target.split())}"
    return replace(found, provisos=(*found.provisos, also))

"""Options that more than one command takes, and the conversion of their values."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from crosscheck.frameworks.other_names import question
from crosscheck.report.languages import LANGUAGES

# The function of a command, before or after it has an option.
Command = Callable[..., None]

LANGUAGE_VARIABLE = "CROSSCHECK_LANGUAGE"

# No network here is trained as long as that; a larger number is a slip, and would never end.
MOST_EPOCHS = 1_000_000
MOST_SAMPLES = 100_000_000
MOST_WORKERS = 4096


class Name(click.Choice[str]):
    """One name of the contract; the message about another asks which of them is meant."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Say which names there are, and ask."""
        told = super().get_invalid_choice_message(value, ctx)
        return " ".join(filter(None, (told, question(str(value), self.choices).capitalize())))


class Folder(click.Path):
    """A folder to write to, which need not exist. An empty name is not the current one."""

    name = "folder"

    def __init__(self) -> None:
        super().__init__(file_okay=False, path_type=Path)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The path of the folder."""
        if not os.fspath(value):
            self.fail("'' is no folder", param, ctx)
        return super().convert(value, param, ctx)


def worker_numbers(context: Any, parameter: Any, text: str) -> tuple[int, ...]:
    """Numbers of workers, with commas between them.

    Args:
        context, parameter: As click hands them to the callback of an option.
        text: The value of the option.

    Raises:
        click.BadParameter: If it is no list of different numbers from 1 on.
    """
    try:
        numbers = tuple(int(number) for number in text.split(","))
    except ValueError:
        numbers = ()
    if not all(1 <= number <= MOST_WORKERS for number in numbers or (0,)):
        raise click.BadParameter(
            f"it takes whole numbers from 1 to {MOST_WORKERS}, as 3 or 3,1, not {text!r}"
        )
    if len(set(numbers)) < len(numbers):
        raise click.BadParameter(f"each number once, not {text!r}")
    return numbers


def layer_sizes(context: Any, parameter: Any, text: str | None) -> tuple[int, ...] | None:
    """Units per layer, inputs first, from whole numbers with commas between them.

    Args:
        context, parameter: As click hands them to the callback of an option.
        text: The value of the option, or None.

    Raises:
        click.BadParameter: If it is not a list of sizes.
    """
    if text is None:
        return None
    from crosscheck.training.runs.configuration import ConfigurationError, check_layer_sizes

    try:
        sizes = tuple(int(size) for size in text.split(","))
    except ValueError:
        raise click.BadParameter(f"it takes whole numbers, as 64,16,10, not {text!r}") from None
    try:
        check_layer_sizes(sizes)
    except ConfigurationError as error:
        raise click.BadParameter(str(error)) from None
    return sizes


def language_option(what: str) -> Callable[[Command], Command]:
    """The option --language of a command; without it that of `crosscheck` itself counts.

    Args:
        what: The language of what, for the help.
    """
    return click.option(
        "--language",
        metavar="en|zh",
        callback=_language,
        help=f"{what}; by default that of `crosscheck --language`, or of ${LANGUAGE_VARIABLE}.",
    )


def _language(context: click.Context, parameter: Any, language: str | None) -> str:
    if language is None:
        return language_of(context)
    return known_language(language)


def language_of(context: click.Context) -> str:
    """The language that `crosscheck --language` or the environment asks for, else English.

    Raises:
        click.UsageError: If the variable names no language.
    """
    chosen = context.find_root().params.get("language")
    if chosen is not None:
        return str(chosen)
    try:
        return known_language(os.environ.get(LANGUAGE_VARIABLE) or LANGUAGES[0])
    except click.BadParameter as error:
        raise click.UsageError(f"the variable {LANGUAGE_VARIABLE}: {error.message}") from None


def known_language(language: str) -> str:
    """The language, if it is known.

    Raises:
        click.BadParameter: If it is not.
    """
    if language not in LANGUAGES:
        raise click.BadParameter(f"{language!r} is none of the languages {', '.join(LANGUAGES)}")
    return language

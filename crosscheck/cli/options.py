"""The conversion of option values that more than one command takes."""

import os
from pathlib import Path
from typing import Any

import click

# No network here is trained as long as that; a larger number is a slip, and would never end.
MOST_EPOCHS = 1_000_000
MOST_SAMPLES = 100_000_000


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

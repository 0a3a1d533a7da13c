"""The conversion of option values that more than one command takes."""

from typing import Any

import click


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

"""`crosscheck document`."""

import os
from pathlib import Path
from shlex import quote

import click

from crosscheck.cli.options import layer_sizes
from crosscheck.cli.output import say
from crosscheck.frameworks.contract import LOSSES, STATES


@click.group()
def document() -> None:
    """Write a worked example of your own, and show the format of its file.

    "crosscheck errata FILE" judges the numbers in the file. docs/documents.md explains its format.
    """


@document.command(
    short_help="Write FILE: a worked example to be filled with what your notes print."
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--layers", "sizes", metavar="SIZES", default="3,2,1", show_default=True, callback=layer_sizes,
    help="Units of each row, the inputs first.",
)  # fmt: skip
@click.option(
    "--activations",
    metavar="NAMES",
    help="One for each layer above the inputs, or one for all.  [default: sigmoid]",
)
@click.option(
    "--loss", type=click.Choice(LOSSES), default="squared_error", show_default=True,
    help="What is made small.",
)  # fmt: skip
@click.option(
    "--optimizer", type=click.Choice(["none", *STATES]), default="sgd", show_default=True,
    help="What moves the parameters; none stops at the loss.",
)  # fmt: skip
@click.option(
    "--learning-rate", metavar="RATE", default="0.1", show_default=True, help="Of the optimizer."
)
@click.option(
    "--steps", type=click.IntRange(1, 50), default=1, show_default=True,
    help="How many steps it takes.",
)  # fmt: skip
@click.option(
    "--samples", type=click.IntRange(1, 100), default=1, show_default=True,
    help="How many there are in the batch.",
)  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Draws the given numbers.")
@click.option("--title", default="A worked example", show_default=True, help="Of the document.")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def new(
    file: Path,
    sizes: tuple[int, ...],
    activations: str | None,
    loss: str,
    optimizer: str,
    learning_rate: str,
    steps: int,
    samples: int,
    seed: int,
    title: str,
    force: bool,
) -> None:
    """Write FILE: a worked example to be filled with what your notes print.

    Its given numbers are short decimals, which you replace by those of your notes. It has a line
    for every calculated number, with the step that gives it and an empty place for the number that
    your notes print. "crosscheck errata FILE" says which places are still empty.

    Exit codes: 0 written, 2 bad usage, and then nothing is written.
    """
    from crosscheck.documents.entries import DECIMAL
    from crosscheck.documents.new_document import Choices, NewDocumentError, new_document
    from crosscheck.training.files import whole_file

    if not DECIMAL.fullmatch(learning_rate) or learning_rate.startswith("-"):
        raise click.BadParameter(
            f"it takes a decimal number, as 0.1, not {learning_rate!r}",
            param_hint="--learning-rate",
        )
    if file.exists() and not force:
        raise click.UsageError(f"{file} exists: name another file, or replace it by --force")
    names = (activations or "sigmoid").split(",")
    every = tuple(names * (len(sizes) - 1) if len(names) == 1 else names)
    chosen = None if optimizer == "none" else optimizer
    choices = Choices(sizes, every, loss, chosen, learning_rate, steps, samples, seed)
    try:
        text = new_document(choices, title)
    except NewDocumentError as error:
        raise click.UsageError(str(error)) from None
    with whole_file(Path(os.path.realpath(file))) as stream:
        stream.write(text.encode("utf-8"))
    say(file)
    say(f"next: fill it in, and crosscheck errata {quote(str(file))}", err=True)


@document.command(
    short_help="Print the JSON Schema of a document's file, for an editor that checks it."
)
def schema() -> None:
    """Print the JSON Schema of a document's file, for an editor that checks what is typed.

    Exit codes: 0 printed, 2 bad usage.
    """
    from importlib.resources import files

    say((files("crosscheck.documents") / "schema.json").read_text("utf-8"), nl=False)

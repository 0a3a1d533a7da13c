"""`crosscheck new`."""

import sys
from pathlib import Path
from shlex import quote

import click

from crosscheck.frameworks import skeleton


@click.command()
@click.argument("name")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def new(name: str, folder: Path) -> None:
    """Write the skeleton of a new framework: the package NAME, in the new folder DIR.

    It can be installed at once (pip install -e DIR), and is then found by its entry point; nothing
    in it is written. "crosscheck verify --only NAME" shows what to write next. Exit codes: 0
    written, 2 bad usage, and then nothing is written.
    """
    try:
        made = skeleton.write(name, folder)
    except skeleton.SkeletonError as error:
        raise click.UsageError(str(error)) from None
    for path in made:
        click.echo(path)
    click.echo(
        f"next: pip install -e {quote(str(folder))} && crosscheck verify --only {name}",
        file=sys.stderr,
    )

"""`crosscheck new`."""

from pathlib import Path
from shlex import quote

import click

from crosscheck.cli.output import say
from crosscheck.frameworks.contract import BUILT_IN


@click.command()
@click.argument("name")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "origin",
    type=click.Choice(list(BUILT_IN)),
    help="Begin from this reference: every module is written, and the package is verified at once.",
)
@click.option(
    "--renew",
    is_flag=True,
    help="Write the neutral modules of the package NAME, which stands in DIR, anew.",
)
def new(name: str, folder: Path, origin: str | None, renew: bool) -> None:
    """Write a new framework: the package NAME, in the new folder DIR.

    Without --from only its checks are complete: every other function has its signature and its
    docstring, and raises NotImplementedError. With --from it is a copy of a reference, in which you
    replace that framework by yours. You can install either at once (pip install -e DIR); crosscheck
    then finds it by its entry point. "crosscheck verify --only NAME" shows what to write next, or
    what is wrong.

    With --renew the package exists already, in DIR/NAME. The command writes its neutral modules,
    which read the same in every package (params, checks, losses, mlp, optimizers and training), as
    this version has them, with the library that the package imports there, and the version of the
    contract into its crosscheck.toml. It leaves other files alone, and the modules that
    crosscheck.toml names under own. You lose your changes to the neutral modules.

    Exit codes: 0 written, 2 bad usage, and then nothing is written.
    """
    from crosscheck.frameworks import renewal, skeleton

    if renew and origin is not None:
        raise click.UsageError(
            "--from begins a new package and --renew needs one that is there: give one of the two"
        )
    try:
        written = renewal.renew(name, folder) if renew else skeleton.write(name, folder, origin)
    except skeleton.SkeletonError as error:
        raise click.UsageError(str(error)) from None
    for path in written:
        say(path)
    verify = f"crosscheck verify --only {name}"
    if not renew:
        say(f"next: pip install -e {quote(str(folder))} && {verify}", err=True)
    elif written:
        say(f"next: {verify}", err=True)
    else:
        say(f"the neutral modules of {name} are up to date: nothing is written", err=True)

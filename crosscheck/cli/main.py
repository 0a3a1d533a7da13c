"""The command line: `crosscheck` alone is `crosscheck verify`."""

import io
import sys
from typing import Any

import click

from crosscheck.cli.bench import bench
from crosscheck.cli.conventions import conventions, translate
from crosscheck.cli.experiments import experiment
from crosscheck.cli.ledger import errata
from crosscheck.cli.new import new
from crosscheck.cli.output import leave_interrupted
from crosscheck.cli.read import read
from crosscheck.cli.sharpness import bounds, discriminate
from crosscheck.cli.site import site
from crosscheck.cli.training import train
from crosscheck.cli.verification import verify
from crosscheck.frameworks.registry import prepare
from crosscheck.frameworks.version import VERSION


class Commands(click.Group):
    """A group whose commands end without a traceback when they are interrupted or run out of room.

    A command's exit code is 130 after an interrupt, and 2 after an error of the file system or a
    lack of memory.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("\ninterrupted", err=True)
            leave_interrupted()
        except BrokenPipeError:
            raise  # the reader of a pipe is gone, which click handles
        except OSError as error:  # no permission, a name too long, a full disk
            what = f"cannot use {error.filename}: " if error.filename else ""
            raise click.UsageError(f"{what}{error.strerror or error}") from None
        except MemoryError as error:
            raise click.UsageError(f"not enough memory: {error}") from None


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, prog_name="crosscheck")
@click.pass_context
def main(context: click.Context) -> None:
    """Cross-check three implementations of one MLP, and five lecture documents, against the truth.

    Without a command this is `crosscheck verify`. Exit codes: 0 all holds, 1 something is wrong, 2
    bad usage, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        # In its own encoding a pipe on Windows could not take the documents' Chinese text.
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8")
    prepare()
    if context.invoked_subcommand is None:
        context.invoke(verify)


COMMANDS = (
    verify,
    errata,
    discriminate,
    bounds,
    conventions,
    translate,
    train,
    experiment,
    bench,
    read,
    site,
    new,
)
for command in COMMANDS:
    main.add_command(command)

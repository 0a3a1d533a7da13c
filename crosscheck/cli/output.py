"""Where a command writes: tables, a progress bar, JSON."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any, NoReturn

import click

from crosscheck.report import json_files

if TYPE_CHECKING:
    from rich.console import Console

INTERRUPTED = 130  # the exit code that a shell expects of an interrupted process


def _check_writable(context: Any, parameter: Any, path: str | None) -> str | None:
    """Refuse a path that cannot be written before the work begins, which may take an hour."""
    if path is None or path == "-" or json_files.is_stream(path):
        return path
    if not path:
        raise click.BadParameter("'' is no file")
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
        raise click.BadParameter(f"{folder} is no folder that can be written to")
    return path


JSON_OPTION = click.option(
    "--json",
    "json_path",
    metavar="PATH",
    type=click.Path(dir_okay=False, allow_dash=True),
    callback=_check_writable,
    help="Write the result as JSON too; - is standard output (tables then go to standard error).",
)


def console_for(json_path: str | None) -> "Console":
    """The console for tables. Where it is no terminal it is so wide that no line is cut.

    Args:
        json_path: The value of --json: if it is "-", tables go to standard error.
    """
    from rich.console import Console

    to_stderr = json_path == "-"
    stream = sys.stderr if to_stderr else sys.stdout
    return Console(stderr=to_stderr, width=None if stream.isatty() else 160)


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[str], None]]:
    """Show a progress bar, if standard error is a terminal.

    Args:
        total: How many tasks there are.

    Yields:
        A function to be called with the name of every task that begins or ends: one more is done.
    """
    from rich.console import Console
    from rich.progress import Progress

    with Progress(
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as progress:
        task = progress.add_task("", total=total)
        yield lambda name: progress.update(task, description=name, advance=1)


@contextmanager
def progress_shown(command: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show a progress bar or, where standard error is no terminal, a line for each task.

    Args:
        command: The name of the command, with which the lines begin.
        total: How many tasks there are.

    Yields:
        A function to be called with the name of every task that begins.
    """
    if sys.stderr.isatty():
        with progress_bar(total) as advance:
            yield advance
        return
    begun = count(1)
    yield lambda name: click.echo(f"{command}: {name} ({next(begun)} of {total})", err=True)


def leave_interrupted() -> NoReturn:
    """End the process at once, with the exit code of an interrupted one.

    JAX may still be computing in a thread of its own, and crashes if the interpreter shuts down
    in the usual way meanwhile.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # its reader is gone
            stream.flush()
    os._exit(INTERRUPTED)


def write_json(path: str | None, content: dict[str, Any]) -> None:
    """Write the result of a command where --json says.

    Args:
        path: The value of --json: a file, "-" for standard output, or None for nowhere.
        content: The result.

    Raises:
        click.UsageError: If the file cannot be written.
    """
    if path is None:
        return
    if path == "-":
        click.echo(json_files.as_text(content))
        return
    try:
        json_files.write_json(path, content)
    except OSError as error:
        raise click.UsageError(f"cannot write {path}: {error.strerror}") from None

"""Where a command writes: tables, a progress bar, JSON."""

import json
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import Progress

INTERRUPTED = 130


def _is_stream(path: str) -> bool:
    """A pipe or a device; or, as /dev/stdout, a name for what is open already."""
    known = path.startswith(("/dev/", "/proc/"))
    return known or (os.path.exists(path) and not os.path.isfile(path))


def _writable(context: Any, parameter: Any, path: str | None) -> str | None:
    """Where the result goes must be known to be there before the work, which may take an hour."""
    if path is None or path == "-" or _is_stream(path):
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
    callback=_writable,
    help="Write the result as JSON too; - is standard output (tables then go to standard error).",
)


def console_for(json_path: str | None) -> Console:
    """Where tables go. Off a terminal they are wide enough that no line is cut."""
    to_stderr = json_path == "-"
    stream = sys.stderr if to_stderr else sys.stdout
    return Console(stderr=to_stderr, width=None if stream.isatty() else 160)


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on a terminal; what it yields is called with the name of each new task."""
    with Progress(
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as progress:
        task = progress.add_task("", total=total)
        yield lambda name: progress.update(task, description=name, advance=1)


def leave_interrupted() -> NoReturn:
    """End the process without ado, with the exit code that a shell expects of an interrupted one.

    JAX may still be computing, and crashes where the interpreter takes down what it computes with.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody reads any more
            stream.flush()
    os._exit(INTERRUPTED)


def finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def write_json(path: str | None, content: dict[str, Any]) -> None:
    """Write a file whole or not at all."""
    if path is None:
        return
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    if path == "-":
        click.echo(text)
        return
    target = Path(os.path.realpath(path))  # through a link, which stays one
    try:
        if _is_stream(path):
            with open(path, "a", encoding="utf-8") as stream:
                stream.write(text + "\n")
            return
        with tempfile.NamedTemporaryFile(
            "w", dir=target.parent, delete=False, encoding="utf-8"
        ) as file:
            file.write(text + "\n")
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(file.name, 0o666 & ~mask)  # as any other new file; a temporary one is private
        os.replace(file.name, target)
    except OSError as error:
        raise click.UsageError(f"cannot write {path}: {error.strerror}") from None

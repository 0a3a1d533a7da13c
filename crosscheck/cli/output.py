"""Where a command writes: tables, a progress bar, JSON."""

import json
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

JSON_OPTION = click.option(
    "--json",
    "json_path",
    metavar="PATH",
    type=click.Path(dir_okay=False, allow_dash=True),
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
    target = Path(path).resolve()  # through a link, which stays one
    try:
        if target.exists() and not target.is_file():  # a pipe, a device
            target.write_text(text + "\n", encoding="utf-8")
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

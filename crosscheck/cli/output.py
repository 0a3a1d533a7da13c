"""Where a command writes: tables, a progress bar, JSON."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EPIPE
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

import click

from crosscheck.cli import interrupts
from crosscheck.cli.streams import leave_unwritten
from crosscheck.frameworks.plain_text import harmless
from crosscheck.report import json_files
from crosscheck.report.languages import translate

if TYPE_CHECKING:
    from rich.console import Console


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


# How wide tables are where there is no terminal, and COLUMNS does not say.
WIDTH = 160


def console_for(json_path: str | None, language: str = "en") -> "Console":
    """The console for tables: as wide as COLUMNS says, or the terminal, or `WIDTH`.

    Args:
        json_path: The value of --json: if it is "-", tables go to standard error.
        language: Of what is printed on it: "en" or "zh".
    """
    from rich.console import Console
    from rich.segment import Segment

    class Harmless(Console):
        """Shows no character that steers a terminal but its own."""

        language: str

        def render(self, renderable: Any, options: Any = None) -> "Iterator[Segment]":
            for each in super().render(renderable, options):
                yield each if each.control else Segment(harmless(each.text), each.style)

        def on_broken_pipe(self) -> None:  # rich's own says that something is wrong
            leave_unwritten(BrokenPipeError(EPIPE, "nobody reads"))

    to_stderr = json_path == "-"
    stream = sys.stderr if to_stderr else sys.stdout
    width = None if stream.isatty() else WIDTH
    environment = dict(os.environ)
    columns = environment.pop("COLUMNS", "")  # which rich would read, and fail on a wrong one
    if re.fullmatch("[1-9][0-9]{0,3}", columns):
        width = int(columns)
    # What stands between colons is text, and no picture.
    console = Harmless(stderr=to_stderr, width=width, emoji=False, _environ=environment)
    console.language = language
    return console


# Where standard error is no terminal, how many seconds pass between two lines of progress.
BETWEEN_LINES = 5.0


@contextmanager
def progress_bar(
    total: int, between: float = BETWEEN_LINES, language: str = "en"
) -> Iterator[Callable[[str], None]]:
    """Show progress on standard error: a bar on a terminal, a line now and then elsewhere.

    Args:
        total: How many tasks there are.
        between: How many seconds pass at least between two lines; 0 writes one for every task.
        language: Of the lines: "en" or "zh".

    Yields:
        A function to be called, from any thread, with the name of every task that begins or ends:
        one more is done.
    """
    if not sys.stderr.isatty():
        with _lines_of_progress(total, between, language) as advance:
            yield advance
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)

        def advance(name: str) -> None:
            interrupts.note(name)
            progress.update(task, description=escape(harmless(name)), advance=1)

        yield advance


@contextmanager
def _lines_of_progress(
    total: int, between: float, language: str
) -> Iterator[Callable[[str], None]]:
    """Write a line for the first task, and every few seconds one for the latest, if it is new."""
    lock, ended, done, shown, latest = Lock(), Event(), 0, 0, ""

    def show() -> None:
        nonlocal shown
        if done > shown:
            say(translate(f"{done} of {total}: {latest}", language), err=True)
        shown = done

    def advance(name: str) -> None:
        nonlocal done, latest
        interrupts.note(name)
        with lock:
            done, latest = done + 1, name
            if done == 1 or not between:
                show()

    def tick() -> None:
        while not ended.wait(between):  # also where one task takes very long
            with lock:
                show()

    ticking = Thread(target=tick, daemon=True)
    if between:
        ticking.start()
    try:
        yield advance
    finally:
        ended.set()
        if between:
            ticking.join()


def say(text: object, *, err: bool = False, nl: bool = True) -> None:
    """Write text that may have come from anywhere, to standard output or standard error."""
    click.echo(harmless(str(text)), err=err, nl=nl)


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

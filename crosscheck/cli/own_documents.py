"""Documents of one's own, read for a command."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from crosscheck.cli.output import say
from crosscheck.documents.numbers import DOCUMENTS
from crosscheck.report.languages import translated

if TYPE_CHECKING:
    from crosscheck.documents.document import Document

MALFORMED = 2  # the exit code where a file cannot be judged


def read_documents(paths: Iterable[Path], language: str = "en") -> list["Document"]:
    """Read and judge documents of one's own; if any is malformed, name all faults and exit with 2.

    Args:
        paths: Their files.
        language: Of what is said of them: "en" or "zh".

    Raises:
        click.UsageError: If two have one name, which tables and pages could not tell apart.
    """
    from crosscheck.documents.faults import TranscriptionError
    from crosscheck.documents.ledger import tables
    from crosscheck.documents.transcription import read
    from crosscheck.documents.verdicts import judge_document

    documents: list[Document] = []
    faults: list[Exception] = []
    for path in paths:
        if path.stem in (*DOCUMENTS, *(each.number for each in documents)):
            other = "one of the five documents" if path.stem in DOCUMENTS else "another file"
            raise click.UsageError(f"{path}: {other} is called {path.stem!r} too: rename the file")
        try:
            document = read(path)
            judge_document(document)  # where a number may prove not to be finite,
            tables(document)  # and here a cell
            documents.append(document)
        except TranscriptionError as error:
            faults.append(error)
    if faults:
        exit_with_faults(*faults, language=language)
    return documents


def exit_with_faults(*errors: Exception, language: str = "en") -> NoReturn:
    """Write what is wrong with files to standard error, a fault a line, and exit with 2."""
    for error in errors:
        say_faults(str(error), language)
    raise SystemExit(MALFORMED)


def say_faults(message: str, language: str) -> None:
    """Write what is wrong with a file to standard error, in a language, a fault a line."""
    for line in message.split("\n"):
        say(line if language == "en" else _chinese(line), err=True)


def _chinese(fault: str) -> str:
    """A fault in Chinese: its place and what is wrong are translated each by itself."""
    place, _, wrong = fault.partition(": ")
    is_place = translated(place) != place and bool(wrong)
    return f"{translated(place)}：{translated(wrong)}" if is_place else translated(fault)

"""Documents of one's own, read for a command."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from crosscheck.cli.output import say
from crosscheck.documents.numbers import DOCUMENTS

if TYPE_CHECKING:
    from crosscheck.documents.document import Document

MALFORMED = 2  # the exit code where a file cannot be judged


def read_documents(paths: Iterable[Path]) -> list["Document"]:
    """Read and judge documents of one's own; if any is malformed, name all faults and exit with 2.

    Args:
        paths: Their files.

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
        exit_with_faults(*faults)
    return documents


def exit_with_faults(*errors: Exception) -> NoReturn:
    """Write what is wrong with files to standard error, a fault a line, and exit with 2."""
    for error in errors:
        say(str(error), err=True)
    raise SystemExit(MALFORMED)

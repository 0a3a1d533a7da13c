"""An exercise with numbers of one's own: those of a document's file."""

import os
from dataclasses import replace

from crosscheck.documents.faults import Fault, TranscriptionError
from crosscheck.documents.transcription import read, read_table_of
from crosscheck.documents.worksheets.answers import checked_exercise
from crosscheck.documents.worksheets.exercise import Exercise, with_used_hyperparameters


def read_exercise(path: str | os.PathLike[str], digits: int) -> Exercise:
    """The exercise that works out the network and the one run of a document's file.

    Its numbers are given, not drawn: a result may lie near the end between two printed numbers.

    Args:
        path: A document's file, with one sample and one step; lines, slips and tables are ignored.
        digits: The significant digits that are asked for, 3 to 8.

    Raises:
        TranscriptionError: If the file cannot be read or gives no exercise; every message has its
            line.
        OSError: If it cannot be opened.
    """
    document = read(path)
    _, source = read_table_of(path)
    network, runs = document.example.network, document.example.runs
    if network is None:
        raise TranscriptionError([Fault((), "there is no network to be worked out")], source)
    stated = tuple(replace(run, hyperparameters=run.keywords) for run in runs)
    return with_used_hyperparameters(
        checked_exercise(document.title, network, stated, digits, source)
    )

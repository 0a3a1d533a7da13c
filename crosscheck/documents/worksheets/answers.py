"""The file of answers to an exercise: what is given, and a place for every number to fill in.

It is a document's file as far as what is given, with the answers in place of lines:

    student = "Ada"

    [answers]
    "pre_activations[0][0, 0]" = "-1.950"
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from crosscheck.documents.entries import Reader, fields, list_of, table_of, text, whole_number
from crosscheck.documents.example_reading import READERS, check_runs, read_run
from crosscheck.documents.examples import Network, OptimizerRun
from crosscheck.documents.faults import (
    Fault,
    Faults,
    Path,
    Source,
    TranscriptionError,
    refusal,
    suggestion,
)
from crosscheck.documents.transcription import read_table_of
from crosscheck.documents.worksheets.exercise import DIGITS, MOST_UNITS, Exercise, Stage
from crosscheck.documents.worksheets.notation import symbol
from crosscheck.documents.writing import network_lines, run_lines, toml_value
from crosscheck.numerics.exact.balls import UndecidedError


@dataclass(frozen=True)
class Sheet:
    """Somebody's answers.

    Attributes:
        file: Where they stand.
        student: Who gave them; the name of the file where nobody is named.
        exercise: What was asked.
        given: What was written for each quantity.
    """

    file: str
    student: str
    exercise: Exercise
    given: Mapping[str, str]


def read_answers(path: str | os.PathLike[str]) -> Sheet:
    """Read a file of answers.

    Args:
        path: The file, as `answers_text` wrote it and somebody filled it in; numbers may stand
            there with or without quotes.

    Raises:
        TranscriptionError: If it cannot be read; every message has its line.
        OSError: If it cannot be opened.
    """
    table, source = read_table_of(path, parse_float=str)
    try:
        found = fields((), table, REQUIRED, {"student": text})
    except TranscriptionError as error:
        raise TranscriptionError(error.faults, source) from None
    exercise = checked_exercise(
        found["title"], found["network"], found["runs"], found["digits"], source
    )
    known = [blank.quantity for blank in exercise.blanks]
    faults = Faults(
        Fault(("answers", each), f"no such blank{suggestion(each, known)}")
        for each in found["answers"]
        if each not in known
    )
    faults.end(source)
    file = FilePath(path)
    return Sheet(str(file), found.get("student") or file.stem, exercise, found["answers"])


def _answer(where: Path, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise refusal(where, f"must be a number or a text, not {value!r}")
    return str(value)


REQUIRED: dict[str, Reader] = {
    "title": text,
    "digits": whole_number,
    "network": READERS["network"],
    "runs": list_of(read_run),
    "answers": table_of(_answer),
}


def checked_exercise(
    title: str, network: Network, runs: tuple[OptimizerRun, ...], digits: int, source: Source
) -> Exercise:
    """The exercise that a file holds, if it is one.

    Args:
        title, network, runs, digits: What the file holds; an exercise has one run.
        source: The file, for messages.

    Raises:
        TranscriptionError: If it is no exercise; every message has its line.
    """
    faults = Faults(check_runs(network, dict(enumerate(runs))))
    allowed = f"{DIGITS.start} to {DIGITS.stop - 1}"
    for path, is_wrong, message in (
        (("digits",), digits not in DIGITS, f"must be from {allowed}, not {digits}"),
        (("network", "inputs"), len(network.inputs) != 1, "must be one sample"),
        (("network",), sum(network.layer_sizes) > MOST_UNITS, f"has more than {MOST_UNITS} units"),
        (("runs",), len(runs) != 1, f"must be one run, not {len(runs)}"),
        (("runs",), any(run.steps != 1 for run in runs), "must take one step"),
        (("runs",), not all(run.layers for run in runs), "must move a layer"),
    ):
        if is_wrong:
            faults.append(Fault(path, message))
    faults.end(source)
    exercise = Exercise(title, network, runs[0], digits)
    try:
        _ = exercise.solution
    except (UndecidedError, ValueError) as error:
        message = f"its results cannot be printed to {digits} digits: {error}"
        raise TranscriptionError([Fault(("network",), message)], source) from None
    return exercise


def answers_text(exercise: Exercise, given: Mapping[str, str] | None = None) -> str:
    """The file of answers to an exercise, as TOML.

    Args:
        exercise: What is asked.
        given: The answers; None for blanks.
    """
    lines = [
        f"# Fill in the numbers under [answers], each to {exercise.digits} significant digits.",
        "# What stands above them is the exercise, and stays as it is.",
        f"title = {toml_value(exercise.title)}",
        f"digits = {exercise.digits}",
        'student = ""',
        "",
        *network_lines(exercise.network),
        "",
        *run_lines(exercise.run),
        "",
        "[answers]",
    ]
    for stage in Stage:
        blanks = [blank for blank in exercise.blanks if blank.stage is stage]
        lines += [f"# {stage}"] if blanks else []
        for blank in blanks:
            answer = (given or {}).get(blank.quantity, "")
            name = symbol(blank.quantity)
            lines.append(f"{toml_value(blank.quantity)} = {toml_value(answer)}  # {name}")
    return "\n".join(lines) + "\n"

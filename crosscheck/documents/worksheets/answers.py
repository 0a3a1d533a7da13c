"""The file of answers to an exercise: what is given, and a place for every number to fill in.

student = "Ada"

[answers]
"pre_activations[0][0, 0]" = "-1.950"
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from crosscheck.documents.entries import fields, table_of, text, whole_number
from crosscheck.documents.example_reading import READERS, check_runs, read_run
from crosscheck.documents.faults import (
    Fault,
    Faults,
    Path,
    TranscriptionError,
    refusal,
    suggestion,
)
from crosscheck.documents.transcription import read_table_of
from crosscheck.documents.worksheets.drawing import DIGITS, run_of
from crosscheck.documents.worksheets.exercise import Exercise, Stage
from crosscheck.documents.worksheets.notation import symbol
from crosscheck.documents.worksheets.update_rules import RULES
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
    faults = Faults()
    readers = {
        "title": text,
        "digits": whole_number,
        "network": READERS["network"],
        "run": read_run,
        "answers": table_of(_answer),
    }
    found = faults.read(lambda where, value: fields(where, value, readers, OPTIONAL), (), table)
    faults.end(source)
    network, run, answers = found["network"], found["run"], found["answers"]
    faults += check_runs(network, {0: run})
    faults += list(_no_exercise(found))
    faults.end(source)
    exercise = Exercise(found["title"], network, run, found["digits"])
    try:
        _ = exercise.solution
    except (UndecidedError, ValueError) as error:
        message = f"its results cannot be printed to {exercise.digits} digits: {error}"
        raise TranscriptionError([Fault(("network",), message)], source) from None
    known = [blank.quantity for blank in exercise.blanks]
    faults += [
        Fault(("answers", each), f"no such blank{suggestion(each, known)}")
        for each in answers
        if each not in known
    ]
    faults.end(source)
    file = FilePath(path)
    return Sheet(str(file), found.get("student") or file.stem, exercise, answers)


OPTIONAL = {"student": text}


def _no_exercise(found: Mapping[str, Any]) -> list[Fault]:
    """Why what is read is none of the exercises that are made here."""
    network, run, digits = found["network"], found["run"], found["digits"]
    usual = run_of(run.optimizer, run.layers).hyperparameters if run.optimizer in RULES else {}
    faults = [
        Fault(("run", "hyperparameters", key), "must be left at its default in an exercise")
        for key in run.hyperparameters
        if run.optimizer in RULES and key not in usual
    ]
    return faults + [
        Fault(path, message)
        for path, message, wrong in (
            (
                ("digits",),
                f"must be from {DIGITS.start} to {DIGITS.stop - 1}",
                digits not in DIGITS,
            ),
            (("network", "inputs"), "must be one sample", len(network.inputs) != 1),
            (("run", "steps"), "must be 1", run.steps != 1),
            (("run", "layers"), "must name a layer", not run.layers),
            (
                ("run", "optimizer"),
                f"must be one of {', '.join(RULES)}",
                run.optimizer not in RULES,
            ),
        )
        if wrong
    ]


def _answer(where: Path, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise refusal(where, f"must be a number or a text, not {value!r}")
    return str(value)


def answers_text(exercise: Exercise, given: Mapping[str, str] | None = None) -> str:
    """The file of answers to an exercise, as TOML.

    Args:
        exercise: What is asked.
        given: The answers; None for blanks.
    """
    network, run = exercise.network, exercise.run
    hyperparameters = {"learning_rate": run.learning_rate, **run.hyperparameters}
    lines = [
        f"# Fill in the numbers under [answers], each to {exercise.digits} significant digits.",
        "# What stands above them is the exercise, and stays as it is.",
        f"title = {_quoted(exercise.title)}",
        f"digits = {exercise.digits}",
        'student = ""',
        "",
        "[network]",
        f"activations = {_list(network.activations)}",
        f"loss = {_quoted(network.loss)}",
        f"inputs = {_rows(network.inputs)}",
        f"targets = {_rows(network.targets)}",
    ]
    for layer in network.params:
        lines += ["", "[[network.params]]", f"weight = {_rows(layer.weight)}"]
        lines += [f"bias = {_list(layer.bias)}"]
    lines += ["", "[run]", f"name = {_quoted(run.name)}", f"optimizer = {_quoted(run.optimizer)}"]
    lines += [f"layers = {json.dumps(run.layers)}", "", "[run.hyperparameters]"]
    lines += [f"{key} = {_value(value)}" for key, value in hyperparameters.items()]
    lines += ["", "[answers]"]
    for stage in Stage:
        blanks = [blank for blank in exercise.blanks if blank.stage is stage]
        lines += [f"# {stage}"] if blanks else []
        for blank in blanks:
            answer = (given or {}).get(blank.quantity, "")
            name = symbol(blank.quantity)
            lines.append(f"{_quoted(blank.quantity)} = {_quoted(answer)}  # {name}")
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else _quoted(str(value).lower())


def _quoted(value: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(value, ensure_ascii=False)


def _list(values: Any) -> str:
    return f"[{', '.join(map(_quoted, values))}]"


def _rows(rows: Any) -> str:
    return f"[{', '.join(map(_list, rows))}]"

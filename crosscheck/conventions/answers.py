"""The conventions as a matrix: what each framework answers to the questions that people ask.

An answer is read from the statements that were run, and keeps them as its evidence: no cell is
written by hand, and a framework without a statement on a question has an empty cell.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from crosscheck.conventions import stock
from crosscheck.conventions.calls import ReferenceCall, reduction, reference_call
from crosscheck.conventions.functions.statements import SINGLE
from crosscheck.conventions.optimizers.trials import CHANGING

# A finding as JSON: see `Finding.as_json`.
Row = Mapping[str, Any]
# At the usual eps, which is tiny, its place cannot be seen.
LARGE_EPS = 1e-3


class Reading(NamedTuple):
    """What one statement answers.

    Attributes:
        word: The answer in a few words.
        usual: Whether it is the default of the references; None where they have none.
    """

    word: str
    usual: bool | None


class Question(NamedTuple):
    """A question.

    Attributes:
        name: A short name of letters.
        title: The heading of its column.
        asks: The question in a sentence, with what the words of its answers mean.
        read: A function of a finding to what it answers; None where it says nothing about this.
    """

    name: str
    title: str
    asks: str
    read: Callable[[Row], Reading | None]


def _call(row: Row, keyword: str, *, changing: bool = False) -> ReferenceCall | None:
    """The reference's call of a statement about an optimizer, unless it was asked for a keyword.

    Args:
        row: The finding.
        keyword: The keyword: what a framework does at first is seen where nobody sets it.
        changing: Whether the statement must have been tried at a learning rate that changes, or at
            one that stays.
    """
    if row["kind"] != "optimizer" or row["probe"].endswith(CHANGING) != changing:
        return None
    if f"{keyword}=" in row["component"] + row["probe"]:
        return None
    return reference_call(row["statement"])


def _eps(row: Row) -> Reading | None:
    call = _call(row, "eps_place")
    if call is None or "eps_place" not in call.keywords or call.keywords["eps"] < LARGE_EPS:
        return None
    place = call.keywords["eps_place"]
    return Reading(place, place == call.defaults["eps_place"])


def _bias_correction(row: Row) -> Reading | None:
    call = _call(row, "bias_correction")
    if call is None or not call.defaults.get("bias_correction"):
        return None  # as of AMSGrad, whose paper corrects nothing
    corrects = call.keywords["bias_correction"]
    return Reading("corrected" if corrects else "not corrected", corrects)


def _velocity(row: Row) -> Reading | None:
    call = _call(row, "rate_inside", changing=True)  # at one rate both are the same
    if call is None or not call.keywords.get("momentum") or "rate_inside" not in call.keywords:
        return None
    inside = call.keywords["rate_inside"]
    word = "rate inside" if inside else "rate outside"
    return Reading(word, inside is call.defaults["rate_inside"])


def _decay(row: Row) -> Reading | None:
    if row["kind"] == "estimator":
        inside = re.search(
            r"the decay is added to the gradient|the gradient is .* plus alpha", row["statement"]
        )
        return Reading("in the gradient", False) if inside else None
    call = _call(row, "decoupled")
    if call is None or call.decay is None:
        return None
    if not call.decay.get("decoupled", True):
        return Reading("in the gradient", False)
    scaled = call.decay.get("scaled", True)
    return Reading("beside the update" if scaled else "beside, without the rate", scaled)


def _slope_at_0(row: Row) -> Reading | None:
    if row["kind"] != "activation" or row["probe"] != "z = 0":
        return None
    if not re.search(r"(?<!\w)(relu|maximum)\(", row["component"]):
        return None
    slope = re.search(r", gradient ([^ ,()]+)", row["statement"])
    return slope and Reading(slope.group(1), slope.group(1) == "0")


def _reduction(row: Row) -> Reading | None:
    text = row["component"] + row["statement"]
    asked_for = re.search(r"weight|ignored|reduction=", text)
    word = reduction(row["statement"]) if row["kind"] == "loss" and not asked_for else None
    if word is None:
        return None
    return Reading(word, False if "gradient" in word else None)


def _dtype(row: Row) -> Reading | None:
    at_defaults = row["kind"] == "optimizer" and row["probe"] == "defaults"
    of_function = row["kind"] in ("activation", "loss") and not row["probe"].startswith("z =")
    if not at_defaults and not of_function:
        return None
    rounds = "float32" in row["statement"] or (row["least"], row["most"]) == SINGLE
    return Reading("float32 inside" if rounds else "float64", not rounds)


QUESTIONS = (
    Question(
        "eps",
        "eps",
        "Where does eps stand? outside: \u221av + eps; inside: \u221a(v + eps), in Adamax in the "
        "maximum; hat: beside the root before its bias is corrected.",
        _eps,
    ),
    Question(
        "bias",
        "bias correction",
        "Do Adam and its kin divide their moments by 1 - b^t, unless they are asked not to?",
        _bias_correction,
    ),
    Question(
        "velocity",
        "velocity",
        "Does momentum gather steps (rate inside) or gradients (rate outside)? It shows when the "
        "learning rate changes.",
        _velocity,
    ),
    Question(
        "decay",
        "weight decay",
        "Does the decay stand in the gradient, as an L2 penalty, or beside the update, as in "
        "AdamW?",
        _decay,
    ),
    Question("relu", "relu\u2032(0)", "What slope has max(z, 0) at 0, by every name?", _slope_at_0),
    Question(
        "reduction",
        "reductions",
        "What do losses give for B samples with K outputs, unless they are asked otherwise?",
        _reduction,
    ),
    Question(
        "dtype",
        "dtype",
        "Given float64, is everything computed in it, or something in float32?",
        _dtype,
    ),
)


def matrix(findings: Sequence[Row]) -> dict[str, Any]:
    """Every framework's answers to every question.

    Args:
        findings: As JSON, of `Finding.as_json`.

    Returns:
        "questions": the name, the title and the sentence of each. "frameworks": of each, in the
        order of the findings, its name, its title and, by the name of the question, its "cells":
        a list of answers, the most frequent first. An answer has its "word"; "usual": whether it
        is the reference's default, or None; "components": the short names of those that answer so;
        "rows": the indices of the findings that say so; and "holds": whether all of those are
        true, or None if none of them was run.
    """
    frameworks: dict[str, dict[str, dict[Reading, list[int]]]] = {}
    for index, row in enumerate(findings):
        cells = frameworks.setdefault(row["framework"], {each.name: {} for each in QUESTIONS})
        for question in QUESTIONS:
            reading = question.read(row)
            if reading is not None:
                cells[question.name].setdefault(reading, []).append(index)
    return {
        "questions": [
            {"name": each.name, "title": each.title, "asks": each.asks} for each in QUESTIONS
        ],
        "frameworks": [
            {
                "name": name,
                "title": stock.FRAMEWORKS[name].title if name in stock.FRAMEWORKS else name,
                "cells": {question: _answers(found, findings) for question, found in cells.items()},
            }
            for name, cells in frameworks.items()
        ],
    }


def _answers(found: Mapping[Reading, list[int]], findings: Sequence[Row]) -> list[dict[str, Any]]:
    answers = []
    for (word, usual), rows in found.items():
        results = [findings[row]["holds"] for row in rows]
        tried = [each for each in results if each is not None]
        components = dict.fromkeys(_short_name(findings[row]) for row in rows)
        answers.append(
            {
                "word": word,
                "usual": usual,
                "components": list(components),
                "rows": rows,
                "holds": all(tried) if tried else None,
            }
        )
    return sorted(answers, key=lambda answer: -len(answer["components"]))


def _short_name(row: Row) -> str:
    """A component without its modules, and a function without its arguments.

    The arguments in the name of an optimizer tell apart what one function can compute.
    """
    name = re.sub(r"^\W*(?:\w+\.)+", "", row["component"])
    return name if row["kind"] == "optimizer" else name.partition("(")[0]

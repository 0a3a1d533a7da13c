"""What the parts of a run look like, so that one that was altered is refused at its place."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Verdict
from crosscheck.frameworks.plain_text import plain

MOST = 10**15  # no count and no measure of a run comes near it


@dataclass(frozen=True)
class Maybe:
    """A value, or null."""

    shape: Any


@dataclass(frozen=True)
class Pair:
    """A list of two texts."""


@dataclass(frozen=True)
class Name:
    """A text that becomes a part of a file's name."""


@dataclass(frozen=True)
class ByName:
    """An object whose keys become parts of files' names."""

    shape: Any


@dataclass(frozen=True)
class Some:
    """A list of at least one."""

    shape: Any


@dataclass(frozen=True)
class Decimal:
    """A number as a text."""


@dataclass(frozen=True)
class OneOf:
    """One of some words."""

    words: tuple[str, ...]


# A mapping with the key "*" has any keys; one that ends with "?" may be missing. Keys that are not
# listed are not shown. `float` takes whole numbers, too.
MEASURE = Maybe(float)
CATCH = Maybe({"stage": str, "margin": MEASURE})
FIGURES = {
    "fraction": MEASURE, "ulps": MEASURE, "where": str, "holds": bool, "known_failure": Maybe(str),
}  # fmt: skip
STATUS = {
    "version": Maybe(str),
    "status": str,
    "reasons": [str],
    "not_supported": {"*": [str]},
    "known_failures": {"*": [str]},
}
SLIP = {
    "name": str, "explanation": str, "expression": str, "inputs": str, "gives": Decimal(),
    "reproduces": bool,
}  # fmt: skip
NUMBER = {
    "document": Name(),
    "section": str,
    "line": str,
    "quantity": str,
    "printed": str,
    "exact": Maybe(Decimal()),
    "verdict": OneOf(tuple(Verdict)),
    "slip": Maybe(SLIP),
    "frameworks": {"*": float},
}
STATEMENT = {
    "document": Name(),
    "section": str,
    "statement": str,
    "verdict": OneOf(tuple(StatementVerdict)),
    "correct": Maybe(str),
    "readings": {"*": bool},
}
FINDING = {
    "kind": str, "framework": str, "component": str, "probe": str, "statement": str,
    "difference": MEASURE, "least": MEASURE, "most": MEASURE, "problem": Maybe(str),
    "missing": Maybe(str), "holds": Maybe(bool),
}  # fmt: skip
CHANGE = {"line": int, "before": [str], "after": [str]}
MISTAKE = {
    "name": str, "kind": str, "stage": Maybe(str), "margin": MEASURE, "problem": Maybe(str),
    "groups": {"*": CATCH}, "file": str, "within": Maybe(str), "changes": [CHANGE],
}  # fmt: skip
CONDITION = {
    "function": str, "condition": str, "applies": bool, "caught": bool, "by": Maybe(str),
    "excused": Maybe(str), "problem": Maybe(str),
}  # fmt: skip
EPOCH = {"loss": float, "train_accuracy": float, "test_accuracy": float, "seconds": float}
CONFIGURATION = {
    "data": str, "layers": [int], "activations": [str], "loss": str, "optimizer": str,
    "batch_size": int, "dtype": str,
}  # fmt: skip
SHAPES: dict[str, Any] = {
    "verification": {
        "frameworks": {"*": STATUS},
        "stages": [{"group": str, "stage": str, "frameworks": Pair(), **FIGURES}],
        "definitions": [{"name": str, "framework": str, **FIGURES}],
        "differ": [{"frameworks": Pair(), "text": str, **FIGURES}],
        "comparisons": int,
        "problems": [str],
        "holds": bool,
    },
    "ledger": {"documents": ByName(str), "numbers": [NUMBER], "statements": [STATEMENT]},
    "mistakes": {"mistakes": [MISTAKE], "conditions?": [CONDITION]},
    "conventions": {"versions": {"*": str}, "findings": [FINDING]},
    "training": {
        "missing?": str,
        "configuration?": CONFIGURATION,
        "runs?": [{"framework": str, "epochs": Some(EPOCH)}],
        "drift?": [{"epoch": int, "difference": float, "ulps": float}],
    },
    "environment": {
        "crosscheck": str, "python": str, "machine": str, "libraries": {"*": str},
        "flags": {"*": str},
    },
}  # fmt: skip
# What a part has unless it says why there is nothing to show.
SHOWN = {"training": ("configuration", "runs", "drift")}
WORDS = {str: "a text", float: "a number", int: "a whole number", bool: "true or false"}


def faults(name: str, part: Any) -> Iterator[str]:
    """What is wrong with a part of a run, each with its place, as `runs[0].framework`.

    Args:
        name: The name of the part.
        part: What its file holds.
    """
    yield from _faults("", part, SHAPES[name])
    if isinstance(part, dict) and "missing" not in part:
        for key in SHOWN.get(name, ()):
            if key not in part:
                yield f"{key} is missing"


def _faults(place: str, value: Any, shape: Any) -> Iterator[str]:
    if isinstance(shape, Maybe):
        if value is not None:
            yield from _faults(place, value, shape.shape)
    elif isinstance(shape, ByName) and isinstance(value, dict) and all(map(_is_name, value)):
        yield from _faults_of_object(place, value, {"*": shape.shape})
    elif isinstance(shape, Some) and isinstance(value, list) and value:
        yield from _faults(place, value, [shape.shape])
    elif isinstance(shape, list) and isinstance(value, list):
        for index, each in enumerate(value):
            yield from _faults(f"{place}[{index}]", each, shape[0])
    elif isinstance(shape, dict) and isinstance(value, dict):
        yield from _faults_of_object(place, value, shape)
    elif not _fits(value, shape):
        yield f"{place or 'it'} must be {_words(shape)}, not {plain(repr(value)[:60])}"


def _faults_of_object(place: str, value: dict[str, Any], shape: dict[str, Any]) -> Iterator[str]:
    if "*" in shape:
        for key, each in value.items():
            yield from _faults(f"{place}[{plain(key)!r}]", each, shape["*"])
        return
    for key, inner in shape.items():
        name = key.removesuffix("?")
        below = f"{place}.{name}" if place else name
        if name in value:
            yield from _faults(below, value[name], inner)
        elif name == key:
            yield f"{below} is missing"


def _fits(value: Any, shape: Any) -> bool:
    """Whether a value that holds no others has a shape."""
    if isinstance(shape, Pair):
        return isinstance(value, list) and [type(each) for each in value] == [str, str]
    if isinstance(shape, OneOf):
        return value in shape.words
    if isinstance(shape, Name):
        return isinstance(value, str) and _is_name(value)
    if isinstance(shape, Decimal):
        return isinstance(value, str) and _is_decimal(value)
    if shape is float or shape is int:
        kinds = (int, float) if shape is float else int
        return isinstance(value, kinds) and not isinstance(value, bool) and _is_small(value)
    return isinstance(shape, type) and isinstance(value, shape)


def _is_small(number: float) -> bool:
    """Whether it is finite, and a whole number no longer than what is counted."""
    return abs(number) <= MOST if isinstance(number, int) else math.isfinite(number)


def _is_name(text: str) -> bool:
    return text.isprintable() and not set(text) & set("/\\")


def _is_decimal(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _words(shape: Any) -> str:
    if isinstance(shape, OneOf):
        return f"one of {', '.join(shape.words)}"
    if isinstance(shape, list | dict):
        return "a list" if isinstance(shape, list) else "an object"
    kinds = {
        Pair: "two texts",
        Name: "a text without slashes",
        ByName: "an object whose keys have no slashes",
        Some: "a list that is not empty",
        Decimal: "a number as a text",
    }
    return kinds.get(type(shape)) or WORDS[shape]

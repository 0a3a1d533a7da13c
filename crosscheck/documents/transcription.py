"""The five documents, transcribed: one TOML file each, with what it gives and what it prints.

A transcription holds the document's worked example, every line with a worked number, and the slips
that explain the wrong numbers. It holds no verdict: `verdicts.judge` works those out. Each line
stands twice, as its text and as the list of its numbers, together with a fingerprint of both. So
an accidental change of a line is found, and the message names the line.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache, partial
from importlib.resources import files
from typing import Any

from crosscheck.documents import example_reading
from crosscheck.documents.entries import (
    Reader,
    TranscriptionError,
    expression,
    fields,
    flag,
    list_of,
    one_of,
    table_of,
    text,
)
from crosscheck.documents.examples import Example
from crosscheck.documents.expressions import normal_form
from crosscheck.documents.numbers import DOCUMENTS as DOCUMENTS

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻·", "0123456789-.")
NUMERAL = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?")
# What may be left of a line once its numbers are taken out: indices, and constants of a formula.
NOT_WORKED = {"0", "1", "2"}


class Inputs(StrEnum):
    """The values of its quantities on which an expression is computed."""

    PRINTED = "printed"  # nearest before
    EXACT = "exact"
    VERBATIM = "verbatim"  # nothing is computed: the printed string is copied


@dataclass(frozen=True)
class Printed:
    """A number as it is printed: a string of digits, such as "-0.0287", "1.2e-3" or "13,001"."""

    printed: str

    @property
    def value(self) -> Fraction:
        """The printed string as a rational number."""
        return Fraction(_ascii(self.printed))

    @property
    def half_unit(self) -> Fraction:
        """Half a unit of the last printed digit."""
        mantissa, _, exponent = _ascii(self.printed).partition("e")
        decimals = len(mantissa.partition(".")[2])
        return Fraction(10) ** (int(exponent or 0) - decimals) / 2

    @property
    def is_integer(self) -> bool:
        """Whether it is printed as a whole number, which admits no rounding."""
        return _ascii(self.printed).lstrip("+-").isdigit()

    @property
    def tolerance(self) -> Fraction:
        """How far a number may be from `value` and still be printed like this."""
        return Fraction(0) if self.is_integer else self.half_unit


@dataclass(frozen=True)
class Number(Printed):
    """One occurrence of a worked number.

    Attributes:
        printed: The string as printed.
        document, section, line: Where it stands; `line` is the text of the line.
        quantity: What it is, in the contract's terms, or an expression of such quantities.
        step: The expression by which the line itself gets it from what was printed before.
        illustration: Why the number is not judged, or None.
        is_round: Whether it is a count in round figures: "13000" for 13,002.
    """

    document: str
    section: str
    line: str
    quantity: str
    step: str
    illustration: str | None
    is_round: bool = False

    @property
    def tolerance(self) -> Fraction:
        """How far a number may be from `value` and still be printed like this."""
        if not self.is_round:
            return super().tolerance
        digits = _ascii(self.printed)
        return Fraction(10) ** (len(digits) - len(digits.rstrip("0"))) / 2

    @property
    def place(self) -> str:
        """Where it stands, for a message."""
        return f"document {self.document}, section {self.section}: {self.printed} in {self.line!r}"


@dataclass(frozen=True)
class Slip:
    """A wrong step that may explain contradicted numbers: one cause, all the numbers it touches.

    Attributes:
        name: What went wrong, in a few words.
        explanation: The same in a sentence or two.
        inputs: On which values the step is computed: PRINTED or EXACT.
        steps: The wrong expression for every quantity it touches.
    """

    name: str
    explanation: str
    inputs: Inputs
    steps: Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """One column of a computed table: its title, and the inputs on which its cells are computed."""

    title: str
    inputs: Inputs


@dataclass(frozen=True)
class ComputedTable:
    """A table that the ledger shows of a document; every cell is an expression to compute.

    Attributes:
        title: Of the table.
        columns: All but the first, which has the labels of the rows.
        rows: The label of each row, and one expression for every column.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Document:
    """One transcribed document."""

    number: str
    title: str
    example: Example
    numbers: tuple[Number, ...]
    slips: tuple[Slip, ...]
    tables: tuple[ComputedTable, ...]


@cache
def load(document: str) -> Document:
    """Read one transcription.

    Args:
        document: One of `DOCUMENTS`.

    Raises:
        ValueError: If there is no such document.
        TranscriptionError: As `parse` does.
    """
    if document not in DOCUMENTS:
        raise ValueError(f"unknown document {document!r}: known are {', '.join(DOCUMENTS)}")
    file = files("crosscheck.documents").joinpath(f"{document}.toml")
    return parse(document, tomllib.loads(file.read_text(encoding="utf-8")))


def parse(document: str, content: Mapping[str, Any]) -> Document:
    """Check the content of a transcription and give it its types.

    Args:
        document: Its number, as "002".
        content: What its TOML file holds.

    Raises:
        TranscriptionError: If a key is missing or unknown, if a value has another type than it
            must have, or if a line does not agree with its numbers or its fingerprint.
    """
    of_ledger: dict[str, Reader] = {
        "lines": list_of(partial(_line, document)),
        "slips": list_of(_slip),
        "tables": list_of(_table),
    }
    optional = example_reading.READERS | of_ledger
    found = fields(f"document {document}", content, {"title": text}, optional)
    lines, slips, tables = (found.pop(key, ()) for key in of_ledger)
    numbers = tuple(number for line in lines for number in line)
    return Document(document, found.pop("title"), Example(**found), numbers, slips, tables)


def fingerprint(line: Mapping[str, Any]) -> str:
    """Eight hexadecimal digits that stand for the text of a line and the numbers in it."""
    parts = [line["text"], *(entry["printed"] for entry in line["numbers"])]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:8]


def _slip(where: str, value: Any) -> Slip:
    required: dict[str, Reader] = {
        "name": text,
        "explanation": text,
        "inputs": one_of((Inputs.PRINTED, Inputs.EXACT)),
        "steps": table_of(expression),
    }
    found = fields(where, value, required)
    steps = {
        normal_form(expression(f"{where}, steps", quantity)): step
        for quantity, step in found.pop("steps").items()
    }
    return Slip(**found, steps=steps)


def _column(where: str, value: Any) -> Column:
    return Column(**fields(where, value, {"title": text, "inputs": one_of(tuple(Inputs))}))


def _table(where: str, value: Any) -> ComputedTable:
    readers = {"title": text, "columns": list_of(_column), "rows": list_of(list_of(text))}
    found = fields(where, value, readers)
    title, columns, rows = (found[key] for key in readers)
    for index, row in enumerate(rows):
        if len(row) != len(columns) + 1:
            raise TranscriptionError(
                f"{where}, rows[{index}]: must have a label and {len(columns)} cells, not {row}"
            )
    return ComputedTable(title, columns, tuple((label, tuple(cells)) for label, *cells in rows))


def _line(document: str, where: str, value: Any) -> list[Number]:
    """The numbers of one line, after its text, its numbers and its fingerprint are compared."""
    read_number = partial(
        fields,
        required={"printed": text},
        optional={
            "quantity": expression,
            "step": expression,
            "illustration": text,
            "round": flag,
        },
    )
    readers: dict[str, Reader] = {
        "section": text,
        "text": text,
        "fingerprint": text,
        "numbers": list_of(read_number),
    }
    line = fields(where, value, readers)
    section, rest = line["section"], line["text"]
    where = f"document {document}, section {section}, line {rest!r}"
    if fingerprint(line) != line["fingerprint"]:
        raise TranscriptionError(
            f"{where}: its fingerprint is {fingerprint(line)}, not {line['fingerprint']}: "
            "the line was changed after it was compared with the document"
        )
    numbers = []
    for entry in line["numbers"]:
        printed = entry["printed"]
        found = re.search(rf"(?<![0-9.]){re.escape(printed)}(?![0-9]|\.[0-9])", rest)
        if not found or not _only_constants(rest[: found.start()]):
            raise TranscriptionError(f"{where}: {printed!r} is not the next number of the line")
        rest = rest[found.end() :]
        quantity = normal_form(entry.get("quantity", "illustration"))
        step = entry.get("step", quantity)
        illustration = entry.get("illustration")
        place = (document, section, line["text"])
        number = Number(printed, *place, quantity, step, illustration, entry.get("round", False))
        if number.is_round and not (number.is_integer and printed.endswith("0")):
            raise TranscriptionError(
                f"{where}: {printed!r} is no round figure, a whole number that ends in 0"
            )
        numbers.append(number)
    if not _only_constants(rest):
        raise TranscriptionError(f"{where}: there are numbers in {rest!r} that have no entry")
    return numbers


def _only_constants(part: str) -> bool:
    return set(NUMERAL.findall(part)) <= NOT_WORKED


def _ascii(printed: str) -> str:
    return printed.translate(SUPERSCRIPTS).replace(" ", "").replace(",", "")

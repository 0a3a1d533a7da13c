"""The five documents, transcribed: one TOML file each, with what it gives and what it prints.

A transcription holds the document's data (the network, the optimizers' hyperparameters), every line
with a worked number, and the slips that explain the wrong ones. It holds no verdict: `judge` works
those out. Each line stands twice, as its text and as the list of its numbers, and under a
fingerprint, so that a slip of the keyboard here is found and named.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from crosscheck.documents.expressions import normal_form

DOCUMENTS = ("000", "001", "002", "003", "004")

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻·", "0123456789-.")
NUMERAL = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?")
# Left over in a line once its numbers are taken out: indices, and the constants of a formula.
NOT_WORKED = {"0", "1", "2"}


class TranscriptionError(ValueError):
    """A transcribed line contradicts itself; the message names the place."""


@dataclass(frozen=True)
class Number:
    """One occurrence of a worked number.

    Attributes:
        document, section, line: Where it stands; `line` is the text of the line.
        printed: The string as printed.
        quantity: What it is, in the contract's terms, or an expression of such quantities.
        step: How the line itself gets it from what was printed before.
        illustration: Why the number is not judged, or None.
    """

    document: str
    section: str
    line: str
    printed: str
    quantity: str
    step: str
    illustration: str | None

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
    def place(self) -> str:
        """Where it stands, for a message."""
        return f"document {self.document}, section {self.section}: {self.printed} in {self.line!r}"


@dataclass(frozen=True)
class Slip:
    """A wrong step that may explain contradicted numbers: one cause, all the numbers it touches.

    Attributes:
        name: What went wrong, in a few words.
        explanation: The same in a sentence or two.
        inputs: What the step is taken on: "printed" (nearest before) or "exact".
        steps: The wrong expression for every quantity it touches.
    """

    name: str
    explanation: str
    inputs: str
    steps: dict[str, str]


@dataclass(frozen=True)
class Document:
    """One transcribed document; `given` holds its data as written in the file."""

    number: str
    title: str
    numbers: tuple[Number, ...]
    slips: tuple[Slip, ...]
    given: dict[str, Any] = field(repr=False)


@cache
def load(document: str) -> Document:
    """Read one transcription.

    Raises:
        TranscriptionError: If a line does not agree with its numbers or its fingerprint.
    """
    text = files("crosscheck.documents").joinpath(f"{document}.toml").read_text(encoding="utf-8")
    given = tomllib.loads(text)
    return parse(document, given)


def parse(document: str, given: dict[str, Any]) -> Document:
    """Check a transcription and give it its types; `load` without the file."""
    numbers = tuple(
        number for line in given.get("lines", []) for number in _numbers(document, line)
    )
    slips = tuple(
        Slip(
            slip["name"],
            slip["explanation"],
            slip["inputs"],
            {normal_form(quantity): step for quantity, step in slip["steps"].items()},
        )
        for slip in given.get("slips", [])
    )
    return Document(document, given["title"], numbers, slips, given)


def fingerprint(line: dict[str, Any]) -> str:
    """Eight hexadecimal digits that stand for the text of a line and the numbers in it."""
    parts = [line["text"], *(entry["printed"] for entry in line["numbers"])]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:8]


def _numbers(document: str, line: dict[str, Any]) -> list[Number]:
    text, section = line["text"], line["section"]
    where = f"document {document}, section {section}, line {text!r}"
    if fingerprint(line) != line["fingerprint"]:
        raise TranscriptionError(
            f"{where}: its fingerprint is {fingerprint(line)}, not {line['fingerprint']}: "
            "the line was changed after it was compared with the document"
        )
    rest = text
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
        numbers.append(Number(document, section, text, printed, quantity, step, illustration))
    if not _only_constants(rest):
        raise TranscriptionError(f"{where}: there are numbers in {rest!r} that have no entry")
    return numbers


def _only_constants(text: str) -> bool:
    return set(NUMERAL.findall(text)) <= NOT_WORKED


def _ascii(printed: str) -> str:
    return printed.translate(SUPERSCRIPTS).replace(" ", "").replace(",", "")

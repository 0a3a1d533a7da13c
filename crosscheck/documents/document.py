"""A document, as data: what it gives to compute with, what it prints, and the slips in it.

It comes from a file (`transcription`), or is made in memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from crosscheck.documents.examples import Example
from crosscheck.documents.faults import Fault, Path, Source, TranscriptionError

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−·", "0123456789--.")


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
        path: Where it stands in the file of the document; empty where there is none.
        is_round: Whether it is a count in round figures: "13000" for 13,002.
    """

    document: str
    section: str
    line: str
    quantity: str
    step: str
    illustration: str | None = None
    path: Path = ()
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
    """A document: one of the five, or somebody's own.

    Attributes:
        number: What it is called: "002", or the name of its file without the ending.
        title: Of the document.
        example: What it gives to compute with.
        numbers: Every printed number, in the document's order.
        slips: The wrong steps that may explain contradicted numbers.
        tables: The tables that the ledger shows of it.
        source: Where it comes from; None if it was made in memory.
    """

    number: str
    title: str
    example: Example
    numbers: tuple[Number, ...]
    slips: tuple[Slip, ...] = ()
    tables: tuple[ComputedTable, ...] = ()
    source: Source | None = None

    def error(self, faults: Mapping[Path, str]) -> TranscriptionError:
        """The error of faults by their places in the document's file.

        Args:
            faults: What is wrong at each path, at least one.
        """
        source = self.source or Source(f"document {self.number}")
        return TranscriptionError([Fault(*fault) for fault in faults.items()], source)


def _ascii(printed: str) -> str:
    plain = printed.translate(SUPERSCRIPTS).replace(" ", "").replace(",", "")
    return plain.replace("×10", "e")

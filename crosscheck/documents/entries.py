"""Reading the tables of a document's file: every key is known, every value has its type.

A reader takes where a value stands and the value, and returns it typed. What is wrong it raises; a
table or a list reads all that it holds first, so that all the faults in it are raised at once.
"""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar

from crosscheck.documents.expressions import ExpressionError, normal_form
from crosscheck.documents.faults import Fault, Faults, Path, refusal, suggestion

Reader = Callable[[Path, Any], Any]
Word = TypeVar("Word", bound=str)
# Python reads no number of more than 4,300 digits; nobody prints so many as these.
DECIMAL = re.compile(r"[+-]?[0-9]{1,200}(?:\.[0-9]{1,200})?(?:e[+-]?[0-9]{1,3})?")


def fields(
    where: Path,
    table: Any,
    required: Mapping[str, Reader],
    optional: Mapping[str, Reader] | None = None,
) -> dict[str, Any]:
    """The values of a table by key, each read by the reader of its key.

    Args:
        where: Where the table stands.
        table: What the file has there.
        required, optional: The reader of every key that must or may stand there.

    Raises:
        TranscriptionError: If it is no table, if keys are missing or unknown, or if readers refuse
            their values.
    """
    faults = Faults()
    found = read_fields(faults, where, table, required, optional)
    faults.end()
    return found


def read_fields(
    faults: Faults,
    where: Path,
    table: Any,
    required: Mapping[str, Reader],
    optional: Mapping[str, Reader] | None = None,
) -> dict[str, Any]:
    """`fields`, which adds what is wrong to `faults`, and returns the rest; None where refused.

    Raises:
        TranscriptionError: If it is no table.
    """
    _of_type(dict, "a table", where, table)
    readers = {**required, **(optional or {})}
    unknown = [key for key in table if key not in readers]
    for key in unknown:
        faults.append(Fault((*where, key), f"unknown key{suggestion(key, readers)}"))
    for key in required:  # unless it is there, misspelled
        if key not in table and not get_close_matches(key, unknown, n=1):
            faults.append(Fault(where, f"{key!r} is missing"))
    return {
        key: faults.read(readers[key], (*where, key), value)
        for key, value in table.items()
        if key in readers
    }


def text(where: Path, value: Any) -> str:
    """A string."""
    return _of_type(str, "a text", where, value)


def flag(where: Path, value: Any) -> bool:
    """True or False."""
    return _of_type(bool, "true or false", where, value)


def whole_number(where: Path, value: Any) -> int:
    """An integer of TOML."""
    if isinstance(value, bool):
        raise refusal(where, f"must be a whole number, not {value!r}")
    return _of_type(int, "a whole number", where, value)


def decimal(where: Path, value: Any) -> str:
    """A decimal number in a string, which is returned as it stands."""
    if not (isinstance(value, str) and DECIMAL.fullmatch(value)):
        raise refusal(where, f"must be a decimal number as a text, not {value!r}")
    return value


def hyperparameter(where: Path, value: Any) -> Decimal | bool | str:
    """A number, a flag or a word of an optimizer; a text that writes a number is a number."""
    if isinstance(value, bool):
        return value
    return Decimal(value) if DECIMAL.fullmatch(text(where, value)) else value


def expression(where: Path, value: Any) -> str:
    """An expression over quantities, which is returned as it stands."""
    try:
        normal_form(text(where, value))
    except ExpressionError as error:
        raise refusal(where, str(error)) from None
    return value


def one_of(words: Collection[Word]) -> Callable[[Path, Any], Word]:
    """A reader of one word out of several."""

    def read(where: Path, value: Any) -> Word:
        for word in words:
            if text(where, value) == word:
                return word
        raise refusal(where, f"{value!r} is unknown{suggestion(value, words)}")

    return read


def list_of(reader: Reader) -> Reader:
    """A reader of lists whose items `reader` reads; it returns a tuple."""

    def read(where: Path, value: Any) -> tuple[Any, ...]:
        faults = Faults()
        items = [
            faults.read(reader, (*where, index), item)
            for index, item in enumerate(_of_type(list, "a list", where, value))
        ]
        faults.end()
        return tuple(items)

    return read


def table_of(reader: Reader) -> Reader:
    """A reader of tables with keys of any name, whose values `reader` reads; it returns a dict."""

    def read(where: Path, value: Any) -> dict[str, Any]:
        _of_type(dict, "a table", where, value)
        return fields(where, value, {}, dict.fromkeys(value, reader))

    return read


vector = list_of(decimal)


def matrix(where: Path, value: Any) -> tuple[tuple[str, ...], ...]:
    """Rows of decimals, all of one length, which is not 0."""
    rows: tuple[tuple[str, ...], ...] = list_of(vector)(where, value)
    if not rows or not rows[0]:
        raise refusal(where, "is empty")
    if len({len(row) for row in rows}) != 1:
        raise refusal(where, "its rows must be of one length")
    return rows


def _of_type(kind: type[Any], name: str, where: Path, value: Any) -> Any:
    if not isinstance(value, kind):
        raise refusal(where, f"must be {name}, not {value!r}")
    return value

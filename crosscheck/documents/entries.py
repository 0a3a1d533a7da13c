"""Reading the tables of a transcription: every key is known, every value has its type.

A reader takes where a value stands (for the message) and the value, and returns it typed.
"""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from crosscheck.documents.expressions import ExpressionError, normal_form

Reader = Callable[[str, Any], Any]
Word = TypeVar("Word", bound=str)
DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")


class TranscriptionError(ValueError):
    """A transcription contradicts itself or cannot be read; the message names the place."""


def fields(
    where: str,
    table: Any,
    required: Mapping[str, Reader],
    optional: Mapping[str, Reader] | None = None,
) -> dict[str, Any]:
    """The values of a table by key, each read by the reader of its key.

    Args:
        where: Where the table stands: "document 002, runs[1]".
        table: What the file has there.
        required, optional: The reader of every key that must or may stand there.

    Raises:
        TranscriptionError: If it is no table, if a key is missing or unknown, or if a reader
            refuses its value.
    """
    if not isinstance(table, dict):
        raise TranscriptionError(f"{where}: must be a table, not {table!r}")
    readers = {**required, **(optional or {})}
    for key in required:
        if key not in table:
            raise TranscriptionError(f"{where}: {key!r} is missing")
    for key in table:
        if key not in readers:
            raise TranscriptionError(
                f"{where}: unknown key {key!r}; known are {', '.join(readers)}"
            )
    return {key: readers[key](f"{where}, {key}", value) for key, value in table.items()}


def text(where: str, value: Any) -> str:
    """A string."""
    return _of_type(str, "a text", where, value)


def flag(where: str, value: Any) -> bool:
    """True or False."""
    return _of_type(bool, "true or false", where, value)


def whole_number(where: str, value: Any) -> int:
    """An integer of TOML."""
    if isinstance(value, bool):
        raise TranscriptionError(f"{where}: must be a whole number, not {value!r}")
    return _of_type(int, "a whole number", where, value)


def decimal(where: str, value: Any) -> str:
    """A decimal number in a string, which is returned as it stands."""
    if not (isinstance(value, str) and DECIMAL.fullmatch(value)):
        raise TranscriptionError(f"{where}: must be a decimal number as a text, not {value!r}")
    return value


def hyperparameter(where: str, value: Any) -> Decimal | bool | str:
    """A number, a flag or a word of an optimizer; a text that writes a number is a number."""
    if isinstance(value, bool):
        return value
    return Decimal(value) if DECIMAL.fullmatch(text(where, value)) else value


def expression(where: str, value: Any) -> str:
    """An expression over quantities, which is returned as it stands."""
    try:
        normal_form(text(where, value))
    except ExpressionError as error:
        raise TranscriptionError(f"{where}: {error}") from None
    return value


def one_of(words: Collection[Word]) -> Callable[[str, Any], Word]:
    """A reader of one word out of several."""

    def read(where: str, value: Any) -> Word:
        for word in words:
            if text(where, value) == word:
                return word
        raise TranscriptionError(f"{where}: must be one of {', '.join(words)}, not {value!r}")

    return read


def list_of(reader: Reader) -> Reader:
    """A reader of lists whose items `reader` reads; it returns a tuple."""

    def read(where: str, value: Any) -> tuple[Any, ...]:
        items = _of_type(list, "a list", where, value)
        return tuple(reader(f"{where}[{index}]", item) for index, item in enumerate(items))

    return read


def table_of(reader: Reader) -> Reader:
    """A reader of tables with keys of any name, whose values `reader` reads; it returns a dict."""

    def read(where: str, value: Any) -> dict[str, Any]:
        items = _of_type(dict, "a table", where, value)
        return {key: reader(f"{where}, {key}", item) for key, item in items.items()}

    return read


vector = list_of(decimal)


def matrix(where: str, value: Any) -> tuple[tuple[str, ...], ...]:
    """Rows of decimals, all of one length."""
    rows: tuple[tuple[str, ...], ...] = list_of(vector)(where, value)
    if len({len(row) for row in rows}) != 1:
        raise TranscriptionError(f"{where}: its rows must be of one length")
    return rows


def _of_type(kind: type[Any], name: str, where: str, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TranscriptionError(f"{where}: must be {name}, not {value!r}")
    return value

"""Reading what a document prints: its lines with their numbers, its slips and its tables."""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from crosscheck.documents.document import (
    SUPERSCRIPTS,
    Column,
    ComputedTable,
    Inputs,
    Number,
    Slip,
)
from crosscheck.documents.entries import (
    Reader,
    expression,
    fields,
    flag,
    list_of,
    one_of,
    table_of,
    text,
)
from crosscheck.documents.faults import Faults, Path, refusal

NUMERAL = re.compile(r"(?<![A-Za-z_0-9.])[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?")
# What may be left of a line once its numbers are taken out: indices, and constants of a formula.
NOT_WORKED = {"0", "1", "2"}
# In a line's text this stands for the number that comes next, so that it need be typed only once.
BLANK = "{}"
# "-0.0287", "13,001", "1.2e-3", "1.2 × 10⁻³", all in plain ASCII.
PRINTED = re.compile(
    r"[+-]? ?(\d{1,200}|\d{1,3}(,\d{3}){1,60})(\.\d{1,200})?( ?(e|× ?10)[+-]?\d{1,3})?", re.ASCII
)

Canonical = Callable[[str], str]


def printed(where: Path, value: Any) -> str:
    """A number as it is printed."""
    if not text(where, value).strip():
        raise refusal(where, "is empty: fill in what the notes print")
    if not PRINTED.fullmatch(value.translate(SUPERSCRIPTS)):
        raise refusal(where, f"{value!r} is no number")
    return value


NUMBER_READERS: tuple[dict[str, Reader], dict[str, Reader]] = (
    {"printed": printed},
    {"quantity": expression, "step": expression, "illustration": text, "round": flag},
)
LINE_READERS: tuple[dict[str, Reader], dict[str, Reader]] = (
    {
        "section": text,
        "text": text,
        "numbers": list_of(partial(fields, required=NUMBER_READERS[0], optional=NUMBER_READERS[1])),
    },
    {"fingerprint": text},
)
SLIP_READERS: dict[str, Reader] = {
    "name": text,
    "explanation": text,
    "inputs": one_of((Inputs.PRINTED, Inputs.EXACT)),
    "steps": table_of(expression),
}
COLUMN_READERS: dict[str, Reader] = {"title": text, "inputs": one_of(tuple(Inputs))}


def fingerprint(line: Mapping[str, Any]) -> str:
    """Eight hexadecimal digits that stand for the text of a line and the numbers in it."""
    parts = [line["text"], *(entry["printed"] for entry in line["numbers"])]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:8]


def read_slip(canonical: Canonical, where: Path, value: Any) -> Slip:
    """A slip; its expressions are put into their canonical spelling."""
    found = fields(where, value, SLIP_READERS)
    steps = found.pop("steps")
    faults = Faults()
    for quantity in steps:
        faults.read(expression, (*where, "steps", quantity), quantity)
    faults.end()
    return Slip(**found, steps={canonical(key): canonical(step) for key, step in steps.items()})


def _column(where: Path, value: Any) -> Column:
    return Column(**fields(where, value, COLUMN_READERS))


TABLE_READERS: dict[str, Reader] = {
    "title": text,
    "columns": list_of(_column),
    "rows": list_of(list_of(text)),
}


def read_table(canonical: Canonical, where: Path, value: Any) -> ComputedTable:
    """A table; its expressions are put into their canonical spelling."""
    found = fields(where, value, TABLE_READERS)
    title, columns, rows = (found[key] for key in TABLE_READERS)
    faults = Faults()
    for index, row in enumerate(rows):
        here = (*where, "rows", index)
        if len(row) != len(columns) + 1:
            message = f"must have a label and {len(columns)} cells, not {len(row)} texts"
            faults.extend(refusal(here, message).faults)
        for cell, each in enumerate(row[1:], start=1):
            faults.read(expression, (*here, cell), each)
    faults.end()
    return ComputedTable(
        title, columns, tuple((label, tuple(map(canonical, cells))) for label, *cells in rows)
    )


def read_line(
    document: str, guarded: bool, canonical: Canonical, where: Path, value: Any
) -> list[Number]:
    """The numbers of one line, after its text, its numbers and its fingerprint are compared.

    Args:
        document: What the document is called.
        guarded: Whether the line must have its fingerprint.
        canonical: Puts an expression into its canonical spelling.
        where, value: Where the line stands, and what stands there.
    """
    required, optional = LINE_READERS
    line = fields(where, value, required | optional if guarded else required, optional)
    if line.get("fingerprint", fingerprint(line)) != fingerprint(line):
        raise refusal(
            where,
            f"the fingerprint of {line['text']!r} is {fingerprint(line)}, not "
            f"{line['fingerprint']}: the line was changed after it was compared with the document",
        )
    faults = Faults()
    whole = faults.read(partial(_filled, line["numbers"]), (*where, "numbers"), line["text"])
    numbers = []
    for index, entry in enumerate(line["numbers"]):
        place = (*where, "numbers", index)
        if "quantity" not in entry and "illustration" not in entry:
            message = "'quantity' is missing (or 'illustration': why the number is not judged)"
            faults.extend(refusal(place, message).faults)
            continue
        quantity = canonical(entry.get("quantity", "illustration"))
        step = canonical(entry["step"]) if "step" in entry else quantity
        here = (document, line["section"], whole or line["text"])
        is_round = entry.get("round", False)
        number = Number(
            entry["printed"], *here, quantity, step, entry.get("illustration"), place, is_round
        )
        if is_round and not (number.is_integer and entry["printed"].endswith("0")):
            message = f"{number.printed!r} is no round figure, a whole number that ends in 0"
            faults.extend(refusal((*place, "round"), message).faults)
        numbers.append(number)
    faults.end()
    return numbers


def _filled(entries: list[dict[str, str]], where: Path, value: str) -> str:
    """The text of a line with its blanks filled, once every number was found in its order."""
    done, rest = "", value
    for index, entry in enumerate(entries):
        numeral = entry["printed"]
        found = _next(numeral, rest)
        if not found or not _only_constants(rest[: found.start()]):
            message = f"{numeral!r} is not the next number of the line {value!r}"
            raise refusal((*where, index, "printed"), message)
        done += rest[: found.start()] + numeral
        rest = rest[found.end() :]
    if not _only_constants(rest) or BLANK in rest:
        place = (*where[:-1], "text")
        raise refusal(place, f"there are numbers in {rest!r} that have no entry")
    return done + rest


def _next(numeral: str, rest: str) -> re.Match[str] | None:
    """Where a number comes next: by itself or in a blank; only else as the index of a symbol."""
    end = rf"{re.escape(numeral)}(?![0-9]|\.[0-9])"
    alone = re.search(rf"{re.escape(BLANK)}|(?<![0-9.A-Za-z_]){end}", rest)
    return alone or re.search(rf"(?<![0-9.]){end}", rest)


def _only_constants(part: str) -> bool:
    return set(NUMERAL.findall(part)) <= NOT_WORKED

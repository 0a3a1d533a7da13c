"""The files of documents: the five that are part of the package, and anybody's own.

A file is TOML. It holds the document's worked example, every line with a worked number, and the
slips that explain the wrong numbers. It holds no verdict: `verdicts.judge` works those out. Each
line stands twice, as its text and as the list of its numbers. In the five it has a fingerprint of
both, so that an accidental change of a line is found, and the message names the line.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Any

from crosscheck.documents import example_reading, naming
from crosscheck.documents.document import Document
from crosscheck.documents.entries import Reader, read_fields, text
from crosscheck.documents.examples import Example
from crosscheck.documents.expression_checks import expression_faults
from crosscheck.documents.faults import Fault, Faults, Path, Source, TranscriptionError, refusal
from crosscheck.documents.line_reading import read_line, read_slip, read_table
from crosscheck.documents.numbers import DOCUMENTS as DOCUMENTS
from crosscheck.documents.positions import lines_of
from crosscheck.frameworks.regular_files import read_regular


def _any_list(where: Path, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise refusal(where, f"must be a list, not {value!r}")
    return value


# The keys of a file that it must and that it may have; the items of these lists are read below.
FILE_READERS: tuple[dict[str, Reader], dict[str, Reader]] = (
    {"title": text},
    example_reading.READERS | dict.fromkeys(("runs", "lines", "slips", "tables"), _any_list),
)


@cache
def load(document: str) -> Document:
    """Read one of the five documents.

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


def read(path: str | os.PathLike[str]) -> Document:
    """Read a document of one's own; its `number` is the file's name without its ending.

    Args:
        path: The TOML file, in the format of the five documents; fingerprints may be left out.

    Raises:
        TranscriptionError: If it is no TOML, or as `parse` does; every message has its line.
        OSError: If it cannot be read.
    """
    table, source = read_table_of(path)
    return parse(FilePath(path).stem, table, source)


def read_table_of(
    path: str | os.PathLike[str], parse_float: Callable[[str], Any] = float
) -> tuple[dict[str, Any], Source]:
    """What a TOML file holds, and where each part of it stands.

    Args:
        path: The file.
        parse_float: What makes a value of a number that stands there without quotes.

    Raises:
        TranscriptionError: If it is no TOML.
        OSError: If it cannot be read.
    """
    file = FilePath(path)
    source = Source(file.name)
    try:
        content = read_regular(file).decode("utf-8-sig")
        table = tomllib.loads(content, parse_float=parse_float)
        return table, Source(file.name, lines_of(content))
    except UnicodeDecodeError as error:
        raise TranscriptionError([Fault((), f"is no UTF-8: {error}")], source) from None
    except RecursionError:
        raise TranscriptionError([Fault((), "is nested too deeply")], source) from None
    except ValueError as error:
        raise TranscriptionError([Fault((), f"is no TOML: {error}")], source) from None


def parse(document: str, content: Mapping[str, Any], source: Source | None = None) -> Document:
    """Check the content of a document's file and give it its types.

    Args:
        document: What it is called, as "002".
        content: What its TOML file holds.
        source: The file, of a document of one's own. Without it lines must have fingerprints.

    Raises:
        TranscriptionError: If keys are missing or unknown, if values have another type than they
            must have or do not fit each other, if a name stands for nothing, or if a line does not
            agree with its numbers or its fingerprint. All that is wrong is raised at once.
    """
    guarded = source is None
    source = source or Source(f"document {document}")
    faults = Faults()
    found = read_fields(faults, (), content, *FILE_READERS)
    runs = _each(faults, example_reading.read_run, "runs", found)
    network = found.get("network")
    if "runs" in content and "network" not in content:
        faults.append(Fault(("runs",), "needs a network"))
    faults.extend(example_reading.check_runs(network, runs))
    unread = [
        example_reading.name_of(run, runs.values())
        for index, run in enumerate(found.get("runs") or ())
        if index not in runs
    ]
    canonical = partial(
        naming.canonical,
        steps={run.name: run.steps for run in runs.values()},
        layers=len(network.params) if network is not None else None,
    )
    of_ledger: dict[str, Reader] = {
        "lines": partial(read_line, document, guarded, canonical),
        "slips": partial(read_slip, canonical),
        "tables": partial(read_table, canonical),
    }
    lines, slips, tables = (
        tuple(_each(faults, reader, key, found).values()) for key, reader in of_ledger.items()
    )
    of_example = {key: found[key] for key in example_reading.READERS if found.get(key) is not None}
    example = Example(**of_example, runs=tuple(runs.values()))
    names = naming.names_of(example, unread, "network" in content and network is None)
    faults.extend(expression_faults(content, *names, canonical))
    faults.end(source)
    numbers = tuple(number for line in lines for number in line)
    return Document(document, found["title"], example, numbers, slips, tables, source)


def _each(faults: Faults, reader: Reader, key: str, found: Mapping[str, Any]) -> dict[int, Any]:
    """The items of a list, each read by itself: by index those that are right."""
    items = {
        index: faults.read(reader, (key, index), item)
        for index, item in enumerate(found.get(key) or ())
    }
    return {index: item for index, item in items.items() if item is not None}

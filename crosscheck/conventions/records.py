"""What was recorded of frameworks that are not installed together with the others.

PaddlePaddle and TensorFlow are large, and tinygrad is slow, so that each is run by itself, on
another day. What came of it is kept in `recorded`, with the version, the date, and a digest of the
statements that were executed. A record whose digest is not that of the statements is out of date.
"""

import hashlib
import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from crosscheck.conventions import everything, stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.optimizers.translation import Translation

FOLDER = Path(__file__).parent / "recorded"
# The frameworks of which there is a record.
RECORDED = ("paddle", "tensorflow", "tinygrad")
# What is kept of each entry: a finding as it is, and of a translation what the page shows.
KEPT = {
    "findings": tuple(field.name for field in fields(Finding)),
    "translations": (
        "source",
        "source_framework",
        "expression",
        "target",
        "target_framework",
        "provisos",
        "difference",
    ),
}


@dataclass(frozen=True)
class Record:
    """What came of every statement about a framework, on one day.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        version: Of the framework.
        date: The day, as "2026-11-30".
        python, machine: With what, and on which kind of processor.
        beside: The versions of the frameworks with which its optimizers were compared.
        digest: Of the statements: see `digest`.
        findings: What came of them.
        translations: The pairs of optimizers at their defaults that were equal.
    """

    framework: str
    version: str
    date: str
    python: str
    machine: str
    beside: dict[str, str]
    digest: str
    findings: tuple[Finding, ...]
    translations: tuple[Translation, ...]

    @property
    def is_current(self) -> bool:
        """Whether the statements are still those that were executed."""
        return self.digest == digest(self.framework)


def digest(framework: str) -> str:
    """A digest of every statement about a framework, and of what it runs for them."""
    rows = everything.statements(framework)
    # Twelve digits: the last ones of a random number may depend on the machine.
    short = json.loads(json.dumps(rows), parse_float=lambda text: f"{float(text):.12g}")
    return hashlib.sha256(json.dumps(short, sort_keys=True).encode()).hexdigest()


def record(
    framework: str, findings: Sequence[Finding], translations: Iterable[Translation]
) -> Record:
    """The record of today.

    Args:
        framework: A framework that is installed.
        findings: What came of every statement about it.
        translations: Between it and the other frameworks that are installed.
    """
    others = [name for name in stock.FRAMEWORKS if name != framework]
    return Record(
        framework,
        stock.FRAMEWORKS[framework].version,
        date.today().isoformat(),
        platform.python_version(),
        platform.machine(),
        {n: stock.FRAMEWORKS[n].version for n in others if stock.FRAMEWORKS[n].missing is None},
        digest(framework),
        tuple(findings),
        tuple(each for each in translations if each.equal),
    )


def write(made: Record, folder: Path = FOLDER) -> Path:
    """Write a record into a folder.

    Returns:
        The file, which is named after the framework.

    Raises:
        OSError: If it cannot be written.
        ValueError: If a finding is not a finite number, which no statement allows.
    """
    path = folder / f"{made.framework}.json"
    parts = {
        name: [_kept(name, each) for each in value] if name in KEPT else value
        for name, value in asdict(made).items()
    }
    # A line for each of them, so that what changes with a new version is easy to see.
    lines = [f"{_text(name)}: {_lines(value)}" for name, value in parts.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return path


def _kept(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {field: entry[field] for field in KEPT[name]}


def _lines(value: Any) -> str:
    if not isinstance(value, list):
        return _text(value)
    return "[\n" + ",\n".join(map(_text, value)) + "\n]"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def read(framework: str, folder: Path = FOLDER) -> Record | None:
    """The record of a framework; None if there is none."""
    path = folder / f"{framework}.json"
    if not path.is_file():
        return None
    parts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    findings = tuple(Finding(**each) for each in parts.pop("findings"))
    translations = tuple(
        Translation(**each | {"provisos": tuple(each["provisos"]), "mismatch": {}})
        for each in parts.pop("translations")
    )
    return Record(**parts, findings=findings, translations=translations)


def current_records(frameworks: Iterable[str]) -> dict[str, Record]:
    """The records of those of some frameworks that are not installed, without outdated ones."""
    absent = [name for name in frameworks if stock.FRAMEWORKS[name].missing is not None]
    found = {name: read(name) for name in absent}
    return {name: each for name, each in found.items() if each is not None and each.is_current}

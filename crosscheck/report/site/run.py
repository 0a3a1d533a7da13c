"""A run as a site shows it: JSON files and pictures in one folder, read back and checked."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from crosscheck.frameworks.regular_files import read_regular
from crosscheck.report.site.shapes import faults

# The parts of a run, in the order in which they are gathered.
PARTS = ("verification", "ledger", "mistakes", "conventions", "training", "environment")
PNG = b"\x89PNG\r\n\x1a\n"  # with which every such picture begins
LARGEST = 2**28  # bytes of a part; a run of many frameworks has some 2**20
# What a part must have to be shown. The training may say why there is none.
KEYS = {
    "verification": ("frameworks", "stages", "definitions", "differ", "comparisons", "problems"),
    "ledger": ("documents", "numbers", "statements"),
    "mistakes": ("mistakes",),
    "conventions": ("versions", "findings"),
    "environment": ("crosscheck", "python", "machine", "libraries", "flags"),
}


class RunError(ValueError):
    """A folder is not a run that can be read, or cannot become one; the message says why."""


@dataclass(frozen=True)
class SiteRun:
    """A run.

    Attributes:
        parts: Its parts by their names in PARTS, as JSON objects.
        pictures: The files of its pictures.
    """

    parts: dict[str, Any]
    pictures: tuple[Path, ...]


def load(folder: Path) -> SiteRun:
    """Read a run back from its folder.

    Args:
        folder: A folder that has every part as `<part>.json`, and pictures as `*.png`.

    Raises:
        RunError: If a part is missing or is not one; the message names the file.
    """
    parts = {name: _load_part(folder, name) for name in PARTS}
    return SiteRun(parts, tuple(filter(_is_picture, sorted(folder.glob("*.png")))))


def _is_picture(path: Path) -> bool:
    """Whether a file is what its name says, and no link to something else."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(PNG)) == PNG


def _load_part(folder: Path, name: str) -> dict[str, Any]:
    path = folder / f"{name}.json"
    try:
        text = read_regular(path, LARGEST).decode("utf-8")
        part = json.loads(text, parse_constant=_refuse)
    except FileNotFoundError:
        raise RunError(
            f"{path} is missing: a run holds {', '.join(PARTS)} (leave out --run to make one)"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path} cannot be read: {error}") from None
    if not isinstance(part, dict):
        raise RunError(f"{path} is no part of a run: it is no object")
    missing = [key for key in KEYS.get(name, ()) if key not in part]
    if missing:
        raise RunError(f"{path} is no part of a run: it lacks {', '.join(missing)}")
    for fault in faults(name, part):
        raise RunError(f"{path} is no part of a run: {fault}")
    return part


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")

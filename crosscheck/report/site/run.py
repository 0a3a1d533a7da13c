"""A run as a site shows it: JSON files and pictures in one folder, read back and checked."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from crosscheck.frameworks.regular_files import read_regular
from crosscheck.report.site.pictures import PictureError, redraw
from crosscheck.report.site.shapes import faults

# The parts of a run, in the order in which they are gathered.
PARTS = ("verification", "ledger", "mistakes", "conventions", "training", "environment")
LARGEST = 2**28  # bytes of a part; a run of many frameworks has some 2**20
LARGEST_PICTURE = 2**22  # bytes; one has some 2**15
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
class Picture:
    """A picture of a run.

    Attributes:
        name: That of its file.
        content: The file, an SVG in English that neither executes nor fetches anything.
    """

    name: str
    content: bytes


@dataclass(frozen=True)
class SiteRun:
    """A run.

    Attributes:
        parts: Its parts by their names in PARTS, as JSON objects.
        pictures: Its pictures.
    """

    parts: dict[str, Any]
    pictures: tuple[Picture, ...]


def load(folder: Path) -> SiteRun:
    """Read a run back from its folder.

    Args:
        folder: A folder that has every part as `<part>.json`, and pictures as `*.svg`.

    Raises:
        RunError: If a part is missing or is not one, or a picture is not one; the message names
            the file.
    """
    parts = {name: _load_part(folder, name) for name in PARTS}
    drawn, earlier = (sorted(folder.glob(f"*.{kind}")) for kind in ("svg", "png"))
    if earlier and not drawn:
        raise RunError(
            f"{earlier[0]} cannot be shown in two languages, as the SVG pictures of this version "
            "can: make a new run by leaving out --run, or remove it"
        )
    return SiteRun(parts, tuple(map(_load_picture, drawn)))


def _load_picture(path: Path) -> Picture:
    if path.is_symlink():  # what it leads to may not be meant for others
        raise RunError(f"{path} is a link, and no picture")
    try:
        return Picture(path.name, redraw(read_regular(path, LARGEST_PICTURE)))
    except PictureError as error:
        raise RunError(f"{path} is no picture that crosscheck draws: {error}") from None
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error}") from None


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

"""The copy of a folder in which a file is checked, so that it changes nothing of its user's."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

# Neither hidden folders nor what is larger is copied: no homework needs it to be judged.
LARGEST, MOST_FILES = 64 * 2**20, 2000


def copied(path: Path, folder: Path) -> Path:
    """A copy of a file, and of what lies beside it as far as there is room, in a new folder.

    Raises:
        OSError: If the file itself cannot be copied.
    """
    folder.mkdir()
    room = LARGEST
    for each in sorted(path.parent.iterdir(), key=lambda one: one != path):
        if each.name in _left_out(path.parent, [each.name]) or each.name.startswith("__"):
            continue
        size = _size(each, room)
        if size > room:
            continue
        room -= size
        if each == path:
            shutil.copy(each, folder / each.name)
            continue
        with suppress(
            OSError
        ):  # it is gone meanwhile, or too long a name: the file may not need it
            if each.is_dir():
                shutil.copytree(each, folder / each.name, ignore=_left_out)
            else:
                shutil.copy(each, folder / each.name)
    return folder / path.name


def _left_out(folder: str | Path, names: Sequence[str]) -> set[str]:
    """What of a folder is not copied: what is hidden, a link, no file, or not to be read.

    A link may lead anywhere, and to read a pipe or a device may never end.
    """
    paths = {name: Path(folder, name) for name in names}
    return {
        name
        for name, path in paths.items()
        if name.startswith(".")
        or path.is_symlink()
        or not (path.is_dir() or path.is_file())
        or not os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK)
    }


def _size(path: Path, room: int) -> int:
    """How many bytes a file or a folder has; more than there is room for, if it has many files."""
    total = path.stat().st_size
    for number, each in enumerate(path.rglob("*") if path.is_dir() else ()):
        if number > MOST_FILES or total > room:
            return room + 1
        if each.is_file() and not each.is_symlink():
            total += each.stat().st_size
    return total

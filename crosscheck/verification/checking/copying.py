"""The copy of a folder in which a file is checked, so that it changes nothing of its user's."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from crosscheck.frameworks.regular_files import read_regular

# What the folders of copies are called, in the system's temporary folder.
PREFIX = "crosscheck-"
# Neither hidden folders nor what is larger is copied: no homework needs it to be judged.
LARGEST, MOST_FILES = 64 * 2**20, 2000


def copied(path: Path, folder: Path) -> Path:
    """A copy of a file, and of what lies beside it as far as there is room, in a new folder.

    Args:
        path: The file; through a link it is the file that the link leads to, beside which lies
            what it imports. Whatever its name is, it is copied.
        folder: The new folder.

    Returns:
        The copy, which is named as `path`.

    Raises:
        OSError: If the file itself cannot be read, is no file, or is larger than a text may be.
    """
    content = read_regular(path)
    folder.mkdir()
    copy = folder / path.name
    copy.write_bytes(content)
    room = LARGEST - len(content)
    real = path.resolve()
    for each in sorted(real.parent.iterdir()):
        left_out = each.name.startswith("__") or each.name == path.name
        if left_out or _left_out(real.parent, [each.name]):
            continue
        size = _size(each, room)
        if size > room:
            continue
        room -= size
        # It is gone meanwhile, or too long a name: the file may not need it.
        with suppress(OSError):
            if each.is_dir():
                shutil.copytree(each, folder / each.name, ignore=_left_out)
            else:
                shutil.copy(each, folder / each.name)
    return copy


def _left_out(folder: str | Path, names: Sequence[str]) -> set[str]:
    """What of a folder is not copied: what is hidden, a link, no file, not to be read, or a copy.

    A link may lead anywhere, and to read a pipe or a device may never end. Nor would it end to copy
    the temporary folder with the copies that are being made there.
    """
    paths = {name: Path(folder, name) for name in names}
    has_copies = os.path.realpath(folder) == os.path.realpath(tempfile.gettempdir())
    return {
        name
        for name, path in paths.items()
        if name.startswith(".")
        or (has_copies and name.startswith(PREFIX))
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

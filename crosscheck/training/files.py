"""Writing a file whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file whose content replaces `path` once the block has ended without an exception.

    Until then the bytes go into a hidden file in the same folder, and whatever was at `path`
    stays. The content is on the disk before it takes its name, so that a loss of power leaves
    either the old file or the new one. The hidden file has the same name every time: a killed
    process leaves at most one, and the next writer overwrites it.

    Args:
        path: The file to write. Its folder has to exist.

    Yields:
        The hidden file, open for writing bytes. It is removed if the block raises.

    Raises:
        OSError: If the folder cannot be written to, or the disk is full.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Force a new file's name to the disk, where the system can (Windows opens no folders)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

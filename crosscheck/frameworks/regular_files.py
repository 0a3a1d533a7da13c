"""Files of unknown origin: read only where they are files, and only so much of them."""

import errno
import stat
from pathlib import Path

LARGEST = 2**24  # bytes of a text that somebody wrote; no book has as many
KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


class NoFileError(OSError):
    """A path names something that is no file, or too large a one."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(errno.EINVAL, what, str(path))

    def __str__(self) -> str:
        return f"{self.filename} {self.strerror}"


def check_regular(path: Path) -> None:
    """Check that a path names a file, before anything is opened that may never end.

    Raises:
        OSError: If there is nothing, or something else, as a pipe, a device or a folder.
    """
    mode = path.stat().st_mode
    for is_kind, words in KINDS:
        if is_kind(mode):
            raise NoFileError(path, f"is {words}, and no file")


def read_regular(path: Path, most: int = LARGEST) -> bytes:
    """Read a whole file.

    Args:
        path: The file.
        most: How many bytes it may have.

    Raises:
        OSError: If it cannot be read, is no file, or has more bytes than that.
    """
    check_regular(path)
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise NoFileError(path, f"has more than {most:,} bytes")
    return content

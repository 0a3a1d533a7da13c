"""Files: written whole or not at all."""

import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from crosscheck.frameworks.regular_files import check_regular

try:
    import fcntl
except ImportError:  # Windows, which lets nobody remove a file that is open
    fcntl = None  # type: ignore[assignment]

READABLE = 0o666  # what a new file may be, before the umask takes from it


class LockedError(OSError):
    """Another process works in the same folder."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file whose content replaces `path` once the block has ended without an exception.

    Until then the bytes go into a hidden file in the same folder, and whatever was at `path`
    stays. The content is on the disk before it takes its name, so that a loss of power leaves
    either the old file or the new one. The hidden file's name is random and it is created anew, so
    that nobody can have put a link there. What a killed process left, the next writer removes.

    Args:
        path: The file to write. Its folder has to exist. A file that is replaced hands its mode
            on.

    Yields:
        The hidden file, open for writing bytes. It is removed if the block raises.

    Raises:
        OSError: If the folder cannot be written to, the disk is full, or `path` is no file.
    """
    if path.exists():
        check_regular(path)
    _remove_left_behind(path)
    part, descriptor = _created_beside(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if path.exists():
                os.chmod(part, stat.S_IMODE(path.stat().st_mode))
            yield file
            file.flush()
            os.fsync(file.fileno())
            if os.name == "posix":  # while it is locked, so that nobody takes it for left behind
                os.replace(part, path)
        if os.name != "posix":  # where an open file cannot be renamed
            os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    _sync_folder(path.parent)


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Keep other processes from writing into the same folder, as long as the block lasts.

    The lock ends with the process, however that ends; its file `.lock` stays, and means nothing.

    Args:
        folder: The folder; it is made if it does not exist.

    Raises:
        LockedError: If another process holds the lock.
        OSError: If the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Never through a link, which could lead to a file of somebody else.
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(folder / ".lock", flags, READABLE)
    try:
        if _lock(descriptor) is False:
            raise LockedError(f"{folder} is being written to by another run")
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool | None:
    """Lock an open file; False if another process has, and None where there are no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return None
    return True


def _created_beside(path: Path) -> tuple[Path, int]:
    """A new hidden file in the folder of `path`, open and locked: .NAME.16 hex digits.part."""
    while True:
        part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, READABLE)
        _lock(descriptor)
        if os.fstat(descriptor).st_nlink:  # else another writer removed it before it was locked
            return part, descriptor
        os.close(descriptor)


def _remove_left_behind(path: Path) -> None:
    """Remove the hidden files of processes that were killed while they wrote to a path.

    Only what `_created_beside` can have made, this user owns, and nobody has locked. Where there
    are no locks nothing is removed: another process may be writing it.
    """
    if fcntl is None:
        return
    ours = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{16}}\.part", re.DOTALL)
    with suppress(OSError):  # whoever writes next meets the same error, and names the folder
        for part in path.parent.iterdir():
            if ours.fullmatch(part.name):
                _remove_if_unused(part)


def _remove_if_unused(part: Path) -> None:
    """Remove a file of this user that no process has locked."""
    with suppress(OSError):
        descriptor = os.open(part, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            found = os.fstat(descriptor)
            is_own = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
            if is_own and _lock(descriptor):
                part.unlink()
        finally:
            os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Force a new file's name to the disk, where the system can (Windows opens no folders)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

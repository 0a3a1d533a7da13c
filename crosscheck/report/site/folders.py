"""Writing a folder of pages whole, or not at all, and never over what is something else."""

import tempfile
from collections.abc import Callable
from pathlib import Path

# `write_folder` writes this file into the folder of a site, and may replace a folder that has it.
MARK = "made-by-crosscheck"


class SiteError(ValueError):
    """The pages cannot be written; the message says why."""


def check_folder(folder: Path, mark: str = MARK, kind: str = "site") -> Path:
    """Check that pages may be written into a folder.

    Args:
        folder: It may not exist yet, be empty, or have earlier pages of this kind in it.
        mark: The name of the file by which those are known.
        kind: What they are, for the message.

    Returns:
        The folder's absolute path, through every link.

    Raises:
        SiteError: If it has anything else in it, is a file, or cannot be read.
    """
    try:
        target = folder.resolve()  # so that "." has a parent, and a link stays one
        if target.exists() and not (target / mark).exists() and any(target.iterdir()):
            raise SiteError(
                f"{folder} holds something that is no {kind}: name a new or empty folder"
            )
    except OSError as error:
        raise SiteError(f"cannot write {folder}: {error.strerror}") from None
    return target


def write_folder(
    folder: Path, write: Callable[[Path], None], mark: str = MARK, kind: str = "site"
) -> None:
    """Write a folder, in place of an earlier one of its kind, which stays if that fails.

    Args:
        folder: As `check_folder` takes it.
        write: Writes every file into the new folder that it is given.
        mark, kind: As `check_folder` takes them.

    Raises:
        SiteError: If the folder holds anything else, or cannot be written.
    """
    target = check_folder(folder, mark, kind)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            new = Path(scratch, "new")
            new.mkdir()
            write(new)
            (new / mark).touch()
            _replace(target, new, Path(scratch, "earlier"))
    except OSError as error:
        raise SiteError(f"cannot write {folder}: {error.strerror}") from None


def _replace(target: Path, new: Path, earlier: Path) -> None:
    """Move a complete folder to its target; an earlier one stays if that fails."""
    if not target.exists():
        new.replace(target)
        return
    target.replace(earlier)
    try:
        new.replace(target)
    except OSError:
        earlier.replace(target)
        raise

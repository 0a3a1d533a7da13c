"""Writing a new folder whole, or not at all."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


class FolderError(ValueError):
    """A folder cannot be written; the message says why, and what to do."""


def check_new(folder: Path) -> None:
    """See that nothing is lost if a folder is written.

    Raises:
        FolderError: If there is something there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderError(f"{folder} is there already: name a folder that is new or empty")


def write_new(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write files into a folder that is new or empty.

    Args:
        folder: The folder; those around it are made.
        texts: The text of each file, by its path in the folder.

    Returns:
        The files.

    Raises:
        FolderError: If there is something there, or it cannot be written.
    """
    check_new(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            for path, text in texts.items():
                target = Path(scratch, folder.name, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            if folder.exists():
                folder.rmdir()
            os.replace(Path(scratch, folder.name), folder)
    except OSError as error:
        raise FolderError(f"cannot write {folder}: {error.strerror}") from None
    return [folder / path for path in texts]

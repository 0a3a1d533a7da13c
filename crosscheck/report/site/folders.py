"""Writing a folder of pages whole, or not at all, and never over what is something else.

The folder holds a list of the files that were written. What somebody has put there beside them
stays there when the pages are written anew.
"""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from crosscheck.frameworks.plain_text import plain
from crosscheck.frameworks.regular_files import read_regular

# `write_folder` writes this file into the folder of a site, and may replace a folder that has it.
# It lists every other file of the site.
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
    except RuntimeError:  # in older versions of Python
        raise SiteError(f"cannot write {folder}: it is a link to itself") from None
    except OSError as error:
        raise SiteError(f"cannot write {folder}: {error.strerror}") from None
    return target


def write_folder(
    folder: Path, write: Callable[[Path], None], mark: str = MARK, kind: str = "site"
) -> None:
    """Write a folder, in place of an earlier one of its kind, which stays if that fails.

    What the earlier one does not list is somebody else's, and is kept; links are kept as links.

    Args:
        folder: As `check_folder` takes it.
        write: Writes every file into the new folder that it is given.
        mark, kind: As `check_folder` takes them.

    Raises:
        SiteError: If the folder is none of this kind, cannot be written, or has a file of somebody
            else where one of the pages would be.
    """
    target = check_folder(folder, mark, kind)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            _recover(target, mark, Path(scratch, "left behind"))
            new = Path(scratch, "new")
            new.mkdir()
            write(new)
            files = [path.relative_to(new).as_posix() for path in _files(new)]
            (new / mark).write_text("\n".join(sorted(files)) + "\n", encoding="utf-8")
            if (target / mark).exists():
                _keep_what_is_not_listed(target, new, mark)
            _replace(target, new, Path(scratch, "earlier"))
    except OSError as error:
        raise SiteError(f"cannot write {folder}: {error.strerror}") from None


def _files(folder: Path) -> list[Path]:
    """Every file in a folder, and every link, which is not followed."""
    return [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]


def _keep_what_is_not_listed(target: Path, new: Path, mark: str) -> None:
    """Copy what an earlier folder has beside its pages into the new one."""
    listed = set(read_regular(target / mark).decode("utf-8", "replace").splitlines()) | {mark}
    for path in _files(target):
        name = path.relative_to(target)
        if name.as_posix() in listed:
            continue
        if (new / name).exists() and len(listed) > 1:  # the list of an earlier version is empty
            raise SiteError(f"{path} is a file of yours where a page would be: move it elsewhere")
        if not (new / name).exists():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, new / name, follow_symlinks=False)


def where_earlier(folder: Path) -> str:
    """Where the earlier pages are, if a process ends after it has moved them away.

    Args:
        folder: As `check_folder` takes it.

    Returns:
        A clause for a message; empty if pages stand in the folder, or if there are none.
    """
    with suppress(OSError, RuntimeError):  # a link to itself
        target = folder.resolve()
        if not target.exists() and _aside(target).exists():
            return plain(f"the earlier pages are in {_aside(target)}")
    return ""


def _aside(target: Path) -> Path:
    """Where the earlier pages are while the new ones take their place."""
    return target.with_name(f".{target.name}.earlier")


def _recover(target: Path, mark: str, removed: Path) -> None:
    """Put back earlier pages that a killed process left aside, or move them to what is removed."""
    aside = _aside(target)
    if not (aside.is_symlink() or aside.exists()):
        return
    if not (aside / mark).exists() and not (aside.is_dir() and not any(aside.iterdir())):
        raise SiteError(f"{aside} is in the way: move it elsewhere")
    aside.replace(removed if target.exists() else target)


def _replace(target: Path, new: Path, removed: Path) -> None:
    """Move a complete folder to its target; an earlier one comes back if that fails.

    Between the two moves the earlier one is where nobody cleans up: whatever ends the process
    there, whoever writes next finds it.
    """
    if not target.exists():
        new.replace(target)
        return
    aside = _aside(target)
    try:
        target.replace(aside)
        new.replace(target)
    finally:  # after a signal, too
        if not target.exists():
            _put_back(aside, target)
        elif aside.exists():
            aside.replace(removed)


def _put_back(aside: Path, target: Path) -> None:
    try:
        aside.replace(target)
    except OSError as error:
        raise SiteError(
            f"cannot write {target}: {error.strerror}; the earlier pages are in {aside}"
        ) from None

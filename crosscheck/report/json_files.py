"""JSON files: for other programs, and as the parts of a run that a site shows."""

import errno
import json
import os
from pathlib import Path
from typing import Any

from crosscheck.training.files import whole_file


def is_stream(path: str) -> bool:
    """Whether a path names a pipe, a device or, as /dev/stdout, something that is open already.

    Such a file is written to as it is; it cannot be replaced by another.
    """
    named = path.startswith(("/dev/", "/proc/"))
    return named or (os.path.exists(path) and not os.path.isfile(path))


def as_text(content: Any) -> str:
    """The content as indented JSON, without a line break at its end.

    Raises:
        ValueError: If a number is infinite or NaN, which JSON does not have.
    """
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)


def write_json(path: str, content: Any) -> None:
    """Write content as indented JSON into a file, whole or not at all; or into a stream.

    Args:
        path: The file. Through a link its target is written, and the link stays one.
        content: What JSON can hold.

    Raises:
        OSError: If it cannot be written.
        ValueError: If a number is infinite or NaN.
    """
    text = as_text(content) + "\n"
    if is_stream(path):
        with os.fdopen(_open_stream(path), "w", encoding="utf-8") as stream:
            stream.write(text)
        return
    with whole_file(Path(os.path.realpath(path))) as file:
        file.write(text.encode("utf-8"))


def _open_stream(path: str) -> int:
    """Open a stream for writing; an OSError, and no waiting, where nobody reads a named pipe."""
    waiting = getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | waiting)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(error.errno, "nobody reads from it, or it is a socket", path) from None
        raise
    if waiting:
        os.set_blocking(descriptor, True)
    return descriptor


def write_compact(path: Path, content: Any) -> None:
    """Write content as JSON without spaces, as small as it can be.

    Args:
        path: The file, in a folder that nobody reads before it is complete.
        content: What JSON can hold.

    Raises:
        OSError: If it cannot be written.
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")

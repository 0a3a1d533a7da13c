"""JSON files: for other programs, and as the parts of a run that a site shows."""

import errno
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosscheck.frameworks.plain_text import STEERING
from crosscheck.training.files import whole_file

# How half a surrogate pair is written, as of a file name that is no UTF-8: as JSON escapes it.
NOT_TEXT = "backslashreplace"


def is_stream(path: str) -> bool:
    """Whether a path names a pipe, a device or, as /dev/stdout, something that is open already.

    Such a file is written to as it is; it cannot be replaced by another.
    """
    named = path.startswith(("/dev/", "/proc/"))
    return named or (os.path.exists(path) and not os.path.isfile(path))


def as_text(content: Any) -> str:
    """The content as indented JSON, without a line break at its end.

    A number that is infinite or NaN, which JSON does not have, becomes null. What steers a
    terminal, or is no text, is escaped.
    """
    content = without_infinities(content)
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    return STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def without_infinities(content: Any) -> Any:
    """The content with None in the place of every number that is infinite or NaN."""
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if isinstance(content, Mapping):
        return {key: without_infinities(below) for key, below in content.items()}
    if isinstance(content, list | tuple):
        return [without_infinities(below) for below in content]
    return content


def write_json(path: str, content: Any) -> None:
    """Write content as indented JSON into a file, whole or not at all; or into a stream.

    Args:
        path: The file. Through a link its target is written, and the link stays one.
        content: What JSON can hold.

    Raises:
        OSError: If it cannot be written.
    """
    written = (as_text(content) + "\n").encode("utf-8")
    if is_stream(path):
        with os.fdopen(_open_stream(path), "wb") as stream:
            stream.write(written)
        return
    with whole_file(Path(os.path.realpath(path))) as file:
        file.write(written)


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
    found = without_infinities(content)
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    path.write_text(text, encoding="utf-8", errors=NOT_TEXT)

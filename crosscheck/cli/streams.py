"""Standard streams: closed by whoever started the process, on a full disk, or read by nobody."""

import os
import sys
from contextlib import suppress
from errno import EPIPE
from typing import NoReturn

BROKEN_PIPE = 141  # what a shell says of a process that SIGPIPE ended
UNWRITTEN = 1  # as the commands of the system have it


def open_what_is_closed() -> None:
    """Open standard streams that are closed, on nothing.

    Else the next file that is opened takes their place, and gets what is printed.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            mode = "w" if descriptor else "r"
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def leave_unwritten(error: OSError) -> NoReturn:
    """End the process because what it prints cannot be written, with the exit code of a shell.

    Where nobody reads any more it ends as SIGPIPE would have ended it, without a word. Where the
    disk is full it says so.
    """
    if error.errno == EPIPE:
        os._exit(BROKEN_PIPE)
    with suppress(OSError):
        os.write(2, f"cannot write the output: {error.strerror or error}\n".encode())
    os._exit(UNWRITTEN)

"""What runs in a worker: it reads requests, calls functions, and sends back what they return."""

import ctypes
import importlib
import os
import pickle
import signal
import sys
import threading
import time
import warnings
from dataclasses import dataclass, field
from typing import IO

from crosscheck.frameworks.messages import pack
from crosscheck.frameworks.plain_text import in_words, plain
from crosscheck.numerics.false_alarms import ignore_false_alarms

# Bytes of the largest message that is read.
LARGEST = 2**28
# So many lines that were printed, and so many warnings, are kept; the others are counted.
KEPT = 50
# How a function came to its end.
RETURNED, RAISED = "returned", "raised"


@dataclass
class Lines:
    """Lines of text, of which the first `KEPT` are kept and all are counted."""

    kept: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, line: str) -> None:
        """Count a line, and keep it if it is one of the first."""
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(plain(line))

    def join(self, others: "Lines") -> None:
        """Add the lines of somebody else."""
        self.kept = [*self.kept, *others.kept][:KEPT]
        self.count += others.count


def read_message(stream: IO[bytes]) -> bytes | None:
    """The next message, or None if nothing more can come."""
    size = int.from_bytes(header, "little") if len(header := stream.read(8)) == 8 else LARGEST + 1
    if size > LARGEST:
        return None
    body = stream.read(size)
    return body if len(body) == size else None


def serve() -> None:
    """Run what is asked for on standard input, until that ends."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # From here on nobody reads requests by chance, and what is printed goes where errors go.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    _end_with_parent()
    warned = Lines()
    ignore_false_alarms()
    warnings.showwarning = lambda message, category, *place: warned.add(
        in_words(message) if isinstance(message, Warning) else f"{category.__name__}: {message}"
    )
    while (request := read_message(requests)) is not None:
        number, function, arguments = pickle.loads(request)
        module, _, name = function.partition(":")
        try:
            value = getattr(importlib.import_module(module), name)(*arguments)
            reply = pack([number, RETURNED, value, warned.kept, warned.count])
        except BaseException as error:  # whatever it is, the other process decides
            reply = pack([number, RAISED, in_words(error), warned.kept, warned.count])
        warned.kept, warned.count = [], 0
        replies.write(len(reply).to_bytes(8, "little") + reply)
        replies.flush()
    os._exit(0)  # without the handlers and threads that a framework left


def _end_with_parent() -> None:
    """End this process when the one that started it is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    parent = os.getppid()
    threading.Thread(target=watch, daemon=True).start()
    if sys.platform == "linux":  # whose kernel ends it even where no other thread gets its turn
        set_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)

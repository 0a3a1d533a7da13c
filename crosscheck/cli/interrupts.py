"""What ends a command from outside: Ctrl-C, SIGTERM and SIGHUP, at any moment.

The first signal asks: an exception goes through what is being done, so that files are removed and
workers end. Whoever computes in C, or swallows that exception (Python drops what is raised while it
collects garbage, where JAX has a function called), does not get it. So a thread waits for the
signals, too: it ends the process `GRACE` seconds after the first one, and at once at a second one.

This module imports nothing that takes time: it is there before everything else.
"""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Lock
from types import FrameType
from typing import Any, NoReturn

GRACE = 1.5  # seconds
KINDS = ("SIGINT", "SIGTERM", "SIGHUP")  # of which Windows has two


class Ended(BaseException):
    """A signal asks the process to end.

    No KeyboardInterrupt, which click turns into an exit code of its own; and no Exception, which
    somebody might take for an error.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


class _State:
    """What a message about an interrupt tells, and whether anything is left to interrupt."""

    task = ""
    advice: Callable[[], str] | None = None
    has_result = False
    is_said = Lock()  # taken by whoever says it, of the two threads that may


def begin() -> None:
    """Forget what an earlier command in this process was doing."""
    _State.task, _State.advice, _State.has_result = "", None, False


def note(task: str) -> None:
    """Remember what is being done.

    Args:
        task: The name of the task that began last.
    """
    _State.task = task


def advise(advice: Callable[[], str]) -> None:
    """Remember who can say how to go on after an interrupt.

    Args:
        advice: Returns the advice, as a clause, or nothing. It may be called in another thread.
    """
    _State.advice = advice


def result_is_out() -> None:
    """Nothing is left to interrupt: from now on a signal raises no exception."""
    _State.has_result = True


def message(number: int = signal.SIGINT) -> str:
    """What is said about a signal, in one line: what was being done, and how to go on."""
    said = "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"
    said += f" while at {_State.task}" if _State.task else ""
    advice = _State.advice() if _State.advice else ""
    return said + (f"; {advice}" if advice else "")


def say(number: int = signal.SIGINT) -> None:
    """Write the message to standard error, once, past whoever may hold its buffer."""
    if not _State.is_said.acquire(blocking=False):
        return
    with suppress(OSError):
        os.write(2, f"\n{message(number)}\n".encode(errors="backslashreplace"))


def leave(number: int = signal.SIGINT) -> NoReturn:
    """End the process at once, with the exit code that a shell expects: 130 after Ctrl-C.

    JAX may still be computing in a thread of its own, and crashes if the interpreter shuts down in
    the usual way meanwhile.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # its reader is gone, or it is closed
            stream.flush()
    os._exit(128 + number)


def hear() -> None:
    """Hear the signals from now on, in the main thread.

    What somebody has set already stays: under nohup SIGHUP is ignored.
    """
    usual = (signal.SIG_DFL, signal.default_int_handler)
    kinds = [getattr(signal, name) for name in KINDS if hasattr(signal, name)]
    kinds = [kind for kind in kinds if signal.getsignal(kind) in usual]
    ears, mouth = os.pipe()
    os.set_blocking(mouth, False)
    signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(ears, frozenset(kinds)), daemon=True).start()
    sys.unraisablehook = partial(_drop, sys.unraisablehook)
    for kind in kinds:
        signal.signal(kind, _ask)


def _drop(usual: Callable[[Any], None], unraisable: Any) -> None:
    """Say nothing where Python drops an `Ended`: the thread sees to it."""
    if not isinstance(unraisable.exc_value, Ended):
        usual(unraisable)


def _ask(number: int, frame: FrameType | None) -> None:
    if not _State.has_result:
        raise Ended(number)


def _watch(ears: int, kinds: frozenset[int]) -> None:
    """Wait for a signal, and see to it that the process ends. Other signals mean nothing here."""
    while (number := os.read(ears, 1)[0]) not in kinds:
        pass
    end = time.monotonic() + GRACE
    while (left := end - time.monotonic()) > 0 and select.select([ears], [], [], left)[0]:
        if os.read(ears, 1)[0] in kinds:
            break
    say(number)
    leave(number)

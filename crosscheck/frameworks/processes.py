"""Work that is done in several processes side by side, as many as there are cores.

A process that begins has imported no framework: what it runs has to load those that it needs.
"""

import os
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread, current_thread, main_thread
from typing import Any, TypeVar

from crosscheck.frameworks.registry import prepare

Result = TypeVar("Result")


class ProcessError(RuntimeError):
    """A process ended before its work was done."""


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def side_by_side(
    work: Mapping[str, Callable[[], Result]], progress: Callable[[str], None] = lambda name: None
) -> list[Result]:
    """Call functions, each in some process, and return their results in the order of `work`.

    With one core, or one function, they are called in this process. An interrupt or an exception
    ends the processes at once.

    Args:
        work: The functions by name. They and their results are pickled.
        progress: Called with the name of each function before it is called.

    Raises:
        ProcessError: If a process ends by itself.
        Exception: What a function raises.
    """
    count = min(cores(), len(work))
    results: dict[str, Result] = {}
    if count <= 1:
        for name, function in work.items():
            progress(name)
            results[name] = function()
        return list(results.values())
    with _processes(count) as connections:
        waiting = iter(work.items())
        idle: list[Any] = connections
        busy: dict[Any, str] = {}
        while len(results) < len(work):
            for connection, (name, function) in zip(idle, waiting, strict=False):
                progress(name)
                busy[connection] = name
                connection.send(function)
            idle = list(wait(list(busy)))
            for connection in idle:
                name = busy.pop(connection)
                try:
                    results[name], error = connection.recv()
                except (EOFError, ConnectionError):
                    raise ProcessError(f"the process of {name} ended before its work") from None
                if error is not None:
                    raise error
    return [results[name] for name in work]


@contextmanager
def _processes(count: int) -> Iterator[list[Any]]:
    """Begin so many processes that `_serve`, and kill them in the end; yields the ways to them."""
    # A process that begins looks for Python's own modules, and not in the current folder first.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    context = get_context("spawn")
    connections, processes = [], []
    try:
        with _interrupts_put_off():
            for _ in range(count):
                here, there = context.Pipe()
                process = context.Process(target=_serve, args=(there,), daemon=True)
                process.start()
                there.close()  # so that the end of the process ends the connection
                connections.append(here)
                processes.append(process)
        yield connections
    finally:
        for process in processes:
            process.kill()
            process.join()
        for connection in connections:
            connection.close()


@contextmanager
def _interrupts_put_off() -> Iterator[None]:
    """Put off an interrupt until the end; a process that begins meanwhile never gets one."""
    if current_thread() is not main_thread():  # which no interrupt reaches
        yield
        return
    put_off: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, frame: put_off.append(number))
    can_block = hasattr(signal, "pthread_sigmask")  # not on Windows
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if can_block else set()
    try:
        yield
    finally:
        if can_block:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        signal.signal(signal.SIGINT, handler)
    if put_off:
        signal.raise_signal(signal.SIGINT)


def _serve(connection: Any) -> None:
    """Call every function that is sent, and send back its result or its exception."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that waits for this one ends it
    Thread(target=_end_with_parent, daemon=True).start()
    prepare()
    while True:
        function = connection.recv()
        answer: tuple[Any, Exception | None]
        try:
            answer = (function(), None)
        except Exception as error:
            error.add_note(f"In another process:\n{traceback.format_exc()}")
            answer = (None, error)
        connection.send(answer)


def _end_with_parent() -> None:
    """End this process when the one that waits for it has ended, however that happened."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

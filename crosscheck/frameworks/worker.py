"""A worker: a process that runs functions for this one, and may come to any end without harm to it.

Foreign code replaces functions, changes settings, prints, hangs, takes all memory, or ends its
process. In a worker that is its own affair. This process asks for one function after another, each
by its name, and gets a value of `messages` back, or an exception that says how the worker ended.

    with Workers() as workers:
        worker = workers.start(memory=4096)
        load = "crosscheck.verification.replies:load_here"
        worker.call(load, "numpy", "reference_numpy", limit=60)

Requests are pickled, since this process is to be trusted; replies are not.
"""

import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, Self

import psutil

from crosscheck.frameworks.messages import MessageError, unpack
from crosscheck.frameworks.processes import end, mebibytes_of
from crosscheck.frameworks.serving import KEPT, RAISED, RETURNED, Lines, read_message

# How often memory and time are looked at, in seconds.
POLL = 0.05
# How many MiB a worker may take, unless it is told otherwise: PyTorch and JAX take some 500.
MEMORY = 4096
# The start of a worker. It looks for modules where this process does.
START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from crosscheck.frameworks.serving import serve; serve()"
)


class EndedError(Exception):
    """A worker ended, or was ended, before it replied; the message says how: "hangs: ..."."""


class RaisedError(Exception):
    """The function that was asked for raised an exception; the message is that one in words."""


class Worker:
    """A process that runs one function after another.

    Attributes:
        pid: The number of its process.
        printed: What was printed there, by whatever: the first lines, and how many there were.
        warned: The warnings that were given there.
    """

    def __init__(self, memory: int = MEMORY, environment: Mapping[str, str] | None = None) -> None:
        """Start the process.

        Args:
            memory: How many MiB it may take, with its own children.
            environment: Variables that it gets beside those of this process.
        """
        self.printed, self.warned = Lines(), Lines()
        self._memory = memory
        self._requests = 0
        self._replies: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            # -P: never run what lies in the current folder. -u: nothing printed is lost.
            [sys.executable, "-u", "-P", "-X", "faulthandler", "-c", START, json.dumps(_path())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | dict(environment or {}),
            start_new_session=True,  # Ctrl-C in a terminal reaches this process alone
        )
        self._closed = False
        self.pid = self._process.pid
        try:  # known by more than its number, which the system gives to another one afterwards
            self._known: psutil.Process | None = psutil.Process(self.pid)
        except psutil.Error:  # it has ended already
            self._known = None
        # What a worker leaves running may keep the pipes open for ever: nobody waits for these.
        readers = (self._read_replies, self._read_printed)
        self._threads = [threading.Thread(target=each, daemon=True) for each in readers]
        for thread in self._threads:
            thread.start()

    def call(self, function: str, *arguments: Any, limit: float) -> Any:
        """Run a function in the worker.

        Args:
            function: Its module and name, as "crosscheck.verification.replies:load_here".
            arguments: What it is called with; anything that can be pickled.
            limit: How many seconds it may take.

        Returns:
            What the function returns: a value that `messages.pack` takes.

        Raises:
            RaisedError: If the function raises, whatever it is; the worker goes on.
            EndedError: If the worker ends before it replies, takes more memory or time than it
                may, or replies with what is none. It is ended then, and cannot be used again.
        """
        self._requests += 1
        request = pickle.dumps((self._requests, function, arguments))
        # In a thread, since a worker that does not read would hold this process up.
        threading.Thread(target=self._send, args=(request,), daemon=True).start()
        reply = self._reply(limit)
        try:
            number, outcome, value, warned, warnings_given = checked(unpack(reply))
            if number != self._requests:
                raise MessageError("nobody asked for it")
        except MessageError as error:
            self.close()
            raise EndedError(f"sends a reply that cannot be read: {error}") from None
        self.warned.join(Lines(warned, warnings_given))
        if outcome == RAISED:
            raise RaisedError(value)
        return value

    def close(self) -> None:
        """End the worker, and whatever it started, at once."""
        if self._closed:
            return
        self._closed = True
        if self._known is not None:
            end(self._known)
        self._process.kill()
        self._process.wait()
        for thread in self._threads:  # for what is still in the pipes
            thread.join(timeout=0.2)
        with suppress(OSError):
            _opened(self._process.stdin).close()

    def _reply(self, limit: float) -> bytes:
        waited, before = 0.0, time.monotonic()
        while True:
            ended = self._process.poll() is not None  # a child of its own may keep the pipe open
            try:
                reply = self._replies.get(timeout=POLL)
            except queue.Empty:
                # What this process was itself held up, as by Ctrl-Z, does not count.
                before, passed = time.monotonic(), time.monotonic() - before
                waited += min(passed, 10 * POLL)
                how = self._exit_in_words() if ended else self._too_much(waited, limit)
                if how is None:
                    continue
            else:
                if reply is not None:
                    return reply
                how = self._exit_in_words()
            self.close()
            raise EndedError(how)

    def _too_much(self, waited: float, limit: float) -> str | None:
        """Which limit the worker is beyond, or None."""
        if waited > limit:
            return f"hangs: no result after {limit:g} s"
        if self._known is not None and mebibytes_of(self._known) > self._memory:
            return f"takes more than {self._memory:,} MiB of memory"
        return None

    def _exit_in_words(self) -> str:
        """How a worker ended that sends nothing any more."""
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "closes its connection to crosscheck"
        if code >= 0:
            return f"ends its process with exit code {code}"
        try:
            return f"ends its process by {signal.Signals(-code).name}"
        except ValueError:
            return f"ends its process by signal {-code}"

    def _send(self, request: bytes) -> None:
        stream = _opened(self._process.stdin)
        with suppress(OSError, ValueError):  # it has ended, which its silence will say
            stream.write(len(request).to_bytes(8, "little") + request)
            stream.flush()

    def _read_replies(self) -> None:
        with suppress(OSError, ValueError), _opened(self._process.stdout) as stream:
            while (body := read_message(stream)) is not None:
                self._replies.put(body)
        self._replies.put(None)

    def _read_printed(self) -> None:
        with suppress(OSError, ValueError), _opened(self._process.stderr) as stream:
            while line := stream.readline(10_000):
                self.printed.add(line.decode("utf-8", "backslashreplace"))


class Workers:
    """Workers that several threads start, and that end together: when the block is left.

        with ThreadPoolExecutor(cores()) as pool, Workers() as workers: ...

    Whatever leaves the block, an interrupt too, first ends the workers, and with them what the
    threads wait for.
    """

    def __init__(self) -> None:
        self._started: list[Worker] = []
        self._lock = threading.Lock()
        self._ended = False

    def start(self, memory: int = MEMORY, environment: Mapping[str, str] | None = None) -> Worker:
        """Start a worker.

        Raises:
            EndedError: If the block has been left.
        """
        with self._lock:
            if self._ended:
                raise EndedError("was not started: all workers are ended")
            worker = Worker(memory, environment)
            self._started.append(worker)
            return worker

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._ended = True
            for worker in self._started:
                worker.close()


def _opened(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # every stream of the process is a pipe
    return stream


def checked(reply: Any) -> tuple[int, str, Any, list[str], int]:
    """A reply of the form that `serve` sends.

    Raises:
        MessageError: If it has another form.
    """
    if not isinstance(reply, list) or len(reply) != 5:
        raise MessageError("it is no list of five")
    number, outcome, value, warned, warnings_given = reply
    # Types first: an array among them would answer a comparison with an array.
    if not isinstance(number, int) or not isinstance(outcome, str):
        raise MessageError("it neither returns nor raises")
    if outcome not in (RETURNED, RAISED) or (outcome == RAISED and not isinstance(value, str)):
        raise MessageError("it neither returns nor raises")
    if not is_texts(warned) or not isinstance(warnings_given, int):
        raise MessageError("its warnings are none")
    return number, outcome, value, warned[:KEPT], warnings_given


def is_texts(value: Any) -> bool:
    """Whether what was sent is a list of texts."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _path() -> list[str]:
    """Where a worker looks for modules: as this process does, the current folder last of all.

    So a file there, as a student's own json.py, does not take the place of a library's module.
    """
    try:
        here = os.getcwd()
    except OSError:  # it has been deleted
        return [folder for folder in sys.path if os.path.isabs(folder)]
    folders = [os.path.abspath(folder) for folder in sys.path]
    others = [folder for folder in folders if folder != here]
    return [*others, here] if here in folders else others

"""What a user's machine may be like: its environment, and the streams of a command."""

import os
import pty
import random
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from trying.command_lines import codes, shortened
from trying.files import DOCUMENTS
from trying.process import Outcome, complaint

LIMIT = 120.0  # seconds
TRAIN = ["train", "--framework", "numpy", "--epochs", "1"]
COMMANDS = (
    ["--help"],
    ["read", "mlp.forward"],
    ["errata"],
    ["errata", "--all"],
    ["errata", "--json", "-"],
    ["errata", str(DOCUMENTS / "three_slips.toml")],
    ["worksheet", "out"],
    ["verify", "--only", "numpy"],
    ["conventions", "--optimizer", "adam", "--framework", "sklearn"],
    ["translate", "optax.adam(0.1)", "--to", "torch"],
    TRAIN,
    [*TRAIN, "--json", "-"],
    [*TRAIN, "--plot", "out"],
    ["experiment", "surface"],
    ["nosuch"],
)
GONE = None  # a variable that is not set
ENVIRONMENTS: dict[str, dict[str, str | None]] = {
    "as usual": {},
    "JAX_PLATFORMS": {"JAX_PLATFORMS": "nonsense"},
    "cuda": {"JAX_PLATFORMS": "cuda"},
    "JAX_ENABLE_X64": {"JAX_ENABLE_X64": "0"},
    "MPLBACKEND": {"MPLBACKEND": "nonsense"},
    "no HOME": {"HOME": GONE, "XDG_CACHE_HOME": GONE},
    "HOME is nothing": {"HOME": "/nosuch", "XDG_CACHE_HOME": GONE},
    "HOME is a file": {"HOME": "/dev/null", "XDG_CACHE_HOME": GONE},
    "a cache that is a file": {"XDG_CACHE_HOME": "/dev/null"},
    "ASCII": {"PYTHONIOENCODING": "ascii"},
    "Latin-1": {"PYTHONIOENCODING": "latin-1"},
    "POSIX": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "no such locale": {"LC_ALL": "nosuch"},
    "COLUMNS": {"COLUMNS": "nonsense"},
    "one column": {"COLUMNS": "1"},
    "TERM": {"TERM": "nosuch"},
    "OMP_NUM_THREADS": {"OMP_NUM_THREADS": "nonsense"},
    "no PATH": {"PATH": "/nosuch"},
}
CLOSED, FULL, UNREAD, TERMINAL = ">&-", "> /dev/full", "unread", "terminal"
STREAMS = {
    "as usual": "",
    "stdin closed": "<&-",
    "stdout closed": CLOSED,
    "stderr closed": "2>&-",
    "all closed": "<&- >&- 2>&-",
    "stdout full": FULL,
    "stderr full": "2> /dev/full",
    "a pipe that nobody reads": UNREAD,
    "a terminal": TERMINAL,
}


def try_surroundings(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """One command in one environment, with its streams in one state."""
    arguments = rng.choice(COMMANDS)
    variables = rng.choice(tuple(ENVIRONMENTS))
    streams = rng.choice(tuple(STREAMS))
    environment = {
        name: value for name, value in (os.environ | ENVIRONMENTS[variables]).items() if value
    }
    outcome = _run(arguments, folder, environment, STREAMS[streams])
    named = set(codes((arguments[0],))) if arguments[0] != "nosuch" else {2}
    allowed = named if arguments != ["--help"] else {0}
    if "full" in streams:
        allowed |= {1}  # as the commands of the system have it
    if STREAMS[streams] == UNREAD:
        allowed |= {128 + signal.SIGPIPE}
    found = complaint(
        outcome,
        allowed,
        is_json="-" in arguments and STREAMS[streams] == "",
        has_terminal=STREAMS[streams] == TERMINAL,
        is_heard="2>" not in STREAMS[streams] and STREAMS[streams] != UNREAD,
    )
    return f"{shortened(arguments)}; {variables}; {streams}", found


def _run(arguments: list[str], folder: Path, environment: dict[str, str], streams: str) -> Outcome:
    """Run a command with its streams redirected as a shell does it."""
    redirected = streams if streams not in (UNREAD, TERMINAL) else ""
    shell = ["/bin/sh", "-c", f'exec "$@" {redirected}', "sh", sys.executable, "-m", "crosscheck"]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        reading, writing = pty.openpty() if streams == TERMINAL else os.pipe()
        is_other = streams in (UNREAD, TERMINAL)
        process = subprocess.Popen(
            [*shell, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=writing if is_other else out,
            stderr=writing if streams == TERMINAL else err,
            start_new_session=True,
        )
        os.close(writing)
        shown: list[bytes] = []
        if streams == TERMINAL:
            threading.Thread(target=_read, args=(reading, shown), daemon=True).start()
        else:
            os.close(reading)
        is_hung = False
        try:
            process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            is_hung = True
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        out.seek(0)
        err.seek(0)
        wrote = out.read() + b"".join(shown)
        return Outcome(process.returncode, wrote, err.read(), False, is_hung, 0)


def _read(descriptor: int, shown: list[bytes]) -> None:
    """Read what a terminal shows, until nobody writes to it."""
    with suppress(OSError):
        while piece := os.read(descriptor, 4096):
            shown.append(piece)
    os.close(descriptor)

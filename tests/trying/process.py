"""A command run as a user runs it, and what may be wrong with how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from crosscheck.cli.main import COMMANDS

MODULES = (
    *("rich.table", "rich.progress", "jinja2", "pygments.lexers", "latex2mathml.converter"),
    *("sklearn.datasets", "safetensors.numpy", "crosscheck.report.verification"),
    *("crosscheck.report.site.building", "crosscheck.training.runs.training"),
    *("crosscheck.documents.ledger", "crosscheck.cli.gathering", "crosscheck.verification.verify"),
)
STOPPED = 128 + signal.SIGTERM
GRACE = 5.0  # seconds after SIGTERM: a command has ended by then, also on a busy machine
SLOW = "slow: "  # begins what is said of a command that obeyed, but late
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Attributes:
        code: Its exit code; below 0 if a signal killed it.
        out, err: What it wrote.
        was_stopped: Whether it was asked to end because it took long.
        is_hung: Whether it did not end when it was asked to.
        seconds: How long it ran.
    """

    code: int
    out: bytes
    err: bytes
    was_stopped: bool
    is_hung: bool
    seconds: float


def preload() -> None:
    """Import what the commands import, so that a child begins with it."""
    for module in MODULES:
        with suppress(ImportError):  # an extra that is not installed
            import_module(module)
    for module, _ in COMMANDS.values():
        import_module(f"crosscheck.cli.{module}")


def forked(run: Callable[[], object], folder: Path, *, limit: float) -> Outcome:
    """Run something in a child of this process, which has imported everything already.

    Args:
        run: What is run, as `command` gives it.
        folder: The folder in which it runs.
        limit: After how many seconds it is asked to end.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.monotonic()
        child = os.fork()
        if not child:
            _be_child(run, folder, out.fileno(), err.fileno())
        code, was_stopped, is_hung = _awaited(child, limit)
        return Outcome(code, _read(out), _read(err), was_stopped, is_hung, _since(begun))


def command(arguments: Sequence[str]) -> Callable[[], object]:
    """The command line with these arguments, to be run in a child."""

    def run() -> None:
        from crosscheck.cli import entry

        sys.argv = ["crosscheck", *arguments]
        entry.main()

    return run


def started(
    arguments: Sequence[str],
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    **streams: Any,
) -> subprocess.Popen[bytes]:
    """Start the command line as a process of its own, from its first import on."""
    return subprocess.Popen(
        [sys.executable, "-m", "crosscheck", *arguments],
        cwd=folder,
        env=dict(os.environ if environment is None else environment),
        start_new_session=True,
        **{"stdin": subprocess.DEVNULL} | streams,
    )


def complaint(
    outcome: Outcome,
    codes: Collection[int],
    *,
    is_json: bool = False,
    has_terminal: bool = False,
    is_heard: bool = True,
) -> str | None:
    """What is wrong with how a command ended; None if nothing is.

    Args:
        outcome: How it ended.
        codes: The exit codes that its help names.
        is_json: Whether its standard output has to be JSON.
        has_terminal: Whether it writes to a terminal, which it may steer.
        is_heard: Whether somebody reads what it says.
    """
    if outcome.is_hung:
        return "hangs"
    said = outcome.err.decode(errors="replace")
    shown = outcome.out.decode(errors="replace") + said
    if TRACEBACK in shown:
        return f"traceback: {said.strip().splitlines()[-1][:200]}"
    if outcome.was_stopped:
        return None if outcome.code == STOPPED else f"asked to end, it exits with {outcome.code}"
    if outcome.code not in codes:
        return f"exit code {outcome.code}, where {sorted(codes)} are named: {said[-200:]}"
    if outcome.code and is_heard and not shown.strip():
        return f"exit code {outcome.code} without a word"
    steering = CONTROL.search(shown)
    if steering and not has_terminal:
        return f"shows {steering.group()!r}"
    return _invalid(outcome.out) if is_json else None


def exit_codes(help_text: str) -> set[int]:
    """The exit codes that the help of a command names."""
    text = " ".join(help_text.split())
    named = text.partition("Exit codes:")[2]
    return {int(code) for code in re.findall(r"(?:^|[,;])\s(\d{1,3})\s", named)}


def _be_child(run: Callable[[], object], folder: Path, out: int, err: int) -> NoReturn:
    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for descriptor, target in ((nothing, 0), (out, 1), (err, 2)):
            os.dup2(descriptor, target)
        sys.stdout, sys.stderr = (
            open(each, "w", encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115
            for each, errors in ((1, "strict"), (2, "backslashreplace"))
        )
        try:
            run()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else bool(ended.code)
        except BaseException:
            sys.excepthook(*sys.exc_info())  # as Python itself would
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _awaited(child: int, limit: float) -> tuple[int, bool, bool]:
    """The exit code of a child, whether it was asked to end, and whether it did not."""
    code = _wait(child, limit)
    if code is not None:
        return code, False, False
    os.kill(child, signal.SIGTERM)
    code = _wait(child, GRACE)
    if code is not None:
        return code, True, False
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -signal.SIGKILL, True, True


def _wait(child: int, seconds: float) -> int | None:
    end, pause = time.monotonic() + seconds, 0.001
    while time.monotonic() < end:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
    return None


def _invalid(out: bytes) -> str | None:
    """Why the output is no JSON; None if it is, or if there is none."""

    def refuse(word: str) -> NoReturn:
        raise ValueError(f"{word} is no JSON")

    try:
        if out.strip():
            json.loads(out.decode(), parse_constant=refuse)
    except ValueError as error:
        return f"invalid JSON: {error}"
    return None


def _read(file: Any) -> bytes:
    file.seek(0)
    return bytes(file.read())


def _since(begun: float) -> float:
    return time.monotonic() - begun

"""Signals at any moment of the long commands."""

import os
import random
import secrets
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from crosscheck.training.runs import checkpoints
from trying.command_lines import codes, shortened
from trying.process import GRACE, Outcome, complaint, started

MARK = "CROSSCHECK_TRY"  # in the environment of every process of one try
LAST = 12.0  # seconds: the latest moment
LONG = (
    ["verify"],
    ["verify", "--only", "numpy"],
    ["errata", "--all"],
    ["train", "--epochs", "300", "--checkpoint", "kept"],
    ["train", "--framework", "numpy", "--epochs", "300", "--checkpoint", "kept"],
    ["site", "out"],
    ["conventions"],
    ["discriminate"],
    ["bounds", "--framework", "numpy"],
    ["bounds", "--families", "--networks", "500"],
    ["bench", "--samples", "5000"],
    ["experiment", "batches"],
    ["translate", "optax.adam(0.1)", "--to", "torch"],
)


def try_signal(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """One signal at one moment: the command ends soon, in one line, and leaves nothing behind."""
    arguments = rng.choice(LONG)
    number = rng.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    moment = LAST * rng.random() ** 2  # more of the early ones
    label = f"{shortened(arguments)}, {number.name} after {moment:.2f} s"
    mark = secrets.token_hex(8)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = started(
            arguments, folder, environment=os.environ | {MARK: mark}, stdout=out, stderr=err
        )
        _wait_until_it_hears(process)
        time.sleep(moment)
        process.send_signal(number)
        begun, is_hung = time.monotonic(), False
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            is_hung = True
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        seconds = time.monotonic() - begun
        out.seek(0)
        err.seek(0)
        outcome = Outcome(process.returncode, out.read(), err.read(), False, is_hung, seconds)
    return label, _complaint(outcome, arguments, number, folder, mark)


def _complaint(
    outcome: Outcome, arguments: list[str], number: signal.Signals, folder: Path, mark: str
) -> str | None:
    ended = 128 + number
    if outcome.code == -number and outcome.out:
        return _left_behind(mark)  # Python was ending, with all results shown; a shell says `ended`
    found = complaint(outcome, {*codes((arguments[0],)), ended})
    if found is None and outcome.code == ended:
        lines = outcome.err.decode().strip().splitlines()
        if not lines or not lines[-1].startswith(("interrupted", "ended by ")):
            found = f"the last line is {lines[-1:]}"
    for path in folder.glob("kept/*.safetensors"):
        try:
            checkpoints.load(path)
        except checkpoints.CheckpointError as error:
            found = f"a checkpoint is not whole: {error}"
    return found or _left_behind(mark)


def _wait_until_it_hears(process: subprocess.Popen[bytes]) -> None:
    """Wait until the first line of the command has run; before that, Python itself answers."""
    status, heard = Path(f"/proc/{process.pid}/status"), 1 << (signal.SIGTERM - 1)
    if not status.exists():  # no Linux
        time.sleep(1)
        return
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        text = status.read_text()
        if int(text.partition("SigCgt:")[2].split()[0], 16) & heard:
            return
        time.sleep(0.002)


def _left_behind(mark: str) -> str | None:
    """What still runs of a command that has ended."""
    end = time.monotonic() + GRACE
    while left := [each for each in psutil.process_iter() if _has(each, mark)]:
        if time.monotonic() > end:
            names = [each.name() for each in left]
            for each in left:
                each.kill()
            return f"leaves processes behind: {names}"
        time.sleep(0.1)
    return None


def _has(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):
        return False

"""Signals at any moment of the long commands."""

import os
import random
import secrets
import signal
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import psutil

from crosscheck.cli import interrupts
from crosscheck.training.runs import checkpoints
from trying.command_lines import codes, shortened
from trying.process import GRACE, SLOW, Outcome, command, complaint, forked, started

MARK = "CROSSCHECK_TRY"  # in the environment of every process of one try
LAST = 12.0  # seconds: the latest moment
PROMISED = 2.0  # seconds: how soon a command ends, on a machine that is not overloaded
PATIENCE = 60.0  # seconds: after them it has not obeyed, however busy the machine is
TEMPORARY = ("crosscheck", "tmp")  # how the names of what we make there begin
EPOCHS = "200"
SUBMISSIONS = Path(__file__).parent.parent / "submissions"
CHECKED = [str(SUBMISSIONS / name) for name in ("course_functions.py", "torch_module.py")]
LONG = (
    ["verify"],
    ["verify", "--only", "numpy", "--report", "out"],
    ["errata", "--all"],
    ["train", "--epochs", EPOCHS, "--checkpoint", "kept"],
    ["train", "--framework", "numpy", "--epochs", EPOCHS, "--checkpoint", "kept"],
    ["site", "out"],
    ["conventions"],
    ["discriminate"],
    ["bounds", "--framework", "numpy"],
    ["bounds", "--families", "--networks", "500"],
    ["bench", "--samples", "5000"],
    ["experiment", "batches"],
    ["translate", "optax.adam(0.1)", "--to", "torch"],
    ["check", *CHECKED],
    ["worksheet", "out", "--layers", "9,8,7,6", "--activations", "tanh,tanh,sigmoid"],
    ["grade", "answers.toml"],
)


def try_signal(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """One signal at one moment of some long command."""
    return try_moment(rng.choice(LONG), rng, folder)


def try_moment(arguments: list[str], rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """One signal at one moment: the command ends soon, in one line, and leaves nothing behind.

    Args:
        arguments: The command, as one of `LONG`.
        rng: Draws the signal and the moment.
        folder: Where it runs.
    """
    number = rng.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    moment = LAST * rng.random() ** 2  # seconds; more of the early ones
    # Of a training most moments are such as have a checkpoint, however busy the machine is.
    is_later = "--checkpoint" in arguments and rng.random() < 0.7
    after = " after the first checkpoint" if is_later else ""
    label = f"{shortened(arguments)}, {number.name} {moment:.2f} s{after}"
    if arguments[0] == "grade":
        (folder / "answers.toml").write_bytes(_answers())
    mark, temporary = secrets.token_hex(8), folder / "temporary"
    temporary.mkdir()
    own = {MARK: mark, "TMPDIR": str(temporary)}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = started(arguments, folder, environment=os.environ | own, stdout=out, stderr=err)
        _wait_until_it_hears(process)
        if is_later:
            _wait_for_checkpoint(process, folder)
        time.sleep(moment)
        has_ended = process.poll() is not None
        process.send_signal(number)
        begun, is_hung = time.monotonic(), False
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            is_hung = True
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        seconds = time.monotonic() - begun
        out.seek(0)
        err.seek(0)
        outcome = Outcome(process.returncode, out.read(), err.read(), False, is_hung, seconds)
    label += f", {'ended before' if has_ended else f'{outcome.code} in {seconds:.1f} s'}"
    found = _complaint(outcome, arguments, number, mark) or _of_checkpoints(folder)
    if kept := len(list(folder.glob("kept/*.safetensors"))):
        label += f", {kept} checkpoints resumed"
    if found is None and seconds < interrupts.GRACE:  # it has ended by itself, and tidied up
        left = [each.name for each in temporary.iterdir() if each.name.startswith(TEMPORARY)]
        found = f"leaves {left} in the temporary folder" if left else None
    if found is None and seconds > PROMISED:
        found = f"{SLOW}{seconds:.1f} s"
    return label, found


def _complaint(
    outcome: Outcome, arguments: list[str], number: signal.Signals, mark: str
) -> str | None:
    ended = 128 + number
    if outcome.code == -number and outcome.out:
        return _left_behind(mark)  # Python was ending, with all results shown; a shell says `ended`
    found = complaint(outcome, {*codes((arguments[0],)), ended})
    if found is None and outcome.code == ended:
        lines = outcome.err.decode().strip().splitlines()
        if not lines or not lines[-1].startswith(("interrupted", "ended by ")):
            found = f"the last line is {lines[-1:]}"
    return found or _left_behind(mark)


def _of_checkpoints(folder: Path) -> str | None:
    """What is wrong with the checkpoints: one is not whole, or does not go on as if nothing was."""
    for path in sorted(folder.glob("kept/*.safetensors")):
        try:
            checkpoints.load(path)
        except checkpoints.CheckpointError as error:
            return f"a checkpoint is not whole: {error}"
        resumed = _trained(path.stem, folder, "--resume", str(path))
        if "SHA-256" not in resumed or resumed != _undisturbed(path.stem):
            return f"{path.name} does not go on to the bit: {resumed}"
    hidden = [path.name for path in folder.glob("kept/.*") if path.name != ".lock"]
    return f"leaves {hidden} behind" if hidden else None


@cache
def _undisturbed(framework: str) -> str:
    """The digest of a training that nothing disturbs."""
    with tempfile.TemporaryDirectory() as folder:
        return _trained(framework, Path(folder))


def _trained(framework: str, folder: Path, *more: str) -> str:
    """The line with the digest that a whole training ends with, or all that it says."""
    arguments = ["train", "--framework", framework, "--epochs", EPOCHS, *more]
    outcome = forked(command(arguments), folder, limit=300)
    shown = outcome.out.decode(errors="replace")
    lines = [line for line in shown.splitlines() if "SHA-256" in line]
    return lines[-1] if lines and not outcome.code else f"{shown}{outcome.err!r}"


@cache
def _answers() -> bytes:
    """A file of answers to be marked, as `worksheet` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        forked(command(["worksheet", "out"]), Path(folder), limit=300)
        return Path(folder, "out", "solution.toml").read_bytes()


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


def _wait_for_checkpoint(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until a training has written a checkpoint."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        if any(folder.glob("kept/*.safetensors")):
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

"""`crosscheck conventions` and `crosscheck bounds`: their processes, progress and interruption."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.conventions import stock
from crosscheck.verification import calibration
from crosscheck.verification.cases.probes import probes

PATIENCE = 120  # seconds; nothing takes so long unless it hangs
BOUNDS = ("bounds", "--networks", "32", "--framework", "numpy")


def test_bounds_says_which_part_begins(monkeypatch):
    monkeypatch.setattr(calibration, "probes", lambda: probes()[:16])
    monkeypatch.setattr(calibration, "cores", lambda: 1)
    result = CliRunner().invoke(main, [*BOUNDS, "--json", "-"], catch_exceptions=False)
    progress = lines_of_progress(result.stderr)
    assert progress[:2] == ["1 of 16: networks 1 to 2", "2 of 16: networks 3 to 4"]
    assert len(progress) == 16
    assert len(json.loads(result.stdout)["networks"]) == 32


def test_a_framework_that_cannot_be_used_is_bad_usage_in_another_process_too(monkeypatch):
    monkeypatch.setattr(calibration, "cores", lambda: 2)
    result = CliRunner().invoke(main, [*BOUNDS, "--framework", "json"])
    assert result.exit_code == 2
    assert "json cannot be used" in result.stderr


def test_conventions_says_which_framework_begins_and_keeps_their_order():
    names = [name for name in ("sklearn", "torch") if stock.FRAMEWORKS[name].missing is None]
    options = [word for name in names for word in ("--framework", name)]
    if not names:
        pytest.skip("neither scikit-learn nor torch is installed")
    arguments = ["conventions", "--optimizer", "sgd", *options, "--json", "-"]
    result = CliRunner().invoke(main, arguments)
    progress, total = lines_of_progress(result.stderr), len(names)
    assert progress == [f"{i} of {total}: {name}" for i, name in enumerate(names, start=1)]
    found = [each["framework"] for each in json.loads(result.stdout)["findings"]]
    assert list(dict.fromkeys(found)) == names


def lines_of_progress(text):
    """The lines that tell the progress."""
    return [line for line in text.splitlines() if re.match(r"\d+ of \d+: ", line)]


@pytest.mark.parametrize("arguments", [BOUNDS, ("conventions",)], ids=" ".join)
def test_an_interrupt_ends_every_process(arguments):
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        pytest.skip("this system does not say which processes another one began")
    if arguments == ("conventions",) and all(each.missing for each in stock.FRAMEWORKS.values()):
        pytest.skip("no framework is installed")
    script = (
        "from crosscheck.frameworks import processes; processes.cores = lambda: 2;"
        "from crosscheck.cli.main import main; main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as command:
        assert until(lambda: children_of(command.pid))
        children = children_of(command.pid)
        command.send_signal(signal.SIGINT)
        _, errors = command.communicate(timeout=PATIENCE)
    assert command.returncode == 130
    assert errors.endswith(b"\ninterrupted\n")
    assert until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


def until(reached):
    """Wait until something is reached; whether it was."""
    end = time.monotonic() + PATIENCE
    while not reached() and time.monotonic() < end:
        time.sleep(0.01)
    return reached()


def children_of(number):
    """The numbers of the processes that the threads of a process began."""
    files = Path(f"/proc/{number}/task").glob("*/children")
    return [child for file in files for child in file.read_text().split()]

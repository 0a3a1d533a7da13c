"""`crosscheck conventions` and `crosscheck bounds`: their processes, progress and interruption."""

import json
import re
import signal
import subprocess
import sys

import psutil
import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.conventions import stock
from crosscheck.verification import calibration
from crosscheck.verification.cases.probes import probes

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
    # Where there are cores for both they begin together, whichever says so first.
    assert sorted(line.partition(": ")[2] for line in progress) == sorted(names)
    assert [line.partition(":")[0] for line in progress] == [
        f"{i} of {total}" for i in range(1, total + 1)
    ]
    found = [each["framework"] for each in json.loads(result.stdout)["findings"]]
    assert list(dict.fromkeys(found)) == names


def lines_of_progress(text):
    """The lines that tell the progress."""
    return [line for line in text.splitlines() if re.match(r"\d+ of \d+: ", line)]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("arguments", [BOUNDS, ("conventions",)], ids=" ".join)
def test_an_interrupt_ends_every_process(arguments):
    if arguments == ("conventions",) and all(each.missing for each in stock.FRAMEWORKS.values()):
        pytest.skip("no framework is installed")
    script = (
        "from crosscheck.frameworks import processes; processes.cores = lambda: 2;"
        "from crosscheck.cli.entry import main; main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        assert re.match(r"1 of ", command.stderr.readline())  # a worker computes
        workers = psutil.Process(command.pid).children(recursive=True)
        command.send_signal(signal.SIGINT)
        assert re.search(r"\ninterrupted while at .+\n$", command.stderr.read())
    assert command.returncode == 130
    assert workers
    assert psutil.wait_procs(workers, timeout=10)[1] == []

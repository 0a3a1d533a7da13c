"""Work in several processes: the order of its results, errors, and how all of them end."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from crosscheck.frameworks import processes
from crosscheck.frameworks.processes import ProcessError, side_by_side

PATIENCE = 120  # seconds; nothing takes so long unless it hangs
SLEEPING = """
import sys
from functools import partial
from pathlib import Path
from crosscheck.frameworks import processes
from test_processes import sleep
if __name__ == "__main__":
    processes.cores = lambda: 2
    processes.side_by_side({name: partial(sleep, Path(sys.argv[1]) / name) for name in "ab"})
"""


def until(reached):
    """Wait until something is reached; whether it was."""
    end = time.monotonic() + PATIENCE
    while not reached() and time.monotonic() < end:
        time.sleep(0.01)
    return reached()


# ----- what the processes call -----


def end_after(path):
    assert until(path.exists)
    return "first"


def write(path):
    path.touch()
    return "second"


def sleep(path):
    path.with_suffix(".new").write_text(str(os.getpid()))
    path.with_suffix(".new").rename(path)
    time.sleep(PATIENCE)


def fail(message):
    raise LookupError(message)


# ----- tests -----


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.setattr(processes, "cores", lambda: 2)


@pytest.mark.usefixtures("two_cores")
def test_results_come_in_the_order_of_the_work_whatever_ends_first(tmp_path):
    path, begun = tmp_path / "written", []
    work = {
        "one": partial(end_after, path),
        "two": partial(write, path),
        "three": os.getpid,
        "four": os.getpid,
    }
    first, second, *numbers = side_by_side(work, begun.append)
    assert (first, second) == ("first", "second")
    assert os.getpid() not in numbers
    assert begun == list(work)


@pytest.mark.parametrize(("count", "pieces"), [(1, 3), (2, 1)])
def test_on_one_core_or_for_one_piece_of_work_no_process_begins(monkeypatch, count, pieces):
    monkeypatch.setattr(processes, "cores", lambda: count)
    work = {str(number): os.getpid for number in range(pieces)}
    assert side_by_side(work) == [os.getpid()] * pieces


@pytest.mark.usefixtures("two_cores")
def test_an_exception_ends_what_still_runs_and_reaches_the_caller(tmp_path):
    path = tmp_path / "number"
    with pytest.raises(LookupError) as caught:
        side_by_side({"long": partial(sleep, path), "wrong": partial(fail, "none such")})
    assert str(caught.value) == "none such"
    assert "in fail" in caught.value.__notes__[0]
    assert not path.exists() or until(lambda: is_gone(path))


@pytest.mark.usefixtures("two_cores")
def test_a_process_that_dies_is_named():
    with pytest.raises(ProcessError, match=r"^the process of dies ended before its work"):
        side_by_side({"dies": partial(os._exit, 3), "lives": os.getpid})


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_the_processes_end_with_the_one_that_waits_for_them(tmp_path, name):
    if not hasattr(signal, name):
        pytest.skip(f"this system has no {name}")
    folders = [str(Path(__file__).parent), *sys.path]
    parent = subprocess.Popen(
        [sys.executable, "-c", SLEEPING, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, folders))},
        stderr=subprocess.DEVNULL,
    )
    paths = [tmp_path / "a", tmp_path / "b"]
    assert until(lambda: all(path.exists() for path in paths))
    parent.send_signal(getattr(signal, name))
    assert parent.wait(PATIENCE) != 0
    assert all(until(lambda path=path: is_gone(path)) for path in paths)


def is_gone(path):
    """Whether the process whose number stands in a file has ended."""
    try:
        os.kill(int(path.read_text()), 0)
    except ProcessLookupError:
        return True
    return False

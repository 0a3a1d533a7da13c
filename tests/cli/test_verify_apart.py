"""`crosscheck verify` and frameworks that mean no good: exit codes, what is shown, what is left."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psutil
import pytest
from click.testing import CliRunner
from hostile import HOSTILE, ROOT, copy

from crosscheck.cli.main import main
from crosscheck.cli.output import progress_bar
from crosscheck.verification.cases.edges import edges

# The command with few cases, of both dtypes: what is asked here does not depend on which they are.
# A line of progress for every task says at once that one of them has begun.
FEW = """
from functools import partial
from crosscheck.cli import entry, output, verification
from crosscheck.verification import verify
from crosscheck.verification.cases.edges import edges

verify.every_case = lambda: [case for case in edges() if "gelu" in case.name]
verify.problems = lambda number: []
verification.progress_bar = partial(output.progress_bar, between=0)
entry.main()
"""
HERE = ("hangs_in_a_call", "leaves_in_a_call", "leaves_in_version", "leaves_on_import", "says_much")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The folder that all of them lie in."""
    folder = tmp_path_factory.mktemp("hostile")
    for name in HERE:
        added, _ = HOSTILE[name]
        copy(folder, "numpy", name, *added)
    return folder


@pytest.fixture(scope="module")
def crosscheck(hostile):
    """Run `crosscheck verify` in this process with few cases; its workers are processes."""
    cases = [case for case in edges() if "gelu" in case.name]

    def invoke(*arguments, variables=None):
        return CliRunner().invoke(main, ["verify", "--no-cache", *arguments], env=variables)

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(hostile)
        # A line for every task: there are too few to take seconds.
        patch.setattr("crosscheck.cli.verification.progress_bar", partial(progress_bar, between=0))
        patch.setattr("crosscheck.verification.verify.every_case", lambda: cases)
        patch.setattr("crosscheck.verification.verify.problems", lambda number: [])
        yield invoke


@pytest.mark.parametrize("name", ["leaves_in_a_call", "leaves_in_version"])
def test_no_exit_code_0_without_a_verdict(crosscheck, name):
    ended = crosscheck("--only", name)
    assert ended.exit_code == 1
    assert f"wrong: {name}" in ended.stdout
    assert "exit code 0" in ended.stdout


@pytest.fixture(scope="module")
def loud(crosscheck):
    """A run of one that prints, warns and forges."""
    return crosscheck("--only", "says_much", "--json", "-")


def test_what_is_printed_stands_below_the_result_and_never_in_the_json(loud):
    assert loud.exit_code == 0
    found = json.loads(loud.stdout)
    # Its two workers print as much, each.
    assert found["frameworks"]["says_much"]["printed_lines"] == 20_000
    assert "says_much printed 20,000 lines:" in loud.stderr
    assert "... and 19,950 more" in loud.stderr


def test_escapes_are_shown_and_not_obeyed(loud):
    assert "\\x1b[2J\\x07[red]x[/]\\ud800" in loud.stderr
    for obeyed in ("\x1b", "\x07"):
        assert obeyed not in loud.stdout + loud.stderr


def test_a_long_line_of_a_framework_is_no_line_of_the_result(loud):
    (closing,) = [line for line in loud.stderr.splitlines() if line.startswith("All holds.")]
    assert "verified: says_much" in closing


def test_progress_names_framework_and_case_where_there_is_no_terminal(loud):
    tasks = 2 + 1  # two cases, and the ledger
    assert re.search(rf"^\d+ of {tasks}: says_much: \S+", loud.stderr, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "variables", "message"),
    [
        (("--limit", "nan"), {}, "it must be a number of seconds"),
        (("--limit", "0"), {}, "is not in the range x>0"),
        (("--memory", "0"), {}, "is not in the range x>=1"),
        ((), {"CROSSCHECK_IMPORT_LIMIT": "abc"}, "CROSSCHECK_IMPORT_LIMIT must be a number of"),
    ],
)
def test_a_limit_that_is_none_is_bad_usage(crosscheck, arguments, variables, message):
    ended = crosscheck("--only", "numpy", *arguments, variables=variables)
    assert ended.exit_code == 2
    assert message in " ".join(ended.stderr.replace("│", " ").split())


def test_a_folder_that_is_gone_harms_nobody(hostile, tmp_path):
    script = "import os, sys; os.chdir(sys.argv.pop(1)); os.rmdir(os.getcwd())\n" + FEW
    gone = tmp_path / "gone"
    gone.mkdir()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(hostile), str(ROOT)))}
    arguments = [gone, "verify", "--only", "leaves_on_import", "--no-cache"]
    command = [sys.executable, "-P", "-c", script, *arguments]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "on import it ends its process with exit code 0" in ended.stdout


def test_a_command_may_run_in_any_thread():
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(CliRunner().invoke, main, ["read", "losses.squared_error"]).result()
    assert (result.exit_code, result.exception) == (0, None)


@pytest.mark.skipif(os.name != "posix", reason="this system has no shell to close a stream")
@pytest.mark.parametrize("closed", [1, 2])
def test_a_closed_stream_is_no_traceback(closed):
    # It writes to both streams.
    searched = ["--framework", "numpy", "--networks", "1", "--histories", "1"]
    command = [sys.executable, "-m", "crosscheck", "bounds", "--families", *searched]
    ended = subprocess.run(
        ["sh", "-c", f"exec {shlex.join(command)} {closed}>&-"], cwd=ROOT, capture_output=True
    )
    assert ended.returncode == 0
    assert b"Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.sampled(1)),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.sampled(1)),
        (signal.SIGKILL, -9),
    ],
)
def test_whatever_ends_the_command_ends_every_worker(hostile, kind, code):
    running = subprocess.Popen(
        [sys.executable, "-c", FEW, "verify", "--no-cache", "--only", "hangs_in_a_call"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(hostile), str(ROOT)))},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    with running.stderr as stderr:
        assert any("hangs_in_a_call" in line for line in stderr)  # it computes
        workers = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(kind)
        said = stderr.read()
    words = {signal.SIGINT: "interrupted", signal.SIGKILL: None}.get(kind, f"ended by {kind.name}")
    if words is not None:
        assert re.search(rf"\n{words} while at hangs_in_a_call: .+\n$", said)
    assert running.wait() == code
    assert workers
    assert psutil.wait_procs(workers, timeout=10)[1] == []

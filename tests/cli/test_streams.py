"""Streams that are closed, full or narrow of alphabet: no traceback, and an exit code that fits."""

import os
import shlex
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="these are streams as POSIX has them")

COMMANDS = {"document schema": 0, "read losses.squared_error": 0, "--help": 0, "nosuch": 2}
# The errata without what frameworks compute of them, which takes seconds to import.
ERRATA = """
from crosscheck.cli import entry
from crosscheck.verification import example_values

example_values.example_values = lambda documents: {each: {} for each in documents}
entry.main()
"""
PRINTS = [command for command, code in COMMANDS.items() if not code]


def shell(command, redirected, **variables):
    """Run a command of `crosscheck` in a shell, with streams redirected."""
    line = f"exec {shlex.quote(sys.executable)} -m crosscheck {command} {redirected}"
    return subprocess.run(
        ["sh", "-c", line],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


@pytest.mark.parametrize("redirected", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_stream_changes_no_exit_code(command, redirected):
    ended = shell(command, redirected)
    assert ended.returncode == COMMANDS[command], ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", PRINTS)
def test_a_full_disk_is_one_line(command):
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    ended = shell(command, ">/dev/full")
    assert ended.returncode == 1
    assert ended.stderr == "cannot write the output: No space left on device\n"


def test_who_stops_reading_hears_nothing():
    process = subprocess.Popen(
        [sys.executable, "-c", ERRATA, "errata", "--all"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.read(1)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_of_another_alphabet_shows_what_it_can(encoding):
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", ERRATA, "errata", "--document", "002"],
        env=os.environ | {"PYTHONIOENCODING": encoding, "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            read = os.read(ours, 2**16)
        except OSError:  # Linux says so at the end
            read = b""
        if not read:
            break
        shown += read
    os.close(ours)
    _, said = process.communicate()
    assert (process.returncode, said) == (0, b"")
    assert "-0.0287" in shown.decode(encoding).replace("\u2212", "-")

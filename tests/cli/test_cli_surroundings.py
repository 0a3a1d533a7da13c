"""The command line in its surroundings: files, pipes, encodings, memory."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from crosscheck.cli import interrupts
from crosscheck.cli.main import main


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            PermissionError(13, "Permission denied", "secret"),
            "cannot use secret: Permission denied",
        ),
        (OSError(28, "No space left on device"), "Error: No space left on device"),
        (MemoryError("9 TiB"), "not enough memory: 9 TiB"),
    ],
)
def test_what_the_machine_does_not_give_is_no_traceback(monkeypatch, error, message):
    def fails(selection, **rest):
        raise error

    monkeypatch.setattr("crosscheck.verification.verify.verify_everything", fails)
    result = run("verify")
    assert result.exit_code == 2
    assert message in result.stderr


def test_where_the_json_goes_is_looked_at_before_the_work(monkeypatch, tmp_path):
    monkeypatch.setattr(
        "crosscheck.verification.verify.verify_everything",
        lambda *arguments, **rest: pytest.fail("it ran"),
    )
    for path, message in (
        (tmp_path / "nosuch" / "x.json", "nosuch is no folder that can be written to"),
        (tmp_path, "is a directory"),
        ("", "'' is no file"),
    ):
        result = run("verify", "--json", str(path))
        assert result.exit_code == 2
        assert message in " ".join(result.stderr.split())


def test_a_folder_that_is_not_to_be_written_to_is_named_before_the_work(monkeypatch, tmp_path):
    monkeypatch.setattr(
        "crosscheck.verification.verify.verify_everything",
        lambda *arguments, **rest: pytest.fail("it ran"),
    )
    monkeypatch.setattr("os.access", lambda path, mode: not mode & os.W_OK)
    result = run("verify", "--json", str(tmp_path / "x.json"))
    assert result.exit_code == 2
    assert "is no folder that can be written to" in " ".join(result.stderr.split())


def test_json_may_go_to_what_is_open_already(capfd):
    if not os.path.exists("/dev/stdout"):
        pytest.skip("this system has no /dev/stdout")
    assert run("errata", "--json", "/dev/stdout").exit_code == 0
    assert json.loads(capfd.readouterr().out)["documents"]


def test_the_documents_text_goes_through_any_pipe():
    found = subprocess.run(
        [sys.executable, "-m", "crosscheck", "errata", "--all", "--markdown"],
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=True,
    )
    text = found.stdout.decode("utf-8")
    with pytest.raises(UnicodeEncodeError):
        text.encode("cp1252")


def test_who_is_interrupted_while_nobody_reads_leaves_all_the_same(monkeypatch):
    class Gone:
        def flush(self):
            raise BrokenPipeError

    left = []
    monkeypatch.setattr("os._exit", left.append)
    monkeypatch.setattr(sys, "stdout", Gone())
    interrupts.leave()
    assert left == [130]

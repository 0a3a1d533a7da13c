"""The command line in its surroundings: files, pipes, encodings, memory."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

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
        (OSError(5, "Input/output error"), "Error: Input/output error"),
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


def test_json_may_go_to_what_is_open_already(capfd, monkeypatch):
    monkeypatch.setattr(
        "crosscheck.verification.example_values.example_values",
        lambda documents: {each: {} for each in documents},
    )
    if not os.path.exists("/dev/stdout"):
        pytest.skip("this system has no /dev/stdout")
    assert run("errata", "--json", "/dev/stdout").exit_code == 0
    assert json.loads(capfd.readouterr().out)["documents"]


def test_the_documents_text_goes_through_any_pipe():
    script = (
        "from crosscheck.verification import example_values\n"
        "example_values.example_values = lambda documents: {each: {} for each in documents}\n"
        "from crosscheck.cli import entry; entry.main()"
    )
    found = subprocess.run(
        [sys.executable, "-c", script, "errata", "--all", "--markdown"],
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


@pytest.mark.sampled(1)
@pytest.mark.parametrize("platform", ["nonsense", "cuda"])
def test_jax_without_a_device_cannot_be_used_here_and_is_not_wrong(platform):
    if find_spec("jax") is None:
        pytest.skip("jax is not installed")
    script = (
        "from crosscheck.frameworks.registry import load;"
        "print(load('jax', 'reference_jax')); print(type(load('numpy', 'reference_numpy')))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"JAX_PLATFORMS": platform},
        capture_output=True,
        text=True,
        check=True,
    )
    jax, numpy = found.stdout.splitlines()
    if jax.startswith("Framework("):
        pytest.skip(f"this machine has a device for {platform}")
    assert jax.startswith("NotInstalled(")
    assert f"cannot be used here: JAX_PLATFORMS is {platform!r}, and " in jax
    assert "Framework" in numpy


def test_a_verdict_does_not_depend_on_whether_jax_is_told_to_round():
    if find_spec("optax") is None:
        pytest.skip("optax is not installed")
    found = subprocess.run(
        [sys.executable, "-m", "crosscheck", "translate", "optax.adam(0.1)", "--to", "jax"],
        env=os.environ | {"JAX_ENABLE_X64": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "nothing equal" not in found.stdout


def test_whatever_backend_a_user_named_figures_are_drawn():
    if find_spec("matplotlib") is None:
        pytest.skip("matplotlib is not installed")
    script = (
        "from crosscheck.training.plots.figures import import_matplotlib;"
        "print(import_matplotlib()[0].__name__)"
    )
    subprocess.run(
        [sys.executable, "-c", script], env=os.environ | {"MPLBACKEND": "nonsense"}, check=True
    )

"""A few hostile tries of every kind, the same ones every time; `tests/tries.py` makes more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Runs of a site are tried in tests/report/test_site_building.py, where there is one.
KINDS = (
    *("command lines", "checkpoints", "images", "documents", "translations", "paths"),
    "tensor sets",
    *("surroundings", "signals"),
)


@pytest.mark.skipif(os.name != "posix", reason="these are streams, signals and paths of POSIX")
def test_nothing_hostile_breaks_a_command():
    kinds = [argument for kind in KINDS for argument in ("--kind", kind)]
    tried = subprocess.run(
        [sys.executable, ROOT / "tests" / "tries.py", "--sample", *kinds],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stdout + tried.stderr


@pytest.mark.skipif(os.name != "posix", reason="the script forks")
@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("raise KeyError('x')", "traceback: KeyError: 'x'"),
        ("print('{NaN'); sys.exit(7)", "exit code 7, where [0, 2] are named"),
        ("time.sleep(60)", "hangs"),
        ("sys.exit(2)", "exit code 2 without a word"),
        ("print('\\x1b[2J')", "shows '\\x1b'"),
        ("print('{\"a\": NaN}')", "invalid JSON: NaN is no JSON"),
        ("print('{')", "invalid JSON: Expecting"),
        ("print('\"fine\"')", "None"),
    ],
)
def test_what_is_broken_is_found(broken, complaint, tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from trying import process\n"
        f"def broken():\n    {broken}\n"
        "process.GRACE = 0.2\n"
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "found = process.forked(broken, Path(sys.argv[1]), limit=0.5)\n"
        "print(process.complaint(found, {0, 2}, is_json=True))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert complaint in run.stdout


def test_the_files_that_are_altered_for_a_difference_are_good_ones(tmp_path, monkeypatch):
    from click.testing import CliRunner
    from trying import differences

    from crosscheck.cli.main import main

    monkeypatch.chdir(tmp_path)
    differences.write_good_files(tmp_path)
    result = CliRunner().invoke(main, differences.ARGUMENTS)
    assert result.exit_code == 0, result.output
    assert result.output.strip().endswith("rounding")

"""Frameworks that mean no good, or are clumsy: each is judged apart, and harms nobody else.

Every one is a copy of a reference with something added to one of its files. All of them are judged
in one run, beside the honest reference.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
from hostile import HOSTILE, JAX, TORCH, VERIFIED, in_a_call

from crosscheck.frameworks.serving import KEPT
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.stages import Case
from crosscheck.verification.limits import Limits
from crosscheck.verification.selection import Selection
from crosscheck.verification.verify import every_case, verify_everything

ROOT = Path(__file__).parents[2]
FEW: list[Case] = [
    *(c for c in groups()["edges"] if c.name == "edges-gelu-half_squared_error-float64"),
    *(c for c in groups()["networks"] if c.name == "tanh-half_squared_error-float64"),
    *(c for c in groups()["optimizers"] if c.name == "adam-layers-float64"),
]


def copy(folder: Path, reference: str, name: str, file: str, added: str) -> None:
    """A copy of a reference, with text put at the end of one of its files."""
    shutil.copytree(ROOT / f"reference_{reference}", folder / name)
    path = folder / name / file
    path.write_text(path.read_text(encoding="utf-8") + "\n" + added, encoding="utf-8")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The folder that all of them lie in, which is looked through for modules."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (added, _) in HOSTILE.items():
        copy(folder, "numpy", name, *added)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


LIMITS = Limits(seconds=3, memory=600, cache=False)


def judged(packages, limits=LIMITS, cases=FEW):
    return verify_everything(Selection(packages), cases=cases, limits=limits)


@pytest.fixture(scope="module")
def together(hostile):
    """The verdict on each, when all are judged in one run beside the reference."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CROSSCHECK_IMPORT_LIMIT", "5")
        return judged({"numpy": "reference_numpy"} | {name: name for name in HOSTILE})


def test_the_honest_reference_is_judged_rightly_beside_them(together):
    assert together.frameworks["numpy"].status == "verified"
    assert all(c.holds for c in together.comparisons if c.frameworks == ("numpy", "exact"))
    assert not together.holds
    # This process is as it was.
    assert judged({"numpy": "reference_numpy"}).holds


@pytest.mark.parametrize("name", HOSTILE)
def test_what_one_does_is_its_own_affair(together, name):
    status, expected = together.frameworks[name], HOSTILE[name][1]
    if expected is None:
        assert status.status in ("verified", "wrong")
    elif expected == VERIFIED:
        assert (status.status, status.reasons) == ("verified", [])
    else:
        assert status.status == "wrong"
        assert status.reasons[0].startswith(expected)
    if status.status == "wrong":
        wrong = [c for c in together.comparisons if not c.holds and name in c.frameworks]
        assert status.reasons or wrong


def test_the_verdict_on_one_does_not_depend_on_which_others_are_judged(together, hostile):
    alike = ("exit_in_a_call", "leaves_in_a_call", "numpy_exp", "precision", "warns", "numpy")
    for name in alike:
        package = f"reference_{name}" if name == "numpy" else name
        alone = judged({name: package})
        assert alone.frameworks[name] == together.frameworks[name]
        own = [c for c in together.comparisons if c.frameworks == (name, "exact")]
        assert alone.comparisons == own


def test_what_is_printed_is_kept_up_to_a_point_and_counted(together):
    status = together.frameworks["prints"]
    assert status.printed_lines == 10_000
    assert len(status.printed) == KEPT
    assert status.printed[1] == "1 \\x1b[2J[red]"
    assert together.frameworks["numpy"].printed_lines == 0


def test_warnings_are_kept_and_no_failure(together):
    assert together.frameworks["warns"].warnings == ["UserWarning: \\x1b[2J\\x07[red]x[/]\\ud800"]


def test_what_a_crash_leaves_is_shown(together):
    assert any(
        "segfault" in line.lower() or "Segmentation fault" in line
        for line in together.frameworks["segmentation_fault"].printed
    )


def test_texts_are_one_line_that_steers_no_terminal(together):
    assert together.frameworks["escapes_in_version"].version == "\\x1b[2J\\x07[red]x[/]\\ud800"
    assert len(together.frameworks["a_long_message"].reasons[0]) < 3000
    for status in together.frameworks.values():
        for text in (status.version or "", *status.reasons, *status.printed, *status.warnings):
            assert text.isprintable(), text


def test_a_case_that_is_known_to_end_the_process_is_no_reason_to_stop(tmp_path, monkeypatch):
    copy(tmp_path, "numpy", "knows_it_leaves", *in_a_call("import os; os._exit(3)"))
    declared = tmp_path / "knows_it_leaves" / "crosscheck.toml"
    declared.write_text(
        'contract = 2\n[[known_failures]]\ncases = ["edges-gelu-*"]\nwhy = "it leaves"\n'
        'link = "https://example.org"\nversions = "numpy>=2"\n',
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    cases = [*FEW, *(c for c in every_case() if c.name == "edges-gelu-half_squared_error-float32")]
    found = judged({"knows_it_leaves": "knows_it_leaves"}, cases=cases)
    status = found.frameworks["knows_it_leaves"]
    assert (status.status, status.reasons) == ("verified", [])
    ((_, failed),) = status.known_failures.items()
    assert failed == [case.name for case in cases if case.name.startswith("edges-gelu")]
    assert {c.place.case for c in found.comparisons} == {c.name for c in FEW[1:]}


def test_one_that_leaves_something_unwritten_may_end_its_process_while_it_climbs(
    tmp_path, monkeypatch
):
    # `predict` is asked for by the ladder alone.
    copy(
        tmp_path, "numpy", "half_done", "mlp.py",
        "def predict(params, inputs, *, activations):\n    import os; os._exit(0)\n",
    )  # fmt: skip
    path = tmp_path / "half_done" / "optimizers" / "__init__.py"
    text = path.read_text(encoding="utf-8")
    added = "def lion(learning_rate, b1=0.9, b2=0.99, weight_decay=0.0): raise NotImplementedError"
    path.write_text(f"{text}\n{added}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    lion = [c for c in every_case() if c.name == "lion-array-float64"]
    status = judged({"half_done": "half_done"}, cases=lion).frameworks["half_done"]
    rungs = {rung.name: rung for rung in status.ladder}
    assert rungs["mlp.predict"].note == "at classes in float64 it ends its process with exit code 0"
    assert rungs["mlp.forward"].status == "done"
    assert rungs["optimizers.lion"].status == "not written"


# ----- frameworks that the built-in ones share a library with -----


@pytest.mark.parametrize(("library", "settings"), [("torch", TORCH), ("jax", JAX)])
def test_settings_of_a_library_reach_nobody_else(tmp_path, monkeypatch, library, settings):
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    for name, setting in settings.items():
        copy(tmp_path, library, name, "__init__.py", f"import {library}\n{setting}\n")
    monkeypatch.syspath_prepend(tmp_path)
    names = ("numpy", library)
    packages = {name: name for name in settings} | {name: f"reference_{name}" for name in names}
    found = judged(packages, Limits(cache=False, memory=3000))
    assert [found.frameworks[name].status for name in names] == ["verified", "verified"]
    assert all(c.holds for c in found.comparisons if c.frameworks[0] in names)


# ----- the command -----


def crosscheck(folder, *arguments, **rest):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    return subprocess.run(
        [sys.executable, "-m", "crosscheck", "verify", "--no-cache", *arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, **rest,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["leaves_on_import", "leaves_in_a_call", "leaves_in_version"])
def test_no_exit_code_0_without_a_verdict(hostile, name):
    ended = crosscheck(hostile, "--only", name)
    assert ended.returncode == 1
    assert f"wrong: {name}" in ended.stdout
    assert "exit code 0" in ended.stdout


def test_what_is_printed_stands_below_the_result_and_never_in_the_json(hostile):
    ended = crosscheck(hostile, "--only", "prints", "--json", "-")
    assert ended.returncode == 0
    found = json.loads(ended.stdout)
    # Its two workers print as much, each.
    assert found["frameworks"]["prints"]["printed_lines"] == 20_000
    assert "prints printed 20,000 lines:" in ended.stderr
    assert "... and 19,950 more" in ended.stderr
    assert "\x1b" not in ended.stderr


def test_escapes_are_shown_and_not_obeyed(hostile):
    ended = crosscheck(hostile, "--only", "warns")
    assert ended.returncode == 0
    assert "\\x1b[2J\\x07[red]x[/]\\ud800" in ended.stdout
    assert "\x1b" not in ended.stdout
    assert "\x07" not in ended.stdout


def test_progress_names_framework_and_case_where_there_is_no_terminal(hostile):
    ended = crosscheck(hostile, "--only", "precision")
    assert re.match(r"1 of 248: precision: \S+", ended.stderr)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_the_command_ends_every_worker(hostile, kind):
    running = subprocess.Popen(
        [sys.executable, "-m", "crosscheck", "verify", "--no-cache", "--only", "hangs_in_a_call"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(hostile), str(ROOT)))},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    with running.stderr as stderr:
        while "hangs_in_a_call" not in stderr.readline():
            pass  # until it computes
        workers = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(kind)
        assert ("interrupted" in stderr.read()) == (kind == signal.SIGINT)
    assert running.wait() == (130 if kind == signal.SIGINT else -signal.SIGKILL)
    assert workers
    assert psutil.wait_procs(workers, timeout=10)[1] == []

"""The first rungs of the ladder: names, then signatures. Values come after, in other files."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from collected import WARNED

from crosscheck.frameworks import contract
from crosscheck.frameworks.conformance import breaches
from crosscheck.frameworks.contract import CHANGES, CONTRACT_VERSION, MODULES
from crosscheck.frameworks.registry import (
    Broken,
    NotInstalled,
    OtherContract,
    UnknownFrameworkError,
    installed,
    load,
    registry,
)
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.selection import select
from crosscheck.verification.verify import verify_everything

ROOT = Path(__file__).parents[2]


def test_a_framework_keeps_the_contract(framework):
    assert breaches(framework) == []


def test_a_framework_is_imported_without_a_warning(framework):
    assert WARNED[framework.name] == []


def altered(framework, module, **changes):
    """A framework with some names of one module replaced; None takes the name away."""
    names = vars(getattr(framework, module)) | changes
    kept = {name: value for name, value in names.items() if value is not None}
    return SimpleNamespace(**{**vars(framework), module: SimpleNamespace(**kept)})


@pytest.mark.parametrize(
    ("module", "changes", "found"),
    [
        (
            "losses",
            {"squared_error": None},
            "losses.squared_error: missing, expected squared_error(predictions, targets, *, ",
        ),
        (
            "losses",
            {"squared_error": lambda targets, predictions: 0},
            "losses.squared_error: is squared_error(targets, predictions), "
            "expected squared_error(predictions, targets, *, weights=None, normalizer='count')",
        ),
        (
            "optimizers",
            {"sgd": lambda learning_rate=0.1: None},
            "optimizers.sgd: is sgd(learning_rate=0.1), expected sgd(learning_rate)",
        ),
        (
            "mlp",
            {"forward": 3},
            "mlp.forward: not callable, expected forward(params, inputs, *, activations)",
        ),
        (
            "activations",
            {"ACTIVATIONS": {"relu": 1}},
            "activations.ACTIVATIONS: lacks identity, sigmoid",
        ),
        (
            "optimizers",
            {"OPTIMIZERS": {"sgd": 1}},
            "optimizers.OPTIMIZERS: lacks momentum, lion",
        ),
        (
            "params",
            {"INITIALIZERS": {"uniform": 1}},
            "params.INITIALIZERS: lacks glorot_uniform, glorot_normal",
        ),
        (
            "arrays",
            {"to_device": None},
            "arrays.to_device: missing, expected to_device(value, device)",
        ),
        (
            "checks",
            {"flag": lambda value: None},
            "checks.flag: is flag(value), expected flag(name, value)",
        ),
        (
            "epochs",
            {"run_epoch": lambda params: None},
            "epochs.run_epoch: is run_epoch(params), expected run_epoch(params, state, inputs",
        ),
    ],
)
def test_a_breach_is_named(module, changes, found):
    numpy = load("numpy", "reference_numpy")
    assert any(breach.startswith(found) for breach in breaches(altered(numpy, module, **changes)))


def test_a_wrong_state_is_named():
    numpy = load("numpy", "reference_numpy")
    renamed = altered(
        numpy,
        "optimizers",
        lion=lambda learning_rate, b1=0.9, b2=0.99, weight_decay=0.0: numpy.optimizers.sgd(
            learning_rate
        ),
    )
    assert breaches(renamed) == [
        "optimizers.lion: its state has ('step',), expected ('step', 'first_moment')"
    ]


def test_an_absent_package_is_not_installed_and_says_why(tmp_path, monkeypatch):
    (tmp_path / "needs_something.py").write_text("import a_package_that_is_not_there\n")
    monkeypatch.syspath_prepend(tmp_path)
    loaded = load("needs_something", "needs_something")
    assert isinstance(loaded, NotInstalled)
    assert loaded.reason == "No module named 'a_package_that_is_not_there'"


def test_a_package_without_its_modules_is_broken_and_names_each(tmp_path, monkeypatch):
    package = tmp_path / "half_a_framework"
    package.mkdir()
    (package / "__init__.py").write_text("__version__ = '7'\n")
    (package / "params.py").write_text("raise RuntimeError('on purpose')\n")
    monkeypatch.syspath_prepend(tmp_path)
    loaded = load("half_a_framework", "half_a_framework")
    assert isinstance(loaded, Broken)
    assert loaded.version == "7"
    assert loaded.problems[0] == "params: fails on import: RuntimeError: on purpose"
    assert loaded.problems[1] == "checks: no such module"
    assert not any("version" in problem for problem in loaded.problems)


def test_an_unknown_name_lists_the_known_frameworks():
    with pytest.raises(
        UnknownFrameworkError, match=r"'nosuch' is neither a framework \(numpy, torch"
    ):
        registry(["nosuch"])


def test_an_importable_package_is_a_framework_by_its_name():
    assert registry(["json"])["json"] == "json"
    assert registry(["numpy", "reference_torch"]) == registry()


# ----- the version of the contract -----


def copy_of_numpy(folder, name, declares, lacking=()):
    """The package of a folder of its own, without some files; `declares` None: no such file."""
    shutil.copytree(ROOT / "reference_numpy", folder / name)
    for module in lacking:
        (folder / name / f"{module}.py").unlink()
    (folder / name / "crosscheck.toml").unlink()
    if declares is not None:
        (folder / name / "crosscheck.toml").write_text(declares, encoding="utf-8")


def test_every_version_says_what_it_changed_and_the_contract_imports_nothing_of_crosscheck():
    assert list(CHANGES) == list(range(1, CONTRACT_VERSION + 1))
    assert set(contract.ADDED) <= set(CHANGES)
    assert {module for added in contract.ADDED.values() for module in added} < set(MODULES)
    assert set(contract.NEUTRAL) < set(MODULES)
    assert set(contract.COMPUTING) < set(contract.NEUTRAL)
    tree = ast.parse(Path(contract.__file__).read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


@pytest.mark.parametrize("declares", [None, "", "contract = 1\n"])
def test_a_package_for_an_older_version_is_told_what_changed_and_what_to_run(
    tmp_path, monkeypatch, declares
):
    name = "older_" + ("silent" if not declares else "open") + ("_" if declares is None else "")
    copy_of_numpy(tmp_path, name, declares, lacking=("arrays", "epochs"))
    # As it was written then: nothing of it looks at the modules that came later.
    for file in ("params", "checks", "activations", "losses", "mlp", "gradients", "training"):
        (tmp_path / name / f"{file}.py").write_text("", encoding="utf-8")
    (tmp_path / name / "optimizers" / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    loaded = load(name, name)
    assert isinstance(loaded, OtherContract)
    assert loaded.problems == (
        f"it was written for version 1 of the contract, and this is version {CONTRACT_VERSION}: "
        f"run crosscheck new {name} {tmp_path} --renew",
        f"what changed: {' '.join(CHANGES[number] for number in range(2, CONTRACT_VERSION + 1))}",
    )
    result = verify_everything(select(only=[name]))
    found = result.frameworks[name]
    assert (found.status, found.reasons) == ("for another contract", list(loaded.problems))
    assert not result.holds
    assert result.comparisons == []
    with pytest.raises(UnknownFrameworkError, match=f"^{name} cannot be used: it was written for"):
        installed([name])


def test_what_is_broken_under_the_version_that_it_was_written_for_is_broken(tmp_path, monkeypatch):
    copy_of_numpy(tmp_path, "older_broken", None, lacking=("arrays", "epochs"))
    monkeypatch.syspath_prepend(tmp_path)
    loaded = load("older_broken", "older_broken")
    assert type(loaded) is Broken  # its own files import the modules that are not there
    assert loaded.problems[0].startswith("params: ")


def test_a_package_for_a_newer_version_asks_for_a_newer_crosscheck(tmp_path, monkeypatch):
    copy_of_numpy(tmp_path, "newer", f"contract = {CONTRACT_VERSION + 1}\n")
    monkeypatch.syspath_prepend(tmp_path)
    loaded = load("newer", "newer")
    assert isinstance(loaded, OtherContract)
    assert loaded.problems == (
        f"it was written for version {CONTRACT_VERSION + 1} of the contract, and this crosscheck "
        f"knows no version after {CONTRACT_VERSION}: update backprop-crosscheck",
    )
    assert (
        verify_everything(select(only=["newer"])).frameworks["newer"].status
        == "for another contract"
    )


def test_pytest_says_once_that_a_framework_is_for_another_version(tmp_path):
    copy_of_numpy(tmp_path, "newest", f"contract = {CONTRACT_VERSION + 1}\n")
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider"]
    selected = ["tests/frameworks/test_contract.py", "tests/references/test_losses.py"]
    ended = subprocess.run(
        [*command, "--only", "newest", *selected],
        cwd=ROOT,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "newest: it was written for version" in ended.stdout
    assert "1 error in" in ended.stdout.splitlines()[-1]
    assert "passed" not in ended.stdout


def test_pytest_says_once_that_a_framework_warns_on_import(tmp_path):
    declares = f"contract = {CONTRACT_VERSION}\n"
    copy_of_numpy(tmp_path, "warning", declares)
    path = tmp_path / "warning" / "losses.py"
    text = path.read_text(encoding="utf-8")
    warns = "import warnings\n\nwarnings.warn('it is old', FutureWarning, stacklevel=2)\n"
    path.write_text(f"{text}\n{warns}", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider"]
    selected = ["tests/frameworks/test_contract.py", "tests/references/test_losses.py"]
    ended = subprocess.run(
        [*command, "--only", "warning", *selected],
        cwd=ROOT,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "FutureWarning: it is old" in ended.stdout
    assert re.fullmatch(
        r"1 failed, \d+ passed, \d+ deselected in .*", ended.stdout.splitlines()[-1]
    )


def test_verify_shows_a_warning_on_import_and_holds_it_against_nobody(tmp_path, monkeypatch):
    copy_of_numpy(tmp_path, "warned", f"contract = {CONTRACT_VERSION}\n")
    path = tmp_path / "warned" / "__init__.py"
    warns = "import warnings\n\nwarnings.warn('it is old', FutureWarning, stacklevel=2)\n"
    path.write_text(path.read_text("utf-8") + warns, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    result = verify_everything(select(only=["warned"]), cases=groups()["edges"][:1])
    assert result.holds
    assert result.frameworks["warned"].warnings == ["FutureWarning: it is old"]

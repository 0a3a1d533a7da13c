"""`crosscheck new --renew`: a neutral module is changed once, and written anew everywhere."""

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.frameworks import renewal
from crosscheck.frameworks.contract import CONTRACT_VERSION, FILES, NEUTRAL
from crosscheck.frameworks.declarations import read
from crosscheck.frameworks.registry import BUILT_IN
from crosscheck.frameworks.skeleton import SkeletonError, write

ROOT = Path(__file__).parents[2]
EXTENSIONS = ("reference_autograd", "reference_mlx", "reference_paddle", "reference_python")
FOLDERS = {name: ROOT / "extensions" / name for name in EXTENSIONS}
FOLDERS |= dict.fromkeys(BUILT_IN.values(), ROOT)


def copied(tmp_path, name):
    """A copy of a package in a folder of its own."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(FOLDERS[name] / name, tmp_path / name, ignore=ignored)
    return tmp_path / name


def texts(package):
    files = [path for path in package.rglob("*.*") if path.suffix in (".py", ".toml", ".txt")]
    return {path.relative_to(package).as_posix(): path.read_text("utf-8") for path in files}


def files_of(module):
    return (
        {f"{module}/{name}.py" for name in FILES[module]} if module in FILES else {f"{module}.py"}
    )


@pytest.mark.parametrize("name", FOLDERS)
def test_every_package_of_this_repository_is_as_its_renewal_writes_it(name):
    """So that a change to a neutral module is made once, and this test names what is to renew."""
    package = FOLDERS[name] / name
    written = renewal.neutral_files(package, renewal.declarations_in(package))
    here = texts(package)
    assert {path for path, text in written.items() if text != here[path]} == set()
    own = read(package / "crosscheck.toml").own
    expected = {file for module in NEUTRAL if module not in own for file in files_of(module)}
    assert set(written) == expected


@pytest.mark.parametrize("name", [name for name in FOLDERS if name != "reference_python"])
def test_what_was_spoiled_is_written_anew_and_nothing_else(tmp_path, name):
    package = copied(tmp_path, name)
    before = texts(package)
    spoiled = [file for module in NEUTRAL for file in files_of(module)]
    for file in spoiled:
        if file != "mlp.py":  # whose `linear` is the framework's own
            text = (package / file).read_text("utf-8")
            library = [line for line in text.splitlines() if line.startswith("import ")]
            (package / file).write_text("\n".join(library) + "\n", encoding="utf-8")
    for file in ("gradients.py", "epochs.py", "arrays.py", "activations.py", "notes.txt"):
        (package / file).write_text("# mine\n", encoding="utf-8")
    renewed = renewal.renew(name, tmp_path)
    assert {path.relative_to(package).as_posix() for path in renewed} == {
        file for file in spoiled if file != "mlp.py"
    }
    after = texts(package)
    mine = {"gradients.py", "epochs.py", "arrays.py", "activations.py", "notes.txt"}
    assert {file for file, text in after.items() if text == "# mine\n"} == mine
    assert {file: after[file] for file in before if file not in mine} == {
        file: before[file] for file in before if file not in mine
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]
    assert renewal.renew(name, tmp_path) == []


def test_linear_stays_as_the_framework_has_it_and_the_rest_of_its_file_does_not(tmp_path):
    package = copied(tmp_path, "reference_torch")
    path = package / "mlp.py"
    before = path.read_text("utf-8")
    own = before.replace("layer.weight, layer.bias)", "layer.weight, bias=layer.bias)")
    assert own != before
    path.write_text(own.replace("argmax(1)", "argmin(1)"), encoding="utf-8")
    assert renewal.renew("reference_torch", tmp_path) == [path]
    assert path.read_text("utf-8") == own


def test_another_library_in_the_imports_is_another_word_before_every_dot(tmp_path):
    write("begun_in_jax", tmp_path / "new", "jax")
    package = tmp_path / "new" / "begun_in_jax"
    for path in (package / "losses.py", *(package / "optimizers").glob("*.py")):
        text = path.read_text("utf-8")
        path.write_text(text.replace("import jax.numpy as jnp", "import mlx.core as mx"), "utf-8")
    renewal.renew("begun_in_jax", tmp_path / "new")
    mlx = FOLDERS["reference_mlx"] / "reference_mlx"
    for file in files_of("losses") | files_of("optimizers"):
        assert (package / file).read_text("utf-8") == (mlx / file).read_text("utf-8")


def test_modules_in_ones_own_words_are_left_alone(tmp_path):
    package = copied(tmp_path, "reference_python")
    for module in ("losses.py", "mlp.py", "optimizers/base.py"):
        (package / module).write_text("# mine\n", encoding="utf-8")
    (package / "training.py").write_text("", encoding="utf-8")
    assert renewal.renew("reference_python", tmp_path) == [package / "training.py"]
    assert (package / "losses.py").read_text("utf-8") == "# mine\n"


def test_an_unfilled_package_loses_nothing_that_its_author_has_written(tmp_path):
    write("unfilled", tmp_path / "new")
    before = texts(tmp_path / "new" / "unfilled")
    assert renewal.renew("unfilled", tmp_path / "new") == []
    assert texts(tmp_path / "new" / "unfilled") == before


@pytest.mark.parametrize(
    ("text", "renewed"),
    [
        (None, f"contract = {CONTRACT_VERSION} # the version of the contract that it follows\n"),
        (
            "# mine\n[[limits]]\ndevices = ['cuda']\nreason = 'why'\n",
            f"contract = {CONTRACT_VERSION} # the version of the contract that it follows\n"
            "# mine\n[[limits]]\ndevices = ['cuda']\nreason = 'why'\n",
        ),
        ("# mine\ncontract=1   # old\n", f"# mine\ncontract = {CONTRACT_VERSION}   # old\n"),
    ],
)
def test_the_declared_version_is_raised_and_the_rest_of_the_file_stays(tmp_path, text, renewed):
    package = copied(tmp_path, "reference_mlx")
    path = package / "crosscheck.toml"
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert renewal.renew("reference_mlx", tmp_path) == [path]
    assert path.read_text("utf-8") == renewed


def with_file(package, file, text):
    (package / file).write_text(text, encoding="utf-8")


REFUSED = {
    "a module that is the framework's own is missing": (
        lambda package: (package / "arrays.py").unlink(),
        "lacks arrays.py, in which frameworks differ, so that you have to write them first",
    ),
    "an older package lacks what came later, and is told what changed": (
        lambda package: (
            (package / "epochs.py").unlink(),
            with_file(package, "crosscheck.toml", "contract = 1"),
        ),
        "those of the references). arrays.py is new: is_array,",
    ),
    "the package is for a later version": (
        lambda package: with_file(package, "crosscheck.toml", f"contract = {CONTRACT_VERSION + 1}"),
        f"knows no version after {CONTRACT_VERSION}: update backprop-crosscheck",
    ),
    "its declarations cannot be read": (
        lambda package: with_file(package, "crosscheck.toml", "contract = "),
        "crosscheck.toml: Invalid value",
    ),
    "its contract stands where it is not found": (
        lambda package: with_file(package, "crosscheck.toml", '"contract" = 1'),
        f"cannot find its contract: write 'contract = {CONTRACT_VERSION}' into it",
    ),
    "its losses are no Python": (
        lambda package: with_file(package, "losses.py", "def broken(:"),
        "cannot renew ",
    ),
    "its losses are no text": (
        lambda package: (package / "losses.py").write_bytes(b"\xff"),
        "cannot renew ",
    ),
    "its losses compute with nothing": (
        lambda package: with_file(package, "losses.py", "import math\n"),
        "losses.py imports no library to compute with: begin it with such an import",
    ),
    "its losses compute with two libraries": (
        lambda package: with_file(
            package, "losses.py", "import numpy as np\nimport mlx.core as mx"
        ),
        "imports more than one library, so that it is unclear which one computes",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_renewed_is_said_and_left_as_it_is(tmp_path, what):
    spoil, message = REFUSED[what]
    package = copied(tmp_path, "reference_mlx")
    (package / "training.py").write_text("", encoding="utf-8")  # which is to be renewed
    spoil(package)
    before = {path: path.read_bytes() for path in package.rglob("*") if path.is_file()}
    result = CliRunner().invoke(main, ["new", "reference_mlx", str(tmp_path), "--renew"])
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert {path: path.read_bytes() for path in package.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["no_such_package", "../reference_mlx", "", "a..b"])
def test_a_package_that_is_not_there_is_named(tmp_path, name):
    copied(tmp_path, "reference_mlx")
    with pytest.raises(SkeletonError, match=r"holds no package|cannot be the name of a package"):
        renewal.renew(name, tmp_path)


def test_a_package_is_renewed_whole_or_not_at_all(tmp_path, monkeypatch):
    package = copied(tmp_path, "reference_mlx")
    for file in ("params.py", "losses.py", "optimizers/moments.py"):
        text = (package / file).read_text("utf-8")
        (package / file).write_text(text + "# mine\n", encoding="utf-8")
    (package / "training.py").unlink()
    before, replace, calls = texts(package), os.replace, []

    def fails_at_the_last(source, target):
        calls.append(target)
        if len(calls) == 4:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr("os.replace", fails_at_the_last)
    with pytest.raises(SkeletonError, match="No space left on device"):
        renewal.renew("reference_mlx", tmp_path)
    assert len(calls) == 4
    assert texts(package) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reference_mlx"]


def test_the_command_lists_what_it_wrote_or_says_that_nothing_was_to_do(tmp_path):
    package = copied(tmp_path, "reference_autograd")
    (package / "checks.py").write_text("", encoding="utf-8")
    run = lambda: CliRunner().invoke(main, ["new", "reference_autograd", str(tmp_path), "--renew"])  # noqa: E731
    result = run()
    assert (result.exit_code, result.stdout) == (0, f"{package / 'checks.py'}\n")
    assert "next: crosscheck verify --only reference_autograd" in result.stderr
    result = run()
    assert (result.exit_code, result.stdout) == (0, "")
    assert "are up to date: nothing is written" in result.stderr

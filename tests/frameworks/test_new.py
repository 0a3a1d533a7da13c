"""A new framework: unfilled, and the ladder from there; or begun from a reference."""

import ast
import shutil
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner
from limited import not_asked, shorten_the_ladder

from crosscheck.cli.main import main
from crosscheck.frameworks import skeleton
from crosscheck.frameworks.conformance import breaches
from crosscheck.frameworks.contract import CONTRACT_VERSION, FILES, MODULES, NEUTRAL, SIGNATURES
from crosscheck.frameworks.declarations import Declarations, read
from crosscheck.frameworks.registry import BUILT_IN, NotInstalled, load, load_unguarded
from crosscheck.frameworks.skeleton import SkeletonError, write
from crosscheck.verification.candidates import here, rungs_of
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.ladder import RungStatus, in_words, next_rung
from crosscheck.verification.selection import select
from crosscheck.verification.verify import verify_everything

ROOT = Path(__file__).parents[2]


def loaded(folder, name, monkeypatch):
    monkeypatch.syspath_prepend(folder)
    return load_unguarded(name, name)


def test_a_skeleton_keeps_the_contract_and_nothing_of_it_is_written(tmp_path, monkeypatch):
    files = write("bare_bones", tmp_path / "new")
    assert [path for path in (tmp_path / "new").rglob("*") if path.is_file()]
    framework = loaded(tmp_path / "new", "bare_bones", monkeypatch)
    assert breaches(framework) == []
    rungs = rungs_of(here(framework))
    assert not any(rung.status in (RungStatus.DONE, RungStatus.NOT_SUPPORTED) for rung in rungs)
    first = next_rung(rungs)
    assert (first.name, first.status) == ("arrays.is_array", "not written")
    arrays = next(path for path in files if path.name == "arrays.py")
    line = arrays.read_text().splitlines().index("    raise NotImplementedError") + 1
    assert first.note == f"{arrays}:{line}"
    waiting = next(rung for rung in rungs if rung.name == "params.to_numpy")
    assert (waiting.status, waiting.note) == ("waits", "for params.from_numpy")
    assert in_words(rungs) == (
        f"0 of {len(rungs)} rungs are done; next is arrays.is_array, not written: {first.note}"
    )


def test_a_skeleton_has_no_class_that_only_numpy_needs(tmp_path):
    write("empty", tmp_path / "p")
    assert "bfloat16" not in (tmp_path / "p" / "empty" / "arrays.py").read_text("utf-8").lower()


def test_every_function_of_the_contract_is_a_stub_with_its_docstring(tmp_path):
    write("stubs", tmp_path / "new")
    package = tmp_path / "new" / "stubs"
    for module in (module for module in SIGNATURES if module != skeleton.READY):
        files = [package / f"{module}.py"]
        if not files[0].exists():
            files = sorted((package / module).glob("*.py"))
        functions = {
            node.name: node
            for file in files
            for node in ast.parse(file.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef)
        }
        names = {signature.partition("(")[0] for signature in SIGNATURES[module]}
        classes = {name for name in names if name[0].isupper()}
        assert set(functions) - skeleton.FURTHER.get(module, set()) == names - classes
        for function in functions.values():
            assert ast.get_docstring(function)
            assert ast.unparse(function.body[-1]) == "raise NotImplementedError"
            assert len(function.body) == 2


def test_a_skeleton_can_be_installed_and_found(tmp_path):
    written = write("reference_mine", tmp_path / "new")
    project = tomllib.loads((tmp_path / "new" / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["name"] == "reference-mine"
    points = project["project"]["entry-points"]["crosscheck.frameworks"]
    assert points == {"reference_mine": "reference_mine"}
    of_package = [path.relative_to(tmp_path / "new" / "reference_mine") for path in written[2:]]
    assert list(dict.fromkeys(path.parts[0].removesuffix(".py") for path in of_package)) == [
        "__init__",
        "crosscheck.toml",
        *MODULES,
    ]
    assert [path.stem for path in of_package if len(path.parts) > 1] == list(FILES["optimizers"])
    assert "your-framework" in (tmp_path / "new" / "pyproject.toml").read_text(encoding="utf-8")
    readme = (tmp_path / "new" / "README.md").read_text(encoding="utf-8")
    order = [readme.index(f"`{name}") for name in ("arrays", "params", "mlp", "optimizers")]
    assert order == sorted(order)
    assert "crosscheck verify --only reference_mine" in readme


# The files as they are written, and the rung that is next once each is.
CLIMB = {
    "arrays.py": "params.tree_map",
    "params.py": "activations.identity",
    "activations.py": "losses.squared_error",
    "losses.py": "mlp.forward",
    "mlp.py": "gradients.deltas",
    "gradients.py": "optimizers.apply_updates",
    "optimizers": "training.train",
    "epochs.py": "training.train",
    "training.py": None,
}


def test_the_ladder_is_climbed_file_by_file(tmp_path, monkeypatch):
    shorten_the_ladder(monkeypatch)
    done = 0
    for step, (last, following) in enumerate(CLIMB.items()):
        name = f"climber_{step}"
        write(name, tmp_path / name)
        for file in list(CLIMB)[: step + 1]:
            target = tmp_path / name / name / file
            if target.is_dir():
                shutil.rmtree(target)
                shutil.copytree(ROOT / "reference_numpy" / file, target)
            else:
                shutil.copy(ROOT / "reference_numpy" / file, target)
        rungs = rungs_of(here(loaded(tmp_path / name, name, monkeypatch)))
        rung = next_rung(rungs)
        assert (rung and rung.name) == following, last
        # A step up at every file; training needs two.
        now = sum(each.status == RungStatus.DONE for each in rungs)
        assert now > done or (now == done and last == "epochs.py"), last
        done = now
    assert in_words(rungs) == f"all {len(rungs)} rungs are done"
    assert len(rungs) == done


def test_an_unfinished_framework_is_not_wrong_and_does_not_hold(tmp_path, monkeypatch):
    write("begun", tmp_path / "new")
    framework = loaded(tmp_path / "new", "begun", monkeypatch)
    result = verify_everything(select(only=["begun"]), cases=groups()["edges"][:1])
    assert not result.holds
    found = result.frameworks["begun"]
    assert (list(result.frameworks), found.status, found.reasons) == (["begun"], "unfinished", [])
    assert len(found.ladder) == len(rungs_of(here(framework)))


def test_a_test_of_what_is_not_written_is_skipped_with_its_name(tmp_path):
    """And one test fails, and says what is next."""
    write("pale", tmp_path / "new")
    with (tmp_path / "new" / "pale" / "crosscheck.toml").open("a", encoding="utf-8") as file:
        file.write(not_asked("activations", "optimizers"))
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider"]
    selected = ["tests/references/test_losses.py", "tests/verification/test_verification.py"]
    ended = subprocess.run(
        [*command, "--only", "pale", *selected],
        cwd=ROOT,
        env={"PYTHONPATH": f"{tmp_path / 'new'}:{ROOT}", "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "pale: params.from_numpy is not written" in ended.stdout
    assert "rungs are done; next is arrays.is_array, not written: " in ended.stdout
    assert "1 failed" in ended.stdout


# ----- begun from a reference -----


@pytest.mark.parametrize("origin", BUILT_IN)
def test_a_package_that_begins_from_a_reference_is_verified_at_once(tmp_path, monkeypatch, origin):
    if isinstance(load(origin, BUILT_IN[origin]), NotInstalled):
        pytest.skip(f"{origin} is not installed")
    shorten_the_ladder(monkeypatch)
    name = f"begun_from_{origin}"
    write(name, tmp_path / "new", origin)
    framework = loaded(tmp_path / "new", name, monkeypatch)
    assert framework.version == load(origin, BUILT_IN[origin]).version
    assert breaches(framework) == []
    if origin != "jax":  # half a minute of small calls; its text is the reference's, see below
        assert in_words(rungs_of(here(framework))).startswith("all ")


@pytest.mark.parametrize("origin", BUILT_IN)
def test_what_begins_from_a_reference_has_its_text_and_needs_its_library(tmp_path, origin):
    """None of which asks for the library itself: it need not be installed to begin from it."""
    name = f"text_of_{origin}"
    for path in write(name, tmp_path / "new", origin):
        within = path.relative_to(tmp_path / "new" / name) if path.parent.parent != tmp_path else ""
        if path.suffix == ".py" and path.name != "__init__.py":
            reference = ROOT / BUILT_IN[origin] / within
            assert path.read_text(encoding="utf-8") == reference.read_text(encoding="utf-8")
    kinds = {"numpy": "shards", "torch": "processes", "jax": "devices"}
    assert read(tmp_path / "new" / name / "crosscheck.toml") == Declarations(
        contract=CONTRACT_VERSION, workers=kinds[origin]
    )
    project = tomllib.loads((tmp_path / "new" / "pyproject.toml").read_text(encoding="utf-8"))
    needed = project["project"]["dependencies"]
    assert needed[0].startswith("numpy")
    assert [each.partition(">")[0] for each in needed[1:]] == [origin] * (origin != "numpy")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = [*extras["dependencies"], *chain(*extras["optional-dependencies"].values())]
    assert all(any(each.startswith(line) for each in known) for line in needed)
    readme = (tmp_path / "new" / "README.md").read_text(encoding="utf-8")
    assert BUILT_IN[origin] in readme
    assert f"crosscheck new {name} DIR --renew" in readme
    assert "$" not in readme


# ----- the command -----


def new(*arguments):
    return CliRunner().invoke(main, ["new", *map(str, arguments)])


def test_the_command_lists_what_it_wrote_and_says_how_to_go_on(tmp_path):
    result = new("reference_mine", tmp_path / "deep" / "new")
    assert result.exit_code == 0
    assert str(tmp_path / "deep" / "new" / "reference_mine" / "gradients.py") in result.stdout
    assert "crosscheck verify --only reference_mine" in result.stderr


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("my-framework", "'my-framework' cannot be the name of a package"),
        ("référence", "'référence' cannot be the name of a package"),
        ("class", "'class' cannot be the name of a package"),
        ("Mine", "'Mine' cannot be the name of a package"),
        ("json", "a package 'json' is there already"),
        ("__main__", "a package '__main__' is there already"),
        ("reference_numpy", "a package 'reference_numpy' is there already"),
    ],
)
def test_a_bad_name_is_refused_and_nothing_is_written(tmp_path, name, message):
    result = new(name, tmp_path / "new")
    assert result.exit_code == 2
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    (tmp_path / "file").write_text("keep me")
    for taken in ("mine", "file"):
        with pytest.raises(SkeletonError, match="is there already: name a folder that is new"):
            write("reference_mine", tmp_path / taken)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "mine", "notes.txt"]
    (tmp_path / "empty").mkdir()
    assert write("reference_mine", tmp_path / "empty")


def test_a_skeleton_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    def full(self, *arguments, **keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(SkeletonError, match=r"cannot write .*new: No space left on device"):
        write("reference_mine", tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "jax", "--renew"), "--from begins a new package and --renew needs one that is"),
        (("--from", "tensorflow"), "'tensorflow' is not one of 'numpy', 'torch', 'jax'"),
        (("--renew",), "holds no package 'reference_mine': there is no "),
    ],
)
def test_options_that_do_not_fit_are_refused_and_nothing_is_written(tmp_path, arguments, message):
    result = new("reference_mine", tmp_path / "new", *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_the_command_begins_from_a_reference(tmp_path):
    result = new("reference_mine", tmp_path / "new", "--from", "jax")
    assert result.exit_code == 0
    assert str(tmp_path / "new" / "reference_mine" / "epochs.py") in result.stdout
    text = (tmp_path / "new" / "reference_mine" / "gradients.py").read_text(encoding="utf-8")
    assert "jax.value_and_grad" in text


def test_help_says_what_each_way_writes():
    result = new("--help")
    text = " ".join(result.stdout.split())
    assert result.exit_code == 0
    for said in ("raises NotImplementedError", "--from [numpy|torch|jax]", "leaves other files"):
        assert said in text
    assert all(module in text for module in NEUTRAL)

"""The skeleton of a new framework, and the ladder that is climbed from there."""

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.frameworks import skeleton
from crosscheck.frameworks.conformance import breaches
from crosscheck.frameworks.contract import SIGNATURES
from crosscheck.frameworks.registry import MODULES, load
from crosscheck.frameworks.skeleton import SkeletonError, write
from crosscheck.verification.ladder import RungStatus, climb, in_words, next_rung
from crosscheck.verification.selection import select
from crosscheck.verification.verify import verify_everything

ROOT = Path(__file__).parents[2]


def loaded(folder, name, monkeypatch):
    monkeypatch.syspath_prepend(folder)
    return load(name, name)


def test_a_skeleton_keeps_the_contract_and_nothing_of_it_is_written(tmp_path, monkeypatch):
    made = write("bare_bones", tmp_path / "new")
    assert [path for path in (tmp_path / "new").rglob("*") if path.is_file()]
    framework = loaded(tmp_path / "new", "bare_bones", monkeypatch)
    assert breaches(framework) == []
    rungs = climb(framework)
    assert not any(rung.status in (RungStatus.DONE, RungStatus.NOT_SUPPORTED) for rung in rungs)
    first = next_rung(rungs)
    assert (first.name, first.status) == ("checks.floating", "waits")
    assert first.note == "for checks.is_array"
    second = rungs[1]
    assert (second.name, second.status) == ("params.tree_map", "not written")
    params = next(path for path in made if path.name == "params.py")
    line = params.read_text().splitlines().index("    raise NotImplementedError") + 1
    assert second.note == f"{params}:{line}"
    waiting = next(rung for rung in rungs if rung.name == "params.to_numpy")
    assert (waiting.status, waiting.note) == ("waits", "for params.from_numpy")
    assert in_words(rungs) == (
        f"0 of {len(rungs)} rungs are done; next is checks.floating, waits: for checks.is_array"
    )


def test_every_function_of_the_contract_is_a_stub_with_its_docstring(tmp_path):
    write("stubs", tmp_path / "new")
    package = tmp_path / "new" / "stubs"
    for module in SIGNATURES:
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
        assert set(functions) - skeleton.ALSO.get(module, set()) == names - classes
        for function in functions.values():
            assert ast.get_docstring(function)
            assert ast.unparse(function.body[-1]) == "raise NotImplementedError"
            assert len(function.body) == 2


def test_a_skeleton_can_be_installed_and_found(tmp_path):
    made = write("reference_mine", tmp_path / "new")
    project = tomllib.loads((tmp_path / "new" / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["name"] == "reference-mine"
    points = project["project"]["entry-points"]["crosscheck.frameworks"]
    assert points == {"reference_mine": "reference_mine"}
    assert {
        path.relative_to(tmp_path / "new" / "reference_mine").parts[0] for path in made[2:]
    } == {
        "__init__.py",
        "crosscheck.toml",
        "optimizers",
        *(f"{module}.py" for module in MODULES if module != "optimizers"),
    }
    readme = (tmp_path / "new" / "README.md").read_text(encoding="utf-8")
    order = [readme.index(f"`{name}") for name in ("checks", "params", "mlp", "optimizers")]
    assert order == sorted(order)
    assert "crosscheck verify --only reference_mine" in readme


# The files as they are written, and the rung that is next once each is.
CLIMB = {
    "checks.py": "params.tree_map",
    "params.py": "activations.identity",
    "activations.py": "losses.squared_error",
    "losses.py": "mlp.forward",
    "mlp.py": "gradients.deltas",
    "gradients.py": "optimizers.apply_updates",
    "optimizers": "training.train",
    "training.py": None,
}


def test_the_ladder_is_climbed_file_by_file(tmp_path, monkeypatch):
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
        rungs = climb(loaded(tmp_path / name, name, monkeypatch))
        rung = next_rung(rungs)
        assert (rung and rung.name) == following, last
        # A step up at every file.
        now = sum(each.status == RungStatus.DONE for each in rungs)
        assert now > done, last
        done = now
    assert in_words(rungs) == f"all {len(rungs)} rungs are done"
    assert len(rungs) == done


def test_one_mistake_is_the_next_rung_and_says_where_it_is(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "slipped")
    path = tmp_path / "slipped" / "losses.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("predictions.shape[1]", "len(predictions)"), encoding="utf-8")
    framework = loaded(tmp_path, "slipped", monkeypatch)
    rung = next_rung(climb(framework))
    assert (rung.name, rung.status) == ("losses.mean_squared_error", "wrong")
    assert rung.note.startswith("slipped from exact, mean_squared_error in float64, forward: loss")
    assert " times its bound of " in rung.note


def test_an_exception_is_the_next_rung_with_its_file_and_line(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "stumbled")
    path = tmp_path / "stumbled" / "activations.py"
    text = path.read_text(encoding="utf-8").replace("return np.tanh(z)", "return np.tnah(z)")
    path.write_text(text, encoding="utf-8")
    rung = next_rung(climb(loaded(tmp_path, "stumbled", monkeypatch)))
    line = text.splitlines().index("    return np.tnah(z)") + 1
    assert (rung.name, rung.status) == ("activations.tanh", "wrong")
    assert "AttributeError: module 'numpy' has no attribute 'tnah'" in rung.note
    assert rung.note.endswith(f"({path}:{line})")


def test_what_waits_for_something_wrong_is_not_called_wrong_itself(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "rounded")
    path = tmp_path / "rounded" / "activations.py"
    text = path.read_text(encoding="utf-8").replace("np.tanh(z)", "np.tanh(z) * (1 + 1e-12)")
    path.write_text(text, encoding="utf-8")
    rungs = {rung.name: rung for rung in climb(loaded(tmp_path, "rounded", monkeypatch))}
    wrong = {rung.name for rung in rungs.values() if rung.status == "wrong"}
    assert wrong == {"activations.tanh"}
    assert "rounded from exact, edges-tanh-half_" in rungs["activations.tanh"].note
    assert rungs["gradients.deltas"].note == "for activations.tanh"


def test_a_known_failure_is_no_rung_to_stay_at(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "excused")
    path = tmp_path / "excused" / "activations.py"
    text = path.read_text(encoding="utf-8").replace("np.tanh(z)", "np.tanh(z) * (1 + 1e-12)")
    path.write_text(text, encoding="utf-8")
    (tmp_path / "excused" / "crosscheck.toml").write_text(
        "[[known_failures]]\ncases = ['edges-tanh-*', 'tanh-*', 'sigmoid-*', 'batch of one']\n"
        "why = 'on purpose'\nlink = 'https://example.org'\nversions = 'numpy>=2'\n"
    )
    rungs = {rung.name: rung for rung in climb(loaded(tmp_path, "excused", monkeypatch))}
    assert rungs["activations.tanh"].status == RungStatus.DONE
    assert rungs["gradients.deltas"].status == RungStatus.DONE


def test_what_is_declared_is_no_rung_to_climb(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "modest")
    text = "[[limits]]\noptimizers = ['lion']\nreason = 'it roars'\n"
    (tmp_path / "modest" / "crosscheck.toml").write_text(text, encoding="utf-8")
    rungs = {rung.name: rung for rung in climb(loaded(tmp_path, "modest", monkeypatch))}
    lion = rungs.pop("optimizers.lion")
    assert (lion.status, lion.note) == (RungStatus.NOT_SUPPORTED, "it roars")
    assert {rung.status for rung in rungs.values()} == {RungStatus.DONE}


def test_what_is_supported_in_one_dtype_alone_is_done_there(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "double")
    text = "[[limits]]\ndtypes = ['float32']\nreason = 'twice as long'\n"
    (tmp_path / "double" / "crosscheck.toml").write_text(text, encoding="utf-8")
    assert {rung.status for rung in climb(loaded(tmp_path, "double", monkeypatch))} == {
        RungStatus.DONE
    }


def test_an_unfinished_framework_is_not_wrong_and_does_not_hold(tmp_path, monkeypatch):
    write("begun", tmp_path / "new")
    monkeypatch.syspath_prepend(tmp_path / "new")
    result = verify_everything(select(only=["begun"]))
    assert not result.holds
    found = result.frameworks["begun"]
    assert (list(result.frameworks), found.status, found.reasons) == (["begun"], "unfinished", [])
    assert len(found.ladder) == len(climb(load("numpy", "reference_numpy")))


def test_what_the_ladder_does_not_ask_for_is_named_all_the_same(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "reference_numpy", tmp_path / "nearly")
    path = tmp_path / "nearly" / "losses.py"
    summed = "    return ((predictions - targets) ** 2)"
    refuses = "    if predictions.shape == (1, 1):\n        raise NotImplementedError('one')\n"
    text = path.read_text(encoding="utf-8").replace(summed, refuses + summed)
    path.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = verify_everything(select(only=["nearly"])).frameworks["nearly"]
    assert found.status == "unfinished"
    assert next_rung(found.ladder) is None
    assert found.reasons == [
        "losses.squared_error raises NotImplementedError in document 002, as printed, of which no "
        "declared limit speaks: one"
    ]


def test_a_test_of_what_is_not_written_is_skipped_with_its_name(tmp_path):
    """And one test fails, and says what is next."""
    write("pale", tmp_path / "new")
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider"]
    selected = ["tests/references/test_losses.py", "tests/verification/test_verification.py"]
    made = subprocess.run(
        [*command, "--only", "pale", *selected],
        cwd=ROOT,
        env={"PYTHONPATH": f"{tmp_path / 'new'}:{ROOT}", "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 1
    assert "pale: params.from_numpy is not written" in made.stdout
    assert "rungs are done; next is checks.floating, waits: for checks.is_array" in made.stdout
    assert "1 failed" in made.stdout


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

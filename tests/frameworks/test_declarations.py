"""What a framework says of itself: that it is read as meant, refused where it is not, and true."""

import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest
from collected import COLLECTED
from limited import not_asked

from crosscheck.frameworks.contract import CONTRACT_VERSION
from crosscheck.frameworks.declarations import (
    DeclarationError,
    Declarations,
    KnownFailure,
    Limit,
    declared_by,
    matches,
    read,
)
from crosscheck.frameworks.registry import Broken, load

ROOT = Path(__file__).parents[2]


def written(tmp_path, text):
    path = tmp_path / "crosscheck.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_declared_is_read(tmp_path):
    text = """
    contract = 2
    own = ["losses", "training"]
    [[limits]]
    dtypes = ["float32"]
    optimizers = ["lion", "decayed"]
    reason = "why"
    [[known_failures]]
    cases = ["edges-*"]
    tests = ["tests/test_x.py::test_y*"]
    why = "because"
    link = "https://example.org"
    versions = "numpy>=2"
    """
    assert read(written(tmp_path, text)) == Declarations(
        (Limit("why", dtypes=("float32",), optimizers=("lion", "decayed")),),
        (
            KnownFailure(
                "because",
                "https://example.org",
                "numpy>=2",
                ("edges-*",),
                ("tests/test_x.py::test_y*",),
            ),
        ),
        contract=2,
        own=("losses", "training"),
    )


FAILURE = "[[known_failures]]\ncases = ['a']\nwhy = 'b'\nlink = 'c'\n"
BAD = {
    "limits = [": "Invalid value",
    "limit = 1": "unknown 'limit': known are contract, float32_sums, known_failures, limits, own",
    "contract = '2'": "contract must be a version, as 2, not '2'",
    "contract = true": "contract must be a version, as 2, not True",
    "contract = 0": "contract must be a version, as 2, not 0",
    "own = 'losses'": "own must be a list of checks, losses, mlp, optimizers, params, training",
    "own = ['gradients']": "optimizers, params, training, not ['gradients']",
    "limits = 3": "limits must be tables: write [[limits]]",
    "[limits]\nreason = 'x'": "limits must be tables: write [[limits]]",
    "[[limits]]\ndtypes = ['float32']": "[[limits]]: lacks reason",
    "[[limits]]\nreason = ' '\ndtypes = ['float32']": "reason must be a text, not ' '",
    "[[limits]]\nreason = 'x'": "[[limits]]: says of nothing: name one of activations, cases, ",
    "[[limits]]\nreason = 'x'\ndtype = ['float32']": "[[limits]]: unknown 'dtype': known are ",
    "[[limits]]\nreason = 'x'\ndtypes = 'float32'": "dtypes must be a list of texts, not 'float32'",
    "[[limits]]\nreason = 'x'\ndtypes = []": "dtypes must be a list of texts, not []",
    "[[limits]]\nreason = 'x'\ndtypes = [32]": "dtypes must be a list of texts, not [32]",
    "[[limits]]\nreason = 'x'\noptimizers = ['lyon']": "unknown 'lyon' in optimizers: known are",
    FAILURE: "[[known_failures]]: lacks versions",
    FAILURE + "versions = '>= 2'": "versions must be a requirement as 'library>=1.2': ",
    FAILURE + "versions = 'x>=1'\nreason = 'x'": "[[known_failures]]: unknown 'reason'",
}


@pytest.mark.parametrize("text", BAD)
def test_what_cannot_be_meant_is_a_clear_error_with_its_place(tmp_path, text):
    path = written(tmp_path, text)
    with pytest.raises(DeclarationError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert BAD[text] in str(refused.value)


def test_a_package_without_the_file_declares_nothing():
    assert declared_by("json") == Declarations() == Declarations(contract=1)
    assert declared_by("json.decoder") == declared_by("no_such_package") == Declarations()


def test_declarations_that_cannot_be_read_break_the_framework(tmp_path, monkeypatch):
    package = tmp_path / "declares_nonsense"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "crosscheck.toml").write_text("limits = 3")
    monkeypatch.syspath_prepend(tmp_path)
    loaded = load("declares_nonsense", "declares_nonsense")
    assert isinstance(loaded, Broken)
    assert "crosscheck.toml: limits must be tables" in loaded.problems[0]
    assert declared_by("declares_nonsense.below") == Declarations()


ASKED = {"dtypes": {"float32"}, "optimizers": {"adam", "decayed"}, "cases": {"adam-layers-float32"}}


@pytest.mark.parametrize(
    ("limit", "covers"),
    [
        ({"dtypes": ("float32",)}, True),
        ({"dtypes": ("float64",)}, False),
        ({"dtypes": ("float64", "float32"), "optimizers": ("decayed",)}, True),
        ({"dtypes": ("float32",), "optimizers": ("lion",)}, False),
        ({"losses": ("squared_error",)}, False),
        ({"cases": ("adam-*",)}, True),
        ({"cases": ("adamw-*",)}, False),
        ({"cases": ("adamw-*", "*-float32"), "tests": ("x",)}, True),
        ({"tests": ("*",)}, False),
        ({"dtypes": ("float64",), "cases": ("*",)}, False),
    ],
)
def test_a_limit_covers_what_meets_everything_that_it_names(limit, covers):
    assert Limit("why", **limit).covers(ASKED) is covers
    assert Declarations((Limit("why", **limit),)).limit(**ASKED) == ("why" if covers else None)


def test_a_pattern_names_a_test_with_or_without_its_brackets():
    name = "tests/test_x.py::test_y[mine-a b]"
    for pattern in (name, "tests/test_x.py::test_y", "*::test_y*", "*[mine-*]", "*a b]"):
        assert matches(pattern, name)
    for pattern in ("tests/test_x.py", "*::test_y[other*", "test_y"):
        assert not matches(pattern, name)
    assert not fnmatch(name, name)  # to whom brackets are a set of letters


@pytest.mark.parametrize(
    ("versions", "applies"),
    [
        ("numpy>=2", True),
        (f"numpy=={version('numpy')}", True),
        ("numpy<2", False),
        ("a-library-that-is-not-there>=1", False),
    ],
)
def test_a_known_failure_applies_under_the_versions_that_it_names(versions, applies):
    entry = KnownFailure("why", "link", versions, cases=("a*",), tests=("*::test_b",))
    assert entry.applies is applies
    declared = Declarations(known_failures=(entry,))
    found = entry if applies else None
    assert declared.failure(cases=["abc"]) is found
    assert declared.failure(tests=["x.py::test_b[1]"]) is found
    assert declared.failure(cases=["bc"], tests=["x.py::test_c"]) is None


def test_every_declared_test_is_there(framework, request):
    """One that is not there, or no longer, says nothing, and is to be taken out."""
    if any("::" in argument for argument in request.config.args):
        pytest.skip("only some tests of a file are asked for")
    collected = request.config.stash[COLLECTED]
    files = {name.partition("::")[0] for name in collected}
    declared = framework.declared
    for pattern in (
        p for entry in (*declared.limits, *declared.known_failures) for p in entry.tests
    ):
        named = pattern.partition("::")[0]
        if named in files or not named.endswith(".py"):
            own = [name for name in collected if framework.name in name]
            assert any(matches(pattern, name) for name in own), pattern


def test_a_package_in_memory_declares_what_stands_in_its_folder(monkeypatch):
    package = ModuleType("in_memory")
    package.__path__ = [str(ROOT / "reference_numpy")]
    monkeypatch.setitem(sys.modules, "in_memory", package)
    assert declared_by("in_memory").contract == CONTRACT_VERSION


SAYS = (
    f"contract = {CONTRACT_VERSION}\n"
    + """[[known_failures]]
tests = ["*{which}*"]
why = "a failure"
link = "https://example.org"
versions = "numpy>=2"
"""
)


@pytest.mark.parametrize(
    ("changed", "which", "ends"),
    [
        # relu's slope at 0 is wrong, and said to be: what fails as it should is no failure.
        (("(z > 0)", "(z >= 0)"), "slope_of_relu", "xfailed"),
        # It is right, and said to be wrong: the test that passes is the failure.
        (("(z > 0)", "(z > 0)"), "slope_of_relu", "failed"),
        # A finished framework leaves out what it has not declared.
        (("(z > 0)", "(z > 0) + undeclared(z)"), "nothing", "failed"),
    ],
)
def test_pytest_takes_declarations_as_they_are_meant(tmp_path, changed, which, ends):
    package = tmp_path / "declaring"
    shutil.copytree(ROOT / "reference_numpy", package)
    path = package / "gradients.py"
    text = path.read_text(encoding="utf-8").replace(*changed)
    # Nothing that the ladder asks for: a batch of one sample and one unit.
    text += "\n\ndef undeclared(z):\n    if z.shape == (1, 1):\n"
    text += "        raise NotImplementedError('left out')\n    return 0\n"
    path.write_text(text, encoding="utf-8")
    says = SAYS.format(which=which)
    says += not_asked("losses", "optimizers", but=["half_squared_error"])
    (package / "crosscheck.toml").write_text(says, encoding="utf-8")
    asked = "-n0 -q -p no:cacheprovider --only declaring -k slope_of_relu"
    asked += " tests/references/test_activations.py"
    made = subprocess.run(
        [sys.executable, "-m", "pytest", *asked.split()],
        cwd=ROOT,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert f"1 {ends}" in made.stdout.splitlines()[-1], made.stdout


# It raises before the first state is there, or diverges in it: no update is compared.
ENDING = {
    "raising": "raise ValueError('on purpose')",
    "doubling": "grads = tree_map(lambda g: 2 * g, grads)",
}


def test_a_known_failure_that_ends_a_case_early_fails_no_other_test(tmp_path):
    for name, spoiled in ENDING.items():
        package = tmp_path / name
        shutil.copytree(ROOT / "reference_numpy", package)
        path = package / "optimizers" / "descent.py"
        before, lion, after = path.read_text(encoding="utf-8").partition("def lion(")
        line = "        c = tree_map("
        after = after.replace(
            line, f"        if isinstance(grads, tuple):\n{' ' * 12}{spoiled}\n{line}"
        )
        path.write_text(before + lion + after, encoding="utf-8")
        says = SAYS.replace('tests = ["*{which}*"]', 'cases = ["lion*-layers-*", "lion-after *"]')
        says += not_asked("losses", "optimizers", but=["lion"])
        (package / "crosscheck.toml").write_text(says, encoding="utf-8")
    chosen = "verified_or or every_quantity or (every_moment and lion)"
    options = ["-n0", "-q", "-rpx", "-p", "no:cacheprovider", "-k", chosen]
    options += [f"--only={name}" for name in ENDING]
    files = ["tests/verification/test_verification.py", "tests/references/test_optimizers.py"]
    made = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *files],
        cwd=ROOT,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert re.match(r"8 passed, \d+ deselected, 10 xfailed", made.stdout.splitlines()[-1]), (
        made.stdout
    )
    for name in ENDING:
        for outcome, count in (("PASSED", 4), ("XFAIL", 5)):
            found = re.findall(rf"^{outcome} \S+\[{name}\b", made.stdout, re.M)
            assert len(found) == count, made.stdout


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("limits = " + "[" * 900 + "]" * 900, "it is nested too deeply"),
        ("limits = " + "[" * 20_000, "it has a line of more than 10,000 bytes"),
        ("own" + ".a" * 50_000 + " = 1", "it has a line of more than 10,000 bytes"),
        ("contract = " + "9" * 5_000, "Exceeds the limit"),
        ("# x\n" * 50_001, "it has more than 200,000 bytes"),
        ("limits = '\x00'", "invalid character"),
    ],
)
def test_a_file_that_means_harm_is_an_error_with_its_place(tmp_path, text, problem, request):
    path = written(tmp_path, text)
    request.addfinalizer(partial(sys.setrecursionlimit, sys.getrecursionlimit()))
    sys.setrecursionlimit(1000)  # which a library that another test imported may have raised
    with pytest.raises(DeclarationError) as error:
        read(path)
    assert str(error.value).startswith(f"{path}: ")
    assert problem in str(error.value)

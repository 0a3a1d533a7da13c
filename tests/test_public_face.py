"""`import crosscheck`: what it offers, that nothing is imported early, and that types know it."""

import ast
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import crosscheck

FILE = Path(crosscheck.__file__)


def test_every_public_name_is_there_and_documented():
    for name in crosscheck.__all__:
        thing = getattr(crosscheck, name)
        assert name == "__version__" or inspect.getdoc(thing), name
    assert set(dir(crosscheck)) == set(crosscheck.__all__)


def test_types_are_told_the_same_places():
    tree = ast.parse(FILE.read_text(encoding="utf-8"))
    (typed,) = (node for node in tree.body if isinstance(node, ast.If))
    places = {
        alias.asname or alias.name: node.module
        for node in typed.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert places.pop("__version__") == "crosscheck.frameworks.version"
    assert places == crosscheck._PLACES
    assert {*places, "__version__"} == set(crosscheck.__all__)
    assert (FILE.parent / "py.typed").exists()


def test_a_name_that_is_not_public_is_no_attribute():
    with pytest.raises(AttributeError, match="module 'crosscheck' has no attribute 'nosuch'"):
        crosscheck.nosuch  # noqa: B018


def test_importing_it_imports_nothing_else():
    script = (
        "import sys; before = set(sys.modules); import crosscheck, json\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    loaded = json.loads(printed)
    assert [name for name in loaded if name.startswith("crosscheck")] == ["crosscheck"]
    heavy = {"numpy", "flint", "torch", "jax", "rich", "click", "importlib.metadata"}
    assert not heavy & set(loaded)


@pytest.mark.parametrize(
    "name", ["compare", "exact_pass", "matches_printed", "translate_optimizer"]
)
def test_a_public_name_imports_no_framework(name):
    script = (
        f"import sys; from crosscheck import {name}\n"
        "print(sorted({'torch', 'jax', 'keras', 'tensorflow', 'mlx'} & set(sys.modules)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == "[]"

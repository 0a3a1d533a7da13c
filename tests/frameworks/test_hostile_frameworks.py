"""A framework that is broken, or means harm, is named; it harms neither the harness nor others.

Every one of them is a copy of the NumPy reference with something added.
"""

import json
import subprocess
import sys

import hostile
import pytest
from hostile import ROOT

from crosscheck.frameworks.registry import (
    IMPORT_LIMIT_VARIABLE,
    Broken,
    load,
    registry,
)
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.verify import verify

# A few cases of every kind.
FEW = [
    *(c for c in groups()["edges"] if c.name.startswith("edges-tanh")),
    *(c for c in groups()["networks"] if c.name.startswith("tanh-half")),
    *(c for c in groups()["optimizers"] if c.name.startswith("sgd-layers")),
    groups()["training"][0],
]


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the reference in NumPy, with text put at the end of one of its files."""

    def copied(file, added):
        package = f"hostile_{tmp_path.name}"
        hostile.copy(tmp_path, "numpy", package, file, added)
        monkeypatch.syspath_prepend(tmp_path)
        return package

    return copied


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("file", "added", "problem"),
    [
        ("__init__.py", "while True: pass", "on import it hangs: no result after 2 s"),
        (
            "losses.py",
            "import threading; threading.Event().wait()",
            "on import it hangs: no result after 2 s",
        ),
        ("mlp.py", "import os; os._exit(7)", "on import it ends its process with exit code 7"),
        ("mlp.py", "import os; os._exit(0)", "on import it ends its process with exit code 0"),
        ("mlp.py", "import os; os.abort()", "on import it ends its process by SIGABRT"),
        ("__init__.py", "raise SystemExit(3)", "fails on import: SystemExit: 3"),
        ("mlp.py", "raise SystemExit", "mlp: fails on import: SystemExit"),
        ("mlp.py", "raise KeyError('x')", "mlp: fails on import: KeyError: 'x'"),
        ("mlp.py", "def broken(:", "mlp: fails on import: SyntaxError: "),
    ],
)
def test_what_goes_wrong_on_import_is_named(copy, monkeypatch, file, added, problem):
    monkeypatch.setenv(IMPORT_LIMIT_VARIABLE, "2")
    package = copy(file, added)
    loaded = load(package, package)
    assert isinstance(loaded, Broken)
    assert loaded.problems[0].startswith(problem)


def test_what_an_import_prints_or_leaves_running_does_not_matter(copy):
    added = (
        "import threading as t; print('done'); t.Thread(target=t.Event().wait, daemon=True).start()"
    )
    package = copy("__init__.py", added)
    assert not isinstance(load(package, package), Broken)


@pytest.mark.parametrize("limit", ["abc", "0", "-3"])
def test_a_limit_that_is_none_is_named(copy, monkeypatch, limit):
    monkeypatch.setenv(IMPORT_LIMIT_VARIABLE, limit)
    package = copy("__init__.py", "")
    said = f"CROSSCHECK_IMPORT_LIMIT must be a number of seconds above 0, not '{limit}'"
    with pytest.raises(ValueError, match=said):
        load(package, package)


def judged(*packages):
    numpy = load("numpy", "reference_numpy")
    return verify([numpy, *(load(package, package) for package in packages)], cases=FEW)


SPOILED = {
    "it returns nothing": ("mlp.py", "def forward(params, inputs, *, activations):\n    pass\n"),
    "it returns text": ("params.py", "def to_numpy(tree):\n    return 'text'\n"),
    "it returns other types": (
        "gradients.py",
        "def deltas(params, inputs, targets, *, activations, loss):\n    return {1: object()}\n",
    ),
    "its state is no state": (
        "optimizers/__init__.py",
        "def sgd(learning_rate):\n"
        "    def update(grads, state, params=None):\n        return grads, None\n"
        "    return Optimizer(adam(0.1).init, update)\n",
    ),
    "it changes what it is handed": (
        "mlp.py",
        "honest = unchecked_forward\n"
        "def unchecked_forward(params, inputs, activations):\n"
        "    inputs[:] = 7\n    return honest(params, inputs, activations)\n",
    ),
    "it changes what NumPy handed over": (
        "params.py",
        "def from_numpy(tree):\n"
        "    if not isinstance(tree, tuple):\n        tree[...] = 7\n    return tree\n",
    ),
    "it changes the layers that NumPy handed over": (
        "params.py",
        "def from_numpy(tree):\n"
        "    if isinstance(tree, tuple):\n        tree[0].weight[...] = 7\n    return tree\n",
    ),
    "it leaves": (
        "losses.py",
        "def half_squared_error(predictions, targets):\n    exit(1)\n"
        "LOSSES['half_squared_error'] = half_squared_error\n",
    ),
    "it never comes back up": (
        "losses.py",
        "def half_squared_error(predictions, targets):\n"
        "    return half_squared_error(predictions, targets)\n"
        "LOSSES['half_squared_error'] = half_squared_error\n",
    ),
    "its names cannot be looked at": (
        "losses.py",
        "class Strange:\n    __signature__ = 3\n    def __call__(self): pass\n"
        "squared_error = Strange()\n",
    ),
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("what", SPOILED)
def test_what_goes_wrong_later_is_named_and_harms_nobody_else(copy, what):
    package = copy(*SPOILED[what])
    result = judged(package)
    assert not result.holds
    assert result.frameworks[package].status == "wrong"
    assert result.frameworks["numpy"].status == "verified"
    assert all(package in c.frameworks for c in result.comparisons if not c.holds)
    named = result.frameworks[package].reasons or [
        c.message for c in result.comparisons if not c.holds
    ]
    assert named
    # The cases are as they were.
    assert judged().holds


def test_looking_for_a_package_does_not_import_it(copy):
    package = copy("__init__.py", "raise SystemExit('imported')")
    assert registry([f"{package}.below"])[f"{package}.below"] == f"{package}.below"
    assert package not in sys.modules


def test_frameworks_are_imported_when_they_are_needed_and_once():
    script = (
        "import json, sys\n"
        "import crosscheck.cli.main\n"
        "slow = {'torch', 'jax', 'mlx', 'autograd', 'reference_torch'}\n"
        "before = sorted(slow & set(sys.modules))\n"
        "from crosscheck.frameworks.registry import load\n"
        "once = load('numpy', 'reference_numpy') is load('numpy', 'reference_numpy')\n"
        "print(json.dumps([before, once]))\n"
    )
    made = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(made.stdout) == [[], True]

"""The first rungs of the ladder: names, then signatures. Values come after, in other files."""

from types import SimpleNamespace

import pytest

from crosscheck.frameworks.conformance import breaches
from crosscheck.frameworks.registry import (
    Broken,
    NotInstalled,
    UnknownFrameworkError,
    load,
    registry,
)


def test_a_framework_keeps_the_contract(framework):
    assert breaches(framework) == []


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
            "losses.squared_error: missing, expected squared_error(predictions, targets)",
        ),
        (
            "losses",
            {"squared_error": lambda targets, predictions: 0},
            "losses.squared_error: is squared_error(targets, predictions), "
            "expected squared_error(predictions, targets)",
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


def test_an_unknown_name_lists_the_known_frameworks():
    with pytest.raises(
        UnknownFrameworkError, match=r"'nosuch' is neither a framework \(numpy, torch"
    ):
        registry(["nosuch"])


def test_an_importable_package_is_a_framework_by_its_name():
    assert registry(["json"])["json"] == "json"
    assert registry(["numpy", "reference_torch"]) == registry()

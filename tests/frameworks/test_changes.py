"""A changed copy of a module is imported in place of the module, and leaves no trace."""

import sys
from importlib import import_module

import numpy as np
import pytest

import reference_numpy.activations
from crosscheck.frameworks.changes import Change, ChangeError, imported_afresh, imported_with

HALVED = Change("activations", (("return np.tanh(z)", "return np.tanh(z) / 2"),))


def tanh_of_one():
    return float(import_module("reference_numpy.activations").tanh(np.ones(1))[0])


def test_a_change_is_seen_within_and_nowhere_else():
    before = {name: each for name, each in sys.modules.items() if name.startswith("reference_")}
    with imported_afresh("reference_numpy"), imported_with(HALVED):
        assert tanh_of_one() == np.tanh(1) / 2
        assert import_module("reference_numpy.gradients").ACTIVATIONS["tanh"](np.ones(1)) < 0.4
    assert tanh_of_one() == np.tanh(1)
    assert before == {n: each for n, each in sys.modules.items() if n.startswith("reference_")}
    assert reference_numpy.activations is sys.modules["reference_numpy.activations"]


def test_a_module_without_its_package_is_put_back_as_its_attribute_too():
    module = reference_numpy.activations
    with imported_afresh("reference_numpy.activations"), imported_with(HALVED):
        assert tanh_of_one() == np.tanh(1) / 2
        assert reference_numpy.activations is not module
    assert reference_numpy.activations is module


def test_an_error_within_leaves_no_trace_either():
    module, finders = reference_numpy.activations, list(sys.meta_path)
    broken = Change("activations", (("import math", "import nosuch"),))
    with (
        pytest.raises(ModuleNotFoundError, match="nosuch"),
        imported_afresh("reference_numpy"),
        imported_with(broken),
    ):
        tanh_of_one()
    assert reference_numpy.activations is module is sys.modules["reference_numpy.activations"]
    assert sys.meta_path == finders


@pytest.mark.parametrize(
    ("within", "inside", "outside"),
    [
        ("sigmoid", "return 1 / (1 + np.exp(-z))", "@np.errstate"),
        ("ACTIVATIONS", '"tanh": tanh', "def tanh"),
        (None, "def tanh", "no such text"),
    ],
)
def test_a_piece_is_looked_for_within_a_function_or_a_constant(within, inside, outside):
    changed = Change("activations", ((inside, "CHANGED"),), within).source()
    whole = "".join(Change("activations", (), within).parts())
    assert changed == whole.replace(inside, "CHANGED")
    with pytest.raises(ChangeError, match=r"stands 0 times in reference_numpy/activations.py"):
        Change("activations", ((outside, ""),), within).source()


def test_a_place_that_is_not_there_is_an_error():
    with pytest.raises(ChangeError, match=r"activations.py, nosuch: there is no such function"):
        Change("activations", (), "nosuch").source()

"""Trees: the places of their leaves, and that what a framework is given is a copy."""

from types import SimpleNamespace

import numpy as np
import pytest

from crosscheck.numerics.trees import Layer, leaves, numpy_leaves, to_framework

TREE = (Layer(np.ones((2, 3)), np.zeros(2)), Layer(np.ones((1, 2)), np.zeros(1)))
# A framework whose arrays are NumPy's own: whatever it does not copy stays the same array.
PARAMS = SimpleNamespace(Layer=Layer, from_numpy=lambda tree: tree, to_numpy=lambda tree: tree)


def test_a_leaf_is_found_by_the_place_that_the_contract_gives_it():
    assert list(leaves(TREE)) == ["[0].weight", "[0].bias", "[1].weight", "[1].bias"]
    assert leaves(TREE)["[1].weight"] is TREE[1].weight
    assert list(leaves([1.0, 2.0])) == ["[0]", "[1]"]
    assert leaves(3.0) == {"": 3.0}


@pytest.mark.parametrize("tree", [TREE, TREE[0].weight], ids=["layers", "array"])
def test_what_a_framework_writes_into_its_arrays_changes_no_others(tree):
    given = to_framework(PARAMS, tree)
    back = numpy_leaves(PARAMS, given)
    for leaf in leaves(given).values():
        leaf += 7
    for place, leaf in leaves(tree).items():
        assert np.array_equal(back[place], leaf)
        assert not np.array_equal(leaves(given)[place], leaf)


def test_a_list_that_is_the_array_of_a_framework_is_one_leaf():
    assert numpy_leaves(PARAMS, [1.0, 2.0])[""].tolist() == [1.0, 2.0]

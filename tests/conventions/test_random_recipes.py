"""Recipes by chance, between each two of three frameworks: what is called equal is equal."""

import pytest
from random_recipes import judged

from crosscheck.conventions import stock

COUNT = 6  # one of each pair of frameworks; more by hand, as `random_recipes` says
SEED = 4


def test_no_recipe_is_called_equal_that_is_not():
    for name in ("torch", "optax", "keras-jax"):
        if stock.FRAMEWORKS[name].missing:
            pytest.skip(f"{stock.FRAMEWORKS[name].missing} is not installed")
    equal, wrong, odd = judged(COUNT, SEED)
    assert [(text, found.target, apart) for text, found, apart in wrong] == []
    assert [(text, found.target) for text, found in odd] == []
    assert equal >= COUNT // 2

"""Every pair of options of every optimizer is met by some case."""

from itertools import combinations, product

import pytest

from crosscheck.frameworks.contract import STATES
from crosscheck.verification.cases import histories
from crosscheck.verification.cases.hyperparameters import (
    OPTIMIZER_CASES,
    options_of,
    paired,
    settings_in,
)


@pytest.mark.parametrize("optimizer", STATES)
def test_every_pair_of_options_is_met(optimizer):
    options = options_of(optimizer)
    runs = [c.keywords for c in histories.generated() if c.optimizer == optimizer]
    met = set().union(*(settings_in(keywords, options) for keywords in runs))
    for (one, ones), (other, others) in combinations(options.items(), 2):
        for pair in product(ones, others):
            assert ((one, pair[0]), (other, pair[1])) in met, (one, other, pair)


def test_a_number_counts_by_whether_it_is_0():
    options = {"momentum": (0.0, 0.9), "centered": (False, True)}
    found = settings_in({"momentum": 0.5, "centered": True}, options)
    assert found == {(("momentum", 0.9), ("centered", True))}


def test_what_the_cases_have_already_is_not_added():
    labels = {name for name, _ in paired().values()}
    assert {"sgd", "lion", "adadelta", "nadam"}.isdisjoint(labels)
    for optimizer, keywords in paired().values():
        assert keywords not in [own for name, own in OPTIMIZER_CASES.values() if name == optimizer]

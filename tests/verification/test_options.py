"""Whatever any three options of an optimizer are, some case has it."""

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
def test_whatever_three_options_are_some_case_has_it(optimizer):
    options = options_of(optimizer)
    runs = [c.keywords for c in histories.generated() if c.optimizer == optimizer]
    met = set().union(*(settings_in(keywords, options) for keywords in runs))
    for chosen in combinations(options, min(3, len(options))):
        for values in product(*(options[key] for key in chosen)):
            assert tuple(zip(chosen, values, strict=True)) in met


def test_a_number_counts_by_whether_it_is_0():
    options = {"momentum": (0.0, 0.9), "centered": (False, True)}
    found = settings_in({"momentum": 0.5, "centered": True}, options)
    assert found == {(("momentum", 0.9), ("centered", True))}


def test_what_the_cases_have_already_is_not_added():
    labels = {name for name, _ in paired().values()}
    assert {"sgd", "lion", "adadelta", "nadam"}.isdisjoint(labels)
    for optimizer, keywords in paired().values():
        assert keywords not in [own for name, own in OPTIMIZER_CASES.values() if name == optimizer]

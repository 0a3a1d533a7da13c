"""Every demonstration can fail: under the changes that it names, each of its readings turns.

And what it shows does not depend on the numbers that happened to be drawn.
"""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from crosscheck.documents.statements.catalogue import all_statements
from crosscheck.documents.statements.statement import (
    Instead,
    in_reference,
    run_afresh,
    verdict_of,
)
from crosscheck.frameworks.changes import ChangeError

STATEMENTS = {f"{s.document}-{s.demonstrate.__name__}": s for s in all_statements()}


def complaints(statement):
    """What is wrong with the changes that a statement names."""
    readings = {name: bool(held) for name, held in statement.demonstrate().items()}
    changed = [statement.readings_under(flip) for flip in statement.flips]
    turned = [{n for n, held in readings.items() if held != bool(each[n])} for each in changed]
    found = [
        f"{flip} turns nothing"
        for flip, names in zip(statement.flips, turned, strict=True)
        if not names
    ]
    found += [
        f"no change turns {name!r}" for name in readings if not any(name in t for t in turned)
    ]
    if all(verdict_of(each) == statement.verdict() for each in changed):
        found.append("no change turns the verdict")
    return found


@pytest.mark.sampled(50)
@pytest.mark.parametrize("name", STATEMENTS)
def test_every_reading_and_the_verdict_turn_under_the_changes_that_are_named(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert complaints(STATEMENTS[name]) == []


def test_a_demonstration_that_no_change_turns_is_complained_of():
    statement = STATEMENTS["002-gradient_descent_subtracts_the_gradient"]
    harmless = in_reference("optimizers/descent", "-rate * g", "-rate * g * 1", "sgd")
    untold = ["no change turns 'weight'", "no change turns 'bias'", "no change turns the verdict"]
    assert complaints(replace(statement, flips=())) == untold
    assert complaints(replace(statement, flips=(harmless,))) == [
        f"{harmless} turns nothing",
        *untold,
    ]
    with pytest.raises(ChangeError, match=r"stands 0 times in .*gradient_descent_subtracts"):
        statement.readings_under(Instead("no such text", ""))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", range(1, 21))
def test_what_is_shown_does_not_depend_on_the_numbers_drawn(seed, monkeypatch):
    draw = np.random.default_rng
    monkeypatch.setattr(np.random, "default_rng", lambda own: draw([seed, *np.atleast_1d(own)]))
    with run_afresh():
        others = {name: statement.rerun() for name, statement in STATEMENTS.items()}
    assert others == {name: statement.demonstrate() for name, statement in STATEMENTS.items()}

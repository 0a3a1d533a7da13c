"""Hyperparameters: one converter for numbers, flags and words, and the call that they make."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from crosscheck.frameworks.hyperparameters import (
    ADAM,
    RADAM,
    VELOCITY,
    build_optimizer,
    convert,
    is_decayed,
    split_decay,
)
from crosscheck.frameworks.registry import load
from crosscheck.numerics.exact.balls import from_decimals, from_floats, working_precision
from crosscheck.verification.cases.hyperparameters import OPTIMIZER_CASES
from crosscheck.verification.cases.training import TrainingCase

NUMPY = load("numpy", "reference_numpy")


@pytest.mark.parametrize(
    "to_number", [float, Fraction, from_floats, from_decimals], ids=lambda f: f.__name__
)
def test_words_and_flags_stay_and_numbers_become_what_is_asked_for(to_number):
    given = {"eps": 0.5, "eps_place": "hat", "fallback": True, "maximum_of": "corrected"}
    converted = convert(given, to_number)
    assert list(converted) == list(given)
    number = converted.pop("eps")
    assert type(number) is type(to_number(0.5))
    assert number == to_number(0.5)
    assert converted == {"eps_place": "hat", "fallback": True, "maximum_of": "corrected"}


def test_a_decimal_is_converted_without_a_float_between():
    with working_precision():
        exact = convert({"b1": Decimal("0.9")}, from_decimals)["b1"]
        assert (10 * exact - 9).contains(0)
        assert abs(exact - 0.9) > 1e-17  # by which the float is off


def test_a_decay_is_split_off_only_where_something_decays():
    adam = {"b1": 0.9, "eps_place": "hat"}
    decay = {"weight_decay": 0.1, "decoupled": False}
    assert split_decay(adam | decay) == (adam, decay)
    assert split_decay(adam | decay | {"weight_decay": 0.0}) == (adam, {})
    assert split_decay(adam) == (adam, {})
    assert is_decayed("adam", decay)
    assert not is_decayed("adam", adam)
    assert not is_decayed("lion", decay)


@pytest.mark.parametrize("label", OPTIMIZER_CASES)
def test_a_wrapped_optimizer_decays_as_its_keywords_say(label):
    name, hyperparameters = OPTIMIZER_CASES[label]
    optimizer = build_optimizer(NUMPY, name, hyperparameters, 0.5)
    theta = np.array([4.0, -2.0])
    zero = np.zeros(2)
    updates, _ = optimizer.update(zero, optimizer.init(theta), theta)
    assert np.any(updates != 0) == bool(hyperparameters.get("weight_decay")), label


@pytest.mark.parametrize(
    ("optimizer", "keywords"),
    [
        ("adam", ADAM | {"eps_place": "hat"}),
        ("radam", RADAM | {"b2": 0.9, "fallback": False}),
        ("momentum", VELOCITY | {"nesterov": True}),
    ],
)
def test_a_training_may_have_words_among_its_hyperparameters(optimizer, keywords):
    case = TrainingCase(f"{optimizer} with words", optimizer=optimizer, keywords=keywords, rate=0.1)
    computed = dict(case.compute(NUMPY))["trajectory"]["losses"][""].value
    exact = case.exactly()["trajectory"]["losses"][""]
    assert np.all(np.abs(computed - exact.value) <= exact.bound)

"""Random calls between frameworks: what is called equal is, and nothing equal is overlooked."""

import itertools
import random

import numpy as np
import pytest

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.parsing import parse_call
from crosscheck.conventions.optimizers.simplifying import differences
from crosscheck.conventions.optimizers.stock_optimizer import REQUIRED, ArgumentError
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.optimizers.translating import candidates
from crosscheck.conventions.optimizers.translation import compare_calls
from crosscheck.conventions.optimizers.wide import distance, reference_steps
from crosscheck.frameworks import registry

CALLS = 8
PAIRS = list(itertools.permutations(("torch", "optax", "keras-jax"), 2))
NUMBERS = {
    "learning_rate": (0.1, 0.01, 0.001),
    "momentum": (0.0, 0.9),
    "dampening": (0.0, 0.5),
    "b1": (0.0, 0.5, 0.9),
    "b2": (0.0, 0.5, 0.9, 0.999),
    "decay": (0.5, 0.9, 0.99),
    "eps": (0.0, 1e-8, 1e-2),
    "weight_decay": (0.0, 0.1),
    "initial_accumulator": (0.0, 0.1, 1.0),
    "momentum_decay": (0.004, 1.0, 1e6),
    "threshold": (4.0, 5.0),
    "rate_decay": (0.0, 0.1),
}
FEW = 30  # combinations of arguments that are searched, of each optimizer
SEARCHED = 1  # call without an equal one for which arguments are searched


def choices(argument):
    """Values of an argument that sets a keyword: of numbers, of flags or of words."""
    keywords = argument.keyword if isinstance(argument.keyword, tuple) else (argument.keyword,)
    if all(keyword in NUMBERS for keyword in keywords):
        of_each = [NUMBERS[keyword] for keyword in keywords]
        if isinstance(argument.default, tuple):
            return list(itertools.product(*of_each))
        return [value for value in of_each[0] if argument.default is not None or value]
    return [own for own, _ in argument.values] or [True, False]


def random_arguments(rng, optimizer, among):
    """Arguments that have a meaning, some of them left at their defaults."""
    while True:
        arguments = dict(optimizer.only) | optimizer.neutral
        for argument in optimizer.arguments:
            optional = argument.default is not REQUIRED and rng.random() < 0.4
            if argument.keyword is not None and argument.name not in arguments and not optional:
                arguments[argument.name] = rng.choice(among(argument))
        try:
            optimizer.spec(arguments)
        except ArgumentError:
            continue
        return arguments


def random_calls(seed, framework):
    rng = random.Random(seed)
    rows = [each for each in STOCK_OPTIMIZERS if each.framework == framework]
    chosen = (rng.choice(rows) for _ in range(CALLS))
    return [Call(row, random_arguments(rng, row, choices)) for row in chosen]


def searched(call, to, seed, few=FEW):
    """The smallest difference that a search over arguments finds, with the call that has it."""
    spec, rng = call.spec(), random.Random(seed)
    steps = reference_steps(spec, call.rates())
    own = {v for v in (*spec.keywords.values(), spec.weight_decay) if isinstance(v, float)} | {0.0}

    def among(argument):
        if argument.keyword == "learning_rate":
            return [spec.learning_rate, -spec.learning_rate]
        numbers = sorted(own)
        if isinstance(argument.default, tuple):
            return list(itertools.product(numbers, numbers))
        words = isinstance(argument.default, bool) or (
            argument.values and isinstance(argument.values[0][1], str | bool)
        )
        return choices(argument) if words else numbers

    found = []
    for row in (each for each in STOCK_OPTIMIZERS if each.framework == to):
        for _ in range(few):
            try:
                arguments = random_arguments(rng, row, among)
                found.append((distance(row.spec(arguments), steps), Call(row, arguments).text))
            except ArgumentError:
                continue
    return min(found)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("source", "to"), PAIRS)
def test_random_calls_are_translated_rightly(source, to):
    for name in (source, to):
        if stock.FRAMEWORKS[name].missing:
            pytest.skip(f"{name} is not installed")
    registry.prepare()
    calls = random_calls(f"{source} {to}", source)
    nearest = [(call, candidates(call, to)[:1]) for call in calls]
    found = compare_calls([(call, target) for call, targets in nearest for target in targets])
    run = [each for each in found if each.difference is not None]
    assert len(run) > CALLS / 3
    for each in run:
        assert each.mismatch or each.within_bound, each
        assert not each.equal or max(each.by_magnitude.values()) < 1e-5, each
        # Only where the rate stands in a velocity may make a difference as it changes.
        inside = "inside its velocity" in " ".join(each.provisos)
        assert not each.equal or each.as_rate_changes is not False or inside, each
    without = [c for c, ts in nearest if all(differences(c.spec(), t.spec()) for t in ts)]
    for call in without[:SEARCHED]:
        with np.errstate(all="ignore"):
            difference, text = searched(call, to, source)
        # Two that differ at zeros alone are not equal, and the translation says so.
        assert difference > 1e-12, (call.text, text)


def test_the_search_finds_what_there_is_to_find():
    with np.errstate(all="ignore"):
        call = parse_call("torch.optim.SGD(lr=0.1, momentum=0.9)")
        difference, text = searched(call, "optax", 1, few=100)
    assert difference < 1e-12
    assert text.startswith("optax.sgd(learning_rate=0.1, momentum=0.9")

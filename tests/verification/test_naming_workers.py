"""Mistakes of workers that share a batch are caught and named, also in other words."""

import pytest
from planting import diagnosed

from crosscheck.verification.cases import trainings, workers
from crosscheck.verification.diagnosis import diagnosis_of
from crosscheck.verification.judging import attempt
from crosscheck.verification.mistakes.mistake import Mistake, as_framework
from crosscheck.verification.mistakes.workers import (
    BY_SAMPLES,
    ONE,
    SHARDED,
    SPLIT,
    SPLIT_WEIGHTS,
    UPDATE,
)

CASES = [trainings.generated()[0], *workers.generated()[1:]]
# What is replaced and by what, and the known mistake that it is.
RESEMBLES = [
    (
        ((BY_SAMPLES, "by_samples = 1.0 / len(xs)"),),
        "mean of the workers' means over uneven shards",
    ),
    (((BY_SAMPLES, "by_samples = 1"),), "workers' gradients added up, not averaged"),
    (
        (
            (SPLIT, "([data[: -(-len(data) // workers)]] * workers for data in (inputs, targets))"),
            (SPLIT_WEIGHTS, "else [factors[: -(-len(factors) // workers)]] * workers"),
            (BY_SAMPLES, "by_samples = 1.0 / len(xs)"),
        ),
        "every worker draws the same samples, shuffled by the same seed",
    ),
    (
        (
            (
                SHARDED,
                f"{SHARDED}\n"
                "        def stepped(*shard):\n"
                "            return 0.0, optimizer.update(of_shard(*shard)[1], state, params)[0]\n",
            ),
            (
                UPDATE,
                "            updates = sharded(stepped, x, y, scaled(w, normalizer), workers)[1]\n"
                "            state = optimizer.update(grads, state, params)[1]\n",
            ),
        ),
        "optimizer stepped by every worker before the reduction",
    ),
    (
        (
            (
                ONE,
                f"{ONE}    left = len(inputs) % workers if len(inputs) > workers else 0\n"
                "    inputs, targets = (a[: len(a) - left] for a in (inputs, targets))\n"
                "    factors = factors[: len(factors) - left] if factors is not None else None\n",
            ),
        ),
        "samples left out so that all shards are even",
    ),
    (
        (
            (
                ONE,
                f"{ONE}    more = (np.arange(len(inputs) + -len(inputs) % workers)) % len(inputs)\n"
                "    inputs, targets = (a[more] for a in (inputs, targets))\n"
                "    factors = factors[more] if factors is not None else None\n",
            ),
        ),
        "samples repeated so that all shards are even",
    ),
]
RESEMBLES_NONE = ((BY_SAMPLES, "by_samples = len(x) / len(xs[0]) / workers"),)


def found_of(number, changes):
    return diagnosed(f"planted of workers {number}", CASES, "epochs", changes)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("number", range(len(RESEMBLES)))
def test_what_resembles_a_known_mistake_of_workers_is_named_rightly(number):
    changes, name = RESEMBLES[number]
    found = found_of(number, changes)
    assert list(found.reproduced) == [name]
    (those,) = found.reproduced.values()
    assert {case for case, _ in those} == found.failing


def test_what_resembles_no_mistake_of_workers_has_no_name():
    assert found_of(100, RESEMBLES_NONE).reproduced == {}


def test_workers_that_add_up_in_another_order_are_within_the_bound():
    changes = (
        ("in zip(xs, ys, ws, strict=True):", "in list(zip(xs, ys, ws, strict=True))[::-1]:"),
    )
    framework = as_framework(Mistake("another order", "", "", "epochs", changes))
    assert not diagnosis_of([(case, attempt(case, framework)) for case in CASES]).failing

"""One case by one framework: how far it came, what it is to blame for, and what it is not."""

import numpy as np
import pytest

from crosscheck.comparison import Tensor
from crosscheck.judging import Attempt, against_each_other, against_exact, attempt


class Made:
    """A case of one number in each of three stages, 1, 2 and 3, each to be met within 0.5."""

    group, name, dtype = "made", "of three stages", "float64"

    def exactly(self):
        return {
            stage: {"q": one(value, np.array(0.5))}
            for stage, value in {"gradients": 3.0, "forward": 1.0, "deltas": 2.0}.items()
        }

    def compute(self, framework):
        for stage, value in framework.values.items():
            if isinstance(value, Exception):
                raise value
            yield stage, value if isinstance(value, dict) else {"q": one(value)}


def one(value, bound=None):
    return {"": Tensor(np.array(value), bound)}


class Values:
    def __init__(self, **values):
        self.name, self.values = "made up", values


def judged(**values):
    made = attempt(Made(), Values(**values))
    return made, against_exact(Made(), made)


def test_an_honest_attempt_is_compared_stage_by_stage_in_order():
    made, found = judged(forward=1.0, deltas=2.1, gradients=3.2)
    assert (made.framework, made.not_supported, made.failure) == ("made up", None, None)
    assert [(c.place.stage, round(c.fraction, 6)) for c in found] == [
        ("forward", 0.0),
        ("deltas", 0.2),
        ("gradients", 0.4),
    ]
    assert {(c.place.group, c.place.case, c.place.dtype) for c in found} == {
        ("made", "of three stages", "float64")
    }
    assert {c.frameworks for c in found} == {("made up", "exact")}


def test_what_follows_the_first_divergence_is_not_blamed():
    _, found = judged(forward=1.0, deltas=9.0, gradients=9.0)
    assert [(c.place.stage, c.holds) for c in found] == [("forward", True), ("deltas", False)]


@pytest.mark.parametrize(
    ("values", "stage"),
    [
        ({"forward": ZeroDivisionError("no")}, "forward"),
        ({"forward": 1.0, "deltas": ZeroDivisionError("no")}, "deltas"),
        ({"forward": 1.0, "deltas": 2.0, "gradients": ZeroDivisionError("no")}, "gradients"),
    ],
)
def test_an_exception_is_kept_with_the_stage_that_raised_it(values, stage):
    made, found = judged(**values)
    assert made.failure == (stage, "ZeroDivisionError: no")
    assert made.not_supported is None
    assert len(found) == len(values) - 1


def test_what_is_not_supported_is_kept_as_that():
    made, found = judged(forward=NotImplementedError("no float64"))
    assert (made.not_supported, made.failure) == ("no float64", None)
    assert found == []


def test_a_quantity_that_is_missing_never_holds():
    _, found = judged(forward={}, deltas=2.0, gradients=3.0)
    (only,) = found
    assert not only.holds
    assert "q has [] instead of ['']" in only.in_words()


def test_a_stage_that_is_missing_is_left_to_whoever_finds_the_exception():
    assert against_exact(Made(), Attempt("nobody")) == []


def test_two_frameworks_are_compared_as_far_as_both_came():
    one_attempt = attempt(Made(), Values(forward=1.0, deltas=2.0, gradients=3.0))
    other = attempt(Made(), Values(forward=1.25, deltas=2.0))
    found = against_each_other(Made(), one_attempt, other)
    assert [(c.place.stage, round(c.fraction, 6)) for c in found] == [
        ("forward", 0.25),  # a quarter of what two honest ones may differ by
        ("deltas", 0.0),
    ]
    assert {c.frameworks for c in found} == {("made up", "made up")}
    far = attempt(Made(), Values(forward=2.5, deltas=2.0))
    assert [c.holds for c in against_each_other(Made(), one_attempt, far)] == [False]
    lacking = attempt(Made(), Values(forward={}))
    assert [c.holds for c in against_each_other(Made(), one_attempt, lacking)] == [False]

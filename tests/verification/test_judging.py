"""One case by one framework: how far it came, what it is to blame for, and what it is not."""

from types import SimpleNamespace

import numpy as np
import pytest

from crosscheck.frameworks.declarations import Declarations, Limit
from crosscheck.numerics.comparison import Tensor
from crosscheck.verification.cases import edges, network
from crosscheck.verification.judging import (
    Attempt,
    Failure,
    NotWritten,
    against_each_other,
    against_exact,
    attempt,
    compared,
)
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import as_framework


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
            if isinstance(value, BaseException):
                raise value
            yield stage, value if isinstance(value, dict) else {"q": one(value)}


def one(value, bound=None):
    return {"": Tensor(np.array(value), bound)}


class Values:
    def __init__(self, limits=(), **values):
        self.name, self.values = "made up", values
        self.params = SimpleNamespace(__file__=__file__)
        self.declared = Declarations(limits)


def judged(**values):
    made = attempt(Made(), Values(**values))
    return made, against_exact(Made(), made)


def test_an_honest_attempt_is_compared_stage_by_stage_in_order():
    made, found = judged(forward=1.0, deltas=2.1, gradients=3.2)
    assert (made.framework, made.not_supported, made.failure) == ("made up", None, None)
    assert [(c.place.stage, round(c.fraction_of_bound, 6)) for c in found] == [
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
    assert made.failure == Failure(stage, "ZeroDivisionError: no")
    assert made.not_supported is None
    assert len(found) == len(values) - 1


def test_what_is_not_written_is_kept_with_the_function_that_says_so():
    made, found = judged(forward=1.0, deltas=NotImplementedError("no float64"))
    assert (made.failure, made.not_written) == (
        None,
        NotWritten("test_judging.Made.compute", "no float64"),
    )
    assert made.raised_at.startswith(f"{__file__}:")
    assert len(found) == 1


def test_what_is_declared_unsupported_is_not_run():
    limited = Values((Limit("no float64", dtypes=("float64",)),), forward=ZeroDivisionError("run"))
    made = attempt(Made(), limited)
    assert (made.not_supported, made.failure, made.stages) == ("no float64", None, {})
    with pytest.raises(NotImplementedError, match="of three stages is not supported: no float64"):
        compared(Made(), limited)


def test_what_is_compared_must_be_written():
    written = Values(forward=1.0, deltas=2.0, gradients=3.0)
    assert compared(Made(), written) == against_exact(Made(), attempt(Made(), written))
    with pytest.raises(
        NotImplementedError, match=r"test_judging.Made.compute is not written later"
    ):
        compared(Made(), Values(forward=NotImplementedError("later")))
    with pytest.raises(ArithmeticError, match=r"of three stages, forward: ValueError: no \("):
        compared(Made(), Values(forward=ValueError("no")))


def test_no_more_is_asked_than_a_stage():
    made = attempt(Made(), Values(forward=1.0, deltas=ZeroDivisionError("asked")), until="forward")
    assert (list(made.stages), made.failure) == (["forward"], None)


def test_an_attempt_to_leave_is_an_exception_as_any_other():
    class Speechless(Exception):  # noqa: N818
        def __str__(self):
            raise self

    assert judged(forward=SystemExit(3))[0].failure == Failure("forward", "SystemExit: 3")
    assert judged(forward=Speechless())[0].failure == Failure("forward", "Speechless")


def test_what_is_raised_elsewhere_has_no_place_in_the_package():
    elsewhere = Values(forward=1.0, deltas=ZeroDivisionError("no"))
    elsewhere.params = SimpleNamespace(__file__="/nowhere/params.py")
    made = attempt(Made(), elsewhere)
    assert (made.failure, made.raised_at) == (Failure("deltas", "ZeroDivisionError: no"), None)
    elsewhere = Values(forward=1.0, deltas=NotImplementedError("no float64"))
    elsewhere.params = SimpleNamespace(__file__="/nowhere/params.py")
    made = attempt(Made(), elsewhere)
    assert (made.not_written, made.raised_at) == (NotWritten("?", "no float64"), None)


def test_a_quantity_that_is_missing_never_holds():
    _, found = judged(forward={}, deltas=2.0, gradients=3.0)
    (only,) = found
    assert not only.holds
    assert "q has [] instead of ['']" in only.message


def test_a_stage_that_is_missing_is_left_to_whoever_finds_the_exception():
    assert against_exact(Made(), Attempt("nobody")) == []


def test_two_frameworks_are_compared_as_far_as_both_came():
    one_attempt = attempt(Made(), Values(forward=1.0, deltas=2.0, gradients=3.0))
    other = attempt(Made(), Values(forward=1.25, deltas=2.0))
    found = against_each_other(Made(), one_attempt, other)
    assert [(c.place.stage, round(c.fraction_of_bound, 6)) for c in found] == [
        ("forward", 0.25),  # a quarter of what two honest ones may differ by
        ("deltas", 0.0),
    ]
    assert {c.frameworks for c in found} == {("made up", "made up")}
    far = attempt(Made(), Values(forward=2.5, deltas=2.0))
    assert [c.holds for c in against_each_other(Made(), one_attempt, far)] == [False]
    lacking = attempt(Made(), Values(forward={}))
    assert [c.holds for c in against_each_other(Made(), one_attempt, lacking)] == [False]


def test_a_wrong_activation_shows_the_z_at_which_it_is_wrong():
    mistake = next(each for each in catalogue() if each.name == "sigmoid by tanh")
    case = next(each for each in edges.edges() if each.name.startswith("edges-sigmoid-"))
    made = attempt(case, as_framework(mistake))
    (wrong, *_) = (each for each in against_exact(case, made) if not each.holds)
    sample, unit = wrong.index
    z = case.inputs[sample, unit]
    assert z < -30
    assert (
        f"activations[1][{sample}, {unit}] is 0.0 at z = {float(z)!r}, expected " in wrong.message
    )
    # Where z itself is wrong, it says nothing.
    forgotten = next(each for each in catalogue() if each.name == "bias forgotten")
    case = network.generated()[0]
    found = against_exact(case, attempt(case, as_framework(forgotten)))
    assert {each.place.quantity for each in found if not each.holds} >= {"activations"}
    assert all(each.pre_activation is None for each in found)

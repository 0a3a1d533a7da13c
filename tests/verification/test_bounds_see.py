"""The bounds of drawn networks are narrow enough to see a small change, and finite for most."""

import numpy as np
import pytest

from crosscheck.frameworks.registry import load
from crosscheck.numerics import tensors
from crosscheck.numerics.bounds import inexact
from crosscheck.numerics.bounds.inexact import exactly
from crosscheck.numerics.bounds.precision import DOUBLE
from crosscheck.numerics.exact.balls import UndecidedError
from crosscheck.verification.cases.drawn import drawn_network
from crosscheck.verification.judging import against_exact, attempt

NUMPY = load("numpy", "reference_numpy")


def spoiled(number, change):
    """The comparisons of a drawn network whose computed loss was changed."""
    case = drawn_network(number, widest=8)
    computed = attempt(case, NUMPY)
    loss = computed.stages["forward"]["loss"][""].value
    computed.stages["forward"]["loss"] = {"": tensors.Tensor(np.array(change(loss), case.dtype))}
    return against_exact(case, computed)


def test_a_nan_is_caught():
    assert spoiled(0, lambda loss: np.nan)[-1].fraction_of_bound == np.inf


def test_one_entry_changed_by_a_hundred_billionth_is_caught():
    for number in (0, 2, 4):
        assert not all(c.holds for c in spoiled(number, lambda loss: loss * (1 + 1e-11)))
        assert all(c.holds for c in spoiled(number, lambda loss: loss))


def test_most_of_the_networks_have_a_finite_bound():
    bounded = 0
    for number in range(100):
        stages = drawn_network(number).exactly()
        bounds = [t.bound for q in stages["gradients"].values() for t in q.values()]
        bounded += all(np.all(np.isfinite(bound)) for bound in bounds if bound is not None)
    assert bounded >= 85


def test_a_ball_may_be_no_number_only_where_the_bound_is_infinite():
    from flint import arb

    without_error = exactly(0.0, DOUBLE)
    with pytest.raises(UndecidedError, match="is no finite number"):
        tensors.bounded(arb("nan"), without_error)
    found = tensors.bounded(arb("nan"), inexact.Inexact(0.0, np.inf, DOUBLE))
    assert found[""].radius == np.inf

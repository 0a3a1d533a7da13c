"""Whether a known mistake computes what a framework computed, in every entry of a case."""

import numpy as np

from crosscheck.numerics.comparison import Comparison, Tensor, Tensors
from crosscheck.verification.cases.stages import Case, Stage
from crosscheck.verification.discrimination import failures_of, may_differ, mistaken_attempt
from crosscheck.verification.judging import Attempt, against_exact
from crosscheck.verification.mistakes.mistake import Mistake

# A mistake reproduces a wrong array if it leaves at most this share of its error unexplained.
EXPLAINED = 1e-3


def wrong_quantities(case: Case, attempted: Attempt) -> list[Comparison]:
    """The quantities that differ from the exact values, at the first stage where any does."""
    return [each for each in against_exact(case, attempted) if not each.holds]


# What stands for the exception that ended an attempt, among the names of quantities.
EXCEPTION = "exception"


def reproduced(mistake: Mistake, case: Case, attempted: Attempt) -> frozenset[str]:
    """The quantities that a mistake gets wrong as a framework does, in every entry.

    None if the mistake differs first at another stage, gets a quantity wrong that the framework
    gets right, or gives it other values. Where an exception ended the attempt before anything
    differed, the mistake must raise the same one at the same stage.
    """
    nothing: frozenset[str] = frozenset()
    if not may_differ(mistake, case):
        return nothing
    mistaken = mistaken_attempt(mistake, case)
    theirs, ours = wrong_quantities(case, attempted), failures_of(mistake, case)
    if not theirs:
        same = attempted.failure is not None and mistaken.failure == attempted.failure
        return frozenset([EXCEPTION]) if same and not ours else nothing
    if not {_where(each) for each in ours} <= {_where(each) for each in theirs}:
        return nothing
    if not all(_agree(each, case, attempted, mistaken) for each in ours):
        return nothing
    return frozenset(each.place.quantity for each in ours)


def contradicts(mistake: Mistake, case: Case, attempted: Attempt) -> bool:
    """Whether a mistake would fail a case that a framework passes, as far as that computed it."""
    if not may_differ(mistake, case):
        return False
    mistaken, ours = mistaken_attempt(mistake, case), failures_of(mistake, case)
    if not ours:
        failure = mistaken.failure
        return failure is not None and failure.stage in attempted.stages
    compared = [each for each in ours if each.place.stage in attempted.stages]
    return not all(_agree(each, case, attempted, mistaken) for each in compared)


def _where(comparison: Comparison) -> tuple[str, str]:
    # Without the case's name: two cases of one content share what a mistake makes of them.
    return comparison.place.stage, comparison.place.quantity


def _agree(wrong: Comparison, case: Case, one: Attempt, other: Attempt) -> bool:
    """Whether two attempts give one quantity the same values."""
    stage, quantity = Stage(wrong.place.stage), wrong.place.quantity
    theirs, ours = (each.stages[stage].get(quantity, {}) for each in (one, other))
    exact: Tensors = case.exactly()[stage][quantity]
    return list(theirs) == list(ours) and all(
        same_entries(theirs[name].value, ours[name].value, exact.get(name)) for name in theirs
    )


def same_entries(theirs: np.ndarray, ours: np.ndarray, exact: Tensor | None) -> bool:
    """Whether each entry of two arrays is the same but for rounding, or for a share of the error.

    Each of the two may be off by its bound from what the mistake gives without rounding; and the
    mistake may magnify rounding, so that the share is one of the worst error of the array, in
    units of each entry's bound.
    """
    if (theirs.shape, theirs.dtype) != (ours.shape, ours.dtype):
        return False
    if exact is None or exact.bound is None:
        return np.array_equal(theirs, ours, equal_nan=theirs.dtype.kind == "f")
    bound, both_finite = exact.bound, np.isfinite(theirs) & np.isfinite(ours)
    with np.errstate(all="ignore"):  # an infinity less an infinity is NaN: not within anything
        if theirs.shape == exact.value.shape:
            fractions = np.abs(theirs - exact.value) / bound
            worst = np.max(fractions, initial=0.0, where=np.isfinite(fractions))
            # A wrong value takes a few roundings even where the right one is exact, its bound 0.
            allowed = np.maximum(bound * max(2.0, EXPLAINED * worst), 4 * np.spacing(abs(ours)))
        else:  # no entry has a bound of its own there
            allowed = 2 * np.max(bound, initial=0.0, where=np.isfinite(bound))
        near = both_finite & (np.abs(theirs - ours) <= allowed)
    return bool(np.all(near | (theirs == ours) | (np.isnan(theirs) & np.isnan(ours))))

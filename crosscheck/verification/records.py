"""A verification in the form that other programs read."""

from dataclasses import asdict
from typing import Any

from crosscheck.numerics.comparison import Comparison, finite
from crosscheck.verification.result import Verification


def verification_as_json(result: Verification) -> dict[str, Any]:
    """Everything that a run found."""
    return {
        "frameworks": {name: asdict(status) for name, status in result.frameworks.items()},
        "comparisons": [comparison_as_json(comparison) for comparison in result.comparisons],
        "kinks": {case: [list(kink) for kink in kinks] for case, kinks in result.kinks.items()},
        "problems": result.problems,
        "counts": result.counts,
        "skipped": list(result.skipped),
        "holds": result.holds,
    }


def comparison_as_json(comparison: Comparison) -> dict[str, Any]:
    """One comparison; what has no measure (a shape, a NaN) is null, since JSON has no infinity."""
    place, (exact, radius) = comparison.place, comparison.exact
    return {
        "group": place.group,
        "case": place.case,
        "stage": place.stage,
        "quantity": place.quantity,
        "frameworks": list(comparison.frameworks),
        "tensor": comparison.location,
        "actual": finite(comparison.actual),
        "expected": finite(comparison.expected),
        "exact": finite(exact),
        "radius": radius,
        "worst": finite(comparison.error),
        "allowed": finite(comparison.allowed),
        "fraction": finite(comparison.fraction_of_bound),
        "ulps": finite(comparison.ulps),
        "holds": comparison.holds,
        "known_failure": comparison.known_failure,
        "text": comparison.message,
    }

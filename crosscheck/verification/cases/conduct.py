"""The group "conduct": what a framework promises beside its numbers.

How it starts, which class it predicts, what it refuses and in which words; whose memory is whose,
that the same call gives the same bits, that a NaN stays one, and that a root is
rounded once. Nothing here has a tolerance.
"""

from functools import cache

from crosscheck.verification.cases import (
    accepted,
    dtypes,
    not_finite,
    ownership,
    refusals,
    refused_weights,
    roots,
    starts,
)
from crosscheck.verification.cases.conduct_case import ConductCase


@cache
def generated() -> list[ConductCase]:
    """Every case of the group."""
    return [
        *starts.generated(),
        *accepted.generated(),
        *dtypes.generated(),
        *refusals.generated(),
        *refused_weights.generated(),
        *ownership.generated(),
        *not_finite.generated(),
        *roots.generated(),
    ]

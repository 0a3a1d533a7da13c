"""The fixtures that all frameworks share, in groups, each case with its exact values and bounds.

A case is plain data; `exactly` says what is right and by how much an honest implementation may be
off, `compute` lets a framework do the same. Exact values are computed once for each content.
"""

from functools import cache

from crosscheck.verification.cases import descent, network, printed, training
from crosscheck.verification.cases.batches import BatchesCase
from crosscheck.verification.cases.stages import Fixture


@cache
def groups() -> dict[str, list[Fixture]]:
    """Every case, by group."""
    cases: list[Fixture] = [
        *printed.generated(),
        *network.worked(),
        *descent.worked(),
        *network.generated(),
        *network.edges(),
        *descent.generated(),
        *training.generated(),
        BatchesCase(),
    ]
    names = dict.fromkeys(case.group for case in cases)
    return {name: [case for case in cases if case.group == name] for name in names}

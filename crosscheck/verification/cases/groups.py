"""The cases that all frameworks share, in groups, each with its exact values and bounds.

A case is plain data. Its method `exactly` gives the exact values, and by how much an honest
implementation may differ from them; `compute` lets a framework compute the same. Exact values are
computed once for each content.
"""

from functools import cache

from crosscheck.verification.cases import (
    alone,
    conduct,
    edges,
    histories,
    network,
    printed,
    sizes,
    trainings,
    weighted,
    workers,
)
from crosscheck.verification.cases.batches import BatchesCase
from crosscheck.verification.cases.stages import Case


@cache
def groups() -> dict[str, list[Case]]:
    """Every case, by group."""
    cases: list[Case] = [
        *printed.generated(),
        *network.worked(),
        *histories.worked(),
        *network.generated(),
        *weighted.generated(),
        *sizes.generated(),
        *alone.generated(),
        *edges.edges(),
        *histories.generated(),
        *trainings.generated(),
        BatchesCase(),
        *workers.generated(),
        *conduct.generated(),
    ]
    names = dict.fromkeys(case.group for case in cases)
    return {name: [case for case in cases if case.group == name] for name in names}

"""The frameworks' losses, activations and initializers, each statement about them executed.

A row says what a component is: the reference's loss or activation times a factor, such and such
numbers at a kink or in a tail, weights drawn so and so. `running` is what runs in the frameworks.
"""

from collections.abc import Callable
from typing import Any

from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.functions import (
    activations,
    initializers,
    kinks,
    losses,
    losses_keras,
)
from crosscheck.conventions.functions.initializers import Drawn
from crosscheck.conventions.functions.rows import Agreeing, Stated

ROWS: tuple[Agreeing | Stated | Drawn, ...] = (
    *losses.ROWS,
    *losses_keras.ROWS,
    *activations.ROWS,
    *kinks.ROWS,
    *initializers.ROWS,
)


def stated(framework: str) -> tuple[list[stock.Job], Callable[[list[Any]], list[Finding]]]:
    """What a framework must compute for its rows, and what comes of the results.

    Args:
        framework: A name in `stock.FRAMEWORKS`.
    """
    rows = [row for row in ROWS if row.framework == framework]

    def found(results: list[Any]) -> list[Finding]:
        pairs = zip(rows, results, strict=True)
        return [finding for row, result in pairs for finding in row.findings(result)]

    return [("crosscheck.conventions.functions.running", row.job()) for row in rows], found

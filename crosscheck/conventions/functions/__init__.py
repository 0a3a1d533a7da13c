"""The frameworks' losses, activations and initializers, each statement about them executed.

A row says what a component is: the reference's loss or activation times a factor, such and such
numbers at a kink or in a tail, weights drawn so and so. `running` is what runs in the frameworks.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from crosscheck import frameworks as references
from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.functions import activations, initializers, kinks, losses, losses_keras
from crosscheck.conventions.functions.initializers import Drawn
from crosscheck.conventions.functions.rows import Agreeing, Stated

ROWS: tuple[Agreeing | Stated | Drawn, ...] = (
    *losses.ROWS,
    *losses_keras.ROWS,
    *activations.ROWS,
    *kinks.ROWS,
    *initializers.ROWS,
)


def findings(frameworks: Iterable[str] | None = None) -> list[Finding]:
    """What comes of every row about these frameworks, or about all.

    Args:
        frameworks: Names in `stock.FRAMEWORKS`.

    Raises:
        KeyError: If there is no framework of such a name.
    """
    references.prepare()  # JAX computes in float64 only if told before it is imported
    names = list(stock.FRAMEWORKS if frameworks is None else frameworks)
    apart = [name for name in names if stock.FRAMEWORKS[name].environment]
    with ThreadPoolExecutor() as pool:  # while processes of their own compute, so does this one
        waiting = {name: pool.submit(_found, name) for name in apart}
        here = {name: _found(name) for name in names if name not in waiting}
        return [
            finding
            for name in names
            for finding in (waiting[name].result() if name in waiting else here[name])
        ]


def _found(framework: str) -> list[Finding]:
    rows = [row for row in ROWS if row.framework == framework]
    missing = stock.FRAMEWORKS[framework].missing
    results: list[dict[str, Any]]
    if missing is not None:
        results = [{"missing": missing}] * len(rows)
    else:
        try:
            jobs = [row.job() for row in rows]
            results = stock.computed(framework, f"{__name__}.running", jobs)
        except RuntimeError as error:
            results = [{"error": str(error)}] * len(rows)
    pairs = zip(rows, results, strict=True)
    return [finding for row, result in pairs for finding in row.findings(result)]

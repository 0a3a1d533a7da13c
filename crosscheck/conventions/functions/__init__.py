"""The frameworks' losses, activations and initializers, each statement about them executed.

A row says what a component is: the reference's loss or activation times a factor, such and such
numbers at a kink or in a tail, weights drawn so and so. `running` is what runs in the frameworks.
"""

from collections.abc import Iterable

from crosscheck import frameworks as references
from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.functions import activations, initializers, kinks, losses, losses_keras

RUNNING = f"{__name__}.running"
ROWS = (*losses.ROWS, *losses_keras.ROWS, *activations.ROWS, *kinks.ROWS)


def findings(frameworks: Iterable[str] | None = None) -> list[Finding]:
    """What comes of every row of these frameworks, or of all.

    Raises:
        KeyError: If there is no framework of such a name.
    """
    references.prepare()  # JAX is to compute in float64
    found = []
    for framework in stock.FRAMEWORKS if frameworks is None else frameworks:
        found += _of(framework)
    return found


def _of(framework: str) -> list[Finding]:
    rows = [row for row in ROWS if row.framework == framework]
    missing = stock.FRAMEWORKS[framework].missing
    if missing is not None:
        results = [{"missing": missing}] * len(rows)
    else:
        try:
            results = stock.computed(framework, RUNNING, [row.job() for row in rows])
        except RuntimeError as error:
            results = [{"error": str(error)}] * len(rows)
    pairs = zip(rows, results, strict=True)
    return [finding for row, result in pairs for finding in row.findings(result)]

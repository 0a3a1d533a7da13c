"""Where somebody's own optimizer departs from the reference that is nearest to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.checking.fitting import (
    Fit,
    Steps,
    build,
    exactly,
    steps_of,
    updates_of,
)

FEW = 6  # so many steps are compared to find what is nearest


@dataclass(frozen=True)
class Departure:
    """The first step at which an optimizer departs, and its worst entry there.

    Attributes:
        step: From 1.
        array, index: The array, from 0, and the place in it.
        theirs, exact: By how much the entry moved, and by how much it should.
        fraction: The error as a part of the bound.
    """

    step: int
    array: int
    index: tuple[int, ...]
    theirs: float
    exact: float
    fraction: float

    def in_words(self, array: int | None = None) -> str:
        """One phrase; `array` is the number of the array, if it was compared alone."""
        array = self.array if array is None else array
        moves = few_digits(self.theirs), few_digits(self.exact)
        if moves[0] == moves[1]:
            moves = f"{self.theirs:.12g}", f"{self.exact:.12g}"
        return (
            f"from step {self.step} on, first in array {array} at {list(self.index)}: it moves "
            f"by {moves[0]} and not by {moves[1]}, "
            f"{few_digits(self.fraction)} times what rounding allows"
        )


def departure(steps: Steps, fit: Fit) -> Departure | None:
    """Where an optimizer departs from a reference; None where it does not."""
    wrong = fit.fractions > 1
    if not wrong.any():
        return None
    step = int(np.argmax(wrong.any(axis=1)))
    entry = int(np.argmax(np.where(wrong[step], fit.fractions[step], -1.0)))
    array, index = steps.history.place(entry)
    count = step + 1
    own = steps_of(build(fit.spec, steps.rates(fit.spec)), steps.history, count)
    exact = float(updates_of(steps.history, own)[step, entry])
    theirs = float(steps.updates[step, entry])
    return Departure(count, array, index, theirs, exact, float(fit.fractions[step, entry]))


def nearest_reference(steps: Steps, specs: Sequence[Spec]) -> Fit | None:
    """The reference whose first steps are least far away, compared exactly."""

    def distance(spec: Spec) -> float:
        few = steps_of(build(spec, steps.rates(spec)), steps.history, min(FEW, len(steps.params)))
        return steps.distance(few)

    ranked = sorted(specs, key=distance)
    return next((fit for spec in ranked[:FEW] if (fit := exactly(steps, spec))), None)

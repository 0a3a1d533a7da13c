"""The learning rate that stands as a number in somebody's step, where nothing can set it.

Gradients that are the difference of parameters before and after such a step are the rate times the
gradients of the loss. The rate is a constant of the file, and no mistake in the gradients: so it is
one of the numbers that stand in the steps, and no other constant is.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.models import Factor, Model
from crosscheck.verification.checking.named import Grads
from crosscheck.verification.checking.within import near

# How near a number must be to the ratio of one entry to be tried; then the bounds decide.
NEAR = 1e-3
# How near gradients are to a multiple of others, to be nothing but that.
SAME = 1e-6


def with_own_rates(
    tried: Sequence[tuple[Model, Factor]],
    drawn: Drawn,
    grads: Grads,
    numbers: Sequence[float],
) -> list[tuple[Model, Factor]]:
    """The same models and constants, each times a rate by which the gradients may be multiplied.

    Args:
        tried: The models with the constants by which their gradients may depart.
        drawn: A network and a batch.
        grads: Somebody's gradients of that.
        numbers: Those that stand in the steps of the file.

    Returns:
        A pair for each number that at least one weight or bias shows as its rate; of constants
        that point downhill.
    """
    found = []
    for model, factor in tried:
        if factor.sign > 0:
            ratios = _ratios(model, factor, drawn, grads)
            near = [n for n in numbers if any(abs(each - n) <= NEAR * n for each in ratios)]
            found += [(model, replace(factor, rate=rate)) for rate in near]
    return found


def scaled(
    model: Model, factor: Factor, batches: Sequence[Drawn], computed: Sequence[Grads]
) -> bool:
    """Whether gradients are those of a loss but for one positive constant, whatever it is.

    Args:
        model, factor: The activations and the loss, and the constant by which that departs.
        batches, computed: On what the gradients were computed, and they.
    """
    constant: float | None = None
    for drawn, grads in zip(batches, computed, strict=True):
        ratios = _ratios(model, factor, drawn, grads)
        constant = constant or next(iter(ratios), None)
        if constant is None or not constant > 0:
            return False
        for own, exact in zip(grads, model.exactly(drawn).grads, strict=True):
            for mine, right in zip(own, exact, strict=True):
                expected = constant * factor.at(drawn) * np.asarray(right.value)
                if mine is not None and near(mine, expected) > SAME:
                    return False
    return True


def _ratios(model: Model, factor: Factor, drawn: Drawn, grads: Grads) -> list[float]:
    """How many times as large as it should be the largest entry of each gradient is."""
    ratios = []
    for own, exact in zip(grads, model.exactly(drawn).grads, strict=True):
        for mine, right in zip(own, exact, strict=True):
            value = factor.at(drawn) * np.asarray(right.value)
            where = np.unravel_index(np.argmax(np.abs(value)), value.shape)
            if mine is None or mine.shape != value.shape or value[where] == 0:
                continue
            ratios.append(float(mine[where] / value[where]))
    return ratios

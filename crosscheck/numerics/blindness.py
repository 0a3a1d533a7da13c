"""How much of an exact tensor its bounds leave open: where they are infinite, and where too wide.

An entry is excluded where its bound is infinite: nothing is promised of it. It is blind where a
finite bound is above a hundredth of the largest entry of its tensor: there a computed value may be
wrong in its third digit, or altogether, and no comparison shows it. A tensor is blind where some
bound, an infinite one too, exceeds its largest entry: 0 in place of that entry would be taken.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from crosscheck.numerics.comparison import Tensor

# A bound above this part of the largest entry hides errors that a reader of the numbers would see.
BLIND = 0.01


class Sight(NamedTuple):
    """How many entries and tensors have bounds, and how many of them these leave open.

    Attributes:
        entries: The entries that have a bound.
        excluded: Those of them whose bound is infinite.
        blind: Those whose bound is finite, and above `BLIND` of the largest entry.
        tensors: The tensors that have bounds.
        blind_tensors: Those of them of which some bound exceeds the largest entry.
    """

    entries: int = 0
    excluded: int = 0
    blind: int = 0
    tensors: int = 0
    blind_tensors: int = 0


def total(sights: Iterable[Sight]) -> Sight:
    """The sums of the counts."""
    return Sight(*map(sum, zip(Sight(), *sights, strict=True)))


def sight_of(tensor: Tensor, stacked: bool = False) -> Sight:
    """What the bounds of one exact tensor leave open; nothing counts where it has none.

    Args:
        tensor: The exact values with their bounds.
        stacked: Whether its first axis counts steps, so that each step is a tensor by itself. The
            largest entry of a whole history would say nothing of its small steps.
    """
    if tensor.bound is None or tensor.value.size == 0:
        return Sight()
    allowed = np.broadcast_to(tensor.bound + tensor.radius, tensor.value.shape)
    if stacked:
        pairs = zip(tensor.value, allowed, strict=True)
        return total(_sight(*map(np.asarray, pair)) for pair in pairs)
    return _sight(tensor.value, allowed)


def _sight(value: np.ndarray, allowed: np.ndarray) -> Sight:
    # An entry beyond the largest float says nothing of the others; its own bound is infinite.
    largest = np.abs(value, where=np.isfinite(value), out=np.zeros(value.shape)).max()
    excluded = np.isposinf(allowed)
    blind = ~excluded & (allowed > BLIND * largest)
    return Sight(
        value.size,
        int(excluded.sum()),
        int(blind.sum()),
        tensors=1,
        blind_tensors=int((allowed > largest).any()),
    )

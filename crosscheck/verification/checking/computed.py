"""Somebody's own gradients, with and without what a penalty adds to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.named import Grads
from crosscheck.verification.checking.penalties import Penalty


@dataclass(frozen=True)
class Computed:
    """Somebody's gradients on the batches, and by how much they may be off beside their bounds."""

    batches: Sequence[Drawn]
    grads: Sequence[Grads]
    slacks: Sequence[Any]

    def without(self, penalty: Penalty | None) -> "Computed":
        """The same without what a penalty adds to them."""
        if penalty is None:
            return self
        pairs = list(zip(self.batches, self.grads, strict=True))
        slacks = [
            _sum(was, penalty.slack(drawn, grads))
            for was, (drawn, grads) in zip(self.slacks, pairs, strict=True)
        ]
        return Computed(self.batches, [penalty.removed(*pair) for pair in pairs], slacks)


def _sum(slack: Any, other: Any) -> Any:
    """Two slacks, weight by weight and bias by bias, of which the first may not be there."""
    if slack is None:
        return other
    return [
        tuple(one if more is None else one + more for one, more in zip(*pair, strict=True))
        for pair in zip(other, slack, strict=True)
    ]

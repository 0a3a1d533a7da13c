"""Each set of tensors against what it should be, and both against each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from crosscheck.numerics.blindness import sight_of
from crosscheck.numerics.comparison import Comparison, Tensor, compare_with_exact

Tensors = Mapping[str, Tensor]


class Verdict(StrEnum):
    """What the difference of a tensor from what it should be is."""

    BUG = "a bug"
    INHERITED = "inherited"
    CANNOT_TELL = "cannot tell"
    ROUNDING = "rounding"


# An error by either measure.
EXCEEDED = (Verdict.BUG, Verdict.INHERITED)


@dataclass(frozen=True)
class Measured:
    """One tensor beside what it should be.

    Attributes:
        comparison: Its worst entry.
        share: The widest bound of its entries, as a part of the largest entry that it should have:
            what the bound leaves open. Infinite where nothing is promised of some entry.
        is_blind: Whether some bound exceeds that largest entry.
    """

    comparison: Comparison
    share: float
    is_blind: bool

    @property
    def holds(self) -> bool:
        """Whether rounding explains it."""
        return self.comparison.holds

    @property
    def fraction(self) -> float:
        """The largest fraction of what rounding allows; above 1 rounding explains it no more."""
        return self.comparison.fraction_of_bound


@dataclass(frozen=True)
class Side:
    """One tensor of one set.

    Attributes:
        step: Beside what the stored tensors before it give.
        whole: Beside the exact one.
    """

    step: Measured
    whole: Measured

    @property
    def verdict(self) -> Verdict:
        """A bug where the step exceeds its bound; inherited where only the whole does.

        Nothing can be told where the bounds of both are too wide.
        """
        if not self.step.holds:
            return Verdict.BUG
        if not self.whole.holds:
            return Verdict.BUG if self.step.is_blind else Verdict.INHERITED
        is_blind = self.step.is_blind and self.whole.is_blind
        return Verdict.CANNOT_TELL if is_blind else Verdict.ROUNDING

    @property
    def share(self) -> float:
        """What the narrower of both bounds leaves open."""
        return min(self.step.share, self.whole.share)


@dataclass(frozen=True)
class Row:
    """One tensor of both sets.

    Attributes:
        name: What it is called here.
        sides: That of A and that of B; None where a set lacks it.
        apart: A against B, of which each may be off from the exact one by its own bound; None
            where one lacks it.
    """

    name: str
    sides: tuple[Side | None, Side | None]
    apart: Comparison | None

    @property
    def verdict(self) -> Verdict:
        """The worse of both verdicts."""
        found = [side.verdict for side in self.sides if side is not None]
        return next(each for each in Verdict if each in found)


def judge(
    order: Iterable[str],
    sets: Sequence[Mapping[str, np.ndarray]],
    steps: Sequence[Tensors],
    wholes: Sequence[Tensors],
) -> tuple[Row, ...]:
    """A row for every tensor that either set has.

    Args:
        order: The names of all tensors, in the order of the computation.
        sets: The tensors of A and of B, in float64.
        steps: What those before them give, with bounds, for A and for B.
        wholes: The exact ones with the bounds of the dtype of A, and of that of B.
    """
    return tuple(
        _row(
            name,
            [each.get(name) for each in sets],
            [each[name] for each in steps],
            [each[name] for each in wholes],
        )
        for name in order
        if any(name in each for each in sets)
    )


def _row(
    name: str,
    values: Sequence[np.ndarray | None],
    steps: Sequence[Tensor],
    wholes: Sequence[Tensor],
) -> Row:
    one, other = values
    of_a, of_b = (
        None if value is None else Side(measured(name, value, step), measured(name, value, whole))
        for value, step, whole in zip(values, steps, wholes, strict=True)
    )
    apart = None
    if one is not None and other is not None:
        bound = np.asarray(sum(_whole_bound(each) for each in wholes))
        apart = compare_with_exact(one, Tensor(other, bound), label=name)
    return Row(name, (of_a, of_b), apart)


def measured(name: str, value: np.ndarray, exact: Tensor) -> Measured:
    """A tensor beside what it should be.

    Args:
        name: What it is called here.
        value: The tensor, in float64.
        exact: What it should be, with bounds.
    """
    sight, bound = sight_of(exact), _whole_bound(exact)
    # A value that is unknown, as 0 log 0 of an output that rounds to 0, has an infinite bound.
    sizes = np.where(np.isfinite(exact.value), np.abs(exact.value), 0.0)
    largest = float(sizes.max(initial=0.0))
    widest = float(bound.max(initial=0.0))
    # Where all of a tensor is 0, as of units that are off, a finite bound hides nothing of it.
    share = widest / largest if largest else (widest if np.isinf(widest) else 0.0)
    is_blind = sight.blind_tensors > 0 and share > 0
    return Measured(compare_with_exact(value, exact, label=name), share, is_blind)


def _whole_bound(exact: Tensor) -> np.ndarray:
    assert exact.bound is not None
    return np.asarray(exact.bound + exact.radius)

"""Which known mistakes would explain a disagreement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from crosscheck.numerics.comparison import EXACT, Comparison, reproduced_by
from crosscheck.verification.cases.stages import Case, Stage
from crosscheck.verification.discrimination import may_differ, mistaken_attempt
from crosscheck.verification.judging import Attempt, against_exact
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import Mistake

# A mistake reproduces a wrong value if it leaves at most this share of the error unexplained.
EXPLAINED = 1e-3


@dataclass(frozen=True)
class Explanation:
    """A comparison that fails, and the known mistakes that give the same wrong value.

    Attributes:
        comparison: What differs, and where.
        mistakes: The names of the mistakes, the nearest first; empty if none is known.
    """

    comparison: Comparison
    mistakes: tuple[str, ...]

    @property
    def message(self) -> str:
        """Both in words."""
        return self.comparison.message


def diagnose(comparisons: Iterable[Comparison]) -> tuple[Explanation, ...]:
    """Look for known mistakes that reproduce what is wrong.

    Args:
        comparisons: Of `verify`, `check_gradients` or `check_optimizer`, which carry their case.

    Returns:
        An explanation of every comparison with the exact value that fails. What is discrete (a
        count, an order) is left out: many mistakes give the same.
    """
    return tuple(
        Explanation(each, each.mistakes)
        for each in explained(comparisons)
        if each.mistakes is not None
    )


def explained(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """The comparisons, each that fails with the known mistakes that reproduce it.

    What explains one failure of a framework mostly explains the others too, so that is tried first,
    and the whole catalogue only if it does not.
    """
    found: list[Comparison] = []
    earlier: dict[str, list[Mistake]] = {}
    for comparison in comparisons:
        tried = earlier.setdefault(comparison.frameworks[0], [])
        each = with_mistakes(comparison, tried)
        if not each.mistakes:
            each = with_mistakes(comparison)
        if each.mistakes:
            tried += [m for m in catalogue() if m.name in each.mistakes and m not in tried]
        found.append(each)
    return found


def with_mistakes(comparison: Comparison, mistakes: Sequence[Mistake] | None = None) -> Comparison:
    """A comparison with those of the mistakes that reproduce it, if it is one to explain.

    Args:
        comparison: Of a case with the exact value, and one that fails; any other is returned as it
            is. So is one that is discrete: many mistakes give the same count or order.
        mistakes: Which are tried; None takes the whole catalogue.
    """
    against_exact = comparison.frameworks[1] == EXACT
    stored = comparison.mistakes is not None or comparison.case is None
    if stored or comparison.holds or comparison.discrete or not against_exact:
        return comparison
    tried = catalogue() if mistakes is None else mistakes
    return replace(comparison, mistakes=tuple(_reproducing(comparison, tried)))


def explain_failure(case: Case, attempted: Attempt) -> str:
    """The exception that ended an attempt, in words, with the known mistakes that raise the same.

    Raises:
        ValueError: If no exception ended it.
    """
    if attempted.failure is None:
        raise ValueError(f"no exception ended {case.name}")
    names = [
        mistake.name
        for mistake in catalogue()
        if may_differ(mistake, case)
        and mistaken_attempt(mistake, case).failure == attempted.failure
    ]
    text = f"{case.name}, {attempted.failure.in_words()}"
    return f"{text}; {reproduced_by(names)}" if names else text


def _reproducing(comparison: Comparison, mistakes: Iterable[Mistake]) -> list[str]:
    """The mistakes that give the same wrong value in the same place; the nearest first.

    A mistake that shows at an earlier stage of the case is not one of them.
    """
    shares = {}
    for mistake in (each for each in mistakes if may_differ(each, comparison.case)):
        attempted = mistaken_attempt(mistake, comparison.case)
        share = _unexplained(comparison, attempted)
        if (
            share <= EXPLAINED
            and _first_wrong_stage(comparison, attempted) == comparison.place.stage
        ):
            shares[mistake.name] = share
    return sorted(shares, key=lambda name: shares[name])


def _first_wrong_stage(comparison: Comparison, attempted: Attempt) -> str | None:
    wrong = (each for each in against_exact(comparison.case, attempted) if not each.holds)
    return next((each.place.stage for each in wrong), None)


def _unexplained(comparison: Comparison, attempted: Attempt) -> float:
    """How much of an error a mistake leaves unexplained, as a share of it."""
    if comparison.actual is None:  # a wrong shape, say: the mistake must have the same one
        same = (
            each.place == comparison.place and each.mismatch == comparison.mismatch
            for each in against_exact(comparison.case, attempted)
        )
        return 0.0 if any(same) else np.inf
    wrong = _value(attempted, comparison)
    if np.array_equal(wrong, comparison.actual, equal_nan=True):
        return 0.0
    return abs(wrong - comparison.actual) / comparison.error


def _value(attempted: Attempt, comparison: Comparison) -> float:
    """The value of an attempt at the worst entry of a comparison; infinite if it has none."""
    quantities = attempted.stages.get(Stage(comparison.place.stage), {})
    tensor = quantities.get(comparison.place.quantity, {}).get(comparison.tensor)
    try:
        return np.inf if tensor is None else float(tensor.value[comparison.index])
    except (IndexError, TypeError):  # it has another shape there
        return np.inf

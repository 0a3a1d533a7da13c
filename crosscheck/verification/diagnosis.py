"""Which known mistake explains what a framework gets wrong, and right."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from crosscheck.numerics.comparison import EXACT, Comparison
from crosscheck.numerics.explained import Explained
from crosscheck.verification.cases.stages import Case, Stage
from crosscheck.verification.discrimination import PRINTED
from crosscheck.verification.judging import Attempt
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import Mistake
from crosscheck.verification.reproduction import (
    EXCEPTION,
    contradicts,
    reproduced,
    wrong_quantities,
)

# A mistake that reproduces none of so many failing cases, spread over all, is tried on no other.
PROBES = 5
# So many mistakes are named that reproduce what fails, but would fail what holds, too.
SHOWN_EXCLUDED = 1

Attempts = Sequence[tuple[Case, Attempt]]
# The names of a case that fails and of a quantity that is wrong in it (or EXCEPTION).
Reproduced = tuple[str, str]


@dataclass(frozen=True)
class Explanation:
    """A comparison that fails, and the known mistakes that explain it.

    Attributes:
        comparison: What differs, and where.
        mistakes: The names of the mistakes; empty if none explains it.
        explained: How many of the framework's failing cases each of them reproduces.
        failing: How many failing cases there are.
    """

    comparison: Comparison
    mistakes: tuple[str, ...]
    explained: int
    failing: int

    @property
    def message(self) -> str:
        """Everything in words."""
        return self.comparison.message


@dataclass(frozen=True)
class Diagnosis:
    """The known mistakes that explain one framework.

    Attributes:
        failing: The names of the cases that were to be explained.
        reproduced: What each mistake reproduces: the names of a case and of a quantity. Two
            mistakes share one only where no case tells them apart.
        excluded: Mistakes that reproduce most failing cases and would also fail a case that
            holds, each with that case.
    """

    failing: frozenset[str] = frozenset()
    reproduced: Mapping[str, frozenset[Reproduced]] = field(default_factory=dict)
    excluded: tuple[tuple[str, str], ...] = ()

    def of(self, case: str, quantity: str) -> Explained:
        """What explains one quantity of a failing case."""
        names = tuple(name for name, found in self.reproduced.items() if (case, quantity) in found)
        explained = max((len(_cases(self.reproduced[name])) for name in names), default=0)
        return Explained(names, explained, len(self.failing), self.excluded)

    def mark(self, comparison: Comparison) -> Comparison:
        """A comparison with what explains it, if it is one of a failing case with the exact one."""
        explains = comparison.place.case in self.failing and comparison.frameworks[1] == EXACT
        if comparison.holds or not explains:
            return comparison
        return replace(
            comparison, explained=self.of(comparison.place.case, comparison.place.quantity)
        )

    def in_words(self, case: Case, attempted: Attempt) -> str:
        """The exception that ended an attempt, in words, with what explains it.

        Raises:
            ValueError: If no exception ended it.
        """
        if attempted.failure is None:
            raise ValueError(f"no exception ended {case.name}")
        explained = self.of(case.name, EXCEPTION)
        text = f"{case.name}, {attempted.failure.in_words()}"
        return f"{text}; {explained.in_words()}" if explained.mistakes else text


def diagnose(comparisons: Iterable[Comparison]) -> tuple[Explanation, ...]:
    """Explain the failures of a run by known mistakes that give the same wrong values.

    Args:
        comparisons: Of `verify`, `check_gradients` or `check_optimizer`.

    Returns:
        An explanation of every comparison with the exact value that fails, except for declared
        failures, and for printed numbers: many mistakes give the same few digits.
    """
    return tuple(
        Explanation(each, each.explained.mistakes, each.explained.cases, each.explained.failing)
        for each in comparisons
        if each.explained is not None
    )


def diagnosis_of(attempts: Attempts) -> Diagnosis:
    """Look for the known mistakes that one framework may have made.

    A mistake explains a framework only if it reproduces most of the cases that fail, in all
    entries of a quantity that differs (see `reproduced`), and fails none that holds. One that
    reproduces less than another does not count. An exception counts beside wrong values, and
    alone names nothing.

    Args:
        attempts: What one framework computed, each with its case: what fails and what holds.
    """
    judged = [each for each in attempts if each[0].group != PRINTED and each[1].computed]
    judged = [each for each in judged if each[1].ended is None]
    failing: list[tuple[Case, Attempt]] = []
    holding: list[tuple[Case, Attempt]] = []
    for case, attempted in judged:
        wrong = attempted.failure is not None or wrong_quantities(case, attempted)
        (failing if wrong else holding).append((case, attempted))
    found: dict[str, frozenset[Reproduced]] = {}
    excluded: list[tuple[str, str]] = []
    candidates = _candidates(failing)
    for mistake, those in sorted(candidates.items(), key=lambda each: -len(each[1])):
        if any(those < others for others in found.values()):
            continue
        also = next((case for case, each in holding if contradicts(mistake, case, each)), None)
        if also is None:
            found[mistake.name] = those
        else:
            excluded.append((mistake.name, also.name))
    names = frozenset(case.name for case, _ in failing)
    return Diagnosis(names, found, tuple(excluded[:SHOWN_EXCLUDED]))


def _candidates(failing: Attempts) -> dict[Mistake, frozenset[Reproduced]]:
    """The mistakes that reproduce more than half of the failing cases, with what they do."""
    if not failing:
        return {}
    in_order = sorted(failing, key=lambda each: _first_wrong_stage(*each))
    places = np.linspace(0, len(in_order) - 1, PROBES).round().astype(int)
    probes = [in_order[place] for place in dict.fromkeys(places.tolist())]
    found = {}
    for mistake in catalogue():
        if not any(reproduced(mistake, *each) for each in probes):
            continue
        those = frozenset(
            (case.name, quantity)
            for case, attempted in failing
            for quantity in reproduced(mistake, case, attempted)
        )
        values = any(quantity != EXCEPTION for _, quantity in those)
        if values and 2 * len(_cases(those)) > len(failing):
            found[mistake] = those
    return found


def _cases(those: frozenset[Reproduced]) -> set[str]:
    return {case for case, _ in those}


def _first_wrong_stage(case: Case, attempted: Attempt) -> Stage:
    wrong = wrong_quantities(case, attempted)
    if wrong:
        return Stage(wrong[0].place.stage)
    assert attempted.failure is not None
    return attempted.failure.stage

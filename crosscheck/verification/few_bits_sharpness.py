"""What becomes of the known mistakes in a dtype of 16 bits, where the bounds are wide."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from crosscheck.frameworks.declarations import declared_by
from crosscheck.numerics.blindness import sight_of
from crosscheck.verification.cases.descent import DescentCase
from crosscheck.verification.cases.few_bits import as_declared, cases_in
from crosscheck.verification.cases.stages import Case
from crosscheck.verification.discrimination import may_differ
from crosscheck.verification.few_bits import CANNOT_TELL, WRONG, verdicts_of
from crosscheck.verification.judging import Attempt, attempt
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import Mistake, as_framework, copy_of_the_reference

# The package in which the mistakes are made.
REFERENCE = "reference_numpy"
CAUGHT, TAKEN, UNSEEN = "caught", "taken for right", "unseen"
FATES = (CAUGHT, CANNOT_TELL, TAKEN, UNSEEN)


class Fate(NamedTuple):
    """What becomes of one mistake: a word of `FATES`, and the case that says so."""

    mistake: Mistake
    word: str
    case: str = ""


def fates_in(
    dtype: str,
    mistakes: Sequence[Mistake] | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Fate]:
    """Run mistakes on every case of a dtype until one catches them.

    Args:
        dtype: A dtype of 16 bits.
        mistakes: Which; None takes all known ones.
        progress: Called with the name of each mistake that begins.
    """
    found = []
    honest = copy_of_the_reference("honest in few bits")
    declared = declared_by(REFERENCE)
    cases = [as_declared(case, declared) for case in cases_in(dtype)]
    expected = {case.name: attempt(case, honest) for case in cases}
    for mistake in catalogue() if mistakes is None else mistakes:
        progress(mistake.name)
        found.append(_fate(mistake, cases, expected))
    return found


def _fate(mistake: Mistake, cases: Sequence[Case], expected: dict[str, Attempt]) -> Fate:
    fate = Fate(mistake, UNSEEN)
    for case in cases:
        if not may_differ(mistake, case):
            continue
        attempted = attempt(case, as_framework(mistake))
        if attempted.failure is not None:
            return Fate(mistake, CAUGHT, case.name)
        if any(each.word == WRONG for each in verdicts_of(case, attempted)):
            return Fate(mistake, CAUGHT, case.name)
        places = _differing(case, attempted, expected[case.name])
        if not places or fate.word == TAKEN:
            continue
        fate = Fate(mistake, CANNOT_TELL if all(places) else TAKEN, case.name)
    return fate


def _differing(case: Case, attempted: Attempt, expected: Attempt) -> list[bool]:
    """Of each tensor with a bound that differs from the reference's: whether its bound is blind."""
    found = []
    for stage, quantities in case.exactly().items():
        for quantity, tensors in quantities.items():
            for place, exact in tensors.items():
                one, other = (
                    each.stages[stage][quantity][place].value for each in (attempted, expected)
                )
                if exact.bound is not None and not _same(one, other):
                    found += _blind_steps(case, exact, one, other)
    return found


def _blind_steps(case: Case, exact: Any, one: np.ndarray, other: np.ndarray) -> list[bool]:
    if not isinstance(case, DescentCase):
        return [sight_of(exact).blind_tensors > 0]
    steps = [step for step in range(len(one)) if not _same(one[step], other[step])]
    parts = [np.broadcast_to(part, exact.value.shape) for part in exact[1:]]
    return [
        sight_of(type(exact)(exact.value[step], *(part[step] for part in parts))).blind_tensors > 0
        for step in steps
    ]


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return np.asarray(one).tobytes() == np.asarray(other).tobytes()


def as_json(fates: Sequence[Fate]) -> list[dict[str, str]]:
    """The fates in the form that other programs read."""
    return [
        {"name": each.mistake.name, "kind": each.mistake.kind, "fate": each.word, "case": each.case}
        for each in fates
    ]

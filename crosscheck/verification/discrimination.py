"""How sharp the suite is: every known mistake, run as a framework, against every group of cases.

A mistake is caught where a comparison with the exact value fails; its margin is the error over the
bound at the first stage that diverges. What changes something discrete (an order, a count, an
input) is caught exactly and has no margin.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np

import reference_numpy
from crosscheck.frameworks.registry import Framework, load
from crosscheck.numerics.comparison import Comparison
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.stages import Case, Stage
from crosscheck.verification.cases.training import ENDED
from crosscheck.verification.conditions.matrix import Cell
from crosscheck.verification.judging import Attempt, Bits, against_exact, attempt, bits_of
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import FOLDER, REFERENCE, Code, Mistake, as_framework

# By how much a mistake must pass a bound, so that no other compiler or processor hides it.
MARGIN = 10.0
# So many attempts are kept for whoever asks again: some hundred megabytes.
KEPT = 2000
# The documents' own numbers have a column of their own: what a lecture alone would catch.
PRINTED = "printed numbers"


@dataclass(frozen=True)
class Catch:
    """How one group of cases catches a mistake.

    Attributes:
        stage: The first stage that diverges.
        margin: The largest error over its bound there; None if something discrete differs, or
            something is beyond measure (an infinity, an exception, nothing but another shape).
    """

    stage: str
    margin: float | None

    @property
    def size(self) -> float:
        """The margin, to compare catches by; a catch without one counts most."""
        return np.inf if self.margin is None else self.margin


@dataclass(frozen=True)
class Detection:
    """How every group catches one mistake; None where a group does not."""

    mistake: Mistake
    catches: dict[str, Catch | None]

    @property
    def best(self) -> tuple[str, Catch] | None:
        """The group that catches it at the earliest stage, and there by the widest margin."""
        caught = [(group, c) for group, c in self.catches.items() if c and group != PRINTED]
        if not caught:
            return None
        return min(caught, key=lambda entry: (Stage(entry[1].stage), -entry[1].size))

    @property
    def problem(self) -> str | None:
        """Why the suite is not sharp enough for this mistake, or None."""
        if self.best is None:
            return "caught by nothing"
        group, catch = self.best
        if catch.stage != self.mistake.stage:
            return (
                f"located at {catch.stage} by {group}, but it is a mistake of {self.mistake.stage}"
            )
        if catch.size < MARGIN:
            return f"caught by {group} with a margin of {few_digits(catch.size)} only"
        return None


def discriminate(
    mistakes: Sequence[Mistake] | None = None, progress: Callable[[str], None] = lambda name: None
) -> list[Detection]:
    """Run mistakes against every group of cases.

    Args:
        mistakes: Which; None takes all known ones.
        progress: Called with the name of each mistake that begins.
    """
    outcomes = []
    for mistake in catalogue() if mistakes is None else mistakes:
        progress(mistake.name)
        catches = {name: _catch(mistake, cases) for name, cases in groups().items()}
        outcomes.append(Detection(mistake, catches))
    return outcomes


def _catch(mistake: Mistake, cases: Sequence[Case]) -> Catch | None:
    found: list[tuple[str, Comparison | None]] = []  # None for an exception, which has no measure
    for case in cases:
        if not may_differ(mistake, case):
            continue
        attempted = mistaken_attempt(mistake, case)
        failures = failures_of(mistake, case)
        found += [(failure.place.stage, failure) for failure in failures]
        if not failures and attempted.failure is not None:
            found.append((attempted.failure.stage, None))
    if not found:
        return None
    first = min((stage for stage, _ in found), key=Stage)
    there = [failure for stage, failure in found if stage == first and failure is not None]
    # The number of epochs follows from the losses, and counts only where nothing else differs.
    there = [failure for failure in there if failure.place.quantity != ENDED]
    discrete = any(failure.discrete for failure in there)
    margins = [
        failure.fraction_of_bound for failure in there if np.isfinite(failure.fraction_of_bound)
    ]
    # An infinity or a NaN is the widest margin of all; another shape may follow from the epochs.
    beyond = any(
        np.isinf(failure.fraction_of_bound) and failure.mismatch is None for failure in there
    )
    return Catch(first, None if discrete or beyond or not margins else max(margins))


def may_differ(mistake: Mistake, case: Case) -> bool:
    """Whether a case runs a function that a mistake changes; otherwise it cannot catch it."""
    return mistake.may_differ_where(code_of(case))


@cache
def failures_of(mistake: Mistake, case: Case) -> list[Comparison]:
    """What differs from the exact values of a case under a mistake."""
    attempted = mistaken_attempt(mistake, case)
    if bits_of(attempted) == _honest_run(case)[1]:
        return []  # as most mistakes do in most cases; the reference itself holds in all of them
    return [each for each in against_exact(case, attempted) if not each.holds]


def _numpy() -> Framework:
    numpy = load("numpy", reference_numpy.__name__)
    assert isinstance(numpy, Framework)
    return numpy


def code_of(case: Case) -> frozenset[Code]:
    """The functions and lambdas of the NumPy reference that a case runs, and their modules."""
    return _honest_run(case)[0]


@cache
def _honest_run(case: Case) -> tuple[frozenset[Code], Bits]:
    """What of the NumPy reference a case runs, and every bit of what that computes."""
    called: set[CodeType] = set()

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        called.add(frame.f_code)

    numpy = _numpy()
    case.exactly()  # computed and cached before tracing, under which it would take long
    before = sys.gettrace()
    sys.settrace(watch)
    try:
        honest = attempt(case, numpy)
    finally:
        sys.settrace(before)
    ran = frozenset(
        (module, line)
        for code in called
        if (module := _module_of(code.co_filename)) is not None
        for line in (1, code.co_firstlineno)
    )
    return ran, bits_of(honest)


@cache
def _module_of(file: str) -> str | None:
    """The module of the NumPy reference that a file holds; None for any other file."""
    path = Path(file)
    if not path.is_relative_to(FOLDER):
        return None
    return path.relative_to(FOLDER).with_suffix("").as_posix()


@lru_cache(KEPT)
def mistaken_attempt(mistake: Mistake, case: Case) -> Attempt:
    """A case computed with a mistake in it, once."""
    return attempt(case, as_framework(mistake))


def as_json(outcomes: Sequence[Detection], cells: Sequence[Cell] = ()) -> dict[str, Any]:
    """Both matrices in the form that other programs read: of mistakes, and of conditions."""
    return {
        "mistakes": [
            {
                "name": outcome.mistake.name,
                "kind": outcome.mistake.kind,
                "file": f"{REFERENCE}/{outcome.mistake.file}.py",
                "within": outcome.mistake.within,
                "changes": [asdict(change) for change in outcome.mistake.difference()],
                "caught": outcome.best is not None,
                "margin": outcome.best[1].margin if outcome.best else None,
                "stage": outcome.best[1].stage if outcome.best else None,
                "by": outcome.best[0] if outcome.best else None,
                "problem": outcome.problem,
                "groups": {
                    group: catch and {"stage": catch.stage, "margin": catch.margin}
                    for group, catch in outcome.catches.items()
                },
            }
            for outcome in outcomes
        ],
        "conditions": [
            {
                "function": cell.function,
                "condition": cell.condition,
                "applies": cell.applies,
                "caught": cell.by is not None,
                "by": cell.by,
                "excused": cell.excused,
                "problem": cell.problem,
            }
            for cell in cells
        ],
        "holds": not any(each.problem for each in outcomes) and not any(c.problem for c in cells),
    }

"""Frameworks in bfloat16 and float16: every tensor is right, wrong, or nobody can tell.

A bound that exceeds the largest entry of its tensor would take 0 for it. Nothing is known of such a
tensor even if it lies within its bound; so it is not called right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.numerics.blindness import sight_of
from crosscheck.numerics.comparison import EXACT, Comparison, Place, compare, finite
from crosscheck.verification.candidates import Candidate
from crosscheck.verification.cases.descent import DescentCase
from crosscheck.verification.cases.few_bits import as_declared
from crosscheck.verification.cases.stages import Case, Stage
from crosscheck.verification.judging import Attempt
from crosscheck.verification.result import Outcome

RIGHT, WRONG, CANNOT_TELL = WORDS = "right", "wrong", "cannot tell"


@dataclass(frozen=True)
class Verdict:
    """What is said of one tensor of one case; of a history each step is a tensor.

    Attributes:
        group: Of cases.
        case: The name of the case.
        word: `RIGHT`, `WRONG` or `CANNOT_TELL`.
        number: Of how many tensors this is said: of a history, of so many of its steps.
        fraction: The worst error of them, divided by its bound.
        message: What is wrong, in words; else empty.
    """

    group: str
    case: str
    word: str
    number: int
    fraction: float
    message: str = ""


@dataclass(frozen=True)
class FewBits:
    """What one framework computed in one dtype.

    Attributes:
        framework, dtype: Which.
        verdicts: Of every tensor, up to the first stage of each case that is wrong.
        failures: Cases that raised something or did not end, in words.
        not_supported: Why it supports some of the cases not, as it declares.
    """

    framework: str
    dtype: str
    verdicts: tuple[Verdict, ...] = ()
    failures: tuple[str, ...] = ()
    not_supported: tuple[str, ...] = ()

    @property
    def groups(self) -> list[str]:
        """The groups of cases of which something is said."""
        return list(dict.fromkeys(each.group for each in self.verdicts))

    def count(self, word: str, group: str | None = None) -> int:
        """Of how many tensors that is said, in one group or in all."""
        chosen = [each for each in self.verdicts if group in (None, each.group)]
        return sum(each.number for each in chosen if each.word == word)

    def worst(self, group: str | None = None) -> float:
        """The worst fraction of a bound, where nobody cannot tell; in one group or in all."""
        chosen = [each for each in self.verdicts if group in (None, each.group)]
        return max((each.fraction for each in chosen if each.word != CANNOT_TELL), default=0.0)

    @property
    def wrong(self) -> list[str]:
        """Everything that is wrong, in words."""
        return [each.message for each in self.verdicts if each.message] + list(self.failures)


def absent(candidate: Candidate) -> bool:
    """Whether a framework is not installed."""
    return candidate.status.status is Outcome.NOT_INSTALLED


def judge(candidate: Candidate, dtype: str) -> FewBits:
    """Everything that a framework computed in one dtype."""
    verdicts: list[Verdict] = []
    failures, not_supported = list[str](), dict[str, None]()
    status = candidate.status
    if status.status is not Outcome.VERIFIED and not candidate.attempts:
        failures += [f"{candidate.name}: {reason}" for reason in status.reasons]
    for case, attempted in candidate.attempts:
        if case.dtype != dtype:
            continue
        verdicts += verdicts_of(as_declared(case, candidate.declared), attempted)
        if attempted.not_supported is not None:
            not_supported[attempted.not_supported] = None
        elif (problem := _problem(attempted)) is not None:
            failures.append(f"{candidate.name}, {case.name}: {problem}")
    return FewBits(candidate.name, dtype, tuple(verdicts), tuple(failures), tuple(not_supported))


def verdicts_of(case: Case, attempted: Attempt) -> list[Verdict]:
    """What is said of each tensor of a case, up to the first stage that is wrong."""
    found: list[Verdict] = []
    for stage in Stage:
        if stage not in attempted.stages or stage not in case.exactly():
            continue
        for quantity, tensors in case.exactly()[stage].items():
            place = Place(case.group, case.name, stage, quantity, case.dtype)
            names, computed = (
                (attempted.framework, EXACT),
                attempted.stages[stage].get(quantity, {}),
            )
            if list(computed) != list(tensors):
                found.append(_wrong(compare(place, names, computed, tensors, tensors)))
                continue
            for name, exact in tensors.items():
                mine, theirs = {name: computed[name]}, {name: exact}
                with np.errstate(all="ignore"):
                    one = compare(place, names, mine, theirs, theirs)
                if exact.bound is None:  # a count, or an argument: it is equal or not
                    found += [] if one.holds else [_wrong(one)]
                    continue
                found += _told(one, exact, isinstance(case, DescentCase))
        if any(each.word == WRONG for each in found):
            break  # what is computed from this stage differs as a consequence
    return found


def _told(one: Comparison, exact: Any, stacked: bool) -> Iterable[Verdict]:
    sight, place = sight_of(exact, stacked), (one.place.group, one.place.case)
    if not one.holds:
        yield _wrong(one)
    seen = sight.tensors - sight.blind_tensors - (not one.holds)
    if seen > 0:
        # The worst entry may lie in a blind step of a history: the fraction is no less than it is.
        yield Verdict(*place, RIGHT, seen, one.fraction_of_bound)
    if sight.blind_tensors:
        yield Verdict(*place, CANNOT_TELL, sight.blind_tensors, one.fraction_of_bound)


def _wrong(one: Comparison) -> Verdict:
    return Verdict(one.place.group, one.place.case, WRONG, 1, one.fraction_of_bound, one.message)


def _problem(attempted: Attempt) -> str | None:
    if attempted.failure is not None:
        return attempted.failure.in_words()
    if attempted.ended is not None:
        return f"it {attempted.ended}"
    if attempted.not_written is not None:
        return f"{attempted.not_written.function} is not written"
    return None


def as_json(found: Sequence[FewBits]) -> dict[str, Any]:
    """All of it in the form that other programs read; an infinite number is null there."""
    return {
        "lanes": [
            {
                "framework": each.framework,
                "dtype": each.dtype,
                "groups": {
                    group: {
                        **{word.replace(" ", "_"): each.count(word, group) for word in WORDS},
                        "worst": finite(each.worst(group)),
                    }
                    for group in each.groups
                },
                "problems": each.wrong,
                "not_supported": list(each.not_supported),
            }
            for each in found
        ],
        "holds": not any(each.wrong for each in found),
    }

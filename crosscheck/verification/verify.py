"""One run: frameworks against the exact value and against each other, and the ledger.

Outcomes stay apart: a framework is *verified*, *wrong*, *unfinished* (something of it raises
NotImplementedError) or *not installed*. A case that a declared limit excludes is *not supported*,
and a case that is declared as a known failure must fail.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from crosscheck.documents import transcription
from crosscheck.documents.ledger import problems
from crosscheck.frameworks.conformance import breaches
from crosscheck.frameworks.declarations import KnownFailure, matches
from crosscheck.frameworks.registry import BUILT_IN, Framework
from crosscheck.numerics.comparison import EXACT, Comparison
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.stages import Case
from crosscheck.verification.diagnosis import explain_failure, explained
from crosscheck.verification.judging import (
    Attempt,
    against_each_other,
    against_exact,
    attempt,
    in_words,
)
from crosscheck.verification.ladder import climb, next_rung
from crosscheck.verification.result import Outcome, Status, Verification
from crosscheck.verification.selection import Selection, select

# Called with the name of each task that begins.
Progress = Callable[[str], None]


def silent(task: str) -> None:
    """The progress of a run that nobody watches."""


def verify(
    frameworks: Sequence[Framework] | None = None,
    *,
    cases: Iterable[Case] | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Judge frameworks in this process: each on every case, against the exact value.

    Args:
        frameworks: Loaded frameworks (see `load_framework`), each of another name. None takes all
            there are, with a status for what is not installed, and judges the ledger of the
            documents too.
        cases: What they compute; None takes every case there is.
        progress: Called with the name of each case that begins.

    Returns:
        The status of every framework, and every comparison.

    Raises:
        ValueError: If two frameworks have the same name.
        TypeError: If one is no Framework.
        TranscriptionError: If a transcribed document contradicts itself.
    """
    if frameworks is None:
        return verify_everything(select(), cases=cases, progress=progress)
    for each in frameworks:
        if not isinstance(each, Framework):
            raise TypeError(f"{each!r} is no Framework: load it by load_framework")
    names = [framework.name for framework in frameworks]
    if len(set(names)) < len(names):
        raise ValueError(f"two frameworks have one name: {', '.join(names)}")
    chosen = list(_every_case() if cases is None else cases)
    statuses = {framework.name: _status(framework) for framework in frameworks}
    conforming = [each for each in frameworks if statuses[each.name].status is Outcome.VERIFIED]
    attempts, comparisons = _computed(conforming, chosen, progress or silent)
    for framework in conforming:
        run = _Run(framework, attempts[framework.name], comparisons)
        known = _known_failures(run, statuses[framework.name])
        _judge(run, known, statuses[framework.name])
        comparisons = _marked(framework, known, comparisons)
    kinks = {case.name: found for case in chosen if (found := getattr(case, "kinks", ()))}
    return Verification(statuses, explained(comparisons), kinks=kinks)


def verify_everything(
    selection: Selection,
    *,
    cases: Iterable[Case] | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Judge the frameworks of a selection, and the ledger of every document.

    Args:
        selection: Which frameworks, and why others cannot be judged.
        cases: As for `verify`.
        progress: Called with the name of each of `tasks()` that begins.

    Raises:
        TranscriptionError: If a transcribed document contradicts itself.
    """
    judged = verify(selection.frameworks, cases=cases, progress=progress)
    (progress or silent)("the ledger")
    statuses = judged.frameworks | selection.others
    return replace(
        judged,
        frameworks={name: statuses[name] for name in selection.names},
        skipped=selection.skipped,
        problems=[each for number in transcription.DOCUMENTS for each in problems(number)],
    )


def tasks() -> int:
    """How many tasks `verify_everything` reports to its `progress`."""
    return len(_every_case()) + 1


def _every_case() -> list[Case]:
    return [case for cases in groups().values() for case in cases]


def _status(framework: Framework) -> Status:
    """Whether a framework has the contract's names, before any number is compared."""
    try:
        found = breaches(framework)
    except Exception as error:
        found = [f"its names cannot be looked at: {in_words(error)}"]
    return Status(framework.version, Outcome.WRONG if found else Outcome.VERIFIED, found)


Attempts = list[tuple[Case, Attempt]]


def _computed(
    frameworks: Sequence[Framework], cases: Sequence[Case], progress: Progress
) -> tuple[dict[str, Attempts], list[Comparison]]:
    """Every case by every framework: what each computed, by its name, and all comparisons."""
    attempts: dict[str, Attempts] = {framework.name: [] for framework in frameworks}
    comparisons: list[Comparison] = []
    for case in cases:
        progress(case.name)
        of_case = [attempt(case, framework) for framework in frameworks]
        for each in of_case:
            attempts[each.framework].append((case, each))
            comparisons += against_exact(case, each)
        for one, other in combinations(of_case, 2):
            comparisons += against_each_other(case, one, other)
    return attempts, comparisons


# ----- one framework -----


@dataclass(frozen=True)
class _Run:
    """Everything that one framework computed, beside the comparisons of all."""

    framework: Framework
    attempts: Attempts
    comparisons: list[Comparison]

    @property
    def failing(self) -> set[str]:
        """The names of the cases that it gets wrong."""
        wrong = {
            each.place.case
            for each in self.comparisons
            if not each.holds and each.frameworks == (self.framework.name, EXACT)
        }
        return wrong | {case.name for case, attempted in self.attempts if attempted.failure}


def _judge(run: _Run, known: dict[str, str], status: Status) -> None:
    """Set the status of one framework, given the cases that are known to fail."""
    declared, attempts = run.framework.declared, run.attempts
    every_case = {case.name for case in (*_every_case(), *(case for case, _ in attempts))}
    for pattern in (pattern for limit in declared.limits for pattern in limit.cases):
        if not any(matches(pattern, case) for case in every_case):
            status.blame(f"declares a limit for {pattern}: there is no such case")
    if not attempts:
        status.blame("there was no case: nothing of it was compared")
    elif all(attempted.not_supported is not None for _, attempted in attempts):
        status.blame("declares that it supports nothing: nothing of it was compared")
    for case, attempted in attempts:
        if attempted.not_supported is not None:
            status.not_supported.setdefault(attempted.not_supported, []).append(case.name)
        if attempted.failure is not None and case.name not in known:
            where = f" ({attempted.raised_at})" if attempted.raised_at else ""
            status.blame(explain_failure(case, attempted) + where)
    if run.failing - known.keys():
        status.status = Outcome.WRONG
    _judge_what_is_unwritten(run, status)


def _judge_what_is_unwritten(run: _Run, status: Status) -> None:
    """Climb the ladder for a framework of which something is not written yet."""
    unwritten = [(case, each.not_written) for case, each in run.attempts if each.not_written]
    if unwritten:
        status.ladder = climb(run.framework)
        if status.status is not Outcome.WRONG:  # which weighs more, and must not be hidden
            status.status = Outcome.UNFINISHED
        if next_rung(status.ladder) is None:  # every rung is written, but not for every case
            case, missing = unwritten[0]
            status.reasons.append(
                f"{missing.function} raises NotImplementedError in {case.name}, of which no "
                f"declared limit speaks: {missing.message}"
            )
    if run.framework.name in BUILT_IN and (run.framework.declared.limits or unwritten):
        status.blame("built in, and may leave nothing out")


def _known_failures(run: _Run, status: Status) -> dict[str, str]:
    """What the framework declares of every case that is known to fail, by the case's name.

    A case that passes although it is declared as a failure makes the framework wrong. A case that
    was not computed (not written, or not supported) shows neither.
    """
    known = {}
    computed = {case.name: attempted.computed for case, attempted in run.attempts}
    every_case = {case.name for case in _every_case()} | computed.keys()
    failing = run.failing
    for entry in run.framework.declared.known_failures:
        if not entry.installed:
            status.blame(f"{_in_words(entry)}: no distribution of that name is installed")
        if not entry.applies or not entry.cases:
            continue
        covered = [case for case in every_case if entry.covers({"cases": [case]})]
        if not covered:
            status.blame(f"{_in_words(entry)}: there is no such case")
        for case in (case for case in computed if case in covered and computed[case]):
            if case in failing:
                known[case] = entry.in_words()
                status.known_failures.setdefault(entry.in_words(), []).append(case)
            else:
                status.blame(f"{_in_words(entry)}: {case} passes")
    return known


def _in_words(entry: KnownFailure) -> str:
    where = ", ".join((*entry.cases, *entry.tests))
    return f"declares a failure of {where}, under {entry.versions}"


def _marked(
    framework: Framework, known: dict[str, str], comparisons: list[Comparison]
) -> list[Comparison]:
    """The comparisons, with the known failure that each failing one of this framework shows."""
    return [
        replace(each, known_failure=known[each.place.case])
        if not each.holds and framework.name in each.frameworks and each.place.case in known
        else each
        for each in comparisons
    ]

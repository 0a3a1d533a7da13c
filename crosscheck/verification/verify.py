"""One run: frameworks against the exact value and against each other, and the ledger.

Outcomes stay apart: a framework is *verified*, *wrong*, *unfinished* (something of it raises
NotImplementedError), *not compared* (of its gradients) or *not installed*. A case that a declared
limit excludes is *not supported*, and a case that is declared as a known failure must fail.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from crosscheck.documents import transcription
from crosscheck.documents.ledger import problems
from crosscheck.frameworks.declarations import Declarations, KnownFailure, matches
from crosscheck.frameworks.registry import BUILT_IN, Framework
from crosscheck.numerics.comparison import EXACT, Comparison
from crosscheck.verification.apart import Progress, judged_apart
from crosscheck.verification.candidates import Candidate, here, rungs_of
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.stages import Case, Stage
from crosscheck.verification.diagnosis import Attempts, Diagnosis, diagnosis_of
from crosscheck.verification.judging import Attempt, against_each_other, against_exact
from crosscheck.verification.ladder import next_rung
from crosscheck.verification.limits import Limits
from crosscheck.verification.result import Outcome, Status, Verification
from crosscheck.verification.selection import Selection, select


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
            there are, each in processes of its own, with a status for what is not installed, and
            judges the ledger of the documents too.
        cases: What they compute; None takes every case there is.
        progress: Called with the name of each framework and case that begins.

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
    chosen = list(every_case() if cases is None else cases)
    return _judged([here(each, chosen, progress or silent) for each in frameworks], chosen)


def verify_everything(
    selection: Selection,
    *,
    cases: Iterable[Case] | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Verification:
    """Judge the frameworks of a selection, and the ledger of every document.

    Each framework is loaded and computes in processes of its own, so that it harms neither this
    one nor the verdict on another.

    Args:
        selection: Which frameworks.
        cases: As for `verify`.
        progress: Called with the name of each of `tasks` that begins, from several threads.
        limits: What each framework may take; None for the usual.

    Raises:
        TranscriptionError: If a transcribed document contradicts itself.
    """
    chosen = list(every_case() if cases is None else cases)
    found: list[str] = []

    def judge_the_ledger() -> None:
        (progress or silent)("the ledger")
        found.extend(each for number in transcription.DOCUMENTS for each in problems(number))

    candidates = judged_apart(
        selection.packages, chosen, limits or Limits(), progress or silent, judge_the_ledger
    )
    judged = _judged(candidates, chosen)
    for name, status in judged.frameworks.items():
        asked_for = selection.asked_for & {name, selection.packages[name]}
        if asked_for and status.status is Outcome.NOT_INSTALLED:
            status.blame("asked for, but not installed")
    for name in selection.unknown:
        status = Status(None, Outcome.NOT_INSTALLED, ["not a known framework"])
        status.blame("asked for, but not installed")
        judged.frameworks[name] = status
    return replace(judged, skipped=selection.skipped, problems=found)


def tasks(selection: Selection) -> int:
    """How many tasks `verify_everything` reports to its `progress`, if nothing ends early."""
    return len(selection.packages) * len(every_case()) + 1


def every_case() -> list[Case]:
    """Every case that there is."""
    return [case for cases in groups().values() for case in cases]


def _judged(candidates: Sequence[Candidate], cases: Sequence[Case]) -> Verification:
    """The status of every candidate, and every comparison."""
    comparisons = _compared(candidates, cases)
    for candidate in candidates:
        if candidate.status.status is Outcome.VERIFIED:
            run = _Run(candidate, comparisons)
            known = _known_failures(run)
            others = [each for each in run.attempts if each[0].name not in known]
            diagnosis = diagnosis_of(others) if run.failing - known.keys() else Diagnosis()
            _judge(run, known, diagnosis)
            _blame_for_gaps(candidate, cases)
            _withhold_without_gradients(run, cases)
            comparisons = _marked(candidate.name, known, diagnosis, comparisons)
    kinks = {case.name: found for case in cases if (found := getattr(case, "kinks", ()))}
    statuses = {candidate.name: candidate.status for candidate in candidates}
    return Verification(statuses, comparisons, kinks=kinks)


def _blame_for_gaps(candidate: Candidate, cases: Sequence[Case]) -> None:
    """Nobody is verified who has not computed every case, or said of it why not."""
    tried = {id(case) for case, _ in candidate.attempts}
    left_out = [case.name for case in cases if id(case) not in tried]
    if left_out and candidate.status.status is Outcome.VERIFIED:
        were = "case was" if len(left_out) == 1 else "cases were"
        candidate.status.blame(f"{len(left_out)} {were} not computed, as {left_out[0]}")


def _withhold_without_gradients(run: "_Run", cases: Sequence[Case]) -> None:
    """Nobody is verified of whose gradients, where the cases ask for any, none was compared."""
    if run.status.status is not Outcome.VERIFIED:
        return
    compared = any(
        each.place.stage == Stage.GRADIENTS
        and each.place.quantity.startswith("grads")
        and each.frameworks == (run.candidate.name, EXACT)
        and each.entries > each.excluded
        for each in run.comparisons
    )
    if not compared and any(Stage.GRADIENTS in case.exactly() for case in cases):
        run.status.withhold("no gradient of it was compared")


def _compared(candidates: Sequence[Candidate], cases: Sequence[Case]) -> list[Comparison]:
    """Every attempt compared with the exact values and, for each case, with every other."""
    of_cases: dict[int, list[Attempt]] = {}
    for candidate in candidates:
        for case, attempted in candidate.attempts:
            of_cases.setdefault(id(case), []).append(attempted)
    comparisons: list[Comparison] = []
    for case in cases:
        attempts = of_cases.get(id(case), [])
        for each in attempts:
            comparisons += against_exact(case, each)
        for one, other in combinations(attempts, 2):
            comparisons += against_each_other(case, one, other)
    return comparisons


# ----- one framework -----


@dataclass(frozen=True)
class _Run:
    """Everything that one framework computed, beside the comparisons of all."""

    candidate: Candidate
    comparisons: list[Comparison]

    @property
    def attempts(self) -> Attempts:
        return self.candidate.attempts

    @property
    def declared(self) -> Declarations:
        return self.candidate.declared

    @property
    def status(self) -> Status:
        return self.candidate.status

    @property
    def failing(self) -> set[str]:
        """The names of the cases that it gets wrong."""
        wrong = {
            each.place.case
            for each in self.comparisons
            if not each.holds and each.frameworks == (self.candidate.name, EXACT)
        }
        return wrong | {case.name for case, each in self.attempts if each.failure or each.ended}


def _judge(run: _Run, known: Mapping[str, str], diagnosis: Diagnosis) -> None:
    """Set the status of one framework, given what is known to fail and what explains the rest."""
    attempts, status = run.attempts, run.status
    every_name = {case.name for case in (*every_case(), *(case for case, _ in attempts))}
    for pattern in (pattern for limit in run.declared.limits for pattern in limit.cases):
        if not any(matches(pattern, case) for case in every_name):
            status.blame(f"declares a limit for {pattern}: there is no such case")
    if not attempts:
        status.withhold("there was no case: nothing of it was compared")
    elif all(attempted.not_supported is not None for _, attempted in attempts):
        status.withhold("declares that it supports nothing: nothing of it was compared")
    for case, attempted in attempts:
        if attempted.not_supported is not None:
            status.not_supported.setdefault(attempted.not_supported, []).append(case.name)
        if attempted.ended is not None and case.name not in known:
            status.blame(f"at {case.name} it {attempted.ended}")
        if attempted.failure is not None and case.name not in known:
            where = f" ({attempted.raised_at})" if attempted.raised_at else ""
            status.blame(diagnosis.in_words(case, attempted) + where)
    if run.failing - known.keys():
        status.status = Outcome.WRONG
    _judge_what_is_unwritten(run)


def _judge_what_is_unwritten(run: _Run) -> None:
    """Climb the ladder for a framework of which something is not written yet."""
    unwritten = [(case, each.not_written) for case, each in run.attempts if each.not_written]
    status = run.status
    if unwritten:
        status.ladder = rungs_of(run.candidate)
        if status.status is not Outcome.WRONG:  # which weighs more, and must not be hidden
            status.status = Outcome.UNFINISHED
        if next_rung(status.ladder) is None:  # every rung is written, but not for every case
            case, missing = unwritten[0]
            status.reasons.append(
                f"{missing.function} raises NotImplementedError in {case.name}, of which no "
                f"declared limit speaks: {missing.message}"
            )
    if run.candidate.name in BUILT_IN and (run.declared.limits or unwritten):
        status.blame("built in, and may leave nothing out")


def _known_failures(run: _Run) -> dict[str, str]:
    """What the framework declares of every case that is known to fail, by the case's name.

    A case that passes although it is declared as a failure makes the framework wrong. A case that
    was not computed (not written, or not supported) shows neither.
    """
    known = {}
    computed = {case.name: attempted.computed for case, attempted in run.attempts}
    every_name = {case.name for case in every_case()} | computed.keys()
    failing = run.failing
    for entry in run.declared.known_failures:
        if not entry.installed:
            run.status.blame(f"{_in_words(entry)}: no distribution of that name is installed")
        if not entry.applies or not entry.cases:
            continue
        covered = [case for case in every_name if entry.covers({"cases": [case]})]
        if not covered:
            run.status.blame(f"{_in_words(entry)}: there is no such case")
        for case in (case for case in computed if case in covered and computed[case]):
            if case in failing:
                known[case] = entry.in_words()
                run.status.known_failures.setdefault(entry.in_words(), []).append(case)
            else:
                run.status.blame(f"{_in_words(entry)}: {case} passes")
    return known


def _in_words(entry: KnownFailure) -> str:
    where = ", ".join((*entry.cases, *entry.tests))
    return f"declares a failure of {where}, under {entry.versions}"


def _marked(
    framework: str,
    known: Mapping[str, str],
    diagnosis: Diagnosis,
    comparisons: list[Comparison],
) -> list[Comparison]:
    """The comparisons, those of this framework that fail with what is declared or explains it."""
    return [
        each
        if each.holds or framework not in each.frameworks
        else replace(each, known_failure=known[each.place.case])
        if each.place.case in known
        else diagnosis.mark(each)
        for each in comparisons
    ]

"""One run of everything: frameworks against the exact value, against each other, and the ledger.

Outcomes stay apart: a framework is *verified*, *wrong*, *unfinished* (something of it raises
NotImplementedError), or *not installed*. What it declares as a limit is *not supported*, and what
it declares as a known failure has to fail.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations

from crosscheck.documents import ledger, transcription
from crosscheck.frameworks.conformance import breaches
from crosscheck.frameworks.declarations import KnownFailure, matches
from crosscheck.frameworks.registry import (
    BUILT_IN,
    Broken,
    Framework,
    NotInstalled,
    OtherContract,
    load,
    registry,
)
from crosscheck.numerics.comparison import EXACT, Comparison
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.stages import Fixture
from crosscheck.verification.diagnosis import explain_failure
from crosscheck.verification.judging import (
    Attempt,
    against_each_other,
    against_exact,
    attempt,
    in_words,
)
from crosscheck.verification.ladder import Rung, climb, next_rung


def tasks() -> int:
    """How many tasks `verify` reports to its `progress`."""
    return sum(map(len, groups().values())) + 1


@dataclass
class Status:
    """What became of one framework.

    Attributes:
        version: Its version; None if it is not installed.
        status: "verified", "wrong", "unfinished", "for another contract" or "not installed".
        reasons: Why.
        not_supported: The cases that were not run, by the limit that it declares.
        known_failures: The cases that failed as it declares, by what it says of them.
        ladder: What is written of it and what is not, if it is unfinished.
    """

    version: str | None
    status: str
    reasons: list[str] = field(default_factory=list)
    not_supported: dict[str, list[str]] = field(default_factory=dict)
    known_failures: dict[str, list[str]] = field(default_factory=dict)
    ladder: list[Rung] = field(default_factory=list)

    def blame(self, reason: str) -> None:
        self.status = "wrong"
        self.reasons.append(reason)


@dataclass
class Verification:
    """The result of one run."""

    frameworks: dict[str, Status]
    comparisons: list[Comparison]
    problems: list[str]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong or unfinished. What is not installed or supported is neither."""
        return not self.problems and all(
            status.status in ("verified", "not installed") for status in self.frameworks.values()
        )


def verify(
    extra: Iterable[str] = (),
    required: Iterable[str] = (),
    only: Iterable[str] = (),
    progress: Callable[[str], None] = lambda task: None,
) -> Verification:
    """Judge every framework there is.

    Args:
        extra: Further packages to judge, by their import names.
        required: Names of frameworks whose absence is a failure.
        only: Judge these alone, by name or package; none takes all.
        progress: Called with the name of each case that begins.

    Raises:
        UnknownFrameworkError: If an extra name is neither known nor importable.
        TranscriptionError: If a transcribed document contradicts itself.
    """
    chosen = set(only)
    packages = {
        name: package
        for name, package in registry([*extra, *chosen]).items()
        if not chosen or {name, package} & chosen
    }
    loaded = {name: load(name, package) for name, package in packages.items()}
    statuses = {name: _status(each) for name, each in loaded.items()}
    frameworks = [
        each
        for name, each in loaded.items()
        if isinstance(each, Framework) and statuses[name].status == "verified"
    ]
    _require({*required, *extra, *chosen}, packages, statuses)
    comparisons: list[Comparison] = []
    attempts: list[tuple[Fixture, Attempt]] = []
    for case in (case for cases in groups().values() for case in cases):
        progress(case.name)
        made = [attempt(case, framework) for framework in frameworks]
        attempts += [(case, each) for each in made]
        for each in made:
            comparisons += against_exact(case, each)
        for one, other in combinations(made, 2):
            comparisons += against_each_other(case, one, other)
    for framework in frameworks:
        own = [(case, each) for case, each in attempts if each.framework == framework.name]
        comparisons = _judge(framework, own, comparisons, statuses[framework.name])
    _blame_pairs(comparisons, statuses)
    progress("the ledger")
    problems = [
        problem for number in transcription.DOCUMENTS for problem in ledger.problems(number)
    ]
    return Verification(statuses, comparisons, problems)


def _status(loaded: Framework | NotInstalled | Broken) -> Status:
    if isinstance(loaded, NotInstalled):
        return Status(None, "not installed", [loaded.reason])
    if isinstance(loaded, OtherContract):
        return Status(loaded.version, "for another contract", list(loaded.problems))
    if isinstance(loaded, Broken):
        return Status(loaded.version, "wrong", list(loaded.problems))
    try:
        found = breaches(loaded)
    except Exception as error:
        found = [f"its names cannot be looked at: {in_words(error)}"]
    return Status(loaded.version, "wrong" if found else "verified", found)


def _require(names: set[str], packages: dict[str, str], statuses: dict[str, Status]) -> None:
    for name in names:
        known = next((key for key in packages if name in (key, packages[key])), None)
        if known is None or statuses[known].status == "not installed":
            statuses.setdefault(name, Status(None, "not installed", ["not a known framework"]))
            statuses[known or name].blame("asked for, but not installed")


def _judge(
    framework: Framework,
    attempts: list[tuple[Fixture, Attempt]],
    comparisons: list[Comparison],
    status: Status,
) -> list[Comparison]:
    """What is made of one framework; the comparisons, those of its known failures marked."""
    failing = {
        each.place.case
        for each in comparisons
        if not each.holds and each.frameworks == (framework.name, EXACT)
    }
    failing |= {case.name for case, made in attempts if made.failure}
    computed = {case.name: not (m.not_written or m.not_supported) for case, m in attempts}
    known = _known_failures(framework, computed, failing, status)
    _dead_limits(framework, list(computed), status)
    if not any(computed.values()) and not any(made.not_written for _, made in attempts):
        status.blame("declares that it supports nothing: nothing of it was compared")
    for case, made in attempts:
        if made.not_supported is not None:
            status.not_supported.setdefault(made.not_supported, []).append(case.name)
        if made.failure is not None and case.name not in known:
            where = f" ({made.raised_at})" if made.raised_at else ""
            status.blame(explain_failure(case, made) + where)
    if failing - known.keys():
        status.status = "wrong"
    unwritten = [(case, made.not_written) for case, made in attempts if made.not_written]
    if unwritten:
        status.ladder = climb(framework)
        if status.status != "wrong":  # which weighs more, and is not to be hidden by it
            status.status = "unfinished"
        if next_rung(status.ladder) is None:  # it was written, but not for everything
            case, (function, said) = unwritten[0]
            status.reasons.append(
                f"{function} raises NotImplementedError in {case.name}, of which no declared limit "
                f"speaks: {said}"
            )
    if framework.name in BUILT_IN and (framework.declared.limits or unwritten):
        status.blame("built in, and may leave nothing out")
    return [
        replace(each, known_failure=known[each.place.case])
        if not each.holds and framework.name in each.frameworks and each.place.case in known
        else each
        for each in comparisons
    ]


def _dead_limits(framework: Framework, cases: list[str], status: Status) -> None:
    """A pattern that names no case says nothing, and is to be taken out."""
    for pattern in (p for limit in framework.declared.limits for p in limit.cases):
        if not any(matches(pattern, case) for case in cases):
            status.blame(f"declares a limit for {pattern}: there is no such case")


def _known_failures(
    framework: Framework, computed: dict[str, bool], failing: set[str], status: Status
) -> dict[str, str]:
    """What is said of every case that is known to fail. One that passes is wrong itself.

    Of what was not computed at all, not being written or supported, nothing can be said.
    """
    known = {}
    for entry in framework.declared.known_failures:
        if not entry.installed:
            status.blame(f"{_says(entry)}: no distribution of that name is installed")
        if not entry.applies or not entry.cases:
            continue
        covered = [case for case in computed if entry.covers({"cases": [case]})]
        if not covered:
            status.blame(f"{_says(entry)}: there is no such case")
        for case in (case for case in covered if computed[case]):
            if case in failing:
                known[case] = entry.in_words()
                status.known_failures.setdefault(entry.in_words(), []).append(case)
            else:
                status.blame(f"{_says(entry)}: {case} passes")
    return known


def _says(entry: KnownFailure) -> str:
    where = ", ".join((*entry.cases, *entry.tests))
    return f"declares a failure of {where}, under {entry.versions}"


def _blame_pairs(comparisons: list[Comparison], statuses: dict[str, Status]) -> None:
    """Where two frameworks differ and the exact value accuses neither, both are in doubt."""
    for comparison in comparisons:
        if comparison.holds or comparison.known_failure or EXACT in comparison.frameworks:
            continue
        pair = [statuses[name] for name in comparison.frameworks]
        if all(status.status == "verified" for status in pair):
            for status in pair:
                status.status = "wrong"

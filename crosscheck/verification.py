"""One run of everything: frameworks against the exact value, against each other, and the ledger.

Outcomes stay apart: a framework is *wrong*, does *not support* something (it raises
NotImplementedError), or is *not installed*.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from crosscheck import documents, ledger
from crosscheck.comparison import EXACT, Comparison
from crosscheck.contract import breaches
from crosscheck.diagnosis import explain_failure
from crosscheck.fixtures import groups
from crosscheck.fixtures.stages import Fixture
from crosscheck.frameworks import BUILT_IN, Broken, Framework, NotInstalled, load, registry
from crosscheck.judging import against_each_other, against_exact, attempt


def tasks() -> int:
    """How many tasks `verify` reports to its `progress`."""
    return sum(map(len, groups().values())) + 1


@dataclass
class Status:
    """What became of one framework: "verified", "wrong" or "not installed", and why."""

    version: str | None
    status: str
    reasons: list[str] = field(default_factory=list)
    not_supported: list[str] = field(default_factory=list)


@dataclass
class Verification:
    """The result of one run."""

    frameworks: dict[str, Status]
    comparisons: list[Comparison]
    problems: list[str]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong. What is not installed or not supported is not wrong."""
        return not self.problems and all(
            status.status != "wrong" for status in self.frameworks.values()
        )


def verify(
    extra: Iterable[str] = (),
    required: Iterable[str] = (),
    progress: Callable[[str], None] = lambda task: None,
) -> Verification:
    """Judge every framework there is.

    Args:
        extra: Further packages to judge, by their import names.
        required: Names of frameworks whose absence is a failure.
        progress: Called with the name of each case that begins.

    Raises:
        UnknownFrameworkError: If an extra name is neither known nor importable.
        TranscriptionError: If a transcribed document contradicts itself.
    """
    statuses: dict[str, Status] = {}
    frameworks: list[Framework] = []
    packages = registry(extra)
    for name, package in packages.items():
        loaded = load(name, package)
        statuses[name] = _status(loaded)
        if isinstance(loaded, Framework) and statuses[name].status == "verified":
            frameworks.append(loaded)
    for name in {*required, *extra}:
        known = next((key for key in packages if name in (key, packages[key])), None)
        if known is None or statuses[known].status == "not installed":
            statuses.setdefault(name, Status(None, "not installed", ["not a known framework"]))
            statuses[known or name].status = "wrong"
            statuses[known or name].reasons.append("required, but not installed")
    comparisons = list(_comparisons(frameworks, statuses, progress))
    for comparison in comparisons:
        if not comparison.holds and EXACT in comparison.frameworks:
            statuses[comparison.frameworks[0]].status = "wrong"
    _blame_pairs(comparisons, statuses)
    for name in BUILT_IN:
        if name in statuses and statuses[name].not_supported:
            statuses[name].status = "wrong"
            statuses[name].reasons.append("built in, and may declare nothing unsupported")
    progress("the ledger")
    problems = [problem for number in documents.DOCUMENTS for problem in ledger.problems(number)]
    return Verification(statuses, comparisons, problems)


def _status(loaded: Framework | NotInstalled | Broken) -> Status:
    if isinstance(loaded, NotInstalled):
        return Status(None, "not installed", [loaded.reason])
    if isinstance(loaded, Broken):
        return Status(loaded.version, "wrong", list(loaded.problems))
    found = breaches(loaded)
    return Status(loaded.version, "wrong" if found else "verified", found)


def _blame_pairs(comparisons: list[Comparison], statuses: dict[str, Status]) -> None:
    """Where two frameworks differ and the exact value accuses neither, both are in doubt."""
    for comparison in comparisons:
        if comparison.holds or EXACT in comparison.frameworks:
            continue
        pair = [statuses[name] for name in comparison.frameworks]
        if all(status.status == "verified" for status in pair):
            for status in pair:
                status.status = "wrong"


def _comparisons(
    frameworks: list[Framework], statuses: dict[str, Status], progress: Callable[[str], None]
) -> Iterator[Comparison]:
    for cases in groups().values():
        for case in cases:
            progress(case.name)
            yield from _judge(case, frameworks, statuses)


def _judge(
    case: Fixture, frameworks: list[Framework], statuses: dict[str, Status]
) -> Iterator[Comparison]:
    """One case by every framework, each compared with the exact value and with the others."""
    attempts = []
    for framework in frameworks:
        made = attempt(case, framework)
        attempts.append(made)
        status = statuses[framework.name]
        if made.not_supported is not None:
            status.not_supported.append(f"{case.name}: {made.not_supported}")
        if made.failure is not None:
            status.status = "wrong"
            status.reasons.append(explain_failure(case, made))
        yield from against_exact(case, made)
    for one, other in combinations(attempts, 2):
        yield from against_each_other(case, one, other)

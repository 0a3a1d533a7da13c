"""One run of everything: frameworks against the exact value, against each other, and the ledger.

Outcomes stay apart: a framework is *wrong*, does *not support* something (it raises
NotImplementedError), or is *not installed*.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations

from crosscheck import documents, ledger, quantities
from crosscheck.cases import cases
from crosscheck.comparison import Comparison, compare
from crosscheck.contract import breaches
from crosscheck.frameworks import Broken, Framework, NotInstalled, load, registry
from crosscheck.quantities import Quantities

EXACT = "exact"


def tasks() -> int:
    """How many tasks `verify` reports to its `progress`."""
    return len(quantities.documents_with_a_network()) + len(cases()) + 1


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
    for number in quantities.documents_with_a_network():
        progress(f"document {number}")
        yield from _judge(
            f"document {number}",
            "float64",
            quantities.document_exactly(number),
            frameworks,
            statuses,
            partial(quantities.document_by, number),
        )
    for case in cases():
        progress(case.name)
        exact = quantities.case_exactly(case)
        yield from _judge(
            case.name,
            case.dtype,
            exact,
            frameworks,
            statuses,
            partial(quantities.case_by, case, exact),
        )


def _judge(
    case: str,
    dtype: str,
    exact: Quantities,
    frameworks: list[Framework],
    statuses: dict[str, Status],
    compute: Callable[[Framework], Quantities],
) -> Iterator[Comparison]:
    """One case by every framework, each compared with the exact value and with the others."""
    computed = {}
    for framework in frameworks:
        status = statuses[framework.name]
        try:
            computed[framework.name] = compute(framework)
        except NotImplementedError as error:
            status.not_supported.append(f"{case}: {error}")
        except Exception as error:
            status.status = "wrong"
            status.reasons.append(f"{case}: {type(error).__name__}: {error}")
    pairs = [(name, EXACT) for name in computed] + list(combinations(computed, 2))
    for actual, expected in pairs:
        for quantity, tensors in exact.items():
            other = tensors if expected == EXACT else computed[expected][quantity]
            yield compare(
                case,
                quantity,
                (actual, expected),
                computed[actual][quantity],
                other,
                tensors,
                dtype,
            )

"""A search for bounds that are exceeded, or that say nothing, in the cases of `cases.families`.

Whatever goes wrong in one case is a finding with the name of that case, by which it can be run
again; the search goes on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crosscheck.frameworks.compiled import jax_cache
from crosscheck.frameworks.processes import cores
from crosscheck.frameworks.registry import installed, registry
from crosscheck.numerics.blindness import Sight, total
from crosscheck.numerics.comparison import finite
from crosscheck.verification.cases import descent, network
from crosscheck.verification.cases.families import KINDS, Name, dealt
from crosscheck.verification.lanes import call_in_lanes
from crosscheck.verification.measuring import Judgement, judge

# The folder in which JAX keeps what it compiles in a search.
CACHE = "families"


@dataclass
class Tally:
    """How one framework did in one family.

    Attributes:
        framework, kind, family: Which ones.
        cases: How many cases there were.
        skipped: How many it does not support.
        failed: How many could not be judged to the end: something raised an error.
        exceeded: How many have a quantity that exceeds its bound.
        fraction: The worst fraction of a bound.
        worst: The case in which that is.
        sight: What the bounds of the cases leave open.
    """

    framework: str
    kind: str
    family: str
    cases: int = 0
    skipped: int = 0
    failed: int = 0
    exceeded: int = 0
    fraction: float = 0.0
    worst: str = ""
    sight: Sight = field(default_factory=Sight)


@dataclass(frozen=True)
class Finding:
    """What is wrong in one case with one framework.

    Attributes:
        framework, case: Their names.
        what: The first thing that is wrong, in the order of the computation.
        others: How many other quantities are.
        fraction: The worst fraction of a bound in this case.
    """

    framework: str
    case: str
    what: str
    others: int
    fraction: float

    @property
    def command(self) -> str:
        """The command line that shows the case again."""
        return f"crosscheck bounds --framework {self.framework} --case {self.case}"


@dataclass
class Result:
    """A search: the tallies in the order of the families, and what was found wrong."""

    seed: int
    tallies: list[Tally] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The search in the form that other programs read; an infinite fraction is null there."""
        return {
            "seed": self.seed,
            "families": [
                vars(each) | {"fraction": finite(each.fraction), "sight": each.sight._asdict()}
                for each in self.tallies
            ],
            "findings": [
                vars(each) | {"fraction": finite(each.fraction), "command": each.command}
                for each in self.findings
            ],
            "holds": not self.findings,
        }


def search(
    names: Sequence[str],
    seed: int,
    networks: int,
    histories: int,
    begins: Callable[[str], None] = lambda family: None,
    dtypes: Sequence[str] = (),
) -> Result:
    """Judge cases of every family, in a worker for each core; with one core, here.

    Args:
        names: The frameworks, as `installed` takes them; without any, all that are installed.
        seed: What the values of every case are drawn from.
        networks, histories: How many there are of both, dealt out evenly among the families.
        begins: Called with the name of each part before it begins: one for each family.
        dtypes: Of 16 bits, which take turns; none for float64 and float32.

    Raises:
        UnknownFrameworkError: If a name is unknown.
        RaisedError: If what it names cannot be used.
        EndedError: If a framework ends its process.
    """
    registry(names)  # an unknown name is refused before any process begins
    parts = list(_parts(networks, histories))
    found = call_in_lanes(
        search_family,
        [
            (list(names), kind, family, seed, len(numbers), list(dtypes))
            for kind, family, numbers in parts
        ],
        min(cores(), len(parts)),
        lambda number: begins("{}/{}: {}".format(*parts[number][:2], len(parts[number][2]))),
        jax_cache(CACHE),
    )
    result = Result(seed)
    for tallies, findings in found:
        result.tallies += [
            replace(Tally(*counts), sight=Sight(*sight)) for *counts, sight in tallies
        ]
        result.findings += [Finding(*each) for each in findings]
    return result


def part_count(networks: int, histories: int) -> int:
    """Into how many parts `search` divides the work."""
    return sum(1 for _ in _parts(networks, histories))


def search_family(
    names: Sequence[str],
    kind: str,
    family: str,
    seed: int,
    cases: int,
    dtypes: Sequence[str] = (),
) -> list[list[Any]]:
    """The tallies and the findings of one family, as the lists of their fields."""
    frameworks = installed(names)
    tallies = {each.name: Tally(each.name, kind, family) for each in frameworks}
    findings: list[Finding] = []
    for number in range(cases):
        dtype = dtypes[number % len(dtypes)] if dtypes else ""
        judgements = judge(Name(kind, family, seed, number, dtype), frameworks)
        for judgement in judgements:
            _count(tallies[judgement.framework], judgement)
        findings += _findings(judgements)
        for cached in (network.exact_pass, network.bounds_of, network.exact_stages):
            cached.cache_clear()  # a thousand wide networks would fill the memory
        descent.exact_stages.cache_clear()
    return [
        [[*vars(each).values()] for each in tallies.values()],
        [[*vars(each).values()] for each in findings],
    ]


def _parts(networks: int, histories: int) -> Iterator[tuple[str, str, range]]:
    for kind, cases in zip(KINDS, (networks, histories), strict=True):
        for family, numbers in dealt(cases, kind).items():
            if numbers:
                yield kind, family, numbers


def _count(tally: Tally, judgement: Judgement) -> None:
    tally.cases += 1
    tally.skipped += judgement.unsupported is not None
    problems = any(each.problem is not None for each in judgement.measured)
    tally.failed += judgement.failure is not None or problems
    tally.exceeded += judgement.worst > 1
    tally.sight = total([tally.sight, *(each.sight for each in judgement.measured)])
    if judgement.worst > tally.fraction:
        tally.fraction, tally.worst = judgement.worst, judgement.case


def _findings(judgements: Sequence[Judgement]) -> Iterator[Finding]:
    told = set()
    for judgement in judgements:
        complaints = judgement.complaints
        # What fails without any framework is told once.
        if not complaints or (not judgement.measured and complaints[0] in told):
            continue
        told.add(complaints[0])
        first, *others = complaints
        yield Finding(judgement.framework, judgement.case, first, len(others), judgement.worst)

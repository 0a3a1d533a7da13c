"""How much of their bounds honest implementations use: neither more than all, nor next to nothing.

Frameworks compute random networks, and probes of one component at a time (`cases.probes`). Each
error with respect to the exact value is divided by its bound.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, NamedTuple

import numpy as np

from crosscheck.frameworks.processes import cores
from crosscheck.frameworks.registry import Framework, installed, registry
from crosscheck.numerics.blindness import Sight, sight_of, total
from crosscheck.numerics.comparison import EXACT, Place, Tensor, compare, finite
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.cases import descent
from crosscheck.verification.cases.drawn import drawn_network
from crosscheck.verification.cases.probes import Probe, probes
from crosscheck.verification.cases.stages import Case
from crosscheck.verification.judging import asked_by, finished
from crosscheck.verification.lanes import call_in_lanes

# In some network some framework must use more than this fraction of a bound. If all bounds were ten
# times as wide, none would.
FLOOR = 0.2
# The same for every component by itself; with a bound ten times as wide it could not be reached.
COMPONENT_FLOOR = 0.1
PARTS = 16  # into so many the work is divided between the workers


@dataclass(frozen=True)
class Use:
    """The worst fraction of its bound that one framework uses in one case, and where."""

    framework: str
    case: str
    quantity: str
    fraction: float


class Calibration(NamedTuple):
    """What `calibrate` finds.

    Attributes:
        uses: The worst use of each framework in each random network.
        components: For every component, its worst use by any of the frameworks.
        sight: What the bounds of the random networks leave open.
    """

    uses: list[Use]
    components: dict[str, Use]
    sight: Sight


def uses(case: Case, framework: Framework) -> Iterator[Use]:
    """The fraction of its bound that each tensor of a case uses; none if it is not supported.

    Raises:
        ArithmeticError: If the framework does not finish the case.
        NotImplementedError: If the framework is not written so far.
    """
    if framework.declared.limit(**asked_by(case)) is not None:
        return
    attempt = finished(case, framework)
    for stage, quantities in case.exactly().items():
        for quantity, exact in quantities.items():
            for name, tensor in exact.items():
                # A bound of 0 cannot be too wide, and a number does not depend on the gradients.
                bounded = tensor.bound is not None and np.any(tensor.bound)
                if bounded and quantity.rpartition(".")[2] not in descent.NUMBERS:
                    place = Place(case.group, case.name, stage, quantity, case.dtype)
                    computed = {name: attempt.stages[stage][quantity][name]}
                    only = {name: tensor}
                    found = compare(place, (framework.name, EXACT), computed, only, only)
                    yield Use(framework.name, case.name, quantity + name, found.fraction_of_bound)


def study(frameworks: Iterable[Framework], networks: Iterable[int]) -> list[Use]:
    """The worst use of each framework in each random network.

    Args:
        frameworks: Which compute the networks.
        networks: The numbers of the networks.
    """
    found = []
    chosen = list(frameworks)
    for number in networks:
        case = drawn_network(number)
        of_all = [list(uses(case, each)) for each in chosen]
        found += [max(own, key=lambda use: use.fraction) for own in of_all if own]
    return found


def components(
    frameworks: Iterable[Framework], only: Collection[str] | None = None
) -> dict[str, Use]:
    """For every component that has a bound of its own, its worst use by any of the frameworks.

    Each dtype counts by itself, so that a bound that is too wide in one dtype is not overlooked
    because it is tight in the other.

    Args:
        frameworks: Which compute the probes.
        only: The components, by name; None takes them all.
    """
    chosen = [probe for probe in probes() if only is None or probe.component in only]
    return _worst(use for framework in frameworks for use in _component_uses(chosen, framework))


def calibrate(
    names: Sequence[str], networks: int, progress: Callable[[str], None] = lambda name: None
) -> Calibration:
    """What `study` and `components` find, in a worker for each core; with one core, here.

    The networks and the probes are divided, not the frameworks: exact values take the longest, and
    every framework is compared with the same ones.

    Args:
        names: The frameworks, as `installed` takes them.
        networks: How many networks are drawn.
        progress: Called with the name of each of `parts(networks)` parts before it begins.

    Raises:
        UnknownFrameworkError: If a name is unknown.
        RaisedError: If what it names cannot be used, is not written so far, or does not finish.
        EndedError: If a framework ends its process.
    """
    registry(names)  # an unknown name is refused before any process begins
    count = parts(networks)
    drawn = [_part_of(range(networks), number, count) for number in range(count)]
    found = call_in_lanes(
        measure_part,
        [(names, drawn[number], number, count) for number in range(count)],
        min(cores(), count),
        lambda number: progress(f"networks {drawn[number][0] + 1} to {drawn[number][-1] + 1}"),
    )
    in_networks = [Use(*use) for of_networks, _, _ in found for use in of_networks]
    # As `components` meets them: those of one framework in all probes, then those of the next.
    of_frameworks = zip(*(of_probes for _, of_probes, _ in found), strict=True)
    of_probes = ((n, Use(*use)) for parts in of_frameworks for part in parts for n, use in part)
    return Calibration(
        in_networks, _worst(of_probes), total(Sight(*counts) for _, _, counts in found)
    )


def parts(networks: int) -> int:
    """Into how many parts `calibrate` divides the work."""
    return min(PARTS, networks)


def measure_part(names: Sequence[str], drawn: range, number: int, count: int) -> list[Any]:
    """The uses in some networks, for each framework those in a part of the probes, and the sight.

    As plain data, which a worker can send: every use is the list of its fields.
    """
    frameworks, chosen = installed(names), _part_of(probes(), number, count)
    in_networks = [list(astuple(use)) for use in study(frameworks, drawn)]
    in_probes = [
        [[name, list(astuple(use))] for name, use in _component_uses(chosen, each)]
        for each in frameworks
    ]
    sights = (sight_of(tensor) for each in drawn for tensor in _bounded_tensors(each))
    return [in_networks, in_probes, list(total(sights))]


def _bounded_tensors(number: int) -> Iterator[Tensor]:
    """The exact tensors of a random network."""
    for quantities in drawn_network(number).exactly().values():
        for tensors in quantities.values():
            yield from tensors.values()


def _part_of(whole: Any, number: int, count: int) -> Any:
    """One of `count` parts of a sequence, of about the same length."""
    return whole[len(whole) * number // count : len(whole) * (number + 1) // count]


def _component_uses(chosen: Sequence[Probe], framework: Framework) -> Iterator[tuple[str, Use]]:
    """The uses by one framework in some probes, each with the name of what is measured."""
    for component, case, quantities in chosen:
        for use in uses(case, framework):
            for quantity in quantities:
                if use.quantity.startswith(quantity):
                    yield f"{component}: {quantity}, {case.dtype}", use


def _worst(named: Iterable[tuple[str, Use]]) -> dict[str, Use]:
    worst: dict[str, Use] = {}
    for name, use in named:
        if name not in worst or use.fraction > worst[name].fraction:
            worst[name] = use
    return worst


def problems(network_uses: Sequence[Use], component_uses: Mapping[str, Use]) -> list[str]:
    """Where a bound is exceeded, and where it is too wide.

    Args:
        network_uses: Of `study`.
        component_uses: Of `components`.
    """
    found = [
        f"{use.framework} exceeds the bound of {use.quantity} in {use.case}: "
        f"{few_digits(use.fraction)}"
        for use in (*network_uses, *component_uses.values())
        if not use.fraction <= 1
    ]
    if network_uses and max(use.fraction for use in network_uses) < FLOOR:
        found.append(f"nobody uses {FLOOR} of the bounds in any network: they are too wide")
    return found + [
        f"nobody uses {COMPONENT_FLOOR} of the bound of {name}: it is too wide"
        for name, use in component_uses.items()
        if use.fraction < COMPONENT_FLOOR
    ]


def histogram(network_uses: Sequence[Use], framework: str) -> list[int]:
    """In how many networks a framework uses up to 0.1, 0.2 ... 1.0 of its bounds, and more."""
    edges = [*np.linspace(0, 1, 11), np.inf]
    fractions = [use.fraction for use in network_uses if use.framework == framework]
    return [int(count) for count in np.histogram(fractions, edges)[0]]


def as_json(
    network_uses: Sequence[Use], component_uses: Mapping[str, Use], sight: Sight
) -> dict[str, Any]:
    """The study in the form that other programs read; an infinite fraction is null there."""

    def entry(use: Use) -> dict[str, Any]:
        return {
            "framework": use.framework,
            "case": use.case,
            "quantity": use.quantity,
            "fraction": finite(use.fraction),
        }

    return {
        "networks": [entry(use) for use in network_uses],
        "components": [{"component": name, **entry(use)} for name, use in component_uses.items()],
        "sight": sight._asdict(),
        "problems": problems(network_uses, component_uses),
    }

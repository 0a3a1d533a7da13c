"""How much of their bounds honest implementations use: neither more than all, nor next to nothing.

Random networks and histories are computed by frameworks and compared with the exact values. Probes
do the same for one activation, loss or optimizer at a time, since in a network the error that came
in from below hides what one function adds; and for what hands that error on, since elsewhere what
is added hides that.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from crosscheck.frameworks.contract import LOSSES
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.bounds.functions import ACTIVATIONS
from crosscheck.numerics.comparison import EXACT, Place, compare
from crosscheck.verification.cases import descent, network, training
from crosscheck.verification.cases.hyperparameters import OPTIMIZERS
from crosscheck.verification.cases.network import DTYPES, NetworkCase
from crosscheck.verification.cases.stages import Fixture
from crosscheck.verification.judging import asked_by, finished

# Of the whole bound somebody uses more than this somewhere; a bound ten times as wide would not do.
FLOOR = 0.2
# The same for every single component. Weakened tenfold, none could reach it.
COMPONENT_FLOOR = 0.1


@dataclass(frozen=True)
class Use:
    """The worst fraction of its bound that one framework uses in one case, and where."""

    framework: str
    case: str
    quantity: str
    fraction: float


def uses(case: Fixture, framework: Framework) -> Iterator[Use]:
    """The fraction of its bound that each tensor of a case uses; of what is not supported, none.

    Raises:
        ArithmeticError: If the framework does not finish the case at all.
        NotImplementedError: If it is not written so far.
    """
    if framework.declared.limit(**asked_by(case)) is not None:
        return
    made = finished(case, framework)
    for stage, quantities in case.exactly().items():
        for quantity, exact in quantities.items():
            for name, tensor in exact.items():
                # A bound of 0 is not too wide, and a number is the same whatever the gradients.
                used = tensor.bound is not None and np.any(tensor.bound)
                if used and quantity.rpartition(".")[2] not in descent.NUMBERS:
                    place = Place(case.group, case.name, stage, quantity, case.dtype)
                    computed = {name: made.stages[stage][quantity][name]}
                    only = {name: tensor}
                    found = compare(place, (framework.name, EXACT), computed, only, only)
                    yield Use(framework.name, case.name, quantity + name, found.fraction)


def study(
    frameworks: Iterable[Framework],
    networks: int,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Use]:
    """The worst use of each framework in each of so many random networks."""
    found = []
    chosen = list(frameworks)
    for number in range(networks):
        case = network.drawn(number)
        progress(case.name)
        of_all = [list(uses(case, each)) for each in chosen]
        found += [max(own, key=lambda use: use.fraction) for own in of_all if own]
    return found


def components(
    frameworks: Iterable[Framework], only: Collection[str] | None = None
) -> dict[str, Use]:
    """For every component that has a bound of its own, its worst use by any of the frameworks.

    In each dtype by itself: a bound that is idle in one must not hide behind the other.

    Args:
        frameworks: Which.
        only: The components, by name; None takes them all.
    """
    worst: dict[str, Use] = {}
    probes = [probe for probe in _probes() if only is None or probe[0] in only]
    for framework in frameworks:
        for component, case, quantities in probes:
            for use in uses(case, framework):
                for quantity in quantities:
                    # "deltas" tells of every layer's, "deltas[0]" of that one's.
                    if not use.quantity.startswith(quantity):
                        continue
                    name = f"{component}: {quantity}, {case.dtype}"
                    known = worst.get(name)
                    if known is None or use.fraction > known.fraction:
                        worst[name] = use
    return worst


def problems(uses: Sequence[Use], components: dict[str, Use]) -> list[str]:
    """Where a bound is exceeded, and where it is idle."""
    found = [
        f"{use.framework} exceeds the bound of {use.quantity} in {use.case}: {use.fraction:.3g}"
        for use in (*uses, *components.values())
        if not use.fraction <= 1
    ]
    if uses and max(use.fraction for use in uses) < FLOOR:
        found.append(f"nobody uses {FLOOR} of the bounds in any network: they are too wide")
    return found + [
        f"nobody uses {COMPONENT_FLOOR} of the bound of {name}: it is too wide"
        for name, use in components.items()
        if use.fraction < COMPONENT_FLOOR
    ]


def histogram(uses: Sequence[Use], framework: str) -> list[int]:
    """How many networks use up to 0.1, 0.2 ... 1.0 of the bound, and more than it."""
    edges = [*np.linspace(0, 1, 11), np.inf]
    fractions = [use.fraction for use in uses if use.framework == framework]
    return [int(count) for count in np.histogram(fractions, edges)[0]]


def as_json(uses: Sequence[Use], components: dict[str, Use]) -> dict[str, Any]:
    """The study in the form that other programs read; what is exceeded beyond measure is null."""

    def entry(use: Use) -> dict[str, Any]:
        fraction = use.fraction if np.isfinite(use.fraction) else None
        return {
            "framework": use.framework,
            "case": use.case,
            "quantity": use.quantity,
            "fraction": fraction,
        }

    return {
        "networks": [entry(use) for use in uses],
        "components": [{"component": name, **entry(use)} for name, use in components.items()],
        "problems": problems(uses, components),
    }


# ----- probes: one component at a time -----

PROBES = 70
# So many histories of every optimizer.
HISTORIES = 8
SAMPLES = 64


@cache
def _probes() -> tuple[tuple[str, Fixture, tuple[str, ...]], ...]:
    """Cases, each with the component that it probes and the quantities that tell of it."""
    made: list[tuple[str, Fixture, tuple[str, ...]]] = []
    for dtype in DTYPES:
        for name in ACTIVATIONS:
            told = ("activations", "deltas")
            made += [(name, _of_activation(name, n, dtype), told) for n in range(PROBES)]
        for loss in LOSSES:
            made += [
                (loss, _of_loss(loss, number, dtype), ("loss", "deltas"))
                for number in range(PROBES)
            ]
    for number in range(PROBES):
        case = network.drawn(number, widest=4, deepest=1)
        made.append(("layer", case, ("pre_activations", "grads")))
    for dtype in DTYPES:
        for name in ACTIVATIONS:
            for number in range(PROBES // 2):
                far, near = _handing_on(name, number, dtype, 100), _handing_on(name, number, dtype)
                made.append((f"handed on by {name}", far, HANDED_ON))
                made.append((f"handed back by {name}", near, HANDED_BACK))
    made += [("training", each, ("params",)) for each in training.generated()]
    for label in OPTIMIZERS:
        for number in range(HISTORIES):
            history = descent.drawn(number, label)
            everything = tuple(q for stage in history.exactly().values() for q in stage)
            made.append((label, history, everything))
    return tuple(made)


def _of_activation(name: str, number: int, dtype: str) -> NetworkCase:
    """One layer of identity weight, so that z is the input, near 0 and in both tails.

    What hands z on as it is (identity, relu) adds nothing of its own that could be used: there the
    weight is drawn, and what is used is the rounding of z that is handed on.
    """
    rng = np.random.default_rng([4, number])
    units = 2 if name == "softmax" else 1
    weight = rng.standard_normal((1, 1)) if name in ("identity", "relu") else np.eye(units)
    scales = 10 ** rng.uniform(-1, 1, (SAMPLES, 1))
    z = (rng.standard_normal((SAMPLES, units)) * scales).astype(dtype)
    targets = rng.random((SAMPLES, units)).astype(dtype)
    layer = (weight.astype(dtype), np.zeros(units, dtype))
    label = f"probe {number} of {name} in {dtype}"
    return NetworkCase("probes", label, (layer,), z, targets, (name,), "half_squared_error")


def _of_loss(name: str, number: int, dtype: str) -> NetworkCase:
    """One sample through one layer of identity weight."""
    rng = np.random.default_rng([5, number])
    units = 2
    z = (rng.standard_normal((1, units)) * 10 ** rng.uniform(-1, 1)).astype(dtype)
    targets = rng.dirichlet(np.ones(units), 1).astype(dtype)
    layer = (np.eye(units, dtype=dtype), np.zeros(units, dtype))
    output = "sigmoid" if name == "binary_cross_entropy" else "identity"
    label = f"probe {number} of {name} in {dtype}"
    return NetworkCase("probes", label, (layer,), z, targets, (output,), name)


# What the error of the first layer's z ends up in: far from the target the next z, the loss and,
# through the slopes, the gradients; next to the target the gradients, through dC/da.
HANDED_ON = ("pre_activations[1]", "loss", "deltas[0]", "grads[1].weight")
HANDED_BACK = ("deltas[0]", "grads[1].weight")


def _handing_on(name: str, number: int, dtype: str, miss: float = 0.0) -> NetworkCase:
    """Two layers; in the first two large terms cancel, so that its error outweighs all the rest.

    Far from the target that error shows in dC/dz by the curvature of the activation; next to it by
    that of dC/da, which is nothing but error there.
    """
    rng = np.random.default_rng([6, number])
    units = 2 if name == "softmax" else 1
    first = np.zeros((units, 2), dtype)  # of a softmax one z has an error, the other is 0
    large = 10 ** rng.uniform(3, 4)
    first[0] = large, -large
    near = rng.standard_normal((1, 1))
    inputs = np.hstack([near, near + 3 * rng.standard_normal((1, 1)) / large]).astype(dtype)
    layers = (
        (first, np.zeros(units, dtype)),
        (np.array([[1, -1][:units]], dtype), np.zeros(1, dtype)),
    )
    target = ACTIVATIONS[name](inputs @ first.T) @ layers[1][0].T - miss
    label = f"probe {number} of what {name} hands on in {dtype}"
    kinds = (name, "identity")
    return NetworkCase(
        "probes", label, layers, inputs, target.astype(dtype), kinds, "half_squared_error"
    )

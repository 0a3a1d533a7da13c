"""Activations and losses called by themselves, twice, before the first result is read.

Here an array may lie in memory as no network leaves it, and have what none computes: one unit and
many samples, one sample, a tie, entries of one sign, a number smaller than the smallest normal one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.comparison import Tensor
from crosscheck.numerics.trees import leaves, to_framework
from crosscheck.verification.cases.edges import EDGES
from crosscheck.verification.cases.network import NetworkCase
from crosscheck.verification.cases.stages import Quantities, Stage, Stages

TALL, WIDE = (1025, 1), (5, 67)
# One sample: a tie for the largest, and both signs.
ONE = np.array([[2.0, -1.0, 2.0, 0.5, -0.25]])
# All negative, and by columns; the first is smaller than the smallest normal number.
NEGATIVE = np.asfortranarray(-np.abs(EDGES) - np.eye(*EDGES.shape))
NEGATIVE[NEGATIVE == 0], NEGATIVE[0, 0] = -0.5, -1e-310


@dataclass(frozen=True, eq=False)
class AloneCase:
    """One call of an activation or a loss.

    Attributes:
        of: A network that makes this call in its forward pass, for the exact values.
        quantity, place: Which of the values of that pass comes out.
        call: Makes the call, by a framework, and returns NumPy's array. A function of this module,
            with its arguments, so that the case can be sent to another process.
        activations: Those that it needs.
    """

    of: NetworkCase
    quantity: str
    place: str
    call: Callable[[Framework], Any]
    activations: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.of.name

    @property
    def group(self) -> str:
        return self.of.group

    @property
    def dtype(self) -> str:
        return self.of.dtype

    def exactly(self) -> Stages:
        """What must come out."""
        exact = self.of.exactly()[Stage.FORWARD][self.quantity]
        return {Stage.FORWARD: {self.quantity: {self.place: exact[self.place]}}}

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """What comes out."""
        found = leaves(self.call(framework))
        if len(found) == 1:  # whatever the place is called
            found = dict(zip([self.place], found.values(), strict=True))
        tensors = {place: Tensor(np.array(value)) for place, value in found.items()}
        yield Stage.FORWARD, {self.quantity: tensors}


@cache
def generated() -> list[AloneCase]:
    """Every activation and every loss on each of the arrays."""
    drawn = np.random.default_rng(7)
    tall, wide = drawn.standard_normal(TALL), drawn.standard_normal(WIDE)
    arrays = {
        "of one unit": tall,
        "of many units": wide,
        "of one sample": ONE,
        "by columns": NEGATIVE,
    }
    return [
        case(name, how, array)
        for how, array in arrays.items()
        for case, names in ((_activation, ACTIVATIONS), (_loss, LOSSES))
        for name in names
    ]


def _activation(name: str, how: str, z: np.ndarray) -> AloneCase:
    case = _layer_of_identity(f"{name} alone, {how}", (name,), z, np.zeros_like(z))
    call = partial(_call, "activations.ACTIVATIONS", name, (z,))
    return AloneCase(case, "activations", "[1]", call, (name,))


def _loss(name: str, how: str, outputs: np.ndarray) -> AloneCase:
    if name == "binary_cross_entropy":
        outputs = np.asarray(1 / (1 + np.exp(outputs / 50)), order="A")
    rng = np.random.default_rng(8)
    targets = np.asfortranarray(rng.dirichlet(np.ones(outputs.shape[1]), len(outputs)))
    if how == "of many units":  # of which one is the right one
        targets = np.eye(outputs.shape[1])[: len(outputs)]
    case = _layer_of_identity(f"{name} alone, {how}", ("identity",), outputs, targets)
    call = partial(_call, "losses.LOSSES", name, (outputs, targets))
    return AloneCase(replace(case, loss=name), "loss", "", call)


def _layer_of_identity(
    name: str, activations: tuple[str, ...], z: np.ndarray, targets: np.ndarray
) -> NetworkCase:
    units = z.shape[1]
    layer = (np.eye(units), np.zeros(units))
    return NetworkCase("networks", name, (layer,), z, targets, activations, "half_squared_error")


def _call(table: str, name: str, arrays: tuple[np.ndarray, ...], framework: Framework) -> Any:
    """The result of one call, read after another one with other numbers."""
    module, _, attribute = table.partition(".")
    function: Callable[..., Any] = getattr(getattr(framework, module), attribute)[name]
    result = function(*(to_framework(framework.params, array) for array in arrays))
    halves = (to_framework(framework.params, array / 2) for array in arrays)
    function(*halves)
    return framework.params.to_numpy(result)

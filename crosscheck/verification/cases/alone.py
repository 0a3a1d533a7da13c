"""Activations and losses called by themselves, twice, before the first result is read.

Here an array may lie in memory as no network leaves it, and have what none computes: one unit and
many samples, one sample, a tie, entries of one sign, a number smaller than the smallest normal one.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.trees import to_framework
from crosscheck.verification.cases.functions import FunctionCase
from crosscheck.verification.cases.network import EDGES, NetworkCase
from crosscheck.verification.cases.stages import Quantities, Stage

TALL, WIDE = (1025, 1), (5, 67)
# One sample: a tie for the largest, and both signs.
ONE = np.array([[2.0, -1.0, 2.0, 0.5, -0.25]])
# All negative, and by columns; the first is smaller than the smallest normal number.
NEGATIVE = np.asfortranarray(-np.abs(EDGES) - np.eye(*EDGES.shape))
NEGATIVE[NEGATIVE == 0], NEGATIVE[0, 0] = -0.5, -1e-310


@cache
def generated() -> list[FunctionCase]:
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


def _activation(name: str, how: str, z: np.ndarray) -> FunctionCase:
    case = _layer_of_identity(f"{name} alone, {how}", (name,), z, np.zeros_like(z))
    exact: Quantities = {
        "activations": {"[1]": case.exactly()[Stage.FORWARD]["activations"]["[1]"]}
    }
    call = partial(_call, "activations.ACTIVATIONS", name, (z,))
    return FunctionCase(case.name, case.dtype, exact, call, case.group, (name,))


def _loss(name: str, how: str, outputs: np.ndarray) -> FunctionCase:
    if name == "binary_cross_entropy":
        outputs = np.asarray(1 / (1 + np.exp(outputs / 50)), order="A")
    rng = np.random.default_rng(8)
    targets = np.asfortranarray(rng.dirichlet(np.ones(outputs.shape[1]), len(outputs)))
    if how == "of many units":  # of which one is the right one
        targets = np.eye(outputs.shape[1])[: len(outputs)]
    case = _layer_of_identity(f"{name} alone, {how}", ("identity",), outputs, targets)
    case = replace(case, loss=name)
    call = partial(_call, "losses.LOSSES", name, (outputs, targets))
    exact: Quantities = {"loss": case.exactly()[Stage.FORWARD]["loss"]}
    return FunctionCase(case.name, case.dtype, exact, call, case.group)


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

"""Which histories of an optimizer there are: generated, of the documents, and drawn for studies.

The gradients have many magnitudes and both signs, some are near eps and some are 0, and the
learning rate changes once. One bias-corrected step, or many steps with one gradient, would not
depend on Adam's betas at all.
"""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from crosscheck.documents import transcription
from crosscheck.documents.examples import OptimizerRun
from crosscheck.frameworks.contract import STATES
from crosscheck.frameworks.hyperparameters import convert
from crosscheck.numerics.trees import Layer
from crosscheck.verification.cases import network
from crosscheck.verification.cases.descent import DescentCase, times
from crosscheck.verification.cases.hyperparameters import OPTIMIZER_CASES, paired
from crosscheck.verification.cases.stages import Stage

RATES = (0.1,) * 6 + (0.025,) * 6
# The drawn gradient of each step is multiplied by one of these: large, small, near eps, 0.
FACTORS = (1.0, -0.5, 1e-3, 1e-8, 0.0, 2.0, -1e-5, 0.3, 100.0, 1e-14, -3.0, 0.1)
# The layers of the generated cases, and the entries of a bare array: one entry, few, and more than
# a vector of the processor has lanes, with a rest.
LAYERS = {"float64": ((2, 3), (2,)), "float32": ((1, 33), (1,))}
ENTRIES = 67
# Of what stands around an optimizer, what is judged late in a history, too.
AROUND = ("momentum with an L2 penalty", "adam with a decay of the weights, clipped")
# Late in a history, the options under which the corrections still show.
LATE, AFTER = 1000, {"amsgrad": "amsgrad of v, then corrected"}


@cache
def generated() -> list[DescentCase]:
    """Every optimizer and option, on layers and on a bare array, in both dtypes; and late steps."""
    whole = [
        _generated(label, layers, dtype)
        for label in OPTIMIZER_CASES
        for layers, dtype in ((True, "float64"), (True, "float32"), (False, "float64"))
    ]
    labels = (*(AFTER.get(name, name) for name in STATES), *AROUND)
    whole += [_generated(label, True, "float64") for label in paired()]
    return whole + [_late_in_history(label) for label in labels]


def _generated(label: str, layers: bool, dtype: str) -> DescentCase:
    rng = np.random.default_rng(11)
    weight, bias = LAYERS[dtype]

    def draw() -> Any:
        if not layers:
            return rng.standard_normal(ENTRIES).astype(dtype)
        # Two layers of one shape: if a framework mixes up their states, no shape prevents it.
        pairs = [(rng.standard_normal(weight), rng.standard_normal(bias)) for _ in range(2)]
        return tuple(Layer(*(leaf.astype(dtype) for leaf in pair)) for pair in pairs)

    start, directions = draw(), [draw() for _ in FACTORS]
    grads = [times(factor, tree) for factor, tree in zip(FACTORS, directions, strict=True)]
    if not layers:
        grads[0][-2] = 0  # an entry that nothing moves at the first step
    optimizer, keywords = (OPTIMIZER_CASES | paired())[label]
    name = f"{label}-{'layers' if layers else 'array'}-{dtype}"
    return DescentCase("optimizers", name, optimizer, keywords, RATES, start, tuple(grads))


def _late_in_history(label: str) -> DescentCase:
    """Three steps that go on from a state after many with gradients of 0; by columns."""
    whole = _generated(label, True, "float64")
    start, *grads = map(_by_columns, (whole.start, whole.grads[0], whole.grads[1], whole.grads[-1]))
    name = f"{label}-after {LATE} steps"
    return replace(whole, name=name, rates=RATES[4:7], start=start, grads=tuple(grads), before=LATE)


def _by_columns(tree: Any) -> Any:
    """Layers whose matrices lie in memory column by column."""
    return tuple(Layer(np.asfortranarray(weight), bias) for weight, bias in tree)


@cache
def worked() -> list[DescentCase]:
    """The documents' steps, on the exact gradients of their networks."""
    return [
        _worked(case, number, run)
        for case in network.worked()
        for number in [case.name.removeprefix("document ")]
        for run in transcription.load(number).example.runs
    ]


def _worked(case: network.NetworkCase, number: str, run: OptimizerRun) -> DescentCase:
    start = tuple(Layer(*layer) for layer in case.params)
    exact = case.exactly()[Stage.GRADIENTS]["grads"]
    grads = tuple(
        Layer(exact[f"[{index}].weight"].value, exact[f"[{index}].bias"].value)
        for index in range(len(start))
    )
    rates, keywords = (float(run.learning_rate),), convert(run.hyperparameters, float)
    label = f"document {number}, {run.name}"
    return DescentCase("worked examples", label, run.optimizer, keywords, rates, start, (grads,))

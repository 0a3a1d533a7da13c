"""The steps of one optimizer, fed with given gradients.

Every framework is handed the same gradients, so that what is compared is the optimizer: Adam
divides a gradient by its own size, and would blow up the rounding of a small one. They vary over
many magnitudes and both signs, some near eps and some 0, and the learning rate changes once: one
bias-corrected step, or many with one gradient, would say nothing about Adam's betas.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import accumulate
from typing import Any

import numpy as np

from crosscheck.documents import transcription
from crosscheck.documents.examples import OptimizerRun
from crosscheck.frameworks.hyperparameters import build_optimizer, convert, split_decay
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics import tensors
from crosscheck.numerics.bounds import optimizers as stepwise
from crosscheck.numerics.bounds.inexact import DOUBLE, Inexact, Precision, exactly
from crosscheck.numerics.comparison import Tensor
from crosscheck.numerics.exact.balls import enclose, from_floats
from crosscheck.numerics.exact.optimizers import EXACT_RULES as EXACT
from crosscheck.numerics.exact.optimizers import decayed
from crosscheck.numerics.trees import Layer, leaves, numpy_leaves, to_framework
from crosscheck.verification.cases import network
from crosscheck.verification.cases.hyperparameters import OPTIMIZER_CASES
from crosscheck.verification.cases.stages import ByContent, Quantities, Stage, Stages

# What a state holds beside its step that is a number, and not of the shape of the parameters.
NUMBERS = ("momentum_product",)
RATES = (0.1,) * 6 + (0.025,) * 6
# What step t multiplies the drawn gradient with: large, small, near eps, none at all.
FACTORS = (1.0, -0.5, 1e-3, 1e-8, 0.0, 2.0, -1e-5, 0.3, 100.0, 1e-14, -3.0, 0.1)


@dataclass(frozen=True, eq=False)
class DescentCase(ByContent):
    """One optimizer, where it starts, and the gradient of every step.

    Attributes:
        group, name: The group of fixtures, and the case in it.
        optimizer, keywords: Its name in the contract, and its hyperparameters.
        rates: The learning rate of every step.
        start: The parameters: layers, each a pair, or one bare array.
        grads: The gradient of every step, of the same shape.
    """

    group: str
    name: str
    optimizer: str
    keywords: dict[str, Any]
    rates: tuple[float, ...]
    start: Any
    grads: tuple[Any, ...]

    @property
    def dtype(self) -> str:
        return str(next(iter(leaves(self.start).values())).dtype)

    @cached_property
    def points(self) -> tuple[Any, ...]:
        """What every update is told that the parameters are.

        Not where its own updates led: whoever applies these wrongly would also decay wrongly.
        """
        factors = 0.75 ** np.arange(len(self.grads))
        return tuple(_times(factor, self.start) for factor in factors)

    def rate(self, step: Any) -> float:
        """The learning rate of a step; the last one stays for whoever asks beyond it."""
        return self.rates[min(int(step), len(self.rates) - 1)]

    @cached_property
    def content(self) -> str:
        """A digest of everything that the exact values depend on."""
        text = repr((self.optimizer, sorted(self.keywords.items()), self.rates, self.dtype))
        trees = [leaves(tree) for tree in (self.start, *self.grads)]
        parts = [repr((p, a.shape)).encode() + a.tobytes() for t in trees for p, a in t.items()]
        return hashlib.sha256(text.encode() + b"".join(parts)).hexdigest()

    def exactly(self) -> Stages:
        """The moments, the update and the parameters after every step, with their bounds."""
        return exact_stages(self)

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """The same by a framework, stage by stage."""
        arrays = framework.params
        start = to_framework(arrays, self.start)
        handed = [to_framework(arrays, grad) for grad in self.grads]
        not_applied: Exception | None = None
        optimizer = build_optimizer(framework, self.optimizer, self.keywords, self.rate)
        points = [to_framework(arrays, point) for point in self.points]
        theta, state = start, optimizer.init(start)
        states, moves, thetas = [], [], []
        for grad, point in zip(handed, points, strict=True):
            updates, state = optimizer.update(grad, state, point)
            try:
                theta = framework.optimizers.apply_updates(theta, updates)
            except Exception as error:  # kept until its stage comes, which may not be to blame
                not_applied = not_applied or error
            states.append(state)
            moves.append(numpy_leaves(arrays, updates))
            thetas.append(numpy_leaves(arrays, theta))
        moments = {}
        for name in states[0]._fields[1:]:
            moment = [getattr(state, name) for state in states]
            moments[f"{self.optimizer}.{name}"] = (
                {"": Tensor(np.array([float(number) for number in moment]).astype(self.dtype))}
                if name in NUMBERS
                else tensors.computed_steps([numpy_leaves(arrays, tree) for tree in moment])
            )
        steps = {"": Tensor(np.array([int(state.step) for state in states]).astype(self.dtype))}
        yield Stage.STATE, {"step": steps, **moments}
        yield Stage.UPDATE, {"updates": tensors.computed_steps(moves)}
        if not_applied is not None:
            raise not_applied
        # At the end, when whoever writes into what it was handed has done so.
        afterwards = [numpy_leaves(arrays, tree) for tree in (start, *handed, *points)]
        yield (
            Stage.TRAJECTORY,
            {
                "params": tensors.computed_steps(thetas),
                "arguments afterwards": tensors.computed_steps(afterwards),
            },
        )


@cache
def exact_stages(case: DescentCase) -> Stages:
    """What `DescentCase.exactly` gives, computed once for each content."""
    quantities: dict[str, dict[str, Tensor]] = {}
    grads = [leaves(grad) for grad in case.grads]
    points = [leaves(point) for point in case.points]
    for place, leaf in leaves(case.start).items():
        history = [grad[place] for grad in grads]
        around = [point[place] for point in points]
        exact = enclose(partial(_exact_descent, case, leaf, history, around))
        inexact = _inexact_descent(case, leaf, history, around)
        for quantity, steps in exact.items():
            found = tensors.bounded_steps(steps, inexact[quantity])
            of_all = quantity.rpartition(".")[2] in NUMBERS
            quantities.setdefault(quantity, {})["" if of_all else place] = found[""]
    step = {"": Tensor(np.arange(1.0, len(case.rates) + 1))}
    return {
        Stage.TRAJECTORY: {
            "params": quantities.pop("params"),
            "arguments afterwards": tensors.unchanged_steps(
                (case.start, *case.grads, *case.points)
            ),
        },
        Stage.UPDATE: {"updates": quantities.pop("updates")},
        Stage.STATE: {"step": step, **quantities},
    }


def _exact_descent(
    case: DescentCase, leaf: Any, grads: list[Any], points: list[Any]
) -> dict[str, list[Any]]:
    own, decay = (convert(each, from_floats) for each in split_decay(case.keywords))
    rates = [from_floats(rate) for rate in case.rates]
    handed, around = [from_floats(g) for g in grads], [from_floats(point) for point in points]
    rule = partial(EXACT[case.optimizer], **own)
    history = decayed(rule, handed, rates, around, **decay) if decay else rule(handed, rates)
    moments = {
        f"{case.optimizer}.{name}": steps
        for name, steps in (history.states | history.numbers).items()
    }
    params = accumulate(history.updates, initial=from_floats(leaf))
    return {**moments, "updates": history.updates, "params": list(params)[1:]}


def _inexact_descent(
    case: DescentCase, leaf: Any, grads: list[Any], points: list[Any]
) -> dict[str, list[Inexact]]:
    precision = Precision.of(case.dtype)
    own, decay = (
        convert(each, lambda value: exactly(value, DOUBLE)) for each in split_decay(case.keywords)
    )
    rates = [exactly(rate, DOUBLE) for rate in case.rates]
    handed = [exactly(g, precision) for g in grads]
    around = [exactly(point, precision) for point in points]
    rule = partial(stepwise.STEPWISE_RULES[case.optimizer], rates=rates, **own)
    ways = stepwise.decayed(rule, handed, rates, around, **decay) if decay else rule(handed)
    steps = list(ways)
    one = exactly(1.0, precision)  # a number of the state is compared in the dtype of the case
    moments = {name: [step.state[name] for step in steps] for name in steps[0].state}
    numbers = {name: [step.numbers[name] * one for step in steps] for name in steps[0].numbers}
    found = {f"{case.optimizer}.{name}": each for name, each in (moments | numbers).items()}
    updates = [step.update for step in steps]
    params = accumulate(updates, initial=exactly(leaf, precision))
    return {**found, "updates": updates, "params": list(params)[1:]}


# ----- which cases there are -----


@cache
def generated() -> list[DescentCase]:
    """Every optimizer and option, on layers and on a bare array, in both dtypes."""
    return [
        _generated(label, layers, dtype)
        for label in OPTIMIZER_CASES
        for layers, dtype in ((True, "float64"), (True, "float32"), (False, "float64"))
    ]


def _generated(label: str, layers: bool, dtype: str) -> DescentCase:
    rng = np.random.default_rng(11)

    def draw() -> Any:
        # Two layers of one shape: who mixes up their states is not stopped by a shape.
        pairs = [(rng.standard_normal((2, 3)), rng.standard_normal(2)) for _ in range(2)]
        tree = tuple(Layer(*(leaf.astype(dtype) for leaf in pair)) for pair in pairs)
        return tree if layers else tree[0].weight[0]

    start, directions = draw(), [draw() for _ in FACTORS]
    grads = [_times(factor, tree) for factor, tree in zip(FACTORS, directions, strict=True)]
    optimizer, keywords = OPTIMIZER_CASES[label]
    name = f"{label}-{'layers' if layers else 'array'}-{dtype}"
    return DescentCase("optimizers", name, optimizer, keywords, RATES, start, tuple(grads))


def _times(factor: float, tree: Any) -> Any:
    if isinstance(tree, tuple):
        return tuple(Layer(*(_times(factor, leaf) for leaf in layer)) for layer in tree)
    return tree * np.asarray(factor, tree.dtype)


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


def drawn(number: int, label: str) -> DescentCase:
    """A random history for studies of the bounds: 12 steps, scales from 1e-8 to 1e4."""
    rng = np.random.default_rng([3, number])
    dtype = ("float64", "float32")[number % 2]
    optimizer, keywords = OPTIMIZER_CASES[label]
    grads = rng.standard_normal((12, 16)) * 10 ** rng.uniform(-8, 4, (12, 1))
    rates = tuple(float(rate) for rate in 10 ** rng.uniform(-3, 0, 12))
    start = rng.standard_normal(16).astype(dtype)
    handed = tuple(grads.astype(dtype))
    name = f"drawn history {number} of {label}"
    return DescentCase("drawn", name, optimizer, keywords, rates, start, handed)

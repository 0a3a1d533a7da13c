"""The steps of one optimizer on gradients that the case gives.

Every framework gets the same gradients, so that the optimizer alone is compared: Adam divides a
gradient by its own size, which would magnify the rounding of a small one. The gradients have many
magnitudes and both signs, some are near eps and some are 0, and the learning rate changes once. One
bias-corrected step, or many steps with one gradient, would not depend on Adam's betas at all.
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
from crosscheck.numerics.comparison import Tensor, Tensors
from crosscheck.numerics.exact.balls import enclose, from_floats
from crosscheck.numerics.exact.optimizers import EXACT_RULES as EXACT
from crosscheck.numerics.exact.optimizers import decayed
from crosscheck.numerics.trees import Layer, as_vector, leaves, numpy_leaves, to_framework
from crosscheck.verification.cases import network
from crosscheck.verification.cases.hyperparameters import OPTIMIZER_CASES
from crosscheck.verification.cases.stages import ByContent, Quantities, Stage, Stages

# The fields of a state, other than the step, that are single numbers instead of trees.
NUMBERS = ("momentum_product",)
RATES = (0.1,) * 6 + (0.025,) * 6
# The drawn gradient of each step is multiplied by one of these: large, small, near eps, 0.
FACTORS = (1.0, -0.5, 1e-3, 1e-8, 0.0, 2.0, -1e-5, 0.3, 100.0, 1e-14, -3.0, 0.1)


@dataclass(frozen=True, eq=False)
class DescentCase(ByContent):
    """One optimizer, where it starts, and the gradient of every step.

    Attributes:
        group, name: The group of cases, and the name of this one.
        optimizer, keywords: Its name in the contract, and its other hyperparameters.
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
        """The parameters that every call of `update` gets.

        They do not follow from the updates. Otherwise a framework that applies its updates wrongly
        would be blamed for its weight decay, too.
        """
        factors = 0.75 ** np.arange(len(self.grads))
        return tuple(_times(factor, self.start) for factor in factors)

    def rate(self, step: Any) -> float:
        """The learning rate of a step, from 0; after the last step its rate stays."""
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
        module = framework.params
        start = to_framework(module, self.start)
        grads = [to_framework(module, grad) for grad in self.grads]
        apply_error: Exception | None = None
        optimizer = build_optimizer(framework, self.optimizer, self.keywords, self.rate)
        points = [to_framework(module, point) for point in self.points]
        theta, state = start, optimizer.init(start)
        states, steps, thetas = [], [], []
        for grad, point in zip(grads, points, strict=True):
            updates, state = optimizer.update(grad, state, point)
            try:
                theta = framework.optimizers.apply_updates(theta, updates)
            except Exception as error:  # raised below, in its own stage: an earlier one may differ
                apply_error = apply_error or error
            states.append(state)
            steps.append(numpy_leaves(module, updates))
            thetas.append(numpy_leaves(module, theta))
        moments = {}
        for name in states[0]._fields[1:]:
            moment = [getattr(state, name) for state in states]
            moments[f"{self.optimizer}.{name}"] = (
                {"": Tensor(np.array([float(number) for number in moment]).astype(self.dtype))}
                if name in NUMBERS
                else tensors.computed_steps([numpy_leaves(module, tree) for tree in moment])
            )
        counts = {"": Tensor(np.array([int(state.step) for state in states]).astype(self.dtype))}
        yield Stage.STATE, {"step": counts, **moments}
        yield Stage.UPDATE, {"updates": tensors.computed_steps(steps)}
        if apply_error is not None:
            raise apply_error
        # Last of all: by now a framework that writes into its arguments has done so.
        afterwards = [numpy_leaves(module, tree) for tree in (start, *grads, *points)]
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
    # No rule mixes two entries: one vector of all leaves has the history of each of them.
    start = as_vector(case.start)
    grads, points = ([*map(as_vector, trees)] for trees in (case.grads, case.points))
    exact = enclose(partial(_exact_descent, case, start, grads, points))
    inexact = _inexact_descent(case, start, grads, points)
    quantities: dict[str, Tensors] = {}
    for quantity, steps in exact.items():
        of_all = tensors.bounded_steps(steps, inexact[quantity])
        is_number = quantity.rpartition(".")[2] in NUMBERS  # one for all leaves
        quantities[quantity] = of_all if is_number else tensors.by_leaf(of_all[""], case.start)
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
    case: DescentCase, start: np.ndarray, grads: list[np.ndarray], points: list[np.ndarray]
) -> dict[str, list[Any]]:
    """Every quantity at every step, as balls; `_inexact_descent` has the bounds."""
    own, decay = (convert(each, from_floats) for each in split_decay(case.keywords))
    rates, g = [from_floats(rate) for rate in case.rates], [from_floats(grad) for grad in grads]
    rule = partial(EXACT[case.optimizer], **own)
    if decay:
        history = decayed(rule, g, rates, [from_floats(point) for point in points], **decay)
    else:
        history = rule(g, rates)
    moments = {
        f"{case.optimizer}.{name}": steps
        for name, steps in (history.states | history.numbers).items()
    }
    params = accumulate(history.updates, initial=from_floats(start))
    return {**moments, "updates": history.updates, "params": list(params)[1:]}


def _inexact_descent(
    case: DescentCase, start: np.ndarray, grads: list[np.ndarray], points: list[np.ndarray]
) -> dict[str, list[Inexact]]:
    precision = Precision.of(case.dtype)
    own, decay = (
        convert(each, lambda value: exactly(value, DOUBLE)) for each in split_decay(case.keywords)
    )
    rates = [exactly(rate, DOUBLE) for rate in case.rates]
    g = [exactly(grad, precision) for grad in grads]
    rule = partial(stepwise.STEPWISE_RULES[case.optimizer], rates=rates, **own)
    if decay:
        around = [exactly(point, precision) for point in points]
        steps = list(stepwise.decayed(rule, g, rates, around, **decay))
    else:
        steps = list(rule(g))
    one = exactly(1.0, precision)  # a number of the state is compared in the dtype of the case
    moments = {name: [step.state[name] for step in steps] for name in steps[0].state}
    numbers = {name: [step.numbers[name] * one for step in steps] for name in steps[0].numbers}
    state = {f"{case.optimizer}.{name}": each for name, each in (moments | numbers).items()}
    updates = [step.update for step in steps]
    params = accumulate(updates, initial=exactly(start, precision))
    return {**state, "updates": updates, "params": list(params)[1:]}


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
        # Two layers of one shape: if a framework mixes up their states, no shape prevents it.
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
    name, history = f"drawn history {number} of {label}", tuple(grads.astype(dtype))
    return DescentCase("drawn", name, optimizer, keywords, rates, start, history)

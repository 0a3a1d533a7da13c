"""The steps of one optimizer on gradients that the case gives.

Every framework gets the same gradients, so that the optimizer alone is compared: Adam divides a
gradient by its own size, which would magnify the rounding of a small one. The gradients have many
magnitudes and both signs, some are near eps and some are 0, and the learning rate changes once. One
bias-corrected step, or many steps with one gradient, would not depend on Adam's betas at all.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import accumulate
from typing import Any

import numpy as np

from crosscheck.frameworks.hyperparameters import (
    build_optimizer,
    convert,
    split_clip,
    split_decay,
)
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics import tensors
from crosscheck.numerics.bounds import optimizers as stepwise
from crosscheck.numerics.bounds.clipping import clipped as inexact_clipped
from crosscheck.numerics.bounds.inexact import Inexact, exactly
from crosscheck.numerics.bounds.precision import DOUBLE, Precision
from crosscheck.numerics.comparison import Tensor, Tensors
from crosscheck.numerics.exact.balls import enclose, from_floats
from crosscheck.numerics.exact.clipping import clipped as exact_clipped
from crosscheck.numerics.exact.optimizers import EXACT_RULES as EXACT
from crosscheck.numerics.exact.optimizers import decayed
from crosscheck.numerics.trees import Layer, as_vector, leaves, numpy_leaves, to_framework
from crosscheck.verification.cases.stages import ByContent, Quantities, Stage, Stages

# The fields of a state, other than the step, that are single numbers instead of trees.
NUMBERS = ("momentum_product",)
# The optimizers whose steps depend on how many there were before.
COUNTING = ("adam", "adamw", "amsgrad", "nadam", "radam", "adamax")


@dataclass(frozen=True, eq=False)
class DescentCase(ByContent):
    """One optimizer, where it starts, and the gradient of every step.

    Attributes:
        group, name: The group of cases, and the name of this one.
        optimizer, keywords: Its name in the contract, and its other hyperparameters.
        rates: The learning rate of every step.
        start: The parameters: layers, each a pair, or one bare array.
        grads: The gradient of every step, of the same shape.
        before: How many steps came before the first one, all with gradients of 0.
    """

    group: str
    name: str
    optimizer: str
    keywords: dict[str, Any]
    rates: tuple[float, ...]
    start: Any
    grads: tuple[Any, ...]
    before: int = 0

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
        return tuple(times(factor, self.start) for factor in factors)

    def rate(self, step: Any) -> float:
        """The learning rate of a step, from 0; after the last step its rate stays."""
        return self.rates[min(int(step) - self.before, len(self.rates) - 1)]

    @property
    def numbers(self) -> dict[str, float]:
        """The numbers of the state before the first step, other than the step; as given, exact."""
        if self.optimizer != "nadam" or not self.before:
            return {}
        b1, decay = self.keywords["b1"], self.keywords["momentum_decay"]
        steps = np.arange(1, self.before + 1)
        return {"momentum_product": float(np.prod(b1 * (1 - 0.96 ** (steps * decay) / 2)))}

    @cached_property
    def content(self) -> str:
        """A digest of everything that the exact values depend on."""
        how = (self.optimizer, sorted(self.keywords.items()), self.rates, self.dtype, self.before)
        trees = [leaves(tree) for tree in (self.start, *self.grads)]
        parts = [repr((p, a.shape)).encode() + a.tobytes() for t in trees for p, a in t.items()]
        return hashlib.sha256(repr(how).encode() + b"".join(parts)).hexdigest()

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
        if self.before:  # a state is a value: no moment has moved, and the steps are counted
            state = state._replace(step=self.before, **self.numbers)
        states, steps, thetas = [], [], []
        for grad, point in zip(grads, points, strict=True):
            updates, state = optimizer.update(grad, state, point)
            try:
                theta = framework.optimizers.apply_updates(theta, updates)
            except Exception as error:  # raised below, in its own stage: an earlier one may differ
                apply_error = apply_error or error
            states.append(state)
            steps.append(updates)
            thetas.append(theta)
        # Read after the last step: what was returned is nobody's to write into any more.
        moments = {}
        for name in states[0]._fields[1:]:
            moment = [getattr(state, name) for state in states]
            moments[f"{self.optimizer}.{name}"] = (
                {"": Tensor(np.array([float(number) for number in moment]).astype(self.dtype))}
                if name in NUMBERS
                else computed_steps(module, moment)
            )
        counts = {"": Tensor(np.array([int(state.step) for state in states]).astype(self.dtype))}
        yield Stage.STATE, {"step": counts, **moments}
        yield Stage.UPDATE, {"updates": computed_steps(module, steps)}
        if apply_error is not None:
            raise apply_error
        # By now a framework that writes into its arguments has done so.
        yield (
            Stage.TRAJECTORY,
            {
                "params": computed_steps(module, thetas),
                "arguments afterwards": computed_steps(module, (start, *grads, *points)),
            },
        )


def computed_steps(module: Any, trees: Sequence[Any]) -> Tensors:
    """A quantity at every step, of trees of a framework."""
    return tensors.computed_steps([numpy_leaves(module, tree) for tree in trees])


@cache
def exact_stages(case: DescentCase) -> Stages:
    """What `DescentCase.exactly` gives, computed once for each content."""
    # No rule mixes two entries: one vector of all leaves has the history of each of them.
    start = as_vector(case.start)
    grads, points = ([*map(as_vector, trees)] for trees in (case.grads, case.points))
    exact = enclose(partial(_exact_descent, case, start, grads, points))
    with np.errstate(all="ignore"):  # where something overflows its bound is infinite
        inexact = _inexact_descent(case, start, grads, points)
    quantities: dict[str, Tensors] = {}
    for quantity, steps in exact.items():
        of_all = tensors.bounded_steps(steps, inexact[quantity])
        is_number = quantity.rpartition(".")[2] in NUMBERS  # one for all leaves
        quantities[quantity] = of_all if is_number else tensors.by_leaf(of_all[""], case.start)
    step = {"": Tensor(case.before + np.arange(1.0, len(case.rates) + 1))}
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
    rest, clip = (convert(each, from_floats) for each in split_clip(case.keywords))
    own, decay = split_decay(rest)
    rates, g = [from_floats(rate) for rate in case.rates], [from_floats(grad) for grad in grads]
    g = exact_clipped(g, _sizes(case), **clip) if clip else g
    spared = decay.pop("leaves", "all") == "weights"
    rule = partial(EXACT[case.optimizer], **own, **_late(case, from_floats))
    if decay:
        around = [from_floats(point) for point in _pulled(case, points, spared)]
        history = decayed(rule, g, rates, around, **decay)
    else:
        history = rule(g, rates)
    moments = {
        f"{case.optimizer}.{name}": steps
        for name, steps in (history.states | history.numbers).items()
    }
    params = accumulate(history.updates, initial=from_floats(start))
    return {**moments, "updates": history.updates, "params": list(params)[1:]}


def _late(case: DescentCase, to_number: Callable[[float], Any]) -> dict[str, Any]:
    """What the rules that count their steps are told of those before the first."""
    if not case.before or case.optimizer not in COUNTING:
        return {}
    return {"before": case.before, **convert(case.numbers, to_number)}


def _inexact_descent(
    case: DescentCase, start: np.ndarray, grads: list[np.ndarray], points: list[np.ndarray]
) -> dict[str, list[Inexact]]:
    precision = Precision.of(case.dtype)
    rest, clip = (
        convert(each, lambda value: exactly(value, DOUBLE)) for each in split_clip(case.keywords)
    )
    own, decay = split_decay(rest)
    spared = decay.pop("leaves", "all") == "weights"
    rates = [exactly(rate, DOUBLE) for rate in case.rates]
    g = [exactly(grad, precision) for grad in grads]
    g = list(inexact_clipped(g, _sizes(case), **clip)) if clip else g
    late = _late(case, lambda number: exactly(number, DOUBLE))
    rule = partial(stepwise.STEPWISE_RULES[case.optimizer], rates=rates, **own, **late)
    if decay:
        around = [exactly(point, precision) for point in _pulled(case, points, spared)]
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


def _sizes(case: DescentCase) -> list[int]:
    return [leaf.size for leaf in leaves(case.start).values()]


def _pulled(case: DescentCase, points: list[np.ndarray], spared: bool) -> list[np.ndarray]:
    """The points that a decay pulls towards 0: with zeros for the biases, if these are spared."""
    if not spared or not isinstance(case.start, tuple):
        return points
    ones = tuple(Layer(np.ones_like(w), np.zeros_like(b)) for w, b in case.start)
    return [point * as_vector(ones) for point in points]


def times(factor: float, tree: Any) -> Any:
    """A tree times a factor, in its own dtype."""
    if isinstance(tree, tuple):
        return tuple(Layer(*(times(factor, leaf) for leaf in layer)) for layer in tree)
    return tree * np.asarray(factor, tree.dtype)

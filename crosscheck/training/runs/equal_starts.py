"""Whether a framework is farther off, a few steps from equal parameters, than rounding allows.

Chaos amplifies what rounding left, and takes many steps to do so. From equal parameters honest
frameworks are apart by no more than the derived bound of one step, and then of two, three and four:
the bounds of the pass and of the update rule, carried from step to step as in the cases of
training. What exceeds them is an error, however chaotic the training is. Several steps are made
since some errors (of a moment, of a bias correction) show at none that is the first of its
optimizer, and few since the bounds grow as the differences do. They cost about as much as the steps
of one framework, however large the network is.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.hyperparameters import convert, split_decay
from crosscheck.numerics.bounds import optimizers as stepwise
from crosscheck.numerics.bounds.inexact import exactly
from crosscheck.numerics.bounds.network import inexact_params
from crosscheck.numerics.bounds.precision import DOUBLE, Precision
from crosscheck.numerics.bounds.shards import sharded_pass
from crosscheck.numerics.trees import Layer, leaves
from crosscheck.training.data.datasets import Split
from crosscheck.training.runs.configuration import Configuration
from reference_numpy.optimizers import OPTIMIZERS

# So many steps, the last of them that at which the frameworks part.
STEPS = 4
# Makes one step with a batch, by a framework; returns the parameters after it.
Stepper = Callable[[np.ndarray], tuple[Layer, ...]]


@dataclass(frozen=True)
class Excess:
    """Where a framework is farther off than rounding allows.

    Attributes:
        framework: Its name.
        steps: After so many steps from equal parameters.
        place: The entry that is off by most of its bound: "[0].weight[1, 2]".
        times: How many times the bound that is.
    """

    framework: str
    steps: int
    place: str
    times: float


def excess(
    steppers: dict[str, Stepper],
    configuration: Configuration,
    split: Split,
    start: tuple[Layer, ...],
    batches: Sequence[np.ndarray],
    workers: int = 1,
) -> Excess | None:
    """The first step after which a framework is off by more than rounding allows, or None.

    Args:
        steppers: What makes the next step by each framework, by its name; all begin at `start`,
            with an optimizer that has made no step.
        configuration: What is trained.
        split: The samples.
        start: The parameters that all begin from.
        batches: The samples of each step.
        workers: How many workers share a batch, in every framework.
    """
    bounds = bounded_steps(configuration, split, start, batches, workers)
    for number, (batch, bounded) in enumerate(zip(batches, bounds, strict=True), start=1):
        found = [(*_worst(step(batch), bounded), name) for name, step in steppers.items()]
        times, place, name = max(found)
        if times > 1:
            return Excess(name, number, place, times)
    return None


def _worst(params: tuple[Layer, ...], bounded: tuple[Layer, ...]) -> tuple[float, str]:
    """The largest error of any entry as a multiple of its bound, and where that is.

    The middle of a bound is itself a computation, in float64: it may err by as much again. Where a
    bound is infinite nothing is promised.
    """
    worst = (0.0, "")
    limits = leaves(bounded)
    for place, leaf in leaves(params).items():
        with np.errstate(all="ignore"):
            error = np.abs(np.asarray(leaf, "float64") - limits[place].value)
            allowed = 2 * limits[place].error
            times = np.where(error == 0, 0.0, error / allowed)
        promised = np.isfinite(allowed) & np.isfinite(limits[place].value)
        times = np.where(promised, np.nan_to_num(times, nan=np.inf, posinf=np.inf), 0.0)
        index = np.unravel_index(np.argmax(times), times.shape)
        worst = max(worst, (float(times[index]), f"{place}{[int(i) for i in index]}"))
    return worst


def bounded_steps(
    configuration: Configuration,
    split: Split,
    start: tuple[Layer, ...],
    batches: Sequence[np.ndarray],
    workers: int = 1,
) -> list[tuple[Layer, ...]]:
    """The parameters after every step, each entry with the bound of its error.

    Args:
        configuration, split, start, batches, workers: As `excess` takes them.
    """
    precision = Precision.of(configuration.dtype)
    params = tuple(inexact_params(start, precision))
    update = _rule(configuration)
    grads: list[tuple[Layer, ...]] = []
    points: list[tuple[Layer, ...]] = []
    found = []
    with np.errstate(all="ignore"):  # what overflows has no bound
        for batch in batches:
            x, y = (np.asarray(each[batch], "float64") for each in (split.inputs, split.targets))
            kind = configuration.activations, configuration.loss, precision
            grads.append(tuple(sharded_pass(params, x, y, *kind, workers=workers)[1]))
            points.append(params)
            updates = (
                [
                    update([h[i][part] for h in grads], [h[i][part] for h in points])
                    for part in (0, 1)
                ]
                for i in range(len(params))
            )
            params = tuple(
                Layer(layer.weight + of_weight, layer.bias + of_bias)
                for layer, (of_weight, of_bias) in zip(params, updates, strict=True)
            )
            found.append(params)
    return found


def _rule(configuration: Configuration) -> Callable[[list[Any], list[Any]], Any]:
    """The last update of one leaf, as a function of its gradients and of where they were taken."""
    signature = inspect.signature(OPTIMIZERS[configuration.optimizer])
    keywords = {name: each.default for name, each in signature.parameters.items()}
    keywords |= configuration.hyperparameters
    rate = exactly(float(keywords.pop("learning_rate")), DOUBLE)
    own, decay = (
        convert(each, lambda number: exactly(float(number), DOUBLE))
        for each in split_decay(keywords)
    )
    rule = partial(stepwise.STEPWISE_RULES[configuration.optimizer], **own)

    def update(grads: list[Any], points: list[Any]) -> Any:
        rates = [rate] * len(grads)
        of_rule = partial(rule, rates=rates)
        if decay:
            return list(stepwise.decayed(of_rule, grads, rates, points, **decay))[-1].update
        return list(of_rule(grads))[-1].update

    return update

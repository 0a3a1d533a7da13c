"""How far the frameworks drift apart: rounding alone, which training may amplify without bound.

Two honest runs of the same training differ by some units in the last place. Where training is
stable that stays so; where it is chaotic (a learning rate so large that a small change of the
parameters grows from step to step) it doubles every few steps until nothing is in common. The step
at which it leaves what rounding alone explains is the horizon: beyond it the frameworks do not
disagree, they only cannot be compared any more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from crosscheck.frameworks.batches import batches_of_epoch
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.trees import Layer
from crosscheck.training.data.datasets import Dataset
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.training import Run, taken_up

# Of the largest parameter: about 1e-12 of it in float64. What rounding leaves behind in thousands
# of stable steps is a tenth of that; chaos passes any number.
HORIZON = 4096.0


@dataclass(frozen=True)
class Distance:
    """The largest difference of two runs' parameters.

    Attributes:
        difference: Of one entry.
        ulps: The same in units in the last place of the largest parameter.
    """

    difference: float
    ulps: float


@dataclass(frozen=True)
class Curve:
    """The distance after every step of the epoch in which the frameworks part.

    Attributes:
        epoch: Its number.
        steps_before: How many steps had been made when it began.
        distances: In units in the last place, step by step.
        step: The first of all steps, from 1, after which it is beyond HORIZON; None if none is.
    """

    epoch: int
    steps_before: int
    distances: tuple[float, ...]

    @property
    def step(self) -> int | None:
        for number, distance in enumerate(self.distances, 1):
            if not distance <= HORIZON:
                return self.steps_before + number
        return None


def distance(runs: Sequence[tuple[Layer, ...]]) -> Distance:
    """The largest over all pairs of parameters; infinite where one is not finite."""
    vectors = [
        np.concatenate([leaf.ravel() for layer in params for leaf in layer]) for params in runs
    ]
    largest = max(float(np.max(np.abs(vector))) for vector in vectors)
    differences = [float(np.max(np.abs(a - b))) for a, b in combinations(vectors, 2)]
    if not np.all(np.isfinite([largest, *differences])):
        return Distance(np.inf, np.inf)
    ulp = float(np.spacing(np.asarray(max(largest, 1e-30), vectors[0].dtype)))
    difference = max(differences, default=0.0)
    return Distance(difference, difference / ulp)


def by_epoch(runs: Sequence[Run]) -> dict[int, Distance]:
    """The distance after each epoch that all of the runs made, by its number, from 0."""
    common = set.intersection(*(set(run.after) for run in runs))
    made = [count for count in sorted(common) if count <= min(len(run.history) for run in runs)]
    return {
        count - 1: distance([run.after[count].params for run in runs])
        for count in made
        if count > 0
    }


def horizon(
    frameworks: Sequence[Framework],
    configuration: Configuration,
    dataset: Dataset,
    runs: Sequence[Run],
    progress: Callable[[int], None] = lambda steps: None,
) -> Curve | None:
    """The steps of the first epoch at whose end the frameworks are beyond HORIZON, or None.

    Every framework starts where it stood before that epoch, and makes its steps one by one. None,
    too, where they stood beyond it already when they went on from checkpoints, or where training
    diverged to what is not finite: that is another thing than chaos.

    Args:
        frameworks, runs: In one order.
        configuration, dataset: Of the runs.
        progress: Called with the number of steps made.
    """
    distances = by_epoch(runs)
    epoch = next((e for e, found in distances.items() if not found.ulps <= HORIZON), None)
    if epoch is None or not np.isfinite(distances[epoch].ulps):
        return None
    if not all(epoch in run.after for run in runs):
        return None
    samples = len(dataset.train.inputs)
    size, seed = configuration.batch_size, configuration.seed
    batches = batches_of_epoch(samples, size, seed=seed, epoch=epoch)
    before = epoch * len(batches)
    steppers = [
        _stepper(framework, configuration, dataset, run, epoch)
        for framework, run in zip(frameworks, runs, strict=True)
    ]
    found = []
    for number, batch in enumerate(batches):
        found.append(distance([step(batch) for step in steppers]).ulps)
        progress(number + 1)
    return Curve(epoch, before, tuple(found))


def _stepper(
    framework: Framework, configuration: Configuration, dataset: Dataset, run: Run, epoch: int
) -> Callable[[np.ndarray], tuple[Layer, ...]]:
    """A function that makes one step after another, by the framework's own `train`."""
    arrays, optimizer = framework.params, configuration.optimizer_of(framework)
    params, state = taken_up(framework, optimizer, run.after[epoch])

    def step(batch: np.ndarray) -> tuple[Layer, ...]:
        nonlocal params, state
        result: Any = framework.training.train(
            params,
            arrays.from_numpy(dataset.train.inputs[batch]),
            arrays.from_numpy(dataset.train.targets[batch]),
            optimizer,
            activations=configuration.activations,
            loss=configuration.loss,
            stop=framework.training.StopRule(max_epochs=1),
            state=state,
        )
        params, state = result.params, result.state
        return tuple(Layer(*layer) for layer in arrays.to_numpy(params))

    return step

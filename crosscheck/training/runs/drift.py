"""How far apart the parameters of several frameworks drift in the same training.

Two correct runs of the same training differ by a few units in the last place, since they round
differently. Where training is stable, this difference stays small. Where training is chaotic (a
learning rate so large that a small change of the parameters grows from step to step), it doubles
every few steps until the two runs have nothing in common. We call the first step at which the
difference exceeds what stable training would leave the horizon. Beyond the horizon no framework is
wrong because of that: the runs merely cannot be compared any more. But a framework that computes
something else gets there too, and mostly in one step. So the steps up to the horizon are made once
more, from equal parameters: chaos cannot pass the bound of so few, and an error does.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from crosscheck.frameworks.batches import batches_of_epoch
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.trees import Layer
from crosscheck.training.data.datasets import Dataset
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.equal_starts import STEPS, Excess, excess
from crosscheck.training.runs.snapshots import Snapshot, restore
from crosscheck.training.runs.training import TrainingRun

# In ulps of the largest parameter: about 1e-12 of it in float64. In thousands of stable steps
# rounding adds up to a tenth of that; chaotic training exceeds any number.
HORIZON = 4096.0


@dataclass(frozen=True)
class Distance:
    """The largest difference between the parameters of any two runs.

    Attributes:
        difference: The largest |a - b| over all entries; infinite if an entry is not finite.
        ulps: The same in units in the last place of the largest parameter.
    """

    difference: float
    ulps: float


@dataclass(frozen=True)
class Curve:
    """The distance after every step of the first epoch that ends beyond the horizon.

    Attributes:
        epoch: The number of that epoch, from 0.
        steps_before: How many steps were made before it.
        distances: The distance after each of its steps, in ulps of the largest parameter.
        excess: What rounding does not explain of it: a difference, where all else is chaos.
    """

    epoch: int
    steps_before: int
    distances: tuple[float, ...]
    excess: Excess | None = None

    @property
    def step(self) -> int | None:
        """The horizon: the first step of the run, from 1, that ends beyond HORIZON; or None."""
        for number, ulps in enumerate(self.distances, 1):
            if not ulps <= HORIZON:
                return self.steps_before + number
        return None


def distance(params: Sequence[tuple[Layer, ...]]) -> Distance:
    """The largest difference between any two of several frameworks' parameters.

    Args:
        params: The parameters of each framework, all of the same shapes.

    Returns:
        The distance; infinite where an entry is not finite, 0 where there is only one framework.
    """
    vectors = [
        np.concatenate([leaf.ravel() for layer in each for leaf in layer]) for each in params
    ]
    largest = max(float(np.max(np.abs(vector))) for vector in vectors)
    differences = [float(np.max(np.abs(a - b))) for a, b in combinations(vectors, 2)]
    if not np.all(np.isfinite([largest, *differences])):
        return Distance(np.inf, np.inf)
    ulp = float(np.spacing(np.asarray(max(largest, 1e-30), vectors[0].dtype)))
    difference = max(differences, default=0.0)
    return Distance(difference, difference / ulp)


def by_epoch(runs: Sequence[TrainingRun]) -> dict[int, Distance]:
    """The distance after every epoch that all runs made and kept.

    Args:
        runs: One run of each framework.

    Returns:
        The distances by the number of the epoch, from 0.
    """
    common = set.intersection(*(set(run.snapshots) for run in runs))
    shortest = min(len(run.history) for run in runs)
    return {
        epochs - 1: distance([run.snapshots[epochs].params for run in runs])
        for epochs in sorted(common)
        if 0 < epochs <= shortest
    }


def horizon(
    frameworks: Sequence[Framework],
    configuration: Configuration,
    dataset: Dataset,
    runs: Sequence[TrainingRun],
    progress: Callable[[int], None] = lambda steps: None,
    workers: int = 1,
) -> Curve | None:
    """Find the horizon: train the first epoch that ends beyond it once more, step by step.

    Every framework starts where its run was before that epoch; or where it was last kept, if the
    runs kept too little: then the epochs in between are trained once more, too.

    Args:
        frameworks: The frameworks.
        configuration: What they trained.
        dataset: The data that they trained on.
        runs: Their runs, in the same order.
        progress: Called after every step with the number of steps made.
        workers: How many workers share a batch, in every framework.

    Returns:
        The distances in that epoch. None if no epoch ends beyond HORIZON; also if the runs were
        beyond it when they went on from checkpoints, or if the parameters are not finite: then
        training diverged, which is not chaos.
    """
    epoch = _first_epoch_beyond(by_epoch(runs))
    kept = set.intersection(*(set(run.snapshots) for run in runs))
    if epoch is None or min(kept) > epoch:  # they went on from beyond it
        return None
    begun = max(number for number in kept if number <= epoch)
    samples, size = len(dataset.train.inputs), configuration.batch_size
    batches = [
        batch
        for number in range(begun, epoch + 1)
        for batch in batches_of_epoch(samples, size, seed=configuration.seed, epoch=number)
    ]
    in_epoch = len(batches) // (epoch + 1 - begun)
    steppers = [
        stepper(framework, configuration, dataset, run.snapshots[begun])
        for framework, run in zip(frameworks, runs, strict=True)
    ]
    distances: list[float] = []
    # The parameters of the first framework before the last few steps up to the horizon.
    before, is_before = deque([runs[0].snapshots[begun].params], STEPS), True
    for number, batch in enumerate(batches):
        if not number % in_epoch:
            if not is_before:
                break
            distances = []
        params = [step(batch) for step in steppers]
        if is_before:
            last, start = number, before[0]
            before.append(params[0])
        distances.append(distance(params).ulps)
        is_before = is_before and distances[-1] <= HORIZON
        progress(number + 1)
    first = max(last - STEPS + 1, 0)
    again = {
        framework.name: stepper(framework, configuration, dataset, Snapshot(start, 0, {}))
        for framework in frameworks
    }
    found = excess(again, configuration, dataset.train, start, batches[first : last + 1], workers)
    reached = begun + last // in_epoch
    return Curve(reached, reached * in_epoch, tuple(distances), found)


def _first_epoch_beyond(distances: Mapping[int, Distance]) -> int | None:
    """The first epoch that ends beyond HORIZON, at a finite distance."""
    epoch = next((e for e, each in distances.items() if not each.ulps <= HORIZON), None)
    return epoch if epoch is not None and np.isfinite(distances[epoch].ulps) else None


def stepper(
    framework: Framework, configuration: Configuration, dataset: Dataset, snapshot: Snapshot
) -> Callable[[np.ndarray], tuple[Layer, ...]]:
    """A function that makes the next step with a batch, by the framework's own `train`.

    Args:
        framework: The framework.
        configuration, dataset: What it trains.
        snapshot: Where it begins.
    """
    arrays, optimizer = framework.params, configuration.optimizer_of(framework)
    params, state = restore(framework, optimizer, snapshot)

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

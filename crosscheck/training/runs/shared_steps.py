"""Whether steps whose batches several workers share are those of a single process.

The trajectories of both drift apart by rounding, as those of two frameworks do, and may do so
without bound. So steps are sampled: from equal parameters, wherever the run was kept, and with a
new optimizer, workers and a single process make the same few steps. After each the parameters may
differ by no more than the derived bounds of both: a reduction rounds, in whatever order it goes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crosscheck.frameworks.batches import batches_of_epoch
from crosscheck.frameworks.registry import Framework
from crosscheck.frameworks.sharing import with_workers
from crosscheck.numerics.trees import Layer, leaves
from crosscheck.training.data.datasets import Dataset
from crosscheck.training.runs.drift import stepper
from crosscheck.training.runs.equal_starts import bounded_steps
from crosscheck.training.runs.request import TrainingRequest
from crosscheck.training.runs.snapshots import Snapshot
from crosscheck.training.runs.training import TrainingRun

# So many of the epochs that were kept are sampled, and so many steps of each: the last one is made
# with the last batch of the epoch, which may be short.
EPOCHS, STEPS = 4, 4


@dataclass(frozen=True)
class SharedSteps:
    """The sampled steps of one framework.

    Attributes:
        framework: Its name.
        workers: How many workers shared each batch.
        epochs: How many epochs were done where the steps began.
        steps: How many there were in all.
        times: The largest difference, as a multiple of the bound.
        place: Where that is: "params[0].weight[1, 2]".
    """

    framework: str
    workers: int
    epochs: tuple[int, ...]
    steps: int
    times: float
    place: str


def shared_steps(
    framework: Framework,
    request: TrainingRequest,
    dataset: Dataset,
    run: TrainingRun,
    progress: Callable[[int], None] = lambda steps: None,
) -> SharedSteps:
    """Make sampled steps of a run by several workers, and by a single process.

    Args:
        framework: The framework.
        request: What it trained, and with how many workers.
        dataset: The data that it trained on.
        run: Its run.
        progress: Called with the number of epochs that were sampled.
    """
    configuration, split = request.configuration, dataset.train
    shared = with_workers(framework, request.workers, "cpu", request.patience)
    kept = sorted(run.snapshots)
    chosen = sorted({kept[round(i * (len(kept) - 1) / (EPOCHS - 1))] for i in range(EPOCHS)})
    worst, steps = (0.0, ""), 0
    for number, epoch in enumerate(chosen, 1):
        start = run.snapshots[epoch].params
        batches = batches_of_epoch(
            len(split.inputs), configuration.batch_size, seed=configuration.seed, epoch=epoch
        )
        batches = [*batches[: STEPS - 1], batches[-1]][: len(batches)]
        several, single = (
            bounded_steps(configuration, split, start, batches, workers)
            for workers in (request.workers, 1)
        )
        by_several, by_single = (
            stepper(each, configuration, dataset, Snapshot(start, 0, {}))
            for each in (shared, framework)
        )
        for batch, *bounds in zip(batches, several, single, strict=True):
            worst = max(worst, _times(by_several(batch), by_single(batch), *bounds))
        steps += len(batches)
        progress(number)
    return SharedSteps(framework.name, request.workers, tuple(chosen), steps, *worst)


def _times(
    several: tuple[Layer, ...],
    single: tuple[Layer, ...],
    bound_of_several: tuple[Layer, ...],
    bound_of_single: tuple[Layer, ...],
) -> tuple[float, str]:
    """The largest difference of any entry as a multiple of the bound of both, and where it is."""
    found = (0.0, "")
    others, bounds, more_bounds = map(leaves, (single, bound_of_several, bound_of_single))
    for place, leaf in leaves(several).items():
        with np.errstate(all="ignore"):
            difference = np.abs(np.subtract(leaf, others[place], dtype="float64"))
            allowed = bounds[place].error + more_bounds[place].error
            times = np.where(difference == 0, 0.0, difference / allowed)
        # Where a bound is infinite nothing is promised.
        times = np.where(np.isfinite(allowed), np.nan_to_num(times, nan=np.inf), 0.0)
        index = np.unravel_index(np.argmax(times), times.shape)
        found = max(found, (float(times[index]), f"params{place}{[int(i) for i in index]}"))
    return found

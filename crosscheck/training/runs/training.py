"""One framework's training run: trained epoch by epoch, measured, and kept in a checkpoint."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np

from crosscheck.frameworks.devices import on_device
from crosscheck.frameworks.registry import Framework
from crosscheck.frameworks.sharing import with_workers
from crosscheck.frameworks.version import VERSION
from crosscheck.numerics.digits import counted
from crosscheck.numerics.trees import Layer
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.runs.checkpoints import (
    SUFFIX,
    Checkpoint,
    CheckpointError,
    digest,
    save,
)
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.metrics import accuracy
from crosscheck.training.runs.mixed import MixedPrecision
from crosscheck.training.runs.request import StopConditions, TrainingRequest
from crosscheck.training.runs.snapshots import Snapshot, keep, restore, take_snapshot


@dataclass(frozen=True)
class Epoch:
    """The measures of one epoch.

    Attributes:
        framework: The name of the framework that trained it.
        loss: The mean over its samples; each sample counts before the update of its own batch.
        train_accuracy, test_accuracy: The shares of samples recognised after the epoch, in [0, 1].
        seconds: How long it took, without the measuring.
    """

    framework: str
    loss: float
    train_accuracy: float
    test_accuracy: float
    seconds: float


@dataclass
class TrainingRun:
    """A finished run of one framework.

    Attributes:
        framework: Its name.
        history: One entry per epoch, those before a checkpoint included.
        snapshots: Where the run was, by the number of epochs done: its beginning, its end, and as
            many in between as there is room for.
        predicted: (test samples,). The class of every test sample at the end.
        stop_reason: As the contract's `train` gives it.
    """

    framework: str
    history: list[Epoch]
    snapshots: dict[int, Snapshot]
    predicted: np.ndarray
    stop_reason: str

    @property
    def params(self) -> tuple[Layer, ...]:
        """The parameters at the end."""
        return self.snapshots[max(self.snapshots)].params

    def digest(self) -> str:
        """The digest of the parameters and moments at the end, as its checkpoint has it."""
        params, _, moments = self.snapshots[max(self.snapshots)]
        return digest(params, moments)

    @property
    def losses(self) -> list[float]:
        """The loss of every epoch."""
        return [epoch.loss for epoch in self.history]

    @property
    def median_seconds(self) -> float:
        """The median time of an epoch."""
        return median(epoch.seconds for epoch in self.history)


def train(
    framework: Framework,
    request: TrainingRequest,
    dataset: Dataset,
    progress: Callable[[str], None] = lambda task: None,
) -> TrainingRun:
    """Train by one framework until a stop condition holds.

    Args:
        framework: The framework that trains.
        request: What it trains, until when, where it begins and what is kept.
        dataset: The data that the request's configuration names.
        progress: Called at the end of every epoch.

    Raises:
        CheckpointError: If `request.start` is not the end of an epoch of this dataset.
        DeviceError: If the framework cannot use the device.
        OSError: If the folder of the checkpoints cannot be written to.
        ValueError: If a stop condition is out of its range, or the framework has no compiler.
        NotImplementedError: If the framework has one worker, and more are asked for.
        LostWorkerError: If a worker ends or hangs. The last checkpoint stays.
    """
    configuration, device = request.configuration, request.device
    framework = with_workers(framework, request.workers, device, request.patience)
    train_inputs, train_targets = _to_framework(framework, dataset.train, device)
    test_inputs, _ = _to_framework(framework, dataset.test, device)
    mixed = _mixed(framework, request)
    optimizer = configuration.optimizer_of(framework) if mixed is None else mixed
    first = 0 if request.start is None else request.start.epoch
    history: list[Epoch] = []
    if request.start is None:
        params = on_device(framework, configuration.start(framework), device)
        state = optimizer.init(params)
    else:
        snapshot = _snapshot_of(request.start, configuration, dataset)
        params, state = restore(framework, optimizer, snapshot, device)
        history = [Epoch(**entry) for entry in request.start.history]
    snapshots = {first: take_snapshot(framework, params, state)}
    run = TrainingRun(framework.name, history, snapshots, np.array([]), "max_epochs")
    began = time.perf_counter()

    def on_epoch(epoch: int, params: Any, state: Any, losses: tuple[float, ...]) -> None:
        nonlocal began
        snapshot = take_snapshot(framework, params, state)
        seconds = time.perf_counter() - began
        keep(run.snapshots, epoch + 1, snapshot)
        network = params if mixed is None else mixed.rounded(params)
        of_train = _predict(framework, configuration, network, train_inputs)
        run.predicted = _predict(framework, configuration, network, test_inputs)
        train_accuracy = accuracy(of_train, dataset.train.labels)
        test_accuracy = accuracy(run.predicted, dataset.test.labels)
        run.history.append(
            Epoch(framework.name, losses[-1], train_accuracy, test_accuracy, seconds)
        )
        # Nobody can go on from what is not finite: the last checkpoint before it stays.
        if request.folder is not None and np.isfinite(losses[-1]) and snapshot.is_finite():
            path = request.folder / f"{framework.name}{SUFFIX}"
            save(path, _checkpoint(framework, configuration, run))
        progress(f"{framework.name}, epoch {epoch + 1}")
        began = time.perf_counter()

    rule = request.stop.rule(framework)
    while (reason := rule.reason(run.losses)) is None:
        if mixed is not None:
            conditions = _next_conditions(request, run).rule(framework)
            result = mixed.train(
                params, dataset.train, conditions, state, len(run.history), on_epoch
            )
            params, state = result.params, result.state
            continue
        result = framework.training.train(
            params,
            train_inputs,
            train_targets,
            optimizer,
            activations=configuration.activations,
            loss=configuration.loss,
            stop=_next_conditions(request, run).rule(framework),
            batch_size=configuration.batch_size,
            seed=configuration.seed,
            state=state,
            start_epoch=len(run.history),
            on_epoch=on_epoch,
            compile=request.compile,
        )
        params, state = result.params, result.state
    run.stop_reason = reason
    if len(run.history) == first:  # the checkpoint met a condition already, so nothing was trained
        network = params if mixed is None else mixed.rounded(params)
        run.predicted = _predict(framework, configuration, network, test_inputs)
    return run


def _mixed(framework: Framework, request: TrainingRequest) -> MixedPrecision | None:
    """What trains in mixed precision, where that is asked for."""
    if request.configuration.precision != "mixed":
        return None
    if request.compile:
        raise ValueError("mixed precision compiles nothing: leave compile out")
    return MixedPrecision(framework, request.configuration, request.device)


def _next_conditions(request: TrainingRequest, run: TrainingRun) -> StopConditions:
    """The conditions of the next call of the framework's `train`."""
    rest = request.stop.after(len(run.history))
    just_resumed = request.start is not None and len(run.history) == request.start.epoch > 0
    if just_resumed and rest.loss_change_below is not None:
        # That call cannot know the loss before its own first epoch: it trains one epoch, whose
        # loss is then compared with the last one of the checkpoint.
        return StopConditions(max_epochs=1)
    return rest


def _snapshot_of(start: Checkpoint, configuration: Configuration, dataset: Dataset) -> Snapshot:
    """Where a checkpoint's run was; a CheckpointError if that is not the end of an epoch."""
    steps = start.epoch * -(-len(dataset.train.inputs) // configuration.batch_size)
    skipped = start.moments.get("skipped_steps", 0.0)
    assert not isinstance(skipped, tuple)  # a number, says the checkpoint's reader
    if start.step + skipped != steps:
        raise CheckpointError(
            f"after {counted(start.epoch, 'epoch')} {steps} steps were made, not {start.step}"
        )
    return Snapshot(start.params, start.step, dict(start.moments))


def _to_framework(framework: Framework, split: Split, device: str) -> tuple[Any, Any]:
    """Inputs and targets as a framework's arrays on a device."""
    inputs, targets = (
        on_device(framework, framework.params.from_numpy(array), device)
        for array in (split.inputs, split.targets)
    )
    return inputs, targets


def _checkpoint(framework: Framework, configuration: Configuration, run: TrainingRun) -> Checkpoint:
    versions = {
        "framework": framework.name,
        framework.name: framework.version,
        "numpy": np.__version__,
        "backprop-crosscheck": VERSION,
    }
    params, step, moments = run.snapshots[len(run.history)]
    entries = tuple(asdict(entry) for entry in run.history)
    return Checkpoint(configuration, params, moments, step, entries, versions)


def _predict(
    framework: Framework, configuration: Configuration, params: Any, inputs: Any
) -> np.ndarray:
    classes = framework.mlp.predict(params, inputs, activations=configuration.activations)
    return framework.arrays.entries(classes)

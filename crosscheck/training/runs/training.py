"""One framework's training run, epoch by epoch: measured, and kept in a checkpoint."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from crosscheck.frameworks.devices import on_device
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.trees import Layer
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.runs.checkpoints import SUFFIX, Checkpoint, CheckpointError, save
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.metrics import accuracy


@dataclass(frozen=True)
class Epoch:
    """What one epoch came to.

    Attributes:
        framework: Who trained it.
        loss: The mean over its samples, each before the update that its batch made.
        train_accuracy, test_accuracy: Shares of the samples recognised after it.
        seconds: It took, without the measuring.
    """

    framework: str
    loss: float
    train_accuracy: float
    test_accuracy: float
    seconds: float


class Standing(NamedTuple):
    """Where a run stands: parameters, step and moments, as NumPy's arrays on the host."""

    params: tuple[Layer, ...]
    step: int
    moments: dict[str, tuple[Layer, ...] | float]


@dataclass
class Run:
    """A finished run of one framework.

    Attributes:
        framework: Its name.
        history: One entry per epoch, those before a checkpoint included.
        after: Where it stood, by the number of epochs made; the first is where it began.
        predicted: The classes of the test samples at the end.
        stop_reason: As the contract's `train` gives it.
    """

    framework: str
    history: list[Epoch]
    after: dict[int, Standing]
    predicted: np.ndarray
    stop_reason: str

    @property
    def params(self) -> tuple[Layer, ...]:
        """The parameters at the end."""
        return self.after[max(self.after)].params

    @property
    def losses(self) -> list[float]:
        return [epoch.loss for epoch in self.history]


def train(
    framework: Framework,
    configuration: Configuration,
    dataset: Dataset,
    stop: Mapping[str, Any],
    *,
    start: Checkpoint | None = None,
    folder: Path | None = None,
    device: str = "cpu",
    compile: bool | None = None,
    progress: Callable[[str], None] = lambda task: None,
) -> Run:
    """Train by one framework until a condition of `stop` holds.

    Args:
        framework: Which.
        configuration: What to train, and how.
        dataset: What it names.
        stop: The conditions of the contract's StopRule; `max_epochs` counts from the very start.
        start: Where another run stopped; None draws the parameters anew.
        folder: Where the checkpoint goes after every epoch, as `<framework>.safetensors`.
        device: "cpu" or "cuda".
        compile: As the contract's `train`.
        progress: Called at the end of every epoch.

    Raises:
        CheckpointError: If `start` is not the end of an epoch of this dataset.
        DeviceError: If the framework cannot use the device.
        OSError: If the folder cannot be written to.
    """
    data = {name: _placed(framework, split, device) for name, split in _splits(dataset).items()}
    optimizer = configuration.optimizer_of(framework)
    first = 0 if start is None else start.epoch
    steps = first * -(-len(dataset.train.inputs) // configuration.batch_size)
    if start is not None and start.step != steps:
        raise CheckpointError(f"after {first} epochs {steps} steps were made, not {start.step}")
    if start is None:
        params = on_device(framework, configuration.start(framework), device)
        state = optimizer.init(params)
    else:
        began = Standing(start.params, start.step, dict(start.moments))
        params, state = taken_up(framework, optimizer, began, device)
    history = [] if start is None else [Epoch(**entry) for entry in start.history]
    after = {first: _standing(framework, params, state)}
    run = Run(framework.name, history, after, np.array([]), "max_epochs")
    started = time.perf_counter()

    def on_epoch(epoch: int, params: Any, state: Any, losses: tuple[float, ...]) -> None:
        nonlocal started
        run.after[epoch + 1] = _standing(framework, params, state)  # waits until it is computed
        seconds = time.perf_counter() - started
        recognised = {
            name: _predicted(framework, configuration, params, inputs)
            for name, (inputs, _) in data.items()
        }
        right = accuracy(recognised["train"], dataset.train.labels)
        right_of_test = accuracy(recognised["test"], dataset.test.labels)
        run.history.append(Epoch(framework.name, losses[-1], right, right_of_test, seconds))
        run.predicted = recognised["test"]
        # What is not finite nobody can go on from: the last checkpoint before it stays.
        if folder is not None and np.isfinite(losses[-1]) and _is_finite(run.params):
            save(folder / f"{framework.name}{SUFFIX}", _checkpoint(framework, configuration, run))
        progress(f"{framework.name}, epoch {epoch + 1}")
        started = time.perf_counter()

    inputs, targets = data["train"]
    reason = framework.training.StopRule(**stop).reason(run.losses)
    while reason is None:
        made = len(run.history)
        rest = dict(stop)
        if rest.get("max_epochs") is not None:
            rest["max_epochs"] -= made
        if made and made == first and rest.get("loss_change_below") is not None:
            rest = {"max_epochs": 1}  # whose loss is compared with the last of the checkpoint
        result = framework.training.train(
            params,
            inputs,
            targets,
            optimizer,
            activations=configuration.activations,
            loss=configuration.loss,
            stop=framework.training.StopRule(**rest),
            batch_size=configuration.batch_size,
            seed=configuration.seed,
            state=state,
            start_epoch=made,
            on_epoch=on_epoch,
            compile=compile,
        )
        params, state = result.params, result.state
        reason = framework.training.StopRule(**stop).reason(run.losses)
    run.stop_reason = reason
    if len(run.history) == first:  # there was nothing left to do
        run.predicted = _predicted(framework, configuration, params, data["test"][0])
    return run


def _splits(dataset: Dataset) -> dict[str, Split]:
    return {"train": dataset.train, "test": dataset.test}


def _placed(framework: Framework, split: Split, device: str) -> tuple[Any, Any]:
    arrays = (split.inputs, split.targets)
    inputs, targets = (
        on_device(framework, framework.params.from_numpy(array), device) for array in arrays
    )
    return inputs, targets


def taken_up(
    framework: Framework, optimizer: Any, standing: Standing, device: str = "cpu"
) -> tuple[Any, Any]:
    """Parameters and state of the framework's own, to go on from where a run stood."""

    def own(tree: tuple[Layer, ...] | float) -> Any:
        if not isinstance(tree, tuple):
            return tree
        layers = tuple(framework.params.Layer(*layer) for layer in tree)
        return on_device(framework, framework.params.from_numpy(layers), device)

    params = own(standing.params)
    moments = {name: own(tree) for name, tree in standing.moments.items()}
    return params, optimizer.init(params)._replace(step=standing.step, **moments)


def _standing(framework: Framework, params: Any, state: Any) -> Standing:
    fields = state._asdict()
    step = int(fields.pop("step"))
    moments = {
        name: _layers(framework, tree) if isinstance(tree, tuple) else float(tree)
        for name, tree in fields.items()
    }
    return Standing(_layers(framework, params), step, moments)


def _checkpoint(framework: Framework, configuration: Configuration, run: Run) -> Checkpoint:
    versions = {
        "framework": framework.name,
        framework.name: framework.version,
        "numpy": np.__version__,
        "backprop-crosscheck": version("backprop-crosscheck"),
    }
    params, step, moments = run.after[len(run.history)]
    entries = tuple(asdict(entry) for entry in run.history)
    return Checkpoint(configuration, params, moments, step, entries, versions)


def _layers(framework: Framework, tree: Any) -> tuple[Layer, ...]:
    return tuple(Layer(*layer) for layer in framework.params.to_numpy(tree))


def _predicted(
    framework: Framework, configuration: Configuration, params: Any, inputs: Any
) -> np.ndarray:
    classes = framework.mlp.predict(params, inputs, activations=configuration.activations)
    return framework.arrays.entries(classes)


def _is_finite(params: tuple[Layer, ...]) -> bool:
    return all(bool(np.all(np.isfinite(leaf))) for layer in params for leaf in layer)

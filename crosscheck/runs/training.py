"""One framework's training run, epoch by epoch: measured, and kept in a checkpoint."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck.data import Dataset, Split
from crosscheck.exact.network import Layer
from crosscheck.frameworks import Framework
from crosscheck.runs.checkpoints import SUFFIX, Checkpoint, save
from crosscheck.runs.configuration import Configuration
from crosscheck.runs.devices import placed
from crosscheck.runs.metrics import accuracy


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


@dataclass
class Run:
    """A finished run of one framework.

    Attributes:
        framework: Its name.
        history: One entry per epoch, those before a checkpoint included.
        params: The parameters after each epoch of this run, as layers of NumPy arrays.
        states: The optimizer's states beside them, the framework's own.
        first_epoch: The number of the first of these.
        predicted: The classes of the test samples at the end.
        stop_reason: As the contract's `train` gives it.
    """

    framework: str
    history: list[Epoch]
    params: list[tuple[Layer, ...]]
    states: list[Any]
    first_epoch: int
    predicted: np.ndarray
    stop_reason: str


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
        DeviceError: If the framework cannot use the device.
        OSError: If the folder cannot be written to.
    """
    data = {name: _placed(framework, split, device) for name, split in _splits(dataset).items()}
    optimizer = configuration.optimizer_of(framework)
    first = 0 if start is None else start.epoch
    params = configuration.start(framework) if start is None else own(framework, start.params)
    params = placed(framework, params, device)
    state = None
    if start is not None:
        moments = {
            name: placed(framework, own(framework, tree), device)
            for name, tree in start.moments.items()
        }
        state = optimizer.init(params)._replace(step=start.step, **moments)
    history = [] if start is None else [Epoch(**entry) for entry in start.history]
    run = Run(framework.name, history, [], [], first, np.array([]), "max_epochs")
    started = time.perf_counter()

    def on_epoch(epoch: int, params: Any, state: Any, losses: tuple[float, ...]) -> None:
        nonlocal started
        run.params.append(_layers(framework, params))  # waits until it is computed
        run.states.append(state)
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
        if folder is not None and np.isfinite(losses[-1]) and _is_finite(run.params[-1]):
            save(folder / f"{framework.name}{SUFFIX}", _checkpoint(framework, run, state))
        progress(f"{framework.name}, epoch {epoch + 1}")
        started = time.perf_counter()

    def _checkpoint(framework: Framework, run: Run, state: Any) -> Checkpoint:
        fields = state._asdict()
        step = int(fields.pop("step"))
        moments = {name: _layers(framework, tree) for name, tree in fields.items()}
        entries = tuple(asdict(entry) for entry in run.history)
        versions = {
            "framework": framework.name,
            framework.name: framework.version,
            "numpy": np.__version__,
            "backprop-crosscheck": version("backprop-crosscheck"),
        }
        return Checkpoint(configuration, run.params[-1], moments, step, entries, versions)

    rest = dict(stop)
    if rest.get("max_epochs") is not None:
        rest["max_epochs"] -= first
        if rest["max_epochs"] <= 0:
            run.predicted = _predicted(framework, configuration, params, data["test"][0])
            run.params.append(_layers(framework, params))
            run.states.append(state)
            run.first_epoch -= 1  # it is what the epoch before the checkpoint left
            return run
    inputs, targets = data["train"]
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
        start_epoch=first,
        on_epoch=on_epoch,
        compile=compile,
    )
    run.stop_reason = result.stop_reason
    return run


def _splits(dataset: Dataset) -> dict[str, Split]:
    return {"train": dataset.train, "test": dataset.test}


def _placed(framework: Framework, split: Split, device: str) -> tuple[Any, Any]:
    arrays = (split.inputs, split.targets)
    inputs, targets = (
        placed(framework, framework.params.from_numpy(array), device) for array in arrays
    )
    return inputs, targets


def own(framework: Framework, tree: tuple[Layer, ...]) -> Any:
    """Layers of NumPy arrays as the framework's own."""
    return framework.params.from_numpy(tuple(framework.params.Layer(*layer) for layer in tree))


def _layers(framework: Framework, tree: Any) -> tuple[Layer, ...]:
    return tuple(Layer(*layer) for layer in framework.params.to_numpy(tree))


def _predicted(
    framework: Framework, configuration: Configuration, params: Any, inputs: Any
) -> np.ndarray:
    classes = framework.mlp.predict(params, inputs, activations=configuration.activations)
    return np.asarray(classes.cpu() if hasattr(classes, "cpu") else classes)


def _is_finite(params: tuple[Layer, ...]) -> bool:
    return all(bool(np.all(np.isfinite(leaf))) for layer in params for leaf in layer)

"""What runs in the processes of a team: each is one worker, or has all the devices of one process.

The process that asks keeps the run: parameters and state go to it after every epoch.
"""

import hashlib
import os
import pickle
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from crosscheck.frameworks.devices import on_device
from crosscheck.frameworks.registry import Framework, load_unguarded
from crosscheck.numerics.dtypes import BFLOAT16, known

# The files of a job, in the folder of its team.
JOB, INPUTS, TARGETS = "job.pickle", "inputs.npy", "targets.npy"


@dataclass(frozen=True)
class Recipe:
    """How an optimizer is made: its name in `optimizers`, and what it is called with."""

    name: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]

    def made_by(self, framework: Framework) -> Any:
        """The optimizer, by a framework; one that is inside of it is made first."""

        def value(argument: Any) -> Any:
            return argument.made_by(framework) if isinstance(argument, Recipe) else argument

        arguments = [value(each) for each in self.arguments]
        keywords = {name: value(each) for name, each in self.keywords.items()}
        return getattr(framework.optimizers, self.name)(*arguments, **keywords)


@dataclass(frozen=True)
class Job:
    """A training, as a team gets it; its data lie beside it.

    Attributes:
        name, package: Of the framework.
        params, state: Where it begins, as NumPy arrays; the state by its fields, or None.
        optimizer: How its optimizer is made.
        keywords: Further arguments of `train`, `workers` among them.
        device: "cpu" or "cuda".
    """

    name: str
    package: str
    params: Any
    state: dict[str, Any] | None
    optimizer: Recipe
    keywords: dict[str, Any]
    device: str


class _Process:
    """What this process is at."""

    framework: Framework
    data: tuple[Any, Any, Any]
    optimizer: Any
    optimizers: ClassVar[dict[bytes, Any]] = {}
    params: Any
    state: Any


def join(rank: int, workers: int, store: str, patience: float, device: str) -> None:
    """Become one of the processes of torch.distributed; they meet in a file, and need no port.

    Args:
        rank, workers: Which of how many.
        store: The file; it is made.
        patience: For so many seconds one waits for the others.
        device: "cpu" or "cuda".
    """
    import torch  # only where a framework needs it
    from torch import distributed

    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo" if os.path.exists("/sys/class/net/lo") else "")
    if not os.environ["GLOO_SOCKET_IFNAME"]:
        del os.environ["GLOO_SOCKET_IFNAME"]
    if distributed.is_initialized():
        distributed.destroy_process_group()
    if device != "cpu":
        torch.cuda.set_device(rank)
    distributed.init_process_group(
        "gloo" if device == "cpu" else "nccl",
        init_method=f"file://{store}",
        rank=rank,
        world_size=workers,
        timeout=timedelta(seconds=patience),
    )


def warm_up(name: str, package: str) -> None:
    """Import a framework, which takes seconds, before anybody waits for anybody."""
    framework = load_unguarded(name, package)
    if not isinstance(framework, Framework):
        raise RuntimeError(f"{name} cannot be used in another process")
    _Process.framework = framework


def _data(path: Path) -> np.ndarray:
    """An array of a file, of which only those pages are read that are used."""
    array = np.asarray(np.load(path, mmap_mode="c"))
    # NumPy writes bfloat16, which is no dtype of its own, as two bytes without a meaning.
    return array.view(known(BFLOAT16)) if array.dtype.kind == "V" else array


def begin(folder: str) -> None:
    """Take a job up."""
    with Path(folder, JOB).open("rb") as file:
        job = pickle.load(file)
    framework = _Process.framework
    inputs, targets = (
        framework.params.from_numpy(_data(Path(folder, name))) for name in (INPUTS, TARGETS)
    )
    keywords = dict(job.keywords)
    if keywords.get("weights") is not None:
        keywords["weights"] = _placed(framework, keywords["weights"], job.device)
    # JAX compiles a step for each optimizer anew.
    recipe = pickle.dumps(job.optimizer)
    _Process.optimizer = _Process.optimizers.setdefault(recipe, job.optimizer.made_by(framework))
    _Process.params = _placed(framework, job.params, job.device)
    _Process.data = (
        on_device(framework, inputs, job.device),
        on_device(framework, targets, job.device),
        keywords,
    )
    _Process.state = None
    if job.state is not None:
        fields = {name: _placed(framework, each, job.device) for name, each in job.state.items()}
        _Process.state = _Process.optimizer.init(_Process.params)._replace(**fields)


def epoch(number: int, is_asked: bool) -> list[Any]:
    """Train one epoch.

    Args:
        number: Of the epoch.
        is_asked: Whether parameters and state are sent back.

    Returns:
        The loss, a digest of the loss, the parameters and the state, and these themselves.
    """
    framework, (inputs, targets, keywords) = _Process.framework, _Process.data
    result = framework.training.train(
        _Process.params,
        inputs,
        targets,
        _Process.optimizer,
        stop=framework.training.StopRule(max_epochs=1),
        start_epoch=number,
        state=_Process.state,
        **keywords,
    )
    _Process.params, _Process.state = result.params, result.state
    params, state = as_numpy(framework, result.params), state_as_numpy(framework, result.state)
    found = hashlib.sha256(repr(result.losses).encode())
    for leaf in _leaves([params, *state.values()]):
        found.update(np.ascontiguousarray(leaf).tobytes())
    return [result.losses[-1], found.hexdigest(), [params, state] if is_asked else None]


def as_numpy(framework: Framework, tree: Any) -> Any:
    """Parameters, or a bare array, as tuples of NumPy arrays."""
    if not isinstance(tree, tuple):
        return framework.params.to_numpy(tree)
    return tuple(tuple(layer) for layer in framework.params.to_numpy(tree))


def state_as_numpy(framework: Framework, state: Any) -> dict[str, Any]:
    """A state by its fields: numbers, and moments as tuples of NumPy arrays."""
    return {
        name: as_numpy(framework, field) if isinstance(field, tuple) else float(field)
        for name, field in state._asdict().items()
    }


def from_numpy(framework: Framework, tree: Any) -> Any:
    """What `as_numpy` gave, as a framework's own arrays; a number stays as it is."""
    if isinstance(tree, int | float):
        return tree
    if isinstance(tree, np.ndarray):
        return framework.params.from_numpy(tree)
    layers = tuple(framework.params.Layer(*map(np.asarray, layer)) for layer in tree)
    return framework.params.from_numpy(layers)


def _placed(framework: Framework, tree: Any, device: str) -> Any:
    found = from_numpy(framework, tree)
    return found if isinstance(found, int | float) else on_device(framework, found, device)


def _leaves(trees: Any) -> list[Any]:
    if isinstance(trees, list | tuple):
        return [leaf for each in trees for leaf in _leaves(each)]
    return [trees]

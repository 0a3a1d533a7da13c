"""Checkpoints: one file from which any framework can go on with a run.

It is a safetensors file. The parameters and the moments of the optimizer are its tensors; the
configuration, the step, the next batches, the history and the versions are JSON in its header, and
so are the SHA-256 digests of that JSON and of every tensor. Loading executes nothing.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_safetensors

from crosscheck.frameworks.batches import RULE
from crosscheck.frameworks.tensor_files import check_header
from crosscheck.numerics.trees import Layer
from crosscheck.training.files import whole_file
from crosscheck.training.runs import digests
from crosscheck.training.runs.configuration import SCALING, Configuration, ConfigurationError
from reference_numpy import optimizers

FORMAT = "backprop-crosscheck 2"
WITHOUT_DIGESTS = "backprop-crosscheck 1"  # the format of earlier versions
KEY = "crosscheck"
SUFFIX = ".safetensors"
# What the names and versions of packages are made of; 2.13.0+cpu is one.
NAME = r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,63}"
NAME_RULE = "letters, digits and . _ + ! -, at most 64"
# The numbers in every entry of the history.
NUMBERS = ("loss", "train_accuracy", "test_accuracy", "seconds")


class CheckpointError(ValueError):
    """A file is not a whole checkpoint, or not one of this run; the message says which and why."""


@dataclass(frozen=True)
class Checkpoint:
    """A run at the end of an epoch.

    Attributes:
        configuration: What determines the run.
        params: Layers of NumPy arrays.
        moments: The optimizer's state by name, without the step: each has the shape of `params`,
            or is a number.
        step: How many updates were made.
        history: One entry per epoch.
        versions: The name of the framework that wrote it, and the versions of that framework, of
            NumPy and of this suite.
        is_proven: Whether the file had the digests of its content: one from an earlier version has
            none, and a flipped bit of its numbers shows nowhere.
    """

    configuration: Configuration
    params: tuple[Layer, ...]
    moments: Mapping[str, tuple[Layer, ...] | float]
    step: int
    history: tuple[dict[str, Any], ...]
    versions: Mapping[str, str]
    is_proven: bool = True

    @property
    def epoch(self) -> int:
        """The number of the next epoch, from 0."""
        return len(self.history)


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint whole or not at all; an older file stays until the new one is complete.

    Args:
        path: The file; its folder is made if it does not exist.
        checkpoint: What it has to hold. Every number must be finite.

    Raises:
        OSError: If the folder cannot be written to.
    """
    tensors = _tensors(checkpoint.params, checkpoint.moments)
    header = {
        "format": FORMAT,
        "configuration": checkpoint.configuration.as_json(),
        "step": checkpoint.step,
        "batches": {
            "seed": checkpoint.configuration.seed,
            "epoch": checkpoint.epoch,
            "rule": RULE,
        },
        "history": list(checkpoint.history),
        "versions": dict(checkpoint.versions),
    }
    text = json.dumps(header, allow_nan=False)
    content = to_safetensors(tensors, {KEY: text, digests.KEY: digests.written(text, tensors)})
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        file.write(content)


def digest(params: tuple[Layer, ...], moments: Mapping[str, tuple[Layer, ...] | float]) -> str:
    """The digest of parameters and moments: equal for two runs that are equal to the bit."""
    return digests.of_all(_tensors(params, moments))


def load(path: Path) -> Checkpoint:
    """Read a checkpoint and check all of it.

    Args:
        path: The file.

    Raises:
        CheckpointError: If the file cannot be read, is truncated, corrupt or no checkpoint, if a
            digest is not that of its content, or if its arrays do not fit its configuration or are
            not finite.
    """
    try:
        check_header(path)
        with safe_open(path, "np") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{path}: cannot be read as safetensors: {error}") from None
    try:
        return _validated(metadata, tensors)
    except (CheckpointError, ConfigurationError) as error:
        raise CheckpointError(f"{path}: {error}") from None


def _validated(metadata: Mapping[str, str], tensors: dict[str, np.ndarray]) -> Checkpoint:
    text = metadata.get(KEY)
    if text is None:
        raise CheckpointError(f"is no checkpoint of crosscheck: its header has no {KEY!r}")
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"its header is no JSON: {error}") from None
    if not isinstance(header, dict) or header.get("format") not in (FORMAT, WITHOUT_DIGESTS):
        raise CheckpointError(f"is not in the format {FORMAT!r}")
    is_proven = header["format"] == FORMAT
    damaged = digests.damaged(metadata.get(digests.KEY), text, tensors) if is_proven else None
    if damaged is not None:
        raise CheckpointError(f"was changed after it was written: {damaged}")
    configuration = Configuration.from_json(header.get("configuration"))
    step, history, versions = (header.get(key) for key in ("step", "history", "versions"))
    if isinstance(step, bool) or not isinstance(step, int) or step < 0:
        raise CheckpointError(f"its step must be a whole number, not {step!r}")
    if not isinstance(history, list) or not all(_is_epoch(entry) for entry in history):
        raise CheckpointError(
            f"its history must have a framework and finite {', '.join(NUMBERS)} for every epoch"
        )
    batches = {"seed": configuration.seed, "epoch": len(history), "rule": RULE}
    if header.get("batches") != batches:
        raise CheckpointError(f"its batches must go on as {batches}, not {header.get('batches')}")
    if not isinstance(versions, dict) or not all(
        _is_name(text) for pair in versions.items() for text in pair
    ):
        raise CheckpointError(f"its versions must be short texts by name: {NAME_RULE}")
    trees = _trees(configuration, tensors)
    params: Any = trees.pop("params")
    moments = {name.removeprefix("state."): tree for name, tree in trees.items()}
    return Checkpoint(configuration, params, moments, step, tuple(history), versions, is_proven)


def _tensors(
    params: tuple[Layer, ...], moments: Mapping[str, tuple[Layer, ...] | float]
) -> dict[str, np.ndarray]:
    tensors = _flat("params", params)
    for name, moment in moments.items():
        tensors |= _flat(f"state.{name}", moment)
    return tensors


def _flat(name: str, tree: tuple[Layer, ...] | float) -> dict[str, np.ndarray]:
    """The arrays of a tree by name; a number becomes an array without dimensions."""
    if not isinstance(tree, tuple):
        return {name: np.asarray(tree, "float64")}
    return {
        f"{name}.{index}.{part}": np.ascontiguousarray(leaf)
        for index, layer in enumerate(tree)
        for part, leaf in zip(Layer._fields, layer, strict=True)
    }


def _trees(
    configuration: Configuration, tensors: dict[str, np.ndarray]
) -> dict[str, tuple[Layer, ...] | float]:
    """The trees that the tensors form; a CheckpointError if a shape or dtype does not fit."""
    dtypes = {"params": np.dtype(configuration.params_dtype)}
    of_moments = np.dtype(configuration.moment_dtype)
    shapes = [((above, below), (above,)) for below, above in pairwise(configuration.layers)]
    of_layers, numbers = moments_of(configuration)
    expected = {
        f"{name}.{index}.{part}": (shape, dtypes.get(name, of_moments))
        for name in ("params", *of_layers)
        for index, layer in enumerate(shapes)
        for part, shape in zip(Layer._fields, layer, strict=True)
    } | {name: ((), np.dtype("float64")) for name in numbers}
    if set(tensors) != set(expected):
        wrong = sorted(set(tensors) ^ set(expected))
        raise CheckpointError(f"has not the tensors of its configuration: {', '.join(wrong[:4])}")
    for name, (shape, kind) in expected.items():
        found = tensors[name]
        if found.shape != shape or found.dtype != kind:
            raise CheckpointError(
                f"{name} must be {kind} of shape {shape}, not {found.dtype} of shape {found.shape}"
            )
        if not np.all(np.isfinite(found)):
            raise CheckpointError(f"{name} has entries that are not finite")
    layers = {
        name: tuple(
            Layer(*(tensors[f"{name}.{index}.{part}"] for part in Layer._fields))
            for index in range(len(shapes))
        )
        for name in ("params", *of_layers)
    }
    return layers | {name: float(tensors[name]) for name in numbers}


def moments_of(configuration: Configuration) -> tuple[list[str], list[str]]:
    """The names of the optimizer's moments in a checkpoint.

    Args:
        configuration: What names the optimizer and its hyperparameters.

    Returns:
        The names of the moments with the shape of the parameters, and of those that are numbers.
        Every name begins with "state.".
    """
    optimizer = optimizers.OPTIMIZERS[configuration.optimizer](**configuration.hyperparameters)
    fields = optimizer.init(np.zeros(1))._asdict()
    moments = {f"state.{name}": moment for name, moment in fields.items() if name != "step"}
    numbers = [name for name, moment in moments.items() if isinstance(moment, float)]
    scaling = [f"state.{name}" for name in SCALING if configuration.precision == "mixed"]
    return [name for name in moments if name not in numbers], numbers + scaling


def _is_name(text: Any) -> bool:
    """Whether something is the name or the version of a package."""
    return isinstance(text, str) and re.fullmatch(NAME, text) is not None


def _is_epoch(entry: Any) -> bool:
    if not isinstance(entry, dict) or set(entry) != {"framework", *NUMBERS}:
        return False
    numbers = [entry[name] for name in NUMBERS]
    return _is_name(entry["framework"]) and all(
        isinstance(number, float) and math.isfinite(number) for number in numbers
    )

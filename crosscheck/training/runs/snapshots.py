"""Where a training run is between two epochs, as NumPy arrays that belong to no framework."""

from typing import Any, NamedTuple

import numpy as np

from crosscheck.frameworks.devices import on_device
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.trees import Layer


class Snapshot(NamedTuple):
    """Parameters and optimizer state, copied to the host.

    Attributes:
        params: Layers of NumPy arrays.
        step: How many updates were made.
        moments: The rest of the optimizer's state by name: each has the shape of `params`, or is
            a number.
    """

    params: tuple[Layer, ...]
    step: int
    moments: dict[str, tuple[Layer, ...] | float]

    def size(self) -> int:
        """How many bytes it takes."""
        trees = [self.params, *(each for each in self.moments.values() if isinstance(each, tuple))]
        return sum(leaf.nbytes for tree in trees for layer in tree for leaf in layer)

    def is_finite(self) -> bool:
        """Whether every parameter is a finite number."""
        return all(bool(np.all(np.isfinite(leaf))) for layer in self.params for leaf in layer)


# How many bytes the snapshots of a run may have together, beyond the few that are always kept.
MEMORY = 2**28
FEWEST = 8


def keep(snapshots: dict[int, Snapshot], number: int, snapshot: Snapshot) -> None:
    """Keep the newest snapshot of a run, and of the older ones as many as there is room for.

    Where there is too little room, every second one goes, then every second of the rest: the first
    and the newest always stay. Which ones stay depends on their sizes and numbers alone, so that
    the runs of several frameworks keep the same.

    Args:
        snapshots: Those of the run, by the number of epochs done; it is changed.
        number, snapshot: The newest.
    """
    snapshots[number] = snapshot
    first, most, stride = min(snapshots), max(MEMORY // snapshot.size(), FEWEST), 1
    while (number - first) // stride >= most:
        stride *= 2
    for earlier in [each for each in snapshots if (each - first) % stride and each != number]:
        del snapshots[earlier]


def take_snapshot(framework: Framework, params: Any, state: Any) -> Snapshot:
    """Copy a framework's parameters and optimizer state. Waits until they are computed.

    Args:
        framework: The framework that they belong to.
        params: Its parameters.
        state: The state of its optimizer.
    """
    fields = state._asdict()
    step = int(fields.pop("step"))
    moments = {
        name: _to_layers(framework, moment) if isinstance(moment, tuple) else float(moment)
        for name, moment in fields.items()
    }
    return Snapshot(_to_layers(framework, params), step, moments)


def restore(
    framework: Framework, optimizer: Any, snapshot: Snapshot, device: str = "cpu"
) -> tuple[Any, Any]:
    """Turn a snapshot into parameters and optimizer state of a framework.

    Args:
        framework: The framework that goes on from the snapshot; any may, whoever took it.
        optimizer: Its optimizer, of the kind whose moments the snapshot has.
        snapshot: Where the run was.
        device: "cpu" or "cuda".

    Returns:
        The parameters, and the state that `optimizer.update` takes next.

    Raises:
        DeviceError: If the framework cannot use the device.
    """

    def to_framework(tree: tuple[Layer, ...] | float) -> Any:
        if not isinstance(tree, tuple):
            return tree
        layers = tuple(framework.params.Layer(*layer) for layer in tree)
        return on_device(framework, framework.params.from_numpy(layers), device)

    params = to_framework(snapshot.params)
    moments = {name: to_framework(moment) for name, moment in snapshot.moments.items()}
    return params, optimizer.init(params)._replace(step=snapshot.step, **moments)


def _to_layers(framework: Framework, tree: Any) -> tuple[Layer, ...]:
    return tuple(Layer(*layer) for layer in framework.params.to_numpy(tree))

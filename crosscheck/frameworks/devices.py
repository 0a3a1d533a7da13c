"""Where a framework computes: on the CPU, or on a GPU where there is one."""

from typing import Any

from crosscheck.frameworks.registry import Framework


class DeviceError(RuntimeError):
    """A framework cannot compute on a device."""


def on_device(framework: Framework, tree: Any, device: str) -> Any:
    """Move a tree of a framework's arrays, which are on the CPU, to a device.

    Args:
        framework: Whose arrays they are.
        tree: Params or a bare array.
        device: A name in `contract.DEVICES`. To "cpu" nothing is moved: the tree itself is
            returned.

    Raises:
        DeviceError: If the framework does not support the device, or the machine has none.
    """
    if device == "cpu":
        return tree
    limit = framework.declared.limit(devices=[device])
    if limit is not None:
        raise DeviceError(f"{framework.name} does not support {device}: {limit}")
    try:
        return framework.params.tree_map(
            lambda leaf: framework.arrays.to_device(leaf, device), tree
        )
    except RuntimeError as error:
        raise DeviceError(
            f"{framework.name} cannot use {device}: {error}; leave --device at cpu"
        ) from None

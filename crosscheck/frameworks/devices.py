"""Where a framework computes: on the CPU, or on a GPU where there is one."""

from typing import Any

from crosscheck.frameworks.registry import Framework

DEVICES = ("cpu", "cuda")


class DeviceError(RuntimeError):
    """A framework cannot compute on a device."""


def placed(framework: Framework, tree: Any, device: str) -> Any:
    """A tree of a framework's arrays on a device.

    Raises:
        DeviceError: If the framework knows no such device, or the machine has none.
    """
    if device == "cpu":
        return tree
    limit = framework.declared.limit(devices=[device])
    if limit is not None:
        raise DeviceError(f"{framework.name} does not support {device}: {limit}")
    if framework.name == "torch":
        import torch

        if not torch.cuda.is_available():
            raise DeviceError("torch finds no CUDA device on this machine: leave --device at cpu")
        return framework.params.tree_map(lambda leaf: leaf.to(device), tree)
    if framework.name == "jax":
        import jax

        try:
            gpu = jax.devices(device)[0]
        except RuntimeError as error:
            raise DeviceError(f"jax finds no CUDA device on this machine: {error}") from None
        return framework.params.tree_map(lambda leaf: jax.device_put(leaf, gpu), tree)
    raise DeviceError(f"{framework.name} computes on the CPU only: leave --device at cpu")

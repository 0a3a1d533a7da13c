"""What an array is in this framework, and where it is kept.

The modules that read the same in every package know arrays through these functions alone. So a
framework may compute with tensors on a GPU, or with lists.
"""

from typing import Any

import numpy as np
import torch

Array = torch.Tensor


def is_array(value: Any) -> bool:
    """Whether a value is an array of this framework."""
    return isinstance(value, torch.Tensor)


def is_traced(value: Any) -> bool:
    """Whether a value stands for numbers that are not known before compiled code runs."""
    return is_array(value) and torch.compiler.is_compiling()


def is_floating(value: Array) -> bool:
    """Whether the entries of an array are floating-point numbers."""
    return value.dtype.is_floating_point


def dtype_name(value: Array) -> str:
    """The dtype of an array in NumPy's words, as "float64"."""
    return str(value.dtype).removeprefix("torch.")


def same_dtype(value: Array, other: Array) -> bool:
    """Whether two floating arrays have the same dtype."""
    return value.dtype == other.dtype


def shape(value: Array) -> tuple[int, ...]:
    """The length of an array along each of its axes; a scalar has none."""
    return tuple(value.shape)


def entries(value: Array) -> np.ndarray:
    """The entries of an array on the host, as a NumPy array of the same shape and dtype.

    It is for reading: it may share its memory with `value`.
    """
    value = value.detach().cpu()
    if value.dtype == torch.bfloat16:  # of which PyTorch makes no array: its bits are handed over
        import ml_dtypes  # which takes long

        return value.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return value.numpy()


def convertible(values: np.ndarray) -> None:
    """Check that `from_entries` keeps the dtype of a floating NumPy array.

    Raises:
        TypeError: If this framework would change the dtype.
        NotImplementedError: If this framework does not support it.
    """
    # PyTorch has every floating dtype of NumPy that the contract knows.


def from_entries(values: np.ndarray) -> Array:
    """Copy a NumPy array into this framework; undoes `entries`."""
    if values.dtype.name == "bfloat16":
        bits = np.array(values, order="C").view("int16")
        return torch.tensor(bits).view(torch.bfloat16)
    return torch.tensor(np.array(values, order="C"))  # torch takes no negative stride


def to_device(value: Array, device: str) -> Array:
    """An array on a device: "cpu", or "cuda" for a GPU.

    Raises:
        RuntimeError: If this framework, or this machine, has no such device.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise RuntimeError("PyTorch finds no CUDA device on this machine")
    return value.to(device)

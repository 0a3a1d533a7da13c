"""What an array is in this framework, and where it is kept.

The modules that read the same in every package know arrays through these functions alone. So a
framework may compute with tensors on a GPU, or with lists.
"""

from typing import Any

import mlx.core as mx
import numpy as np

Array = mx.array


def is_array(value: Any) -> bool:
    """Whether a value is an array of this framework."""
    return isinstance(value, mx.array)


def is_traced(value: Any) -> bool:
    """Whether a value stands for numbers that are not known before compiled code runs."""
    return False  # in a gradient, MLX's arrays have their values as elsewhere


def is_floating(value: Array) -> bool:
    """Whether the entries of an array are floating-point numbers."""
    return mx.issubdtype(value.dtype, mx.floating)


def dtype_name(value: Array) -> str:
    """The dtype of an array in NumPy's words, as "float64"."""
    return str(value.dtype).removeprefix("mlx.core.")


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
    return np.array(value)


def convertible(values: np.ndarray) -> None:
    """Check that `from_entries` keeps the dtype of a floating NumPy array.

    Raises:
        TypeError: If this framework would change the dtype.
        NotImplementedError: If this framework does not support it.
    """
    if values.dtype.name == "bfloat16":
        raise NotImplementedError(
            "bfloat16 is not supported: it exchanges arrays with NumPy, which lacks bfloat16"
        )
    # MLX keeps the dtype that `from_entries` names.


def from_entries(values: np.ndarray) -> Array:
    """Copy a NumPy array into this framework; undoes `entries`."""
    # Without its dtype float64 would become float32; MLX takes no negative stride.
    return mx.array(np.array(values, order="C"), dtype=getattr(mx, values.dtype.name))


def to_device(value: Array, device: str) -> Array:
    """An array on a device: "cpu", or "cuda" for a GPU.

    Raises:
        RuntimeError: If this framework, or this machine, has no such device.
    """
    if device != "cpu":
        raise RuntimeError("MLX has float64 on the CPU only")
    return value

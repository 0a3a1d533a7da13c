"""What an array is in this framework, and where it is kept.

The modules that read the same in every package know arrays through these functions alone. So a
framework may compute with tensors on a GPU, or with lists.
"""

from typing import Any

import numpy as np
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.tracer import getval

Array = np.ndarray


def is_array(value: Any) -> bool:
    """Whether a value is an array of this framework."""
    return isinstance(value, (np.ndarray, np.generic, ArrayBox))  # a box while it is watched


def is_traced(value: Any) -> bool:
    """Whether a value stands for numbers that are not known before compiled code runs."""
    return False  # autograd computes at once: every value is known


def is_floating(value: Array) -> bool:
    """Whether the entries of an array are floating-point numbers."""
    return value.dtype.kind == "f"


def dtype_name(value: Array) -> str:
    """The dtype of an array in NumPy's words, as "float64"."""
    return value.dtype.name


def same_dtype(value: Array, other: Array) -> bool:
    """Whether two floating arrays have the same dtype."""
    return value.dtype == other.dtype


def shape(value: Array) -> tuple[int, ...]:
    """The length of an array along each of its axes; a scalar has none."""
    return value.shape


def entries(value: Array) -> np.ndarray:
    """The entries of an array on the host, as a NumPy array of the same shape and dtype.

    It is for reading: it may share its memory with `value`.
    """
    return np.asarray(getval(value))


def convertible(values: np.ndarray) -> None:
    """Check that `from_entries` keeps the dtype of a floating NumPy array.

    Raises:
        TypeError: If this framework would change the dtype.
        NotImplementedError: If this framework does not support it.
    """
    if values.dtype.name == "bfloat16":
        raise NotImplementedError(
            "bfloat16 is not supported: autograd watches NumPy's own arrays, which have no bfloat16"
        )
    # autograd computes with NumPy's own arrays, of every dtype.


def from_entries(values: np.ndarray) -> Array:
    """Copy a NumPy array into this framework; undoes `entries`."""
    return np.array(values)


def to_device(value: Array, device: str) -> Array:
    """An array on a device: "cpu", or "cuda" for a GPU.

    Raises:
        RuntimeError: If this framework, or this machine, has no such device.
    """
    if device != "cpu":
        raise RuntimeError("autograd differentiates NumPy, which computes on the CPU only")
    return value

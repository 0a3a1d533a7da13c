"""What an array is in this framework, and where it is kept.

The modules that read the same in every package know arrays through these functions alone. So a
framework may compute with tensors on a GPU, or with lists: here an array is a number, a list of
numbers, or a list of equally long lists of numbers. All that computes takes floats.
"""

from collections.abc import Callable
from math import copysign, inf
from typing import Any

import numpy as np

Vector = list[float]
Matrix = list[Vector]
Array = Any  # float, Vector or Matrix; a tuple is never one, it is a tree


def is_array(value: Any) -> bool:
    """Whether a value is an array of this framework."""
    if not isinstance(value, list):
        return isinstance(value, int | float | np.generic)
    if set(map(type, value)) == {float}:  # a row, the usual case
        return True
    return len({shape(entry) for entry in value}) <= 1 and all(map(is_array, value))


def is_traced(value: Any) -> bool:
    """Whether a value stands for numbers that are not known before compiled code runs."""
    return False  # Python computes at once: every value is known


def is_floating(value: Array) -> bool:
    """Whether the entries of an array are floating-point numbers."""
    return all(issubclass(kind, float) for kind in _types(value))


def dtype_name(value: Array) -> str:
    """The dtype of an array in NumPy's words, as "float64"."""
    others = [kind for kind in _types(value) if not issubclass(kind, float)]
    return np.dtype(others[0] if others else float).name


def _types(value: Array) -> list[type]:
    """The types of the numbers in an array, each once, in the order in which they stand."""
    if not isinstance(value, list):
        return [type(value)]
    if value and isinstance(value[0], list):
        return list(dict.fromkeys(kind for entry in value for kind in _types(entry)))
    return list(dict.fromkeys(map(type, value)))


def same_dtype(value: Array, other: Array) -> bool:
    """Whether two floating arrays have the same dtype."""
    return True  # a Python float is a float64


def shape(value: Array) -> tuple[int, ...]:
    """The length of an array along each of its axes; a scalar has none."""
    if not isinstance(value, list):
        return ()
    return (len(value), *(shape(value[0]) if value else ()))


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
    if values.dtype != np.float64:
        raise NotImplementedError(
            f"{values.dtype.name} is not supported: a Python float is a float64"
        )


def from_entries(values: np.ndarray) -> Array:
    """Copy a NumPy array into this framework; undoes `entries`."""
    return values.tolist()


def to_device(value: Array, device: str) -> Array:
    """An array on a device: "cpu", or "cuda" for a GPU.

    Raises:
        RuntimeError: If this framework, or this machine, has no such device.
    """
    if device != "cpu":
        raise RuntimeError("Python computes on the CPU only")
    return value


def entry_map(function: Callable[..., float], *arrays: Array) -> Array:
    """Apply `function` to the numbers that stand at the same place in every array."""
    if isinstance(arrays[0], list):
        return [entry_map(function, *entries) for entries in zip(*arrays, strict=True)]
    return function(*arrays)


def row_map(function: Callable[[Vector], Vector], array: Array) -> Array:
    """Apply `function` to every row: to the lists of numbers along the last axis."""
    if isinstance(array[0], list):
        return [row_map(function, entry) for entry in array]
    return function(array)


def divide(a: float, b: float) -> float:
    """a / b, where x / 0 is infinite and 0 / 0 is NaN; Python raises."""
    return a / b if b != 0 else a * copysign(inf, b)

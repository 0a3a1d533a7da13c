"""What an array is in this framework, and where it is kept.

The modules that read the same in every package know arrays through these functions alone. So a
framework may compute with tensors on a GPU, or with lists.
"""

from typing import Any

import numpy as np

Array = np.ndarray
# NumPy has it by ml_dtypes, which whoever makes such an array has imported, and which takes long.
BFLOAT16 = "bfloat16"


class Bfloat16(np.ndarray):
    """An array of bfloat16, which keeps its dtype beside a Python number as NumPy's own do.

    Without it `0.9 * x` would be float32, and a product of matrices too. Each operation is done in
    float32 and rounded to bfloat16; so are a sum and a product of matrices, once it is added up.
    """

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **keywords: Any
    ) -> Any:
        operands = [_plain(each) for each in inputs]
        narrow = all(map(_is_narrow, operands))
        if narrow and (ufunc is np.matmul or (ufunc is np.add and method == "reduce")):
            operands = [each.astype(np.float32) for each in operands]  # rounded once, below
        result = getattr(ufunc, method)(*operands, **keywords)
        if narrow and result.dtype == np.float32:  # a sum, a product of matrices, or np.clip
            result = result.astype(BFLOAT16)
        if out is not None:
            np.copyto(out[0].view(np.ndarray), result)
            return out[0]
        return _wrapped(result)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        if function is np.dot:  # which would add up in bfloat16
            return np.matmul(*args, **keywords)
        args = tuple(map(_plain, args)) if function is np.where else args
        return _wrapped(super().__array_function__(function, types, args, keywords))


def _plain(value: Any) -> Any:
    if type(value) in (int, float):
        return np.asarray(value, BFLOAT16)
    return value.view(np.ndarray) if isinstance(value, Bfloat16) else value


def _is_narrow(value: Any) -> bool:
    return getattr(getattr(value, "dtype", None), "name", None) == BFLOAT16


def _wrapped(value: Any) -> Any:
    if _is_narrow(value):
        return np.asarray(value).view(Bfloat16)
    return value


def is_array(value: Any) -> bool:
    """Whether a value is an array of this framework."""
    return isinstance(value, (np.ndarray, np.generic))  # a loss is a scalar of NumPy


def is_traced(value: Any) -> bool:
    """Whether a value stands for numbers that are not known before compiled code runs."""
    return False  # NumPy computes at once: every value is known


def is_floating(value: Array) -> bool:
    """Whether the entries of an array are floating-point numbers."""
    return value.dtype.kind == "f" or _is_narrow(value)


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
    return np.asarray(value)


def convertible(values: np.ndarray) -> None:
    """Check that `from_entries` keeps the dtype of a floating NumPy array.

    Raises:
        TypeError: If this framework would change the dtype.
        NotImplementedError: If this framework does not support it.
    """
    # Of NumPy's own arrays every dtype is kept.


def from_entries(values: np.ndarray) -> Array:
    """Copy a NumPy array into this framework; undoes `entries`."""
    return _wrapped(np.array(values))


def to_device(value: Array, device: str) -> Array:
    """An array on a device: "cpu", or "cuda" for a GPU.

    Raises:
        RuntimeError: If this framework, or this machine, has no such device.
    """
    if device != "cpu":
        raise RuntimeError("NumPy computes on the CPU only")
    return value

"""What an array is in this framework, and where it is kept.

The modules that read the same in every package know arrays through these functions alone. So a
framework may compute with tensors on a GPU, or with lists.
"""

from typing import Any

import numpy as np
import paddle

Array = paddle.Tensor

# What the losses and the optimizers compute with: paddle's own functions and, below, two that stand
# in the place of functions in which paddle errs.
clip, log, log1p, maximum, sign = paddle.clip, paddle.log, paddle.log1p, paddle.maximum, paddle.sign
full_like, ones_like, zeros_like = paddle.full_like, paddle.ones_like, paddle.zeros_like


def sqrt(x: Array) -> Array:
    """The root of each entry, rounded once. Any shape."""
    # Of eight float32 entries or more paddle.sqrt errs by up to 3 units, and sqrt(inf) is NaN.
    return paddle.sqrt(x.astype("float64")).astype(x.dtype)


def where(condition: Array, x: Array | float, y: Array | float) -> Array:
    """`x` where the condition holds, `y` elsewhere. One of the two may be a number."""
    # paddle.where would round a number to float32, beside float64 entries too.
    x = x if is_array(x) else paddle.full_like(y, x)
    y = y if is_array(y) else paddle.full_like(x, y)
    return paddle.where(condition, x, y)


def is_array(value: Any) -> bool:
    """Whether a value is an array of this framework."""
    return isinstance(value, paddle.Tensor)


def is_traced(value: Any) -> bool:
    """Whether a value stands for numbers that are not known before compiled code runs."""
    return False  # PaddlePaddle computes at once: every value is known


def is_floating(value: Array) -> bool:
    """Whether the entries of an array are floating-point numbers."""
    return value.is_floating_point()


def dtype_name(value: Array) -> str:
    """The dtype of an array in NumPy's words, as "float64"."""
    return str(value.dtype).removeprefix("paddle.")


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
    return value.detach().cpu().numpy()


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
    # PaddlePaddle has every floating dtype of NumPy that the contract knows.


def from_entries(values: np.ndarray) -> Array:
    """Copy a NumPy array into this framework; undoes `entries`."""
    return paddle.to_tensor(np.array(values), place=paddle.CPUPlace())


def to_device(value: Array, device: str) -> Array:
    """An array on a device: "cpu", or "cuda" for a GPU.

    Raises:
        RuntimeError: If this framework, or this machine, has no such device.
    """
    if device == "cuda" and not paddle.device.is_compiled_with_cuda():
        raise RuntimeError("this build of PaddlePaddle computes on the CPU only")
    return value.cuda() if device == "cuda" else value.cpu()

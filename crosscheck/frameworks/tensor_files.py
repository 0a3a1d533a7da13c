"""Tensors of unknown origin: files of safetensors, and arrays of any framework."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors import SafetensorError, deserialize

from crosscheck.frameworks.plain_text import in_words
from crosscheck.frameworks.regular_files import check_regular, read_regular

LARGEST_HEADER = 2**24  # bytes; ten thousand epochs of history and hundreds of layers take 2**21
LARGEST = 2**28  # bytes of a whole file; what can be computed exactly takes far less
# The floating dtypes of a file, by the names that they have there.
DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}


class TensorFileError(ValueError):
    """A file or a value cannot be read as tensors; the message says which and why."""


class StoredTensor(NamedTuple):
    """An array, and the dtype in which it was stored.

    Attributes:
        value: The numbers in a dtype of NumPy that holds them exactly.
        dtype: "float64", "float32", "float16" or "bfloat16".
    """

    value: np.ndarray
    dtype: str


def check_header(path: Path) -> None:
    """Check that a path names a file with a header of a size that can be read.

    Raises:
        OSError: If it is no file, or cannot be read.
        ValueError: If the header is too large.
    """
    check_regular(path)
    with path.open("rb") as start:
        size = int.from_bytes(start.read(8), "little")
    if size > LARGEST_HEADER:
        raise ValueError(f"a header has at most {LARGEST_HEADER} bytes, not {size}")


def read_tensors(path: Path, most: int = LARGEST) -> dict[str, StoredTensor]:
    """Read every tensor of a safetensors file.

    Args:
        path: The file.
        most: How many bytes it may have.

    Raises:
        TensorFileError: If the file cannot be read, is no safetensors file, is larger than that,
            or holds something else than floating numbers.
    """
    try:
        check_header(path)
        found = deserialize(read_regular(path, most))  # type: ignore[no-untyped-call]  # it has none
    except (SafetensorError, OSError, ValueError) as error:
        raise TensorFileError(f"{path}: cannot be read as safetensors: {error}") from None
    tensors = {}
    for name, stored in found:
        if stored["dtype"] not in DTYPES:
            known = ", ".join(DTYPES)
            raise TensorFileError(f"{path}: {name!r} has dtype {stored['dtype']}, not {known}")
        tensors[name] = _from_bytes(stored["data"], stored["shape"], DTYPES[stored["dtype"]])
    return tensors


def stored_tensors(arrays: Mapping[str, Any]) -> dict[str, StoredTensor]:
    """The arrays of any framework by name, each with its dtype.

    Args:
        arrays: NumPy arrays, or what NumPy takes for an array; tensors of PyTorch.

    Raises:
        TensorFileError: If something is no array of floating numbers.
    """
    return {name: _stored(name, value) for name, value in arrays.items()}


def _from_bytes(data: bytes, shape: list[int], dtype: str) -> StoredTensor:
    if dtype == "bfloat16":  # the first half of a float32, which NumPy does not know
        bits = np.frombuffer(data, "<u2").astype("<u4") << 16
        return StoredTensor(bits.view("<f4").astype("float32").reshape(shape), dtype)
    little = np.frombuffer(data, np.dtype(dtype).newbyteorder("<"))
    return StoredTensor(little.astype(dtype).reshape(shape), dtype)


def _stored(name: str, value: Any) -> StoredTensor:
    dtype = str(getattr(value, "dtype", "")).removeprefix("torch.")
    try:
        if hasattr(value, "detach"):  # a tensor of PyTorch, which converts no bfloat16 itself
            value = value.detach().cpu()
            value = value.float() if dtype == "bfloat16" else value
        array = np.asarray(value)
        if dtype == "bfloat16":
            array = array.astype("float32")
    except Exception as error:  # whatever somebody's own class raises
        raise TensorFileError(f"{name} is no array: {in_words(error)}") from None
    dtype = dtype or str(array.dtype)
    if dtype not in DTYPES.values():
        raise TensorFileError(f"{name} has dtype {dtype}, not {', '.join(DTYPES.values())}")
    return StoredTensor(np.array(array), dtype)

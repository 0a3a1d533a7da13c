"""What a worker sends back: nested lists and dictionaries of plain values and NumPy's arrays.

It comes from a process that runs foreign code, so reading it must execute nothing, and must end
in a value or in `MessageError`. The bytes are a file of safetensors: the arrays as its tensors, all
else as JSON in its metadata. Of bfloat16, which not every version of safetensors reads, the bits
are sent. An array of a dtype that safetensors does not have is sent without its entries; they come
back as zeros (of its dtype, which is what a comparison names).
"""

import json
import re
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from crosscheck.frameworks.plain_text import in_words, plain
from crosscheck.numerics.dtypes import BFLOAT16, known

# Bytes of the largest JSON that is read. A few bytes of it become a hundred bytes of lists.
LARGEST = 4_000_000
# The dtypes of arrays that come without their entries, as NumPy writes them.
DTYPE = re.compile(r"[<>|=]?[a-zA-Z]\d{0,4}")
CONTENT = "content"
ARRAY, EMPTY, ITEMS, NARROW = "array", "empty", "items", BFLOAT16
SENT = ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1")


class MessageError(ValueError):
    """The bytes are no message."""


def pack(value: Any) -> bytes:
    """A value as bytes.

    Raises:
        TypeError: If something in it is no dictionary, list, array or plain value.
    """
    arrays: dict[str, np.ndarray] = {}
    content = json.dumps(_packed(value, arrays))
    return save(arrays, metadata={CONTENT: content})


def unpack(content: bytes) -> Any:
    """The value that was packed, its texts made safe by `plain`; tuples come back as lists.

    Raises:
        MessageError: If it is none.
    """
    try:
        length = int.from_bytes(content[:8], "little")
        if length > LARGEST:
            raise ValueError(f"it has {length:,} bytes beside the arrays")
        header = json.loads(content[8 : 8 + length])
        return _unpacked(json.loads(header["__metadata__"][CONTENT]), load(content))
    except Exception as error:  # whatever a hostile process thinks of
        raise MessageError(in_words(error)) from None


def without_entries(dtype: Any, shape: Any) -> np.ndarray:
    """An array of zeros that takes no memory, whatever its shape."""
    return np.broadcast_to(np.zeros((), dtype), shape)


def _packed(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.name == BFLOAT16:
            bits = np.array(value, order="C").view("uint16")
            return {NARROW: _packed(bits, arrays)[ARRAY]}
        if value.dtype.str[1:] not in SENT or not value.dtype.isnative:
            return {EMPTY: [value.dtype.str, list(value.shape)]}
        name = str(len(arrays))
        arrays[name] = np.array(value, order="C")
        return {ARRAY: name}
    if isinstance(value, dict):
        return {ITEMS: {str(key): _packed(each, arrays) for key, each in value.items()}}
    if isinstance(value, list | tuple):
        return [_packed(each, arrays) for each in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a message holds no {type(value).__name__}")


def _unpacked(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [_unpacked(each, arrays) for each in value]
    if not isinstance(value, dict):
        return value
    ((kind, held),) = value.items()
    if kind == ARRAY:
        return arrays[held]
    if kind == NARROW:
        return arrays[held].view(known(BFLOAT16))
    if kind == EMPTY:
        dtype, shape = held
        if not DTYPE.fullmatch(dtype):
            raise ValueError(f"unknown dtype {dtype!r}")
        return without_entries(dtype, shape)
    if kind == ITEMS:
        return {plain(key): _unpacked(each, arrays) for key, each in held.items()}
    raise ValueError(f"unknown {kind!r}")

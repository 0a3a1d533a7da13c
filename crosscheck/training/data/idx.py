"""The IDX format of the original MNIST files: a header, then the numbers.

    2 bytes of 0, the type of the numbers (8: unsigned bytes), the number of dimensions,
    the size of each dimension (4 bytes, big-endian), the numbers themselves

Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from crosscheck.frameworks.regular_files import check_regular

UNSIGNED_BYTE = 8
GZIP = b"\x1f\x8b"
LARGEST = 16 + 60_000 * 28 * 28  # bytes of the largest file of MNIST, the images to train on


class DataError(ValueError):
    """A data set is not available, or one of its files is broken; the message says which."""


def read_idx(path: Path) -> np.ndarray:
    """Read the array of bytes in an IDX file.

    Args:
        path: The file, gzipped or not.

    Raises:
        DataError: If it cannot be read, is truncated, has bytes left over, or is no IDX file.
    """
    return parse_idx(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """Read the content of a file, and uncompress it if it is gzipped.

    A few bytes can be uncompressed to very many. No more is read than the largest file of MNIST
    has, and one byte, which shows that there is more.

    Args:
        path: The file; its name does not matter.

    Raises:
        DataError: If it cannot be read or uncompressed, is no file, or has more bytes than the
            largest file of MNIST.
    """
    try:
        check_regular(path)
        with path.open("rb") as file:
            is_compressed = file.read(2) == GZIP
        with gzip.open(path) if is_compressed else path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    if len(content) > LARGEST:
        raise DataError(f"{path}: has more than {LARGEST} bytes, which no file of MNIST has")
    return content


def parse_idx(content: bytes, name: str) -> np.ndarray:
    """The array in the bytes of an IDX file.

    Args:
        content: The bytes, uncompressed.
        name: The name of the file, for the message.

    Raises:
        DataError: If they are truncated, too many, or not an IDX file.
    """
    if len(content) < 4 or content[:2] != b"\0\0":
        raise DataError(f"{name}: is no IDX file: it starts with {content[:4].hex() or 'nothing'}")
    kind, dimensions = content[2], content[3]
    if kind != UNSIGNED_BYTE:
        raise DataError(
            f"{name}: holds numbers of type {kind}, not unsigned bytes ({UNSIGNED_BYTE})"
        )
    header = 4 + 4 * dimensions
    if len(content) < header:
        raise DataError(f"{name}: is truncated within its header of {header} bytes")
    shape = struct.unpack(f">{dimensions}I", content[4:header])
    expected = math.prod(shape)  # in Python's integers, which cannot overflow
    found = len(content) - header
    if found != expected:
        what = "is truncated" if found < expected else "has bytes left over"
        raise DataError(f"{name}: {what}: {found} bytes of data, not {expected} for {shape}")
    try:
        return np.frombuffer(content, np.uint8, offset=header).reshape(shape)
    except ValueError as error:  # no data, but more dimensions or larger ones than NumPy has
        raise DataError(f"{name}: cannot be an array of shape {shape}: {error}") from None

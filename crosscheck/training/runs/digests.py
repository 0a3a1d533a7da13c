"""The digests in a checkpoint, which show whether one bit of it is not as it was written."""

import json
from collections.abc import Mapping
from hashlib import sha256

import numpy as np

KEY = "digests"
METADATA = "the metadata"


def of_all(tensors: Mapping[str, np.ndarray]) -> str:
    """One SHA-256 digest of all tensors with their names, dtypes and shapes."""
    lines = [f"{name} {_of(tensor)}" for name, tensor in sorted(tensors.items())]
    return sha256("\n".join(lines).encode()).hexdigest()


def written(text: str, tensors: Mapping[str, np.ndarray]) -> str:
    """The digests as they stand in a file, as JSON.

    Args:
        text: The other metadata.
        tensors: The tensors by name.
    """
    return json.dumps(_digests(text, tensors))


def damaged(found: str | None, text: str, tensors: Mapping[str, np.ndarray]) -> str | None:
    """What is not as it was written, in words; None if all is.

    Args:
        found: The digests that the file has.
        text, tensors: What they are said to be the digests of.
    """
    try:
        stated = json.loads(found or "null")
    except (ValueError, RecursionError):
        stated = None
    actual = _digests(text, tensors)
    if not isinstance(stated, dict) or set(stated) != set(actual):
        return "its digests are not those of its content"
    wrong = [name for name, digest in actual.items() if stated[name] != digest]
    return f"{', '.join(wrong[:4])} has another digest" if wrong else None


def _digests(text: str, tensors: Mapping[str, np.ndarray]) -> dict[str, str]:
    of_tensors = {name: _of(tensor) for name, tensor in sorted(tensors.items())}
    return {METADATA: sha256(text.encode()).hexdigest()} | of_tensors


def _of(tensor: np.ndarray) -> str:
    kind = f"{tensor.dtype.str} {tensor.shape} "
    return sha256(kind.encode() + tensor.tobytes()).hexdigest()

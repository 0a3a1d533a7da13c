"""The arrays inside somebody's object: found by a walk, read and written by their paths.

An array may be NumPy's, PyTorch's or JAX's, or a nested list of numbers. Neither PyTorch nor JAX
is imported here: an array of theirs can only be met where its owner has imported them.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.names import Path, kind_of

# So many containers around an array are opened: network.layers[0].params["W"].
DEEPEST = 4
# So many entries of a container are looked at; a data set of tuples has more.
WIDEST = 64


@dataclass
class Leaf:
    """An array and where it was found.

    Attributes:
        paths: Every way to it: an array that is both self.W1 and self.params["W1"] has two.
        value: The array itself.
        called: What it is called, where its path does not say it.
    """

    paths: list[Path]
    value: Any
    called: Path | None = None

    @property
    def name(self) -> Path:
        """What tells what it is: its path, or the name of the variable that it was."""
        return self.path if self.called is None else self.called

    @property
    def path(self) -> Path:
        """The first way to it."""
        return self.paths[0]

    @property
    def array(self) -> np.ndarray:
        """A copy in NumPy's float64."""
        return to_numpy(self.value)

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        is_plain = isinstance(self.value, list | float)
        return np.shape(self.value) if is_plain else tuple(self.value.shape)


def library_of(value: Any) -> str | None:
    """ "numpy", "torch" or "jax" if a value is an array of theirs, "list" for nested numbers."""
    if isinstance(value, np.ndarray):
        return "numpy" if value.dtype.kind in "fiu" else None
    owner = type(value).__module__.partition(".")[0]
    if owner in ("torch", "jax", "jaxlib") and hasattr(value, "dtype") and hasattr(value, "shape"):
        return "torch" if owner == "torch" else "jax"
    if isinstance(value, list) and value and _is_numbers(value):
        return "list"
    return None


def _is_numbers(value: list[Any]) -> bool:
    if all(isinstance(each, float | int | np.floating) for each in value):
        return True
    if not all(isinstance(each, list) and each for each in value):
        return False
    same = len({len(each) for each in value}) == 1
    return same and all(isinstance(item, float | int | np.floating) for e in value for item in e)


def to_numpy(value: Any) -> np.ndarray:
    """An array of any library as a new NumPy array of float64."""
    if library_of(value) == "torch":
        value = value.detach().cpu().numpy()
    return np.array(value, dtype=np.float64)


def as_like(array: np.ndarray, like: Any) -> Any:
    """A new array of float64 in the library of another value."""
    library = library_of(like)
    if library == "torch":
        torch = sys.modules["torch"]
        made = torch.tensor(array, dtype=torch.float64, requires_grad=like.requires_grad)
        return torch.nn.Parameter(made) if isinstance(like, torch.nn.Parameter) else made
    if library == "jax":
        return sys.modules["jax"].numpy.asarray(array)
    if isinstance(like, float):
        return float(array.reshape(()))
    return array.tolist() if library == "list" else np.array(array, dtype=np.float64)


def leaves_of(root: Any, *, own: bool = True) -> list[Leaf]:
    """Every array of one dimension or more inside an object.

    Args:
        root: An array, a dict, a list, a tuple, or an object with attributes.
        own: Whether `root` itself is opened if it is an object of somebody's class.
    """
    found: dict[int, Leaf] = {}
    for path, value in _walk(root, (), DEEPEST if own else 0, set()):
        if id(value) in found and not isinstance(value, float):
            found[id(value)].paths.append(path)
        else:
            found[id(value) if not isinstance(value, float) else len(found)] = Leaf([path], value)
    return [leaf for leaf in found.values() if leaf.shape or kind_of(leaf.path) == "bias"]


def _walk(value: Any, path: Path, depth: int, around: set[int]) -> Iterator[tuple[Path, Any]]:
    if library_of(value) is not None or (isinstance(value, float) and kind_of(path) == "bias"):
        yield path, value  # a single output may have a number for its bias
        return
    if depth < 0 or id(value) in around:
        return
    for key, inner in _entries(value):
        yield from _walk(inner, (*path, key), depth - 1, around | {id(value)})


def _entries(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        entries = [(key, each) for key, each in value.items() if isinstance(key, str | int)]
    elif isinstance(value, list | tuple | np.ndarray):
        if isinstance(value, np.ndarray) and (value.dtype != object or value.ndim != 1):
            return []
        names = getattr(value, "_fields", range(len(value)))
        entries = list(zip(names, value, strict=True))
    elif isinstance(
        value, type | ModuleType | FunctionType | MethodType | BuiltinFunctionType | str | bytes
    ):
        return []
    else:
        entries = list(getattr(value, "__dict__", {}).items())
    return entries[:WIDEST]


def put(root: Any, path: Path, value: Any) -> Any:
    """Write a value at a path, and return the root: a new one where tuples must be made anew."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    inner = put(get(root, (key,)), rest, value)
    if isinstance(root, tuple):
        if isinstance(key, str):
            return root._replace(**{key: inner})  # type: ignore[attr-defined]
        assert isinstance(key, int)
        return type(root)([*root[:key], inner, *root[key + 1 :]])
    if isinstance(root, dict | list | np.ndarray):
        root[key] = inner  # type: ignore[index]
    elif getattr(root, str(key)) is not inner:
        setattr(root, str(key), inner)
    return root


def get(root: Any, path: Path) -> Any:
    """What stands at a path."""
    for key in path:
        named = isinstance(root, tuple) and isinstance(key, str)
        is_container = isinstance(root, dict | list | tuple | np.ndarray)
        root = root[key] if is_container and not named else getattr(root, str(key))
    return root

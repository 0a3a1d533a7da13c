"""One call of a function of the contract, as a condition sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

# Where an array stands in a nested tuple: (1, 0, 0) is the first of the first of the second.
Path = tuple[int, ...]


class Leaf(NamedTuple):
    """One array of a result, where it stands there, and its layer, from 0; None if it has none."""

    path: Path
    array: np.ndarray
    layer: int | None = None


class Spot(NamedTuple):
    """One entry of a result."""

    path: Path
    entry: tuple[int, ...]


@dataclass(frozen=True)
class Call:
    """What one call was given, and what it gave.

    Attributes:
        kind: What kind of function it is: see `functions.KINDS`.
        given: The arrays among its arguments.
        leaves: The arrays of its result that count: the updates, and not the state.
        sizes: The units of every layer, inputs first; empty without layers.
        batches: How many samples it takes at a time: of every batch, in training.
        batch_size: What training was asked for.
        targets, outputs: Among the given arrays those of a loss; None without one.
        step: How many updates were made before.
        rates: The learning rate of the last step and of this one.
        seed, epochs: Of training; the numbers of its epochs.
        is_repeated: Whether the function was called before on arrays of these shapes.
        weights, normalizer: Those of the samples, and by what a mean divides.
        chosen: The indices of the samples of each batch, in training.
    """

    kind: str
    given: tuple[np.ndarray, ...]
    leaves: tuple[Leaf, ...]
    sizes: tuple[int, ...] = ()
    batches: tuple[int, ...] = ()
    batch_size: int | None = None
    targets: np.ndarray | None = None
    outputs: np.ndarray | None = None
    step: int | None = None
    rates: tuple[float, float] | None = None
    seed: int | None = None
    epochs: tuple[int, ...] = ()
    is_repeated: bool = False
    weights: np.ndarray | None = None
    normalizer: str = "count"
    chosen: tuple[np.ndarray, ...] = ()

    @property
    def last(self) -> Spot:
        """The last entry of the result."""
        return last_of(self.leaves[-1])

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return len(self.sizes) - 1


def last_of(leaf: Leaf) -> Spot:
    """The last entry of an array."""
    return Spot(leaf.path, tuple(length - 1 for length in leaf.array.shape))


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Every array in a nested tuple."""
    if isinstance(value, np.ndarray | np.generic):
        yield np.asarray(value)
    elif isinstance(value, tuple):
        for part in value:
            yield from arrays_in(part)


def leaves_of(value: Any, path: Path = ()) -> Iterator[tuple[Path, np.ndarray]]:
    """Every array in a nested tuple, with its place."""
    if isinstance(value, np.ndarray | np.generic):
        yield path, np.asarray(value)
    elif isinstance(value, tuple):
        for index, part in enumerate(value):
            yield from leaves_of(part, (*path, index))


def with_array(value: Any, path: Path, array: Any) -> Any:
    """The same nested tuple with another array in one place."""
    if not path:
        return array
    parts = list(value)
    parts[path[0]] = with_array(parts[path[0]], path[1:], array)
    return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)

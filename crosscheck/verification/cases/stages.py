"""The stages of a computation, in their order: the first that diverges is the one to blame."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Protocol

from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.comparison import Tensors

STAGES = ("forward", "deltas", "gradients", "state", "update", "trajectory")

# Quantities by stage and name.
Quantities = dict[str, Tensors]
Stages = dict[str, Quantities]


class ByContent:
    """Equal and hashed by a digest of what the exact values depend on, which are cached by it."""

    @property
    @abstractmethod
    def content(self) -> str:
        """The digest."""

    def __hash__(self) -> int:
        return hash(self.content)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.content == getattr(other, "content", None)


class Fixture(Protocol):
    """One case: what it computes, exactly and by a framework, under the same names.

    Attributes:
        group, name: The group of fixtures it belongs to, and its own name.
        dtype: What every tensor has.
    """

    def __hash__(self) -> int: ...  # of the content, so that equal cases share their exact values

    @property
    def group(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def dtype(self) -> str: ...

    def exactly(self) -> Stages:
        """Every quantity, exact, with its bound."""

    def compute(self, framework: Framework) -> Iterator[tuple[str, Quantities]]:
        """Every quantity by a framework, a stage at a time, so that an error has its stage."""

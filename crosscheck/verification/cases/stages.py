"""What a case is, and the stages in which it is computed: the first that diverges is to blame."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from typing import Any, Protocol

from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.comparison import Tensors


class Stage(StrEnum):
    """A stage of a computation. An earlier one is less than a later one, whatever their words."""

    FORWARD = "forward"
    DELTAS = "deltas"
    GRADIENTS = "gradients"
    STATE = "state"
    UPDATE = "update"
    TRAJECTORY = "trajectory"
    CONDUCT = "conduct"  # what is no computation: refusals, ownership; what computes comes first

    @property
    def position(self) -> int:
        """Its number in the order of the computation, from 0."""
        return list(Stage).index(self)

    def __lt__(self, other: str) -> bool:
        return self.position < Stage(other).position

    def __le__(self, other: str) -> bool:
        return self.position <= Stage(other).position

    def __gt__(self, other: str) -> bool:
        return self.position > Stage(other).position

    def __ge__(self, other: str) -> bool:
        return self.position >= Stage(other).position


# The quantities of one stage by name, and those of all stages.
Quantities = dict[str, Tensors]
Stages = dict[Stage, Quantities]


class ByContent:
    """A dataclass, equal and hashed by a digest of what its exact values depend on.

    So they are computed once for each content.
    """

    @property
    @abstractmethod
    def content(self) -> str:
        """The digest."""

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: the fields, and nothing that is worked out of them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}  # type: ignore[arg-type]

    def __hash__(self) -> int:
        return hash(self.content)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.content == getattr(other, "content", None)


class Case(Protocol):
    """One case: what it computes, exactly and by a framework, under the same names.

    Attributes:
        group, name: The group of cases it belongs to, and its own name.
        dtype: That of every tensor.
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

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """Every quantity by a framework, one stage at a time.

        So what a framework raises comes in the stage that raises it.
        """

"""A case of conduct: what a framework does beside computing, as words that must be equal."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crosscheck.frameworks.plain_text import in_words, plain
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.comparison import Tensor, Tensors
from crosscheck.numerics.trees import leaves
from crosscheck.verification.cases.stages import Quantities, Stage, Stages

NOTHING = "raises nothing"
# What comes out, by the name of the quantity: a text, or a tree of NumPy's arrays.
Found = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class ConductCase:
    """Something that a framework has to do or to refuse.

    Attributes:
        name: Of the case; the group is "conduct".
        expected: What must come out.
        call: Lets a framework do it. A function of a module, with its arguments, so that the case
            can be sent to another process.
        asks: What it needs of a framework, by the fields in which a limit may exclude it.
        dtype: Of every array that comes out.
    """

    name: str
    expected: Found
    call: Callable[[Framework], Found]
    asks: Mapping[str, Collection[str]] = field(default_factory=dict)
    dtype: str = "float64"

    group = "conduct"

    def exactly(self) -> Stages:
        """What must come out, to the last bit and letter."""
        return {Stage.CONDUCT: _quantities(self.expected)}

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """What comes out."""
        yield Stage.CONDUCT, _quantities(self.call(framework))


def refusal(call: Callable[[], object], expected: str = "") -> str:
    """What a call raises, in words.

    Args:
        call: What is called.
        expected: If the words begin like this, the rest of them does not matter.

    Raises:
        NotImplementedError: If the call does: then it refuses nothing, but is not written.
    """
    try:
        call()
    except NotImplementedError:
        raise
    except Exception as error:
        words = f"raises {in_words(error)}"
        return expected if expected and words.startswith(expected) else words
    return NOTHING


def raising(kind: type[Exception], message: str) -> str:
    """What `refusal` gives for an exception."""
    return f"raises {kind.__name__}: {message}"


def _quantities(found: Found) -> Quantities:
    return {name: _tensors(value) for name, value in found.items()}


def _tensors(value: Any) -> Tensors:
    if isinstance(value, str):
        return {"": Tensor(np.array(plain(value)))}
    return {place: Tensor(np.asarray(leaf)) for place, leaf in leaves(value).items()}

"""What an experiment is: a claim, what was found, and a picture of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosscheck.frameworks.registry import Framework, load
from crosscheck.training.data.datasets import DATASETS, Dataset


@dataclass(frozen=True)
class Options:
    """What an experiment may be told.

    Attributes:
        data: The data set of those that train on digits.
        seed: Of whatever is drawn.
        progress: Called with the name of every part that is done.
    """

    data: str = "digits"
    seed: int = 0
    progress: Callable[[str], None] = lambda task: None

    def dataset(self) -> Dataset:
        """The data set, in float64.

        Raises:
            DataError: If it is not there.
        """
        return DATASETS[self.data]("float64")


@dataclass(frozen=True)
class Finding:
    """What an experiment found.

    Attributes:
        holds: Whether the claim does.
        text: What was found, in a sentence or two.
        numbers: The same for other programs.
        drawn: What the picture shows.
    """

    holds: bool
    text: str
    numbers: dict[str, Any]
    drawn: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes:
        claim: What it shows.
        source: Where that is said.
        run, draw: Find out, and draw what was found into a folder.
        parts: How many parts `run` reports to `progress`.
    """

    claim: str
    source: str
    run: Callable[[Options], Finding]
    draw: Callable[[Path, Finding], list[Path]]
    parts: int = 1


def numpy_reference() -> Framework:
    """The reference in NumPy, which is always there."""
    loaded = load("numpy", "reference_numpy")
    assert isinstance(loaded, Framework)
    return loaded

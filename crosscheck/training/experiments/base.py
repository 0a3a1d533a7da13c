"""An experiment: a claim of the lectures, how it is tried, and how the result is drawn."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosscheck.frameworks.registry import Framework, load
from crosscheck.training.data.datasets import DATASETS, Dataset


@dataclass(frozen=True)
class Options:
    """How an experiment is run.

    Attributes:
        data: The data set, for experiments that train on digits.
        seed: The seed of all random numbers.
        progress: Called with the name of every part that is done.
    """

    data: str = "digits"
    seed: int = 0
    progress: Callable[[str], None] = lambda task: None

    def dataset(self) -> Dataset:
        """The data set, in float64.

        Raises:
            DataError: If it cannot be had.
        """
        return DATASETS[self.data]("float64")


@dataclass(frozen=True)
class ExperimentResult:
    """What an experiment found.

    Attributes:
        holds: Whether the claim holds.
        text: What was found, in a sentence or two.
        numbers: What was found, for other programs.
        picture: What the picture shows beside that.
    """

    holds: bool
    text: str
    numbers: dict[str, Any]
    picture: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes:
        claim: What it is to show.
        source: Where the lectures say so.
        run: Runs it.
        draw: Draws its result into a folder, and returns the files.
        parts: How many parts `run` reports to `progress`.
    """

    claim: str
    source: str
    run: Callable[[Options], ExperimentResult]
    draw: Callable[[Path, ExperimentResult], list[Path]]
    parts: int = 1


def numpy_reference() -> Framework:
    """The reference in NumPy, which is always installed."""
    framework = load("numpy", "reference_numpy")
    assert isinstance(framework, Framework)
    return framework

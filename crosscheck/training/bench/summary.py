"""What a benchmark came to: its times, which goals they reach, and on which machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

from threadpoolctl import threadpool_info

from crosscheck.training.bench.growing import Growth
from crosscheck.training.bench.measuring import GOALS, Goal, Timing, measured_ratio


@dataclass(frozen=True)
class GoalResult:
    """A goal, and what was measured for it.

    Attributes:
        goal: The goal.
        ratio: The measured ratio of times; None where a variant was not measured.
    """

    goal: Goal
    ratio: float | None

    @property
    def is_reached(self) -> bool:
        """Whether the ratio was measured and reaches the goal."""
        return self.ratio is not None and self.goal.is_reached_by(self.ratio)


@dataclass(frozen=True)
class BenchmarkSummary:
    """All that is shown and written about one benchmark.

    Attributes:
        versions: The version of Python, and of each library that is measured and installed.
        libraries: Every BLAS that is loaded, in words.
        timings: Of every variant on every task.
        goals: One result for each goal.
        growths: How time grows, if that was measured.
    """

    versions: dict[str, str]
    libraries: tuple[str, ...]
    timings: tuple[Timing, ...]
    goals: tuple[GoalResult, ...]
    growths: tuple[Growth, ...]


def summarise(timings: Sequence[Timing], growths: Sequence[Growth]) -> BenchmarkSummary:
    """Work out what is said about a benchmark, in the process that ran it.

    Args:
        timings: What `measure` measured.
        growths: What `measure_growth` measured.
    """
    return BenchmarkSummary(
        _versions(),
        _libraries(),
        tuple(timings),
        tuple(GoalResult(goal, measured_ratio(goal, timings)) for goal in GOALS),
        tuple(growths),
    )


def _versions() -> dict[str, str]:
    numbers = {"Python": python_version()}
    for name in ("numpy", "torch", "jax", "optax", "scikit-learn"):
        try:
            numbers[name] = version(name)
        except PackageNotFoundError:
            continue
    return numbers


def _libraries() -> tuple[str, ...]:
    """Every BLAS that is loaded, with the kind of processor for which it says it computes."""
    pools = (pool for pool in threadpool_info() if pool["user_api"] == "blas")
    texts = (
        f"{pool['internal_api']} {pool['version']} of {_owner(pool['filepath'])}, "
        f"kernels for {pool.get('architecture', 'an unnamed processor')}"
        for pool in pools
    )
    return tuple(dict.fromkeys(texts))


def _owner(file: str) -> str:
    """The package whose wheel brought a library (it lies in numpy.libs, say), or the folder."""
    return Path(file).parent.name.removesuffix(".libs")

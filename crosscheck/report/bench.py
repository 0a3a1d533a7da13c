"""The tables of `crosscheck bench`."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from crosscheck.report.colours import coloured
from crosscheck.training.bench.growing import Growth
from crosscheck.training.bench.measuring import Timing
from crosscheck.training.bench.summary import BenchmarkSummary, GoalResult
from crosscheck.training.bench.tasks import Task


def show(console: Console, summary: BenchmarkSummary) -> None:
    """Print the time of an epoch, the goals, and how time grows.

    Args:
        console: Where to print.
        summary: The benchmark.
    """
    timings = summary.timings
    console.print(", ".join(f"{name} {number}" for name, number in summary.versions.items()))
    for library in summary.libraries:
        console.print(f"BLAS: {library}")
    for task in dict.fromkeys(timing.task for timing in timings):
        console.print(_times(task, [timing for timing in timings if timing.task == task]))
    missing = dict.fromkeys((each.variant.name, each.missing) for each in timings if each.missing)
    for name, reason in missing:
        console.print(f"{name}: not measured: {reason.splitlines()[0]}", markup=False)
    goals = _goals(summary.goals)
    if goals.row_count:
        console.print(goals)
    if summary.growths:
        console.print(_growth(summary.growths))


def _times(task: Task, timings: Sequence[Timing]) -> Table:
    sizes = "-".join(map(str, task.layers))
    table = Table(
        title=f"{sizes}, {task.samples:,} samples, batch {task.batch_size}, {task.dtype}, "
        f"{task.optimizer}"
    )
    for column in ("", "", "ms per epoch", "us per step", "first epoch, s"):
        table.add_column(column, justify="right" if "e" in column else "left")
    for timing in timings:
        cells = ["not measured", "", ""]
        if timing.seconds:
            cells = [
                f"{1e3 * timing.median_seconds:.1f}",
                f"{1e6 * timing.seconds_per_step:.1f}",
                f"{timing.first:.1f}",
            ]
        table.add_row(timing.variant.name, timing.variant.kind, *cells)
    return table


def _goals(results: Sequence[GoalResult]) -> Table:
    """The goals whose ratio was measured."""
    table = Table(title="Goals: ratios of medians, float32")
    for column in ("reference", "against", "batch", "optimizer", "goal", "measured", ""):
        table.add_column(column)
    for result in results:
        goal = result.goal
        if result.ratio is not None:
            table.add_row(
                goal.variant,
                goal.against,
                str(goal.batch_size),
                goal.optimizer,
                f"{'at most' if goal.at_most else 'at least'} {goal.ratio:g}",
                f"{result.ratio:.2f}",
                coloured("reached" if result.is_reached else "missed"),
            )
    return table


def _growth(growths: Sequence[Growth]) -> Table:
    table = Table(title="Growth: exponent of the power law that fits best")
    for column in ("", "along", "sizes", "exponent"):
        table.add_column(column)
    for growth in growths:
        sizes = ", ".join(map(str, growth.sizes))
        table.add_row(growth.variant, growth.along, sizes, f"{growth.exponent:.2f}")
    return table

"""The tables of `crosscheck bench`."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from crosscheck.report.colours import coloured
from crosscheck.report.layout import Column, Records, say
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
    say(console, ", ".join(f"{name} {number}" for name, number in summary.versions.items()))
    for library in summary.libraries:
        say(console, escape(f"BLAS: {library}"))
    for task in dict.fromkeys(timing.task for timing in timings):
        _times(task, [timing for timing in timings if timing.task == task]).show(console)
    missing = dict.fromkeys((each.variant.name, each.missing) for each in timings if each.missing)
    for name, reason in missing:
        say(console, escape(f"{name}: not measured: {reason.splitlines()[0]}"))
    goals = _goals(summary.goals)
    if goals.rows:
        goals.show(console)
    if summary.growths:
        _growth(summary.growths).show(console)


def _times(task: Task, timings: Sequence[Timing]) -> Records:
    sizes = "-".join(map(str, task.layers))
    table = Records(
        f"{sizes}, {task.samples:,} samples, batch {task.batch_size}, {task.dtype}, "
        f"{task.optimizer}",
        *(Column("", leads=True), Column("")),
        *(Column(name, right=True) for name in ("ms per epoch", "us per step", "first epoch, s")),
    )
    for timing in timings:
        cells = ["not measured", "", ""]
        if timing.seconds:
            cells = [
                f"{1e3 * timing.median_seconds:.1f}",
                f"{1e6 * timing.seconds_per_step:.1f}",
                f"{timing.first:.1f}",
            ]
        table.add(timing.variant.name, timing.variant.kind, *cells)
    return table


def _goals(results: Sequence[GoalResult]) -> Records:
    """The goals whose ratio was measured."""
    table = Records(
        "Goals: ratios of medians, float32",
        *(Column("reference", leads=True), "against", "batch", "optimizer", "goal", "measured"),
        Column("", leads=True),
    )
    for result in results:
        goal = result.goal
        if result.ratio is not None:
            table.add(
                goal.variant,
                goal.against,
                str(goal.batch_size),
                goal.optimizer,
                f"{'at most' if goal.at_most else 'at least'} {goal.ratio:g}",
                f"{result.ratio:.2f}",
                coloured("reached" if result.is_reached else "missed"),
            )
    return table


def _growth(growths: Sequence[Growth]) -> Records:
    table = Records(
        "Growth: exponent of the power law that fits best",
        *("", "along", Column("sizes", words=True), "exponent"),
    )
    for growth in growths:
        sizes = ", ".join(map(str, growth.sizes))
        table.add(growth.variant, growth.along, sizes, f"{growth.exponent:.2f}")
    return table

"""The tables of `crosscheck train`."""

import numpy as np
from rich.console import Console
from rich.table import Table

from crosscheck.training.data.datasets import CLASSES
from crosscheck.training.runs.summary import TrainingSummary

# The epochs that are shown, from 1: close together at the start, where most happens.
SHOWN = (1, 2, 3, 5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000)


def show(console: Console, summary: TrainingSummary) -> None:
    """Print how well each framework learned, how far they drifted apart, and what that means.

    Args:
        console: Where to print.
        summary: The training.
    """
    console.print(_runs(summary))
    console.print(_confusion(summary.runs[0].framework, summary.confusions[0]))
    if len(summary.runs) > 1:
        console.print(_drift(summary))
        console.print(summary.meaning)
    for run in summary.runs:
        console.print(f"{run.framework}: SHA-256 of its parameters and moments {run.digest()}")


def _runs(summary: TrainingSummary) -> Table:
    configuration = summary.configuration
    sizes = "-".join(map(str, configuration.layers))
    table = Table(title=f"{sizes} on {configuration.data}, {configuration.dtype}")
    for column in ("framework", "epochs", "loss", "train", "test", "ms per epoch", "stopped by"):
        table.add_column(column, justify="left" if column == "framework" else "right")
    for run in summary.runs:
        last = run.history[-1]
        table.add_row(
            run.framework,
            str(len(run.history)),
            f"{last.loss:.6g}",
            f"{100 * last.train_accuracy:.2f} %",
            f"{100 * last.test_accuracy:.2f} %",
            f"{1000 * run.median_seconds:.3g}",
            run.stop_reason,
        )
    return table


def _confusion(framework: str, counts: np.ndarray) -> Table:
    table = Table(title=f"Test digits (rows) and what {framework} takes them for")
    table.add_column("")
    for digit in range(CLASSES):
        table.add_column(str(digit), justify="right")
    for digit in range(CLASSES):
        cells = [str(count) if count else "." for count in counts[digit]]
        cells[digit] = f"[bold]{cells[digit]}[/]"
        table.add_row(str(digit), *cells)
    return table


def _drift(summary: TrainingSummary) -> Table:
    table = Table(title="How far the frameworks have drifted apart")
    for column in ("epoch", "loss", "test", "difference", "ulps of the largest parameter"):
        table.add_column(column, justify="right")
    distances = summary.distances
    last = max(distances, default=0)
    for epoch, distance in distances.items():
        if epoch + 1 in SHOWN or epoch == last:
            of_first = summary.runs[0].history[epoch]
            table.add_row(
                str(epoch + 1),
                f"{of_first.loss:.6g}",
                f"{100 * of_first.test_accuracy:.2f} %",
                f"{distance.difference:.2g}",
                f"{distance.ulps:.3g}",
            )
    return table

"""The tables of `crosscheck train`."""

import numpy as np
from rich.console import Console
from rich.markup import escape

from crosscheck.numerics.digits import counted
from crosscheck.report.layout import Column, Records, say
from crosscheck.training.data.datasets import CLASSES
from crosscheck.training.runs.shared_steps import SharedSteps
from crosscheck.training.runs.summary import TrainingSummary

# The epochs that are shown, from 1: close together at the start, where most happens.
SHOWN = (1, 2, 3, 5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000)


def show(console: Console, summary: TrainingSummary) -> None:
    """Print how well each framework learned, how far they drifted apart, and what that means.

    Args:
        console: Where to print.
        summary: The training.
    """
    _runs(summary).show(console)
    _confusion(summary.runs[0].framework, summary.confusions[0]).show(console)
    if len(summary.runs) > 1:
        _drift(summary).show(console)
        say(console, escape(summary.meaning))
    for each in summary.shared:
        say(console, escape(_of_workers(each)))
    for run in summary.runs:
        say(console, f"{run.framework}: SHA-256 of its parameters and moments {run.digest()}")


def _runs(summary: TrainingSummary) -> Records:
    configuration = summary.configuration
    sizes = "-".join(map(str, configuration.layers))
    mixed = ", mixed" if configuration.precision == "mixed" else ""
    figures = ("epochs", "loss", "train", "test", "ms per epoch", "stopped by")
    table = Records(
        f"{sizes} on {configuration.data}, {configuration.dtype}{mixed}",
        Column("framework", leads=True),
        *(Column(name, right=True) for name in figures),
    )
    for run in summary.runs:
        last = run.history[-1]
        table.add(
            run.framework,
            str(len(run.history)),
            f"{last.loss:.6g}",
            f"{100 * last.train_accuracy:.2f} %",
            f"{100 * last.test_accuracy:.2f} %",
            f"{1000 * run.median_seconds:.3g}",
            run.stop_reason,
        )
    return table


def _of_workers(shared: SharedSteps) -> str:
    epochs = ", ".join(map(str, shared.epochs))
    where = f" ({shared.place})" if shared.place else ""
    workers, steps = counted(shared.workers, "worker"), counted(shared.steps, "step")
    after = f"{epochs} {'epoch' if epochs == '1' else 'epochs'}"
    return (
        f"{shared.framework}, {workers}: {steps} from equal parameters, after {after}, differ "
        f"from those of one process by at most "
        f"{shared.times:.3g} of what rounding allows{where}."
    )


def _confusion(framework: str, counts: np.ndarray) -> Records:
    table = Records(
        f"Test digits (rows) and what {framework} takes them for",
        "",
        *(Column(str(digit), right=True) for digit in range(CLASSES)),
    )
    for digit in range(CLASSES):
        cells = [str(count) if count else "." for count in counts[digit]]
        cells[digit] = f"[bold]{cells[digit]}[/]"
        table.add(str(digit), *cells)
    return table


def _drift(summary: TrainingSummary) -> Records:
    names = ("epoch", "loss", "test", "difference", "ulps of the largest parameter")
    table = Records(
        "How far the frameworks have drifted apart", *(Column(name, right=True) for name in names)
    )
    distances = summary.distances
    last = max(distances, default=0)
    for epoch, distance in distances.items():
        if epoch + 1 in SHOWN or epoch == last:
            of_first = summary.runs[0].history[epoch]
            table.add(
                str(epoch + 1),
                f"{of_first.loss:.6g}",
                f"{100 * of_first.test_accuracy:.2f} %",
                f"{distance.difference:.2g}",
                f"{distance.ulps:.3g}",
            )
    return table

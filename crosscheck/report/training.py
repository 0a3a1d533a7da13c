"""The tables of `crosscheck train`."""

from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from crosscheck.training.data.datasets import CLASSES, Dataset
from crosscheck.training.runs import drift
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.metrics import confusion
from crosscheck.training.runs.training import Run

# Epochs that are shown, counted from 1: close together at the start, where most happens.
SHOWN = (1, 2, 3, 5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000)


def show(
    console: Console,
    configuration: Configuration,
    dataset: Dataset,
    runs: Sequence[Run],
    curve: drift.Curve | None,
) -> None:
    """How each framework did, how far they drifted apart, and what that means."""
    sizes = "-".join(map(str, configuration.layers))
    table = Table(title=f"{sizes} on {dataset.name}, {configuration.dtype}")
    for column in ("framework", "epochs", "loss", "train", "test", "ms per epoch", "stopped by"):
        table.add_column(column, justify="left" if column == "framework" else "right")
    for run in runs:
        last = run.history[-1]
        seconds = median(epoch.seconds for epoch in run.history)
        shares = [f"{100 * share:.2f} %" for share in (last.train_accuracy, last.test_accuracy)]
        row = (str(len(run.history)), f"{last.loss:.6g}", *shares, f"{1000 * seconds:.3g}")
        table.add_row(run.framework, *row, run.stop_reason)
    console.print(table)
    console.print(_taken_for(dataset, runs[0]))
    if len(runs) > 1:
        console.print(_drifted(runs))
        console.print(in_words(dataset, runs, curve))


def _taken_for(dataset: Dataset, run: Run) -> Table:
    table = Table(title=f"Test digits (rows) and what {run.framework} takes them for")
    table.add_column("")
    counts = confusion(run.predicted, dataset.test.labels, CLASSES)
    for digit in range(CLASSES):
        table.add_column(str(digit), justify="right")
    for digit in range(CLASSES):
        cells = [str(count) if count else "." for count in counts[digit]]
        cells[digit] = f"[bold]{cells[digit]}[/]"
        table.add_row(str(digit), *cells)
    return table


def _drifted(runs: Sequence[Run]) -> Table:
    table = Table(title="How far the frameworks have drifted apart")
    for column in ("epoch", "loss", "test", "difference", "ulps of the largest parameter"):
        table.add_column(column, justify="right")
    distances = drift.by_epoch(runs)
    for epoch in sorted({*(n - 1 for n in SHOWN), max(distances, default=0)} & set(distances)):
        entry = runs[0].history[epoch]
        found = distances[epoch]
        numbers = f"{entry.loss:.6g}", f"{100 * entry.test_accuracy:.2f} %"
        table.add_row(str(epoch + 1), *numbers, f"{found.difference:.2g}", f"{found.ulps:.3g}")
    return table


def in_words(dataset: Dataset, runs: Sequence[Run], curve: drift.Curve | None) -> str:
    """What the drift means: the same training, or one that rounding drives apart."""
    others = sum(bool(np.any(run.predicted != runs[0].predicted)) for run in runs[1:])
    same = "They take every test image for the same digit."
    different = f"{others} of them take some test image for another digit than {runs[0].framework}."
    images = different if others else same
    distances = drift.by_epoch(runs)
    if not distances:
        return "The runs have no epoch in common: nothing can be compared."
    diverged = [run for run in runs if run.stop_reason == "loss_not_finite"]
    if diverged:
        names = ", ".join(f"{run.framework} in epoch {len(run.history)}" for run in diverged)
        return f"Training diverged: the loss is not finite any more ({names})."
    last = max(distances)
    if curve is None and distances[last].ulps > drift.HORIZON:
        return (
            f"The frameworks went on from beyond the horizon: after epoch {last + 1} they are "
            f"{distances[last].ulps:.3g} ulps of the largest parameter apart. {images}"
        )
    if curve is None:
        worst = max((found.ulps for found in distances.values()), default=0.0)
        return (
            f"The same training: after every epoch the parameters agree to {worst:.3g} ulps of the "
            f"largest, which is rounding. {images}"
        )
    return (
        f"The same training up to the horizon: after step {curve.step} (epoch {curve.epoch + 1}) "
        f"the parameters differ by more than {drift.HORIZON:.0f} ulps of the largest. This "
        "training is chaotic: each step amplifies what rounding left, so that honest computations "
        f"part. It is an error of none. {images}"
    )


def as_json(
    configuration: Configuration,
    dataset: Dataset,
    runs: Sequence[Run],
    curve: drift.Curve | None,
) -> dict[str, Any]:
    """All of it in the form that other programs read; what is not finite is null."""
    return {
        "configuration": configuration.as_json(),
        "runs": [
            {
                "framework": run.framework,
                "stop_reason": run.stop_reason,
                "epochs": [
                    {
                        "loss": _finite(epoch.loss),
                        "train_accuracy": epoch.train_accuracy,
                        "test_accuracy": epoch.test_accuracy,
                        "seconds": epoch.seconds,
                        "framework": epoch.framework,
                    }
                    for epoch in run.history
                ],
                "confusion": confusion(run.predicted, dataset.test.labels, CLASSES).tolist(),
            }
            for run in runs
        ],
        "drift": [
            {"epoch": epoch, "difference": _finite(found.difference), "ulps": _finite(found.ulps)}
            for epoch, found in (drift.by_epoch(runs).items() if len(runs) > 1 else ())
        ],
        "horizon": curve
        and {
            "step": curve.step,
            "epoch": curve.epoch,
            "ulps": [_finite(d) for d in curve.distances],
        },
    }


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None

"""The pictures of `crosscheck train`: curves, confusion, drift."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crosscheck.training.data.datasets import CLASSES, Dataset
from crosscheck.training.plots.figures import COLOURS, DASHES, figure, labelled
from crosscheck.training.runs import drift
from crosscheck.training.runs.metrics import confusion
from crosscheck.training.runs.training import Run


def draw(
    folder: Path, dataset: Dataset, runs: Sequence[Run], curve: drift.Curve | None
) -> list[Path]:
    """Draw everything into a folder.

    Returns:
        The files.
    """
    drawn = [
        _curves(folder / "curves.png", runs),
        _confusion(folder / "confusion.png", dataset, runs[0]),
    ]
    if len(runs) > 1:
        drawn.append(_drift(folder / "drift.png", runs))
    if curve is not None:
        drawn.append(_horizon(folder / "horizon.png", curve))
    return drawn


def _curves(path: Path, runs: Sequence[Run]) -> Path:
    with figure(path, columns=2) as ((loss, share),):
        for run, colour, dash in zip(runs, COLOURS, DASHES, strict=False):
            epochs = np.arange(1, len(run.history) + 1)
            style = {"color": colour, "linestyle": dash, "label": run.framework}
            loss.plot(epochs, [epoch.loss for epoch in run.history], **style)
            share.plot(epochs, [100 * epoch.test_accuracy for epoch in run.history], **style)
        labelled(loss, "epoch", "loss, mean over the samples", "loss")
        labelled(share, "epoch", "test images recognised, %", "accuracy")
        loss.set_yscale("log")
        loss.legend()
    return path


def _confusion(path: Path, dataset: Dataset, run: Run) -> Path:
    counts = confusion(run.predicted, dataset.test.labels, CLASSES)
    with figure(path, width=5, height=4.6) as ((axes,),):
        axes.imshow(np.sqrt(counts), cmap="Greys")
        for row in range(CLASSES):
            for column in range(CLASSES):
                dark = counts[row, column] > counts.max() / 4
                if counts[row, column]:
                    text = str(counts[row, column])
                    colour = "white" if dark else "black"
                    axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=7)
        labelled(axes, "taken for", "test digit", f"{run.framework}, number of test images")
        axes.grid(visible=False)
        axes.set_xticks(range(CLASSES))
        axes.set_yticks(range(CLASSES))
    return path


def _drift(path: Path, runs: Sequence[Run]) -> Path:
    distances = drift.by_epoch(runs)
    with figure(path) as ((axes,),):
        epochs = [epoch + 1 for epoch in distances]
        axes.plot(
            epochs, [found.ulps for found in distances.values()], color=COLOURS[0], marker="."
        )
        axes.axhline(drift.HORIZON, color=COLOURS[1], linestyle="--", label="horizon")
        labelled(axes, "epoch", "ulps of the largest parameter", "distance between the frameworks")
        axes.set_yscale("log")
        axes.legend()
    return path


def _horizon(path: Path, curve: drift.Curve) -> Path:
    with figure(path) as ((axes,),):
        steps = curve.steps_before + np.arange(1, len(curve.distances) + 1)
        axes.plot(steps, curve.distances, color=COLOURS[0])
        axes.axhline(drift.HORIZON, color=COLOURS[1], linestyle="--", label="horizon")
        if curve.step is not None:
            axes.axvline(curve.step, color=COLOURS[1], linestyle=":", label=f"step {curve.step}")
        labelled(axes, "step", "ulps of the largest parameter", "distance between the frameworks")
        axes.set_yscale("log")
        axes.legend()
    return path

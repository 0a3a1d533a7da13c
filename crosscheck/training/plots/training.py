"""The pictures of `crosscheck train`: curves, confusion, drift, horizon."""

from pathlib import Path

import numpy as np

from crosscheck.training.data.datasets import CLASSES
from crosscheck.training.plots.figures import DASHES, PALETTE, figure, label_axes
from crosscheck.training.runs import drift
from crosscheck.training.runs.summary import TrainingSummary

THINNEST = 1.4  # the last curve, in points


def draw(folder: Path, summary: TrainingSummary) -> list[Path]:
    """Draw all pictures of a training.

    Args:
        folder: Where; made if it does not exist.
        summary: The training.

    Returns:
        The files.

    Raises:
        PlotError: If matplotlib is not installed.
        OSError: If a file cannot be written.
    """
    files = [
        _curves(folder / "curves.svg", summary),
        _confusion(folder / "confusion.svg", summary.runs[0].framework, summary.confusions[0]),
    ]
    if len(summary.runs) > 1:
        files.append(_drift(folder / "drift.svg", summary))
    if summary.curve is not None:
        files.append(_horizon(folder / "horizon.svg", summary.curve))
    return files


def _curves(path: Path, summary: TrainingSummary) -> Path:
    with figure(path, columns=2) as ((loss, share),):
        styles = zip(PALETTE, DASHES, strict=True)
        for number, (run, (colour, dash)) in enumerate(zip(summary.runs, styles, strict=False)):
            epochs = np.arange(1, len(run.history) + 1)
            # Frameworks that agree lie upon each other: each curve is thinner than those below it.
            width = THINNEST + 1.8 * (len(summary.runs) - 1 - number)
            style = {"color": colour, "linestyle": dash, "linewidth": width, "label": run.framework}
            loss.plot(epochs, run.losses, **style)
            share.plot(epochs, [100 * epoch.test_accuracy for epoch in run.history], **style)
        label_axes(loss, "epoch", "loss, mean over the samples", "loss by epoch")
        label_axes(share, "epoch", "test images recognised, %", "accuracy by epoch")
        loss.set_yscale("log")
        loss.legend(handlelength=4)
    return path


def _confusion(path: Path, framework: str, counts: np.ndarray) -> Path:
    with figure(path, width=5, height=4.6) as ((axes,),):
        axes.imshow(np.sqrt(counts), cmap="Greys")
        for row in range(CLASSES):
            for column in range(CLASSES):
                dark = counts[row, column] > counts.max() / 4
                if counts[row, column]:
                    text = str(counts[row, column])
                    colour = "white" if dark else "black"
                    axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=7)
        label_axes(axes, "taken for", "test digit", f"{framework}, number of test images")
        axes.grid(visible=False)
        axes.set_xticks(range(CLASSES))
        axes.set_yticks(range(CLASSES))
    return path


def _drift(path: Path, summary: TrainingSummary) -> Path:
    with figure(path) as ((axes,),):
        epochs = [epoch + 1 for epoch in summary.distances]
        ulps = [distance.ulps for distance in summary.distances.values()]
        axes.plot(epochs, ulps, color=PALETTE[0], marker=".")
        axes.axhline(drift.HORIZON, color=PALETTE[1], linestyle="--", label="horizon")
        label_axes(
            axes, "epoch", "ulps of the largest parameter", "distance between the frameworks"
        )
        axes.set_yscale("log")
        axes.legend()
    return path


def _horizon(path: Path, curve: drift.Curve) -> Path:
    with figure(path) as ((axes,),):
        steps = curve.steps_before + np.arange(1, len(curve.distances) + 1)
        axes.plot(steps, curve.distances, color=PALETTE[0])
        axes.axhline(drift.HORIZON, color=PALETTE[1], linestyle="--", label="horizon")
        if curve.step is not None:
            axes.axvline(curve.step, color=PALETTE[1], linestyle=":", label=f"step {curve.step}")
        label_axes(axes, "step", "ulps of the largest parameter", "distance between the frameworks")
        axes.set_yscale("log")
        axes.legend()
    return path

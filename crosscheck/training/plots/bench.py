"""The picture of `crosscheck bench`: time per sample by batch size."""

from collections.abc import Sequence
from pathlib import Path

from crosscheck.training.bench.measuring import Timing
from crosscheck.training.plots.figures import DASHES, PALETTE, figure, label_axes

MARKS = {"reference": "o", "stock": "s", "floor": "^"}


def draw(path: Path, timings: Sequence[Timing]) -> Path:
    """Draw microseconds per sample, one picture for each optimizer.

    Args:
        path: The SVG file.
        timings: What was measured. Shown is float32, or the only dtype there is.

    Returns:
        The file.

    Raises:
        PlotError: If matplotlib is not installed.
        OSError: If the file cannot be written.
    """
    timed = [timing for timing in timings if timing.seconds]
    dtypes = dict.fromkeys(timing.task.dtype for timing in timed)
    dtype = "float32" if "float32" in dtypes else next(iter(dtypes))
    shown = [timing for timing in timed if timing.task.dtype == dtype]
    optimizers = list(dict.fromkeys(timing.task.optimizer for timing in shown))
    names = dict.fromkeys(timing.variant.name for timing in shown)
    curves = {}
    with figure(path, columns=len(optimizers), width=6, height=4.6) as (row,):
        for axes, optimizer in zip(row, optimizers, strict=True):
            for number, name in enumerate(names):
                points = [
                    (
                        timing.task.batch_size,
                        1e6 * timing.median_seconds / timing.task.samples,
                        MARKS[timing.variant.kind],
                    )
                    for timing in shown
                    if (timing.variant.name, timing.task.optimizer) == (name, optimizer)
                ]
                if not points:
                    continue
                sizes, times, marks = zip(*points, strict=True)
                style = {
                    "color": PALETTE[number % len(PALETTE)],
                    "linestyle": DASHES[number // len(PALETTE)],
                }
                (curves[name],) = axes.plot(sizes, times, marker=marks[0], label=name, **style)
            label_axes(
                axes, "batch size", "microseconds per sample", f"{optimizer}, {dtype}, one core"
            )
            axes.set_xscale("log")
            axes.set_yscale("log")
        row[0].figure.legend(handles=list(curves.values()), loc="outside right upper")
    return path

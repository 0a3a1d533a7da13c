"""The picture of `crosscheck bench`: time per sample by batch size."""

from collections.abc import Sequence
from pathlib import Path

from crosscheck.training.bench.measuring import Measured
from crosscheck.training.plots.figures import COLOURS, DASHES, figure, labelled

MARKS = {"reference": "o", "stock": "s", "floor": "^"}


def draw(path: Path, measured: Sequence[Measured]) -> Path:
    """Microseconds per sample in float32, or in the only dtype there is, for each optimizer."""
    timed = [found for found in measured if found.seconds]
    dtypes = dict.fromkeys(found.task.dtype for found in timed)
    dtype = "float32" if "float32" in dtypes else next(iter(dtypes))
    shown = [found for found in timed if found.task.dtype == dtype]
    optimizers = list(dict.fromkeys(found.task.optimizer for found in shown))
    names = dict.fromkeys(found.variant.name for found in shown)
    curves = {}
    with figure(path, columns=len(optimizers), width=6, height=4.6) as (row,):
        for axes, optimizer in zip(row, optimizers, strict=True):
            for number, name in enumerate(names):
                points = [
                    (f.task.batch_size, 1e6 * f.median / f.task.samples, MARKS[f.variant.kind])
                    for f in shown
                    if (f.variant.name, f.task.optimizer) == (name, optimizer)
                ]
                if not points:
                    continue
                sizes, times, marks = zip(*points, strict=True)
                style = {
                    "color": COLOURS[number % len(COLOURS)],
                    "linestyle": DASHES[number // len(COLOURS)],
                }
                (curves[name],) = axes.plot(sizes, times, marker=marks[0], label=name, **style)
            labelled(
                axes, "batch size", "microseconds per sample", f"{optimizer}, {dtype}, one core"
            )
            axes.set_xscale("log")
            axes.set_yscale("log")
        row[0].figure.legend(handles=list(curves.values()), loc="outside right upper")
    return path

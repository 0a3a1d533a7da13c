"""Figures drawn with matplotlib that can be read in print and by the colour-blind."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crosscheck.training.files import whole_file

# Colours that the colour-blind can tell apart: Okabe and Ito (2008), "Color Universal Design". Each
# curve has a marker or a dash of its own too, for print without colour.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))


class PlotError(RuntimeError):
    """matplotlib is not installed."""


def import_matplotlib() -> tuple[Any, Any]:
    """Import matplotlib, which takes long and is needed only where something is drawn.

    Returns:
        Its classes for the canvas and for the figure.

    Raises:
        PlotError: If it is not installed.
    """
    try:
        os.environ["MPLBACKEND"] = "agg"  # else an unknown one that the user named is an error
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise PlotError(
            "drawing needs matplotlib, which is not installed: "
            "pip install 'backprop-crosscheck[plot]'"
        ) from None
    return FigureCanvasAgg, Figure


@contextmanager
def figure(
    path: Path, rows: int = 1, columns: int = 1, *, width: float = 5.0, height: float = 3.6
) -> Iterator[Any]:
    """Make a figure, and save it as a PNG file, whole or not at all, when the block ends.

    Args:
        path: The file; its folder is made if it does not exist.
        rows, columns: How many axes it has.
        width, height: The size of one of them, in inches.

    Yields:
        The axes, (rows, columns).

    Raises:
        PlotError: If matplotlib is not installed.
        OSError: If the file cannot be written.
    """
    canvas_class, figure_class = import_matplotlib()
    drawing = figure_class(figsize=(width * columns, height * rows), layout="constrained")
    canvas_class(drawing)
    yield drawing.subplots(rows, columns, squeeze=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        drawing.savefig(file, format="png", dpi=150, metadata={"Software": None})


def label_axes(axes: Any, x: str, y: str, title: str = "") -> None:
    """Name both axes with their units, give them a title, and draw a light grid.

    Args:
        axes: matplotlib's axes.
        x, y: What the axes show.
        title: What the picture shows.
    """
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_title(title, fontsize="medium")
    axes.grid(visible=True, color="0.9")
    axes.set_axisbelow(True)

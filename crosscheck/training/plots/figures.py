"""Pictures, drawn with matplotlib: readable in print, and to the colour-blind."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Okabe and Ito (2008), "Color Universal Design": told apart by everyone. Beside them each curve has
# a marker or a dash of its own, for print without colour.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))


class PlotError(RuntimeError):
    """matplotlib is not installed."""


def import_matplotlib() -> tuple[Any, Any]:
    """The canvas and the figure of matplotlib, which is imported only where something is drawn.

    Raises:
        PlotError: If it is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise PlotError(
            "drawing needs matplotlib, which is not installed: "
            "pip install 'backprop-crosscheck[plot]'"
        ) from None
    return FigureCanvasAgg, Figure


@contextmanager
def figure(path: Path, rows: int = 1, columns: int = 1, **size: float) -> Iterator[Any]:
    """A figure's axes, saved whole to a PNG file when the block ends.

    Args:
        path: Of the file; its folder is made.
        rows, columns: Of axes.
        size: `width` and `height` of one of them, in inches.

    Raises:
        PlotError: If matplotlib is not installed.
        OSError: If the file cannot be written.
    """
    canvas, new_figure = import_matplotlib()
    width, height = size.get("width", 5.0), size.get("height", 3.6)
    drawn = new_figure(figsize=(width * columns, height * rows), layout="constrained")
    canvas(drawn)
    yield drawn.subplots(rows, columns, squeeze=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    drawn.savefig(part, format="png", dpi=150, metadata={"Software": None})
    part.replace(path)


def labelled(axes: Any, x: str, y: str, title: str = "") -> None:
    """Name both axes, with their units, and the picture; a light grid to read values by."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_title(title, fontsize="medium")
    axes.grid(visible=True, color="0.9")
    axes.set_axisbelow(True)

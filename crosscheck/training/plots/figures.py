"""Figures drawn with matplotlib that can be read in print and by the colour-blind.

They are SVG files whose words are text, so that a page can say them in another language.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from crosscheck.training.files import whole_file

# Colours that the colour-blind can tell apart: Okabe and Ito (2008), "Color Universal Design". Each
# curve has a marker or a dash of its own too, for print without colour.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
# Text stays text, images stand within the file, and ids have no random part, so that the same
# numbers give the same bytes.
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.image_inline": True,
    "svg.hashsalt": "crosscheck",
}
# matplotlib would write when it drew, with which version, and that it is an SVG.
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


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
        os.environ["MPLBACKEND"] = "svg"  # else an unknown one that the user named is an error
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    except ImportError:
        raise PlotError(
            "drawing needs matplotlib, which is not installed: "
            "pip install 'backprop-crosscheck[plot]'"
        ) from None
    return FigureCanvasSVG, Figure


@contextmanager
def figure(
    path: Path, rows: int = 1, columns: int = 1, *, width: float = 5.0, height: float = 3.6
) -> Iterator[Any]:
    """Make a figure, and save it as an SVG file, whole or not at all, when the block ends.

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
    content = _as_svg(drawing)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        file.write(content)


def _as_svg(drawing: Any) -> bytes:
    """A figure as an SVG file, without the DOCTYPE with which matplotlib begins it."""
    from matplotlib import rc_context

    file = BytesIO()
    with rc_context(SETTINGS):
        drawing.savefig(file, format="svg", metadata=NO_METADATA)
    content = file.getvalue()
    return content[content.index(b"<svg") :]


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

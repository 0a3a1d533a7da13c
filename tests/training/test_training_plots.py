"""The curves of a training can be told apart, although frameworks that agree lie on each other."""

from contextlib import contextmanager
from itertools import pairwise
from types import SimpleNamespace

import pytest

from crosscheck.training.plots import training
from crosscheck.training.plots.figures import PALETTE, figure


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize("count", [2, 3, len(PALETTE)])
def test_curves_upon_each_other_differ_in_colour_dash_and_width(tmp_path, monkeypatch, count):
    drawn = []

    @contextmanager
    def watched(*arguments, **keywords):
        with figure(*arguments, **keywords) as axes:
            yield axes
            drawn.extend(axes[0])

    monkeypatch.setattr(training, "figure", watched)
    epochs = [SimpleNamespace(test_accuracy=share) for share in (0.25, 0.5)]
    runs = [
        SimpleNamespace(framework=f"framework {number}", history=epochs, losses=[1.0, 0.5])
        for number in range(count)
    ]
    training._curves(tmp_path / "curves.png", SimpleNamespace(runs=runs))
    for axes in drawn:
        lines = axes.get_lines()
        assert len({line.get_color() for line in lines}) == count
        assert len({str(line._unscaled_dash_pattern) for line in lines}) == count
        widths = [line.get_linewidth() for line in lines]
        assert all(above <= below - 1 for below, above in pairwise(widths))

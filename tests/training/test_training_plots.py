"""The pictures of a training: curves that can be told apart, words that have their Chinese."""

from contextlib import contextmanager
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from pictures import english_in_chinese, texts_of

from crosscheck.training.plots import training
from crosscheck.training.plots.figures import PALETTE, figure


def trained(count):
    """The summary of a training by so many frameworks, made up."""
    epochs = [SimpleNamespace(test_accuracy=share) for share in (0.25, 0.5)]
    return SimpleNamespace(
        runs=[
            SimpleNamespace(framework=f"framework{number}", history=epochs, losses=[1.0, 0.5])
            for number in range(count)
        ],
        confusions=[np.eye(10, dtype=int)],
        distances={epoch: SimpleNamespace(ulps=ulps) for epoch, ulps in enumerate((1.0, 3.0))},
        curve=SimpleNamespace(steps_before=0, distances=[1.0, 1e10], step=2),
    )


@pytest.mark.usefixtures("matplotlib")
def test_every_word_has_its_chinese_and_the_same_numbers_give_the_same_bytes(tmp_path):
    drawn = training.draw(tmp_path, trained(2))
    assert [path.stem for path in drawn] == ["curves", "confusion", "drift", "horizon"]
    for path in drawn:
        content = path.read_bytes()
        assert content.startswith(b"<svg ")
        assert len(texts_of(content)) > 5
        assert english_in_chinese(content) == []
    again = training._curves(tmp_path / "again.svg", trained(2))
    assert again.read_bytes() == drawn[0].read_bytes()


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
    training._curves(tmp_path / "curves.svg", trained(count))
    for axes in drawn:
        lines = axes.get_lines()
        assert len({line.get_color() for line in lines}) == count
        assert len({str(line._unscaled_dash_pattern) for line in lines}) == count
        widths = [line.get_linewidth() for line in lines]
        assert all(above <= below - 1 for below, above in pairwise(widths))

"""The house of `crosscheck/`: eight rooms, every import downwards, no circle, a public face."""

from pathlib import Path

import pytest
from house import ROOMS, House, read

FOLDER = Path(__file__).parents[1] / "crosscheck"
TEXTS = read(FOLDER)


@pytest.fixture(scope="module")
def faults():
    """What is wrong already: nothing, says the first test."""
    return House(TEXTS).faults()


def test_the_house_stands_as_planned():
    house = House(TEXTS)
    assert house.faults() == []
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} - {"__pycache__"} == {*ROOMS}
    assert len(ROOMS) == 8
    assert house.floors() <= 7


@pytest.mark.parametrize(
    ("file", "added", "fault"),
    [
        # An arrow up.
        (
            "numerics/trees.py",
            "from crosscheck.frameworks.registry import load",
            "numerics imports crosscheck.frameworks.registry, which is above it",
        ),
        (
            "verification/judging.py",
            "def late():\n    from crosscheck.report import colours",
            "verification imports crosscheck.report.colours, which is above it",
        ),
        (
            "verification/judging.py",
            "from crosscheck.training.runs import drift",
            "verification imports crosscheck.training.runs.drift, which is above it",
        ),
        (
            "verification/judging.py",
            "import importlib\nimportlib.import_module('crosscheck.report.colours')",
            "verification imports crosscheck.report.colours, which is above it",
        ),
        (
            "verification/judging.py",
            "import importlib\nimportlib.import_module(name='crosscheck.report.colours')",
            "verification imports crosscheck.report.colours, which is above it",
        ),
        ("verification/judging.py", "from . import ladder", "a relative import"),
        ("report/colours.py", "import reference_numpy", "report imports reference_numpy"),
        ("report/colours.py", "from crosscheck import compare", "report imports the public face"),
        # A circle, one of which is hidden in a function, and one in a package.
        (
            "numerics/comparison.py",
            "def late():\n    from crosscheck.numerics.tensors import leaves",
            "a circle: ",
        ),
        (
            "numerics/exact/__init__.py",
            "from crosscheck.numerics.exact import network",
            "a circle: ",
        ),
        # A loose module, and a room of one's own.
        ("loose.py", "", "loose.py stands beside the rooms"),
        ("helpers/__init__.py", "", "helpers is none of the rooms"),
        # A private reach, by name and through a module.
        (
            "verification/judging.py",
            "from crosscheck.numerics.comparison import _worst_entry",
            "reaches for _worst_entry",
        ),
        (
            "verification/judging.py",
            "from crosscheck.numerics import comparison\ncomparison._worst_entry",
            "reaches for comparison._worst_entry",
        ),
    ],
)
def test_what_breaks_the_plan_is_named(faults, file, added, fault):
    spoilt = TEXTS | {file: f"{TEXTS.get(file, '')}\n{added}\n"}
    (found,) = (each for each in House(spoilt).faults() if each not in faults)
    assert fault in found

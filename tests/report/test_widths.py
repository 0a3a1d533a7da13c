"""Every command's output at every width: nothing is cut, split over two lines, or left out."""

from pathlib import Path

import pytest
from outputs import OUTPUTS
from rich.cells import cell_len
from widths import WIDEST, WIDTHS, lost, rendered

from crosscheck.cli.main import COMMANDS

# Commands whose output is not in tables: lines that are not wrapped, such as the files written.
WITHOUT_TABLES = {"document", "new", "site", "worksheet"}
# What a terminal shows of these has tests of its own.
RUN = {"read", "grade"}
# What leads in a block stands there without its name.
LEADING = {
    *("argument", "cases", "component", "condition", "document", "dtype", "family", "file"),
    *("framework", "function", "is", "mark", "measured", "mistake", "outcome", "points", "printed"),
    *(
        "quantity",
        "reference",
        "rung",
        "stage",
        "statement",
        "status",
        "student",
        "tensor",
        "verdict",
    ),
}


def test_every_command_is_looked_at():
    assert {name.split(",")[0].split()[0] for name in OUTPUTS} == {*COMMANDS} - {
        *WITHOUT_TABLES,
        *RUN,
    }


def check(show):
    """Compare what is shown at every width with the widest."""
    wide = show(WIDEST)
    for width in WIDTHS:
        narrow = show(width)
        assert "\N{HORIZONTAL ELLIPSIS}" not in narrow
        assert [each for each in lost(wide, narrow) if each not in LEADING] == [], width
        # What runs over the edge is a line of its own, which is copied as a whole.
        for line in narrow.splitlines():
            assert cell_len(line) <= width or "\N{BOX DRAWINGS LIGHT VERTICAL}" not in line


@pytest.mark.parametrize("name", OUTPUTS)
def test_nothing_is_lost_at_any_width(name):
    check(lambda width: rendered(OUTPUTS[name], width))


def test_nothing_is_lost_on_a_terminal():
    """There what a framework wrote is wrapped; elsewhere each of its texts is one line."""
    check(lambda width: rendered(OUTPUTS["verify"], width, force_terminal=True))


def test_every_table_is_laid_out_by_one_module():
    """But code side by side, whose columns are all of one width."""
    folder = Path(__file__).parents[2] / "crosscheck"
    found = [path for path in folder.rglob("*.py") if "rich.table" in path.read_text("utf-8")]
    assert {path.name for path in found} == {"layout.py", "read.py"}

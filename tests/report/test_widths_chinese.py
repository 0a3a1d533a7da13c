"""Chinese on a terminal of any width: nothing is lost, tables are even, lines end well."""

import re

import pytest
from chinese_console import chinese
from outputs import OUTPUTS
from rich.cells import cell_len
from rich.text import Text
from widths import WIDEST, WIDTHS, lost

from crosscheck.report.wrapping import CLOSING, OPENING, wrapped

NAMES = [name for name in OUTPUTS if name.split()[0].strip(",") in ("verify", "errata", "check")]
EDGES = re.compile("^[│┃├└┌┏┡].*[│┃┤┘┐┓┩]$")
# What leads in a block stands there without its name; ulp stands between brackets.
LEADING = {"ulp"}


def test_all_commands_that_speak_chinese_are_looked_at():
    assert len(NAMES) == 10


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost_at_any_width_and_tables_are_even(name):
    wide = chinese(OUTPUTS[name], WIDEST)
    assert re.search("[\u4e00-\u9fff]", wide)
    for width in WIDTHS:
        narrow = chinese(OUTPUTS[name], width)
        assert "\N{HORIZONTAL ELLIPSIS}" not in narrow.replace("……", "")
        assert [each for each in lost(wide, narrow) if each not in LEADING] == [], width
        tables = re.findall(r"┏.*?└[^\n]*", narrow, re.DOTALL)
        for table in tables:
            lines = table.split("\n")
            assert {cell_len(line) for line in lines} == {cell_len(lines[0])}
            assert cell_len(lines[0]) <= width
            assert all(EDGES.match(line) for line in lines)


@pytest.mark.parametrize("width", [10, 11, 20, 33])
def test_no_line_begins_with_a_mark_that_closes_or_ends_with_one_that_opens(width):
    text = (
        "梯度（见《讲义》第 3 节），即误差项；“损失”为 0.125。代码：`loss(a, y)`、forward，等等！"
    )
    lines = [line.plain for line in wrapped(Text(text), width)]
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert len(lines) > 2
    for line in lines:
        assert line[:1] not in CLOSING, line
        assert line.rstrip()[-1:] not in OPENING, line


def test_a_number_beside_chinese_is_never_split():
    text = "误差界的 6.28e15 倍，共 1,234 个，路径 /a/b/c.py：第 17 行"
    for width in range(10, 40):
        lines = [line.plain for line in wrapped(Text(text), width)]
        for token in ("6.28e15", "1,234", "/a/b/c.py", "17"):
            assert sum(token in line for line in lines) == 1

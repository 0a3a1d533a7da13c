"""What of a wide output is lost in a narrow one: cut, split over two lines, or left out."""

import io
import re
from collections import Counter

from rich.console import Console

from crosscheck.report.colours import VERDICT_COLOURS
from crosscheck.report.wrapping import WIDE

WIDEST = 400
WIDTHS = (60, 80, 100, 160)
LINES_OF_TABLES = re.compile("[\u2500-\u257f]")
COMMAND = re.compile("`[^`\n]+`")


def rendered(show, width, **options):
    """The text that `show(console)` prints on a console of a width."""
    stream = io.StringIO()
    show(Console(file=stream, width=width, emoji=False, color_system=None, **options))
    return stream.getvalue()


def lost(wide, narrow):
    """What stands in the wide output, and not whole, or less often, in the narrow one."""
    found, expected = tokens(narrow), tokens(wide)
    return [token for token, times in expected.items() if found[token] < times]


def tokens(text):
    """How often everything stands in a text that has to be read whole.

    Numbers, paths and all that has a digit, a slash or an underscore in it; commands in
    backquotes; verdicts of several words. Of any other word only whether it is there.
    """
    text = LINES_OF_TABLES.sub("  ", text)
    counts = Counter()
    for verdict in VERDICT_COLOURS:
        if " " in verdict:
            counts[verdict] = len(re.findall(rf"\b{verdict}\b", text))
    counts.update(COMMAND.findall(text))
    for word in re.sub(f"[{WIDE}]", " ", text).split():
        token = word.strip(";:,.()")
        if re.search(r"[\d/_\\]", token):
            counts[token] += 1
        elif token not in ("", "-"):
            counts[token] = 1
    return counts

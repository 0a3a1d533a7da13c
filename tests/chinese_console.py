"""A console whose language is Chinese."""

import io

from rich.console import Console


class ChineseConsole(Console):
    """Keeps what is printed on it in Chinese."""

    language = "zh"


def chinese(show, width=160, **options):
    """The text that `show(console)` prints in Chinese on a console of a width."""
    stream = io.StringIO()
    show(ChineseConsole(file=stream, width=width, emoji=False, color_system=None, **options))
    return stream.getvalue()

"""The colours of verdicts, on a terminal and on the pages of the site."""

from typing import NamedTuple

from crosscheck.report.layout import whole


class Colour(NamedTuple):
    """One meaning, coloured.

    Attributes:
        style: The style that rich gives it on a terminal.
        css_class: Its class in the style sheet of the site.
    """

    style: str
    css_class: str

    def paint(self, text: str) -> str:
        """The text in this colour, as markup of rich."""
        return f"[{self.style}]{text}[/]"


GOOD = Colour("green", "good")
BAD = Colour("bold red", "bad")
CARE = Colour("yellow", "care")
INFO = Colour("cyan", "info")
QUIET = Colour("dim", "none")

VERDICT_COLOURS = {
    "verified": GOOD,
    "wrong": BAD,
    "unfinished": CARE,
    "not compared": CARE,
    "for another contract": CARE,
    "not installed": CARE,
    "done": GOOD,
    "not written": Colour("bold", "none"),
    "waits": QUIET,
    "not supported": CARE,
    "confirmed": GOOD,
    "rounded inputs": INFO,
    "inherited": CARE,
    "contradicted": BAD,
    "illustration": QUIET,
    "holds": GOOD,
    "fails": BAD,
    "ambiguous": CARE,
    "reached": GOOD,
    "missed": CARE,
}


def coloured(verdict: str) -> str:
    """A verdict in its colour, as markup of rich; without colours the word still says it.

    Raises:
        KeyError: If it is no verdict.
    """
    return VERDICT_COLOURS[verdict].paint(whole(verdict))


def css_class(verdict: str) -> str:
    """The class of a verdict in the style sheet; that of a plain word, if it is no verdict."""
    return VERDICT_COLOURS.get(verdict, QUIET).css_class

"""Lines that end between words, or between letters of Chinese.

A number, a path or a command in backquotes is never split.
"""

import re

from rich.cells import cell_len
from rich.text import Text

# Letters that stand without spaces between them, between which a line may end.
WIDE = (
    r"\u1100-\u115f\u2e80-\u303f\u3040-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff"
    r"\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003fffd"
)
# No line begins with these, and none ends with those.
CLOSING, OPENING = "，。；：、？！）》」", "（《「"
# What is not broken, after the spaces before it: words, commands in backquotes, one wide letter.
PIECE = re.compile(
    rf"( *)((?:`[^`\n]*`|[^ \n{WIDE}])+[{CLOSING}]*|[{OPENING}]*[{WIDE}][{CLOSING}]*)"
)
UNBROKEN = "\N{NO-BREAK SPACE}"  # between words of one line, where it becomes a space
WORD = re.compile("[^ ]+")


def wrapped(text: Text, width: int, indent: int = 0) -> list[Text]:
    """A text in lines that end between its words.

    A word that is longer than a line runs over the edge. Only what cannot be told from several
    words, since it has letters that are not of ASCII, is folded: it could pass for another line.

    Args:
        text: The text.
        width: How many cells a line has; the longest word may exceed it.
        indent: How many spaces stand before all lines but the first.
    """
    lines: list[Text] = []
    for paragraph in text.split("\n", allow_blank=True):
        paragraph.expand_tabs(4)
        first = width - (indent if lines else 0)
        for start, end in _cuts(paragraph.plain, first, width - indent):
            lines.append(Text(" " * indent * bool(lines)) + paragraph[start:end])
            lines[-1].plain = lines[-1].plain.replace(UNBROKEN, " ")
    return lines


def _cuts(plain: str, first: int, width: int) -> list[tuple[int, int]]:
    """Where each line of a paragraph begins and ends; the first has a width of its own."""
    cuts: list[tuple[int, int]] = []
    start = end = 0  # of the line that is being filled
    for begins, ends in _pieces(plain, max(1, width)):
        room = width if cuts else first
        if plain[start:end].strip() and cell_len(plain[start:ends]) > room:
            cuts.append((start, end))
            start = begins
        end = ends
    return [*cuts, (start, end)]


def _pieces(plain: str, width: int) -> list[tuple[int, int]]:
    """Where each piece of a paragraph begins, without the spaces before it, and ends."""
    found: list[tuple[int, int]] = []
    for match in PIECE.finditer(plain):
        start, end = match.span(2)
        piece = plain[start:end]
        is_word = piece.rstrip(CLOSING).isascii() and " " not in piece
        if cell_len(piece) <= width or is_word:
            found.append((start, end))
        elif " " in piece:  # in backquotes
            found += [(start + word.start(), start + word.end()) for word in WORD.finditer(piece)]
        else:
            found += [(at, at + 1) for at in range(start, end)]
    return found


def longest_piece(text: Text) -> int:
    """How many cells the longest piece takes that is not broken."""
    pieces = (piece for _, piece in PIECE.findall(text.plain))
    return max(map(cell_len, pieces), default=0)

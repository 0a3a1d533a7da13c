"""Texts and tables on a terminal of any width: what must be read whole is never cut or split.

A number, a path, a command in backquotes or a verdict stays on one line, even where it runs over
the edge of a narrow terminal. A table that does not fit becomes blocks, one for each row.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

# Letters that stand without spaces between them, between which a line may end.
WIDE = (
    r"\u1100-\u115f\u2e80-\u303f\u3040-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff"
    r"\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003fffd"
)
# What is not broken, after the spaces before it: words, commands in backquotes, one wide letter.
PIECE = re.compile(rf"( *)((?:`[^`\n]*`|[^ \n{WIDE}])+|[{WIDE}])")
UNBROKEN = "\N{NO-BREAK SPACE}"  # between words of one line, where it becomes a space
INDENT = 4
# A column of words that is narrower than this is hard to read.
NARROWEST = 24


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: Its heading, as markup.
        words: Whether its cells are sentences, which may go on in a next line.
        right: Whether its cells stand on the right.
        leads: Whether its cell stands in the first line of a block. If no column leads, the first
            one does.
    """

    name: str
    words: bool = False
    right: bool = False
    leads: bool = False


class Records:
    """Rows with named columns, shown as a table where it fits, and as blocks elsewhere.

    Args:
        title: Of the whole, as markup.
        columns: The columns; a name stands for a column of that name.
        caption: A sentence below it, as markup.
        lines: Whether there is a line between two rows of the table.
        is_plain: Whether the table has neither lines nor headings.
    """

    def __init__(
        self,
        title: str,
        *columns: Column | str,
        caption: str = "",
        lines: bool = False,
        is_plain: bool = False,
    ) -> None:
        self.title, self.caption, self.lines, self.is_plain = title, caption, lines, is_plain
        self.columns = [Column(each) if isinstance(each, str) else each for each in columns]
        self.rows: list[tuple[list[Text], str]] = []

    def add(self, *cells: str, style: str = "") -> None:
        """Add a row.

        Args:
            cells: Of each column, as markup.
            style: The style of the whole row.
        """
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns")
        self.rows.append(([_text(cell) for cell in cells], style))

    def show(self, console: Console) -> None:
        """Print it with its title and its caption."""
        if self.title:
            say(console, f"[bold]{self.title}[/]")
        widths = self._widths(console.width)
        if widths is not None and self.rows:
            console.print(self._table(widths))
        else:
            for cells, style in self.rows:
                self._show_block(console, cells, style)
        if self.caption:
            say(console, f"[dim]{self.caption}[/]")

    def _widths(self, width: int) -> list[int] | None:
        """The width of every column of a table; None if it does not fit."""
        least, natural = [], []
        for index, column in enumerate(self.columns):
            cells = [cells[index] for cells, _ in self.rows]
            heading = _text(column.name)
            natural.append(max(map(_width, [heading, *cells])))
            if column.words:
                shortest = max(map(_longest_piece, [heading, *cells]))
                least.append(max(shortest, min(natural[-1], NARROWEST)))
            else:
                least.append(natural[-1])
        around = 4 * len(self.columns) if self.is_plain else 3 * len(self.columns) + 1
        spare = width - around - sum(least)
        if spare < 0:
            return None
        wanted = [most - enough for most, enough in zip(natural, least, strict=True)]
        if sum(wanted) <= spare:
            return natural
        return [
            enough + spare * more // sum(wanted) for enough, more in zip(least, wanted, strict=True)
        ]

    def _table(self, widths: Sequence[int]) -> Table:
        table = Table(show_lines=self.lines)
        if self.is_plain:
            table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
        for column, width in zip(self.columns, widths, strict=True):
            table.add_column(
                _fitted(_text(column.name), width),
                width=width,
                justify="right" if column.right else "left",
                no_wrap=True,
            )
        for cells, style in self.rows:
            fitted = (_fitted(cell, width) for cell, width in zip(cells, widths, strict=True))
            table.add_row(*fitted, style=style)
        return table

    def _show_block(self, console: Console, cells: Sequence[Text], style: str) -> None:
        """What leads in a line, below it the other cells with their names, but empty ones."""
        leads = [column.leads for column in self.columns]
        if not any(leads):
            leads[0] = True
        leading = [
            (column.words, cell)
            for column, cell, is_first in zip(self.columns, cells, leads, strict=True)
            if is_first and cell.plain
        ]
        # A sentence, which may take lines, comes after a number or a verdict.
        first = Text("  ").join(cell for _, cell in sorted(leading, key=lambda each: each[0]))
        first.stylize("bold")
        _print_lines(console, wrapped(first, console.width, INDENT), style)
        for line in self._fields(cells, leads, console.width - INDENT):
            lines = wrapped(line, console.width - INDENT, INDENT)
            _print_lines(console, [Text(" " * INDENT) + each for each in lines], style)

    def _fields(self, cells: Sequence[Text], leads: Sequence[bool], width: int) -> list[Text]:
        """The cells of a block that do not lead, with their names, short ones in one line."""
        fields: list[Text] = []
        joinable = False
        for column, cell, is_first in zip(self.columns, cells, leads, strict=True):
            if is_first or cell.plain in ("", "-"):
                continue
            name = Text(f"{_text(column.name).plain}: " if column.name else "", "dim")
            field = name + cell
            if joinable and not column.words and _width(fields[-1]) + 2 + _width(field) <= width:
                fields[-1] = fields[-1] + Text("; ") + field
            else:
                fields.append(field)
            joinable = not column.words
        return fields


def say(console: Console, markup: str) -> None:
    """Print a text whose lines end between words; all but the first are indented.

    So none of them can pass for a text of its own, whoever wrote it.

    Args:
        console: Where to print.
        markup: The text, as markup.
    """
    text = console.render_str(markup, emoji=False)
    _print_lines(console, wrapped(text, console.width, INDENT))


def whole(text: str) -> str:
    """A text, such as a verdict of two words, that `say` keeps on one line."""
    return text.replace(" ", UNBROKEN)


def say_whole(console: Console, markup: str, label: str = "") -> None:
    """Print a line, such as a command or a path, as it is, so that it can be copied.

    Args:
        console: Where to print.
        markup: The line, as markup.
        label: What stands before it, or above it where both are too long for one line.
    """
    line, before = _text(markup), _text(f"{label} " if label else "")
    if label and _width(before + line) > console.width:
        say(console, label)
        before = Text()
    print_line(console, before + line)


def print_line(console: Console, line: Text, style: str = "") -> None:
    """Print a line, which runs over the edge if it is too long."""
    console.print(line, style=style or None, soft_wrap=True)


def heading(console: Console, title: str) -> None:
    """Print a line across the terminal, and a title below it."""
    console.print()
    console.rule()
    say(console, f"[bold]{escape(title)}[/]")


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
        if cell_len(piece) <= width or (piece.isascii() and " " not in piece):
            found.append((start, end))
        elif " " in piece:  # in backquotes
            found += [(start + word.start(), start + word.end()) for word in WORD.finditer(piece)]
        else:
            found += [(at, at + 1) for at in range(start, end)]
    return found


WORD = re.compile("[^ ]+")


def _text(markup: str) -> Text:
    return Text.from_markup(markup, emoji=False)


def _width(text: Text) -> int:
    return max(map(cell_len, text.plain.split("\n")))


def _longest_piece(text: Text) -> int:
    pieces = (piece for _, piece in PIECE.findall(text.plain))
    return max(map(cell_len, pieces), default=0)


def _fitted(text: Text, width: int) -> Text:
    """A cell in lines of that width."""
    return Text("\n").join(wrapped(text, width))


def _print_lines(console: Console, lines: Sequence[Text], style: str = "") -> None:
    for line in lines:
        print_line(console, line, style)

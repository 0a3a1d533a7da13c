"""Texts and tables on a terminal of any width: what must be read whole is never cut or split.

A number, a path, a command in backquotes or a verdict stays on one line, even where it runs over
the edge of a narrow terminal. A table that does not fit becomes blocks, one for each row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from crosscheck.report.languages import in_language, mark
from crosscheck.report.wrapping import UNBROKEN, longest_piece, wrapped

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
        own: Whether its cells are names or somebody's own words, the same in every language.
    """

    name: str
    words: bool = False
    right: bool = False
    leads: bool = False
    own: bool = False


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
        self.rows: list[tuple[Sequence[str], str]] = []

    def add(self, *cells: str, style: str = "") -> None:
        """Add a row.

        Args:
            cells: Of each column, as markup.
            style: The style of the whole row.
        """
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns")
        self.rows.append((cells, style))

    def show(self, console: Console) -> None:
        """Print it with its title and its caption, in the language of the console."""
        if self.title:
            say_as_it_is(console, f"[bold]{in_language(console, self.title)}[/]")
        _Shown(console, self).show()
        if self.caption:
            say_as_it_is(console, f"[dim]{in_language(console, self.caption)}[/]")


class _Shown:
    """The rows of `Records` in the language of a console."""

    def __init__(self, console: Console, records: Records) -> None:
        self.console, self.lines, self.is_plain = console, records.lines, records.is_plain
        self.columns = records.columns
        self.names = [_text(in_language(console, column.name)) for column in records.columns]
        self.rows = [
            (
                [
                    _text(cell if column.own else in_language(console, cell))
                    for column, cell in zip(records.columns, cells, strict=True)
                ],
                style,
            )
            for cells, style in records.rows
        ]

    def show(self) -> None:
        """Print a table where it fits, else blocks."""
        widths = self._widths(self.console.width)
        if widths is not None and self.rows:
            self.console.print(self._table(widths))
            return
        for cells, style in self.rows:
            self._show_block(cells, style)

    def _widths(self, width: int) -> list[int] | None:
        """The width of every column of a table; None if it does not fit."""
        least, natural = [], []
        for index, column in enumerate(self.columns):
            cells = [cells[index] for cells, _ in self.rows]
            heading = self.names[index]
            natural.append(max(map(_width, [heading, *cells])))
            if column.words:
                shortest = max(map(longest_piece, [heading, *cells]))
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
        for column, name, width in zip(self.columns, self.names, widths, strict=True):
            table.add_column(
                _fitted(name, width),
                width=width,
                justify="right" if column.right else "left",
                no_wrap=True,
            )
        for cells, style in self.rows:
            fitted = (_fitted(cell, width) for cell, width in zip(cells, widths, strict=True))
            table.add_row(*fitted, style=style)
        return table

    def _show_block(self, cells: Sequence[Text], style: str) -> None:
        """What leads in a line, below it the other cells with their names, but empty ones."""
        console, leads = self.console, [column.leads for column in self.columns]
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
        colon, semicolon = (mark(self.console, english) for english in (": ", "; "))
        fields: list[Text] = []
        joinable = False
        for column, heading, cell, is_first in zip(
            self.columns, self.names, cells, leads, strict=True
        ):
            if is_first or cell.plain in ("", "-"):
                continue
            name = Text(f"{heading.plain}{colon}" if heading.plain else "", "dim")
            field = name + cell
            if joinable and not column.words and _width(fields[-1]) + 2 + _width(field) <= width:
                fields[-1] = fields[-1] + Text(semicolon) + field
            else:
                fields.append(field)
            joinable = not column.words
        return fields


def say(console: Console, markup: str) -> None:
    """Print a text whose lines end between words; all but the first are indented.

    So none of them can pass for a text of its own, whoever wrote it.

    Args:
        console: Where to print, in its language.
        markup: The text, as markup.
    """
    say_as_it_is(console, in_language(console, markup))


def say_as_it_is(console: Console, markup: str) -> None:
    """Print a text in lines as `say` does, but in the language that it has.

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
    label = in_language(console, label)
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
    say_as_it_is(console, f"[bold]{in_language(console, escape(title))}[/]")


def _text(markup: str) -> Text:
    return Text.from_markup(markup, emoji=False)


def _width(text: Text) -> int:
    return max(map(cell_len, text.plain.split("\n")))


def _fitted(text: Text, width: int) -> Text:
    """A cell in lines of that width."""
    return Text("\n").join(wrapped(text, width))


def _print_lines(console: Console, lines: Sequence[Text], style: str = "") -> None:
    for line in lines:
        print_line(console, line, style)

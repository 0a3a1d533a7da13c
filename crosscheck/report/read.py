"""Definitions of several frameworks on a terminal: in columns, or below each other."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from crosscheck.frameworks.reading import Definition, Row, align
from crosscheck.report.layout import INDENT, print_line, say, say_whole
from crosscheck.report.wrapping import wrapped

# A column narrower than this folds most lines of code.
NARROWEST = 45
DIFFERS = "≠"
# The cells that lines and spaces take: around the column of marks, and around each other one.
BESIDE, BETWEEN = 5, 3


def show_definitions(console: Console, definitions: Mapping[str, Definition]) -> None:
    """Print definitions side by side, or below each other where columns would be too narrow.

    Args:
        console: Where to print.
        definitions: The same definition of each framework, at least one, by the framework.
    """
    rows = align([each.lines for each in definitions.values()])
    texts = [_highlight(each) for each in definitions.values()]
    heads = [f"{framework}\n{each.path}:{each.line}" for framework, each in definitions.items()]
    width = (console.width - BESIDE) // len(definitions) - BETWEEN
    lines = [*(Text(head) for head in heads), *(line for text in texts for line in text)]
    parts = [part for line in lines for part in _cut(line, width)]
    if width < NARROWEST or any(part.cell_len > width for part in parts):
        _show_stacked(console, definitions, texts, rows)
        return
    table = Table(padding=(0, 1))
    table.add_column(" ", width=1)
    for head in heads:
        table.add_column(escape(head), width=width, no_wrap=True)
    for row in rows:
        cells = [
            Text("\n").join(_cut(text[index], width)) if index is not None else Text()
            for text, index in zip(texts, row.cells, strict=True)
        ]
        table.add_row("" if row.same else Text(DIFFERS, "bold yellow"), *cells)
    console.print(table)


def _show_stacked(
    console: Console,
    definitions: Mapping[str, Definition],
    texts: Sequence[Sequence[Text]],
    rows: Sequence[Row],
) -> None:
    for column, (framework, each) in enumerate(definitions.items()):
        say_whole(console, f"[bold]{escape(framework)}  {escape(each.path)}:{each.line}[/]")
        same = {row.cells[column] for row in rows if row.same}
        for index, text in enumerate(texts[column]):
            mark = Text("  ") if index in same else Text(f"{DIFFERS} ", "bold yellow")
            for number, part in enumerate(_cut(text, console.width - 2)):
                print_line(console, (Text("  ") if number else mark) + part)
        console.print()


def _cut(line: Text, width: int) -> list[Text]:
    """A line of code in parts that end between words, all but the first further indented."""
    indent = len(line.plain) - len(line.plain.lstrip(" "))
    return wrapped(line, width, indent + INDENT)


def _highlight(definition: Definition) -> list[Text]:
    """The lines of a definition in colour."""
    source = "\n".join(definition.lines)
    text = Syntax(source, "python", theme="ansi_dark", background_color="default").highlight(source)
    lines = list(text.split("\n", allow_blank=True))
    return lines[: len(definition.lines)]


def show_legend(console: Console) -> None:
    """Print what the mark before a line means."""
    say(console, f"[bold yellow]{DIFFERS}[/] [dim]differs in more than the namespace[/]")

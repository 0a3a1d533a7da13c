"""Definitions of several frameworks on a terminal: in columns, or below each other."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from crosscheck.frameworks.reading import Definition, Row, align

# A column narrower than this folds most lines of code.
NARROWEST = 45
DIFFERS = "≠"


def show_definitions(console: Console, definitions: Mapping[str, Definition]) -> None:
    """Print definitions side by side, or below each other where columns would be too narrow.

    Args:
        console: Where to print.
        definitions: The same definition of each framework, at least one, by the framework.
    """
    rows = align([each.lines for each in definitions.values()])
    if console.width // len(definitions) < NARROWEST:
        _show_stacked(console, definitions, rows)
        return
    table = Table(expand=True, padding=(0, 1), show_lines=False)
    table.add_column(" ", width=1)
    for framework, each in definitions.items():
        title = f"{framework}\n{each.path}:{each.line}"
        table.add_column(title, ratio=1, overflow="fold")
    texts = [_highlight(each) for each in definitions.values()]
    for row in rows:
        cells = [
            text[index] if index is not None else Text()
            for text, index in zip(texts, row.cells, strict=True)
        ]
        table.add_row("" if row.same else Text(DIFFERS, "bold yellow"), *cells)
    console.print(table)


def _show_stacked(
    console: Console, definitions: Mapping[str, Definition], rows: Sequence[Row]
) -> None:
    for column, (framework, each) in enumerate(definitions.items()):
        console.print(Text(f"{framework}  {each.path}:{each.line}", "bold"))
        same = {row.cells[column] for row in rows if row.same}
        for index, text in enumerate(_highlight(each)):
            mark = Text("  ") if index in same else Text(f"{DIFFERS} ", "bold yellow")
            console.print(mark + text, overflow="fold")
        console.print()


def _highlight(definition: Definition) -> list[Text]:
    """The lines of a definition in colour."""
    source = "\n".join(definition.lines)
    text = Syntax(source, "python", theme="ansi_dark", background_color="default").highlight(source)
    lines = list(text.split("\n", allow_blank=True))
    return lines[: len(definition.lines)]


def show_legend(console: Console) -> None:
    """Print what the mark before a line means."""
    console.print(f"[bold yellow]{DIFFERS}[/] differs in more than the namespace", style="dim")

"""The histograms of `crosscheck bounds`."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crosscheck.verification import calibration
from crosscheck.verification.calibration import Use


def show_bounds(
    console: Console, uses: Sequence[Use], components: dict[str, Use], problems: Sequence[str]
) -> None:
    """The histograms of a study, the worst of every component and, last, the outcome."""
    names = list(dict.fromkeys(use.framework for use in uses))
    counts = {name: calibration.histogram(uses, name) for name in names}
    table = Table(title="Random networks by the worst fraction of the bound that they use")
    table.add_column("fraction")
    for name in names:
        table.add_column(name, justify="right")
        table.add_column("")
    most = max(max(column) for column in counts.values())
    for index in range(11):
        label = f"{index / 10:.1f} to {index / 10 + 0.1:.1f}" if index < 10 else "above 1"
        cells = [
            cell
            for name in names
            for cell in (str(counts[name][index]), "#" * round(30 * counts[name][index] / most))
        ]
        table.add_row(label, *cells)
    console.print(table)
    worst = Table(title="Every component by itself: the worst fraction of its bound")
    for column in ("component", "fraction", "by"):
        worst.add_column(column)
    for name, use in components.items():
        worst.add_row(name, f"{use.fraction:.2f}", use.framework)
    console.print(worst)
    for problem in problems:
        console.print(f"[bold red]{escape(problem)}[/]")
    top = max(uses, key=lambda use: use.fraction)
    start = "[bold red]NOT CALIBRATED.[/]" if problems else "[green]Neither exceeded nor idle.[/]"
    console.print(
        f"{start} The worst of {len(uses)} runs uses {top.fraction:.2f} of its bound "
        f"({top.framework}, {top.quantity} of {top.case})"
    )

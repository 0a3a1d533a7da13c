"""The tables of `crosscheck conventions`, and what `crosscheck translate` says."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.optimizers.translation import Translation

TITLES = {
    "optimizer": "Optimizers, twelve steps",
    "loss": "Losses",
    "activation": "Activations",
    "initializer": "Initialisers",
}


def show_findings(console: Console, findings: Sequence[Finding]) -> None:
    """A table of each kind and, last, the outcome in one line."""
    for kind, title in TITLES.items():
        chosen = [finding for finding in findings if finding.kind == kind]
        if chosen:
            console.print(_table(title, chosen))
    wrong = [finding for finding in findings if finding.holds is False]
    for finding in wrong:
        what = finding.problem or f"{finding.difference:.3g} was measured"
        console.print(
            f"[bold red]does not hold:[/] {escape(finding.component)} ({finding.probe}) "
            f"{escape(finding.statement)}: {escape(what)}"
        )
    absent = dict.fromkeys(f.framework for f in findings if f.missing is not None)
    for name in absent:
        one = next(f for f in findings if f.framework == name and f.missing is not None)
        console.print(f"[yellow]not installed:[/] {stock.FRAMEWORKS[name].title} ({one.missing})")
    tried = [finding for finding in findings if finding.holds is not None]
    start = "[bold red]NOT TRUE.[/]" if wrong else "[green]True.[/]"
    console.print(
        f"{start} {len(tried) - len(wrong)} of {len(tried)} statements hold; "
        f"{len(findings) - len(tried)} could not be tried"
    )


def _table(title: str, findings: Sequence[Finding]) -> Table:
    table = Table(title=title)
    table.add_column("framework")
    table.add_column("component", overflow="fold")
    table.add_column("at", overflow="fold")
    table.add_column("statement", overflow="fold", ratio=1)
    table.add_column("measured", justify="right")
    for finding in findings:
        measured = "not installed"
        if finding.missing is None:
            measured = "fails" if finding.difference is None else f"{finding.difference:.2g}"
        style = {True: "", None: "dim", False: "bold red"}[finding.holds]
        table.add_row(
            stock.FRAMEWORKS[finding.framework].title,
            escape(finding.component),
            escape(finding.probe),
            escape(finding.statement),
            measured,
            style=style,
        )
    return table


def show_translation(console: Console, translation: Translation) -> None:
    """The other framework's call, with the proof or the reason why there is none."""
    console.print(f"[dim]in the references' words:[/] {escape(translation.reference)}")
    call = escape(translation.target)
    title = stock.FRAMEWORKS[translation.target_framework].title
    if translation.mismatch:
        console.print(f"[yellow]{title} has nothing equal. The nearest:[/] {call}")
        for keyword, (asked, has) in translation.mismatch.items():
            console.print(f"  {keyword}: asked for {asked!r}, it has {has!r}")
    else:
        console.print(f"[bold]{call}[/]")
    for proviso in translation.provisos:
        console.print(f"  [yellow]but:[/] {escape(proviso)}")
    if translation.difference is None:
        console.print(f"[yellow]not proved:[/] {escape(str(translation.problem))}")
        return
    said = "allowed between equals" if translation.within_bound else "more than between equals"
    shows = (
        "; in twelve steps it does not show"
        if translation.mismatch and translation.within_bound
        else ""
    )
    console.print(
        f"largest difference of the parameters over twelve steps: {translation.difference:.2g} "
        f"({said}: {translation.bound:.2g}{shows})"
    )

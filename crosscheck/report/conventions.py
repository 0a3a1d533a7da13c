"""The tables of `crosscheck conventions`, and what `crosscheck translate` says."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from rich.console import Console
from rich.markup import escape

from crosscheck.conventions import stock
from crosscheck.conventions.estimators.translating import EstimatorTranslation
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.optimizers.translation import Translation
from crosscheck.conventions.pasting import with_imports
from crosscheck.conventions.records import Record
from crosscheck.report.colours import BAD, CARE, GOOD, QUIET
from crosscheck.report.layout import Column, Records, say, say_whole

TITLES = {
    "optimizer": "Optimizers, twelve steps",
    "long run": "Optimizers, two hundred steps: the fraction of their bounds that they use",
    "schedule": "Schedules, past their ends: parts of the largest rate",
    "loss": "Losses",
    "activation": "Activations",
    "initializer": "Initialisers",
    "estimator": "Networks of scikit-learn, three epochs",
}


def show_findings(
    console: Console, findings: Sequence[Finding], records: Mapping[str, Record]
) -> None:
    """Print a table of each kind of component and, last, the outcome in one line.

    Args:
        console: Where to print.
        findings: The statements that were tried, or could not be.
        records: What was recorded of frameworks that are not installed.
    """
    for kind, title in TITLES.items():
        chosen = [finding for finding in findings if finding.kind == kind]
        if chosen:
            _table(title, chosen).show(console)
    wrong = [finding for finding in findings if finding.holds is False]
    for finding in wrong:
        what = finding.problem or f"{finding.difference:.3g} was measured"
        say(
            console,
            f"{BAD.paint('does not hold:')} {escape(finding.component)} ({escape(finding.probe)}) "
            f"{escape(finding.statement)}: {escape(what)}",
        )
    absent = dict.fromkeys(f.framework for f in findings if f.missing is not None)
    for name in absent:
        one = next(f for f in findings if f.framework == name and f.missing is not None)
        title = stock.FRAMEWORKS[name].title
        recorded = ""
        if name in records:
            kept = records[name]
            held = sum(each.holds is True for each in kept.findings)
            recorded = f"; on {kept.date}, with {kept.version}, {held} of {len(kept.findings)} held"
        say(console, f"{CARE.paint('not installed:')} {title} ({one.missing}){recorded}")
    tried = [finding for finding in findings if finding.holds is not None]
    start = BAD.paint("NOT TRUE.") if wrong else GOOD.paint("True.")
    say(
        console,
        f"{start} {len(tried) - len(wrong)} of {len(tried)} statements hold; "
        f"{len(findings) - len(tried)} could not be tried",
    )


def _table(title: str, findings: Sequence[Finding]) -> Records:
    table = Records(
        title,
        Column("framework", leads=True),
        Column("component", words=True, leads=True),
        Column("at", words=True),
        Column("statement", words=True),
        Column("measured", right=True, leads=True),
    )
    for finding in findings:
        measured = "not installed"
        if finding.missing is None:
            measured = "fails" if finding.difference is None else f"{finding.difference:.2g}"
        style = {True: "", None: QUIET.style, False: BAD.style}[finding.holds]
        table.add(
            stock.FRAMEWORKS[finding.framework].title,
            escape(finding.component),
            escape(finding.probe),
            escape(finding.statement),
            measured,
            style=style,
        )
    return table


class Judged(Protocol):
    """A translation of any kind."""

    @property
    def equal(self) -> bool | None:
        """Whether the two are equal; None if that could not be tried."""

    @property
    def verdict(self) -> str:
        """The same in plain words."""


def show_verdict(console: Console, translation: Judged) -> None:
    """Print first whether the two are equal.

    Args:
        console: Where to print.
        translation: A call, a recipe, a schedule or an estimator in another framework's words.
    """
    colour = {True: GOOD, False: BAD, None: CARE}[translation.equal]
    say(console, colour.paint(escape(translation.verdict)))


def show_translation(console: Console, translation: Translation) -> None:
    """Print the other framework's call, and how close it is or why that is not known.

    Args:
        console: Where to print.
        translation: The call, with what the two optimizers were measured to differ by.
    """
    show_verdict(console, translation)
    label = QUIET.paint("in the references' words:")
    say_whole(console, escape(translation.expression), label)
    call = escape(translation.target)
    for line in with_imports(translation.target).splitlines()[:-1]:
        say_whole(console, escape(line))
    title = stock.FRAMEWORKS[translation.target_framework].title
    if translation.equal is False:
        say_whole(console, call, CARE.paint(f"{title} has nothing equal. The nearest:"))
        for keyword, (asked, has) in translation.mismatch.items():
            say(console, escape(f"  {keyword}: asked for {asked!r}, it has {has!r}"))
    else:
        say_whole(console, f"[bold]{call}[/]")
    for proviso in translation.provisos:
        say(console, f"  {CARE.paint('but:')} {escape(proviso)}")
    if translation.difference is None:
        say(console, f"{CARE.paint('not proved:')} {escape(str(translation.problem))}")
        return
    within = translation.within_bound
    limit = "allowed between equals" if within else "more than between equals"
    hidden = translation.mismatch and within
    remark = "; in twelve steps it does not show" if hidden else ""
    say(
        console,
        f"largest difference of the parameters over twelve steps: {translation.difference:.2g} "
        f"({limit}: {translation.bound:.2g}{remark})",
    )
    sizes = translation.by_magnitude
    least, most = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
    say(
        console,
        f"  from {sizes[least]:.2g} with gradients of about {least:g} to {sizes[most]:.2g} with "
        f"those of about {most:g}, of magnitudes from {min(sizes):g} to {max(sizes):g}",
    )


def show_estimator(console: Console, translation: EstimatorTranslation) -> None:
    """Print the code that trains as an estimator of scikit-learn does, and how close it comes.

    Args:
        console: Where to print.
        translation: The code, with what the two were measured to differ by.
    """
    show_verdict(console, translation)
    title = stock.FRAMEWORKS[translation.target_framework].title
    if translation.equal is False:
        console.print(CARE.paint(f"{title} has nothing equal. The nearest:"))
    for line in with_imports(translation.target).splitlines():
        console.print(escape(line), soft_wrap=True)
    console.print(QUIET.paint("\nin the references' words:"))
    for line in translation.reference.splitlines():
        console.print(escape(line), soft_wrap=True)
    console.print()
    for keyword, (asked, has) in translation.mismatch.items():
        console.print(f"  {keyword}: asked for {asked!r}, it has {has!r}")
    if translation.difference is None:
        console.print(f"{CARE.paint('not proved:')} {escape(str(translation.problem))}")
    else:
        limit = "allowed between equals" if translation.within_bound else "more than between equals"
        console.print(
            f"largest difference of a small network's parameters over three epochs: "
            f"{translation.difference:.2g} ({limit}: {translation.bound:.2g})"
        )
    for proviso in translation.provisos:
        console.print(f"  {CARE.paint('but:')} {escape(proviso)}")

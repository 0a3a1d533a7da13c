"""What `crosscheck errata` shows, and how it and `crosscheck verify` close: with what is wrong."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape

from crosscheck.documents.document import Inputs
from crosscheck.documents.findings import Finding, findings
from crosscheck.documents.ledger import RESTS_ON, Ledger, numbers_as_json, tables
from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Judged, Verdict
from crosscheck.numerics.digits import significant
from crosscheck.report.colours import BAD, coloured
from crosscheck.report.layout import Column, Records, heading, say

# From the worst to what is in order.
NUMBERS = (*reversed(list(Verdict)[:-1]), Verdict.ILLUSTRATION)
STATEMENTS = (StatementVerdict.FAILS, StatementVerdict.AMBIGUOUS, StatementVerdict.HOLDS)
DIGITS = 9  # of an exact value, and of what is compared with it


def show_errata(console: Console, ledgers: Sequence[Ledger], everything: bool) -> None:
    """Print the ledger, document by document and the worst first; last, what is wrong in all.

    Args:
        console: Where to print.
        ledgers: The documents, judged.
        everything: Whether to show also what is confirmed, only illustrates or holds.
    """
    for ledger in ledgers:
        document = ledger.document
        heading(console, f"Document {document.number}: {document.title}")
        _show_numbers(console, ledger, everything)
        _show_slips(console, ledger)
        for title, (first, *others), rows in tables(document):
            table = Records(escape(title), Column(escape(first), words=True), *map(escape, others))
            for row in rows:
                table.add(*map(escape, row))
            table.show(console)
        if ledger.statements:  # a document of one's own makes none
            _show_statements(console, ledger, everything)
    show_counts(console, ledgers)
    if any(ledger.statements for ledger in ledgers):
        say(console, RESTS_ON)
    show_findings(console, ledgers)


def show_counts(console: Console, ledgers: Iterable[Ledger]) -> None:
    """Print how many numbers and statements of each document have which verdict.

    Args:
        console: Where to print.
        ledgers: The documents, judged.
    """
    counts = [(ledger.document, ledger.count()) for ledger in ledgers]
    verdicts = [each for each in (*NUMBERS, *STATEMENTS) if any(count[each] for _, count in counts)]
    table = Records(
        "Documents",
        Column("", leads=True),
        Column("document", words=True, leads=True),
        *(Column(coloured(verdict), right=True) for verdict in verdicts),
        caption="Numbers: contradicted to illustration. Statements: fails, ambiguous, holds.",
    )
    for document, count in counts:
        cells = [str(count[verdict]) if count[verdict] else "-" for verdict in verdicts]
        table.add(escape(document.number), escape(document.title), *cells)
    table.show(console)


def show_findings(console: Console, ledgers: Sequence[Ledger]) -> None:
    """Print what is wrong, a line or two for each number, and then how much is in order.

    Args:
        console: Where to print.
        ledgers: The documents, judged.
    """
    found = findings(numbers_as_json(ledgers))
    console.print()
    if found:
        numbers = "1 number" if len(found) == 1 else f"{len(found)} numbers"
        say(console, BAD.paint(f"What is wrong in the documents: {numbers}"))
    for each in found:
        say(console, _in_words(each))
    counts = sum((ledger.count() for ledger in ledgers), Counter[str]())
    say(console, "; ".join(filter(None, (_numbers(counts), _statements(counts)))))


def _in_words(finding: Finding) -> str:
    place = f"document {finding.document}, section {finding.short_section}"
    return escape(f"{place}: printed {finding.printed}; exact {finding.rounded}; {finding.why}")


def _numbers(counts: Counter[str]) -> str:
    total = sum(counts[verdict] for verdict in NUMBERS)
    parts = [f"{counts[verdict]} {coloured(verdict)}" for verdict in NUMBERS if counts[verdict]]
    return f"{total:,} printed numbers: {', '.join(parts)}" if total else "no number is printed"


def _statements(counts: Counter[str]) -> str:
    total = sum(counts[verdict] for verdict in STATEMENTS)
    words = {"fails": "fail", "ambiguous": "are ambiguous", "holds": "hold"}
    parts = [f"{counts[verdict]} {words[verdict]}" for verdict in STATEMENTS if counts[verdict]]
    return f"{total:,} statements: {', '.join(parts)}" if total else ""


def _show_numbers(console: Console, ledger: Ledger, everything: bool) -> None:
    shown = [
        judged
        for judged in sorted(ledger.numbers, key=lambda each: NUMBERS.index(each.verdict))
        if everything or judged.verdict not in (Verdict.CONFIRMED, Verdict.ILLUSTRATION)
    ]
    hidden = len(ledger.numbers) - len(shown)
    caption = f"{hidden} more are confirmed or only illustrate (--all shows them)." * bool(hidden)
    if not shown:
        counts = ledger.count()
        parts = (f"{counts[v]} {coloured(v)}" for v in NUMBERS if counts[v])
        what = f"{', '.join(parts)} (--all shows them)" if hidden else "there is none"
        say(console, f"Of the printed numbers nothing is wrong: {what}")
        return
    names = [name for name in ledger.frameworks if _differs(ledger, name, shown)]
    table = Records(
        "Printed numbers",
        Column("section", words=True),
        Column("printed", leads=True),
        "exact",
        Column("verdict", leads=True),
        Column("quantity", words=True),
        *map(escape, names),
        caption=" ".join(filter(None, (_agreement(ledger, names), caption))),
    )
    for judged in shown:
        number = judged.number
        values = (ledger.frameworks[name].get(number.quantity) for name in names)
        table.add(
            escape(number.section),
            escape(number.printed),
            significant(judged.exact, DIGITS) if judged.exact else "",
            coloured(judged.verdict),
            escape(number.quantity if number.illustration is None else number.illustration),
            *("" if value is None else f"{value:.{DIGITS}g}" for value in values),
        )
    table.show(console)


def _differs(ledger: Ledger, framework: str, shown: Iterable[Judged]) -> bool:
    """Whether a framework computes for one of these numbers what is not its exact value."""
    values = ledger.frameworks[framework]
    return any(
        f"{values[judged.number.quantity]:.{DIGITS}g}" != f"{float(judged.exact):.{DIGITS}g}"
        for judged in shown
        if judged.exact is not None and judged.number.quantity in values
    )


def _agreement(ledger: Ledger, different: Sequence[str]) -> str:
    """Who computes the exact values, and so has no column."""
    same = [name for name in ledger.frameworks if name not in different]
    if not same or not any(ledger.frameworks.values()):
        return ""
    verb = "computes" if len(same) == 1 else "compute"
    return f"{escape(', '.join(same))} {verb} the exact values, to {DIGITS} digits."


def _show_slips(console: Console, ledger: Ledger) -> None:
    for slip in ledger.document.slips:
        other = Inputs.EXACT if slip.inputs is Inputs.PRINTED else Inputs.PRINTED
        table = Records(
            f"Slip: {escape(slip.name)}",
            *("quantity", "printed", f"gives on {slip.inputs} inputs", f"on {other} ones"),
            caption=escape(slip.explanation),
        )
        for judged in ledger.numbers:
            outcome = judged.slip
            if outcome is not None and outcome.name == slip.name:
                table.add(
                    escape(judged.number.quantity),
                    escape(judged.number.printed),
                    _value(outcome.gives, outcome.reproduces),
                    _value(*outcome.otherwise) if outcome.otherwise else "",
                )
        table.show(console)


def _value(gives: str, reproduces: bool) -> str:
    """What a slip gives, and whether that is the printed number."""
    return f"{significant(gives, DIGITS)} " + (
        "[green]reproduced[/]" if reproduces else "[red]not reproduced[/]"
    )


def _show_statements(console: Console, ledger: Ledger, everything: bool) -> None:
    hidden = 0 if everything else ledger.count()[StatementVerdict.HOLDS]
    table = Records(
        "Statements",
        Column("section", words=True),
        Column("statement", words=True, leads=True),
        Column("verdict", leads=True),
        Column("what is right", words=True),
        caption=f"{hidden} more hold (--all shows them)." if hidden else "",
        lines=True,
    )
    for statement, verdict in sorted(ledger.statements, key=lambda each: STATEMENTS.index(each[1])):
        if everything or verdict is not StatementVerdict.HOLDS:
            table.add(
                escape(statement.section),
                escape(statement.statement),
                coloured(verdict),
                escape(statement.correct or ""),
            )
    table.show(console)

"""What `crosscheck errata` shows, and how it and `crosscheck verify` close: with what is wrong."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape

from crosscheck.documents.document import Inputs
from crosscheck.documents.findings import Finding, findings
from crosscheck.documents.ledger import RESTS_ON, Ledger, numbers_as_json, tables
from crosscheck.documents.numbers import DOCUMENTS
from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Judged, Verdict
from crosscheck.numerics.digits import counted, significant
from crosscheck.report.colours import BAD, coloured
from crosscheck.report.languages import in_language, joined, language_of
from crosscheck.report.layout import Column, Records, heading, say, say_as_it_is
from crosscheck.report.site.words import is_english, of_document

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
        title = _of_document(console, document.number, document.title)
        heading(console, f"Document {document.number}: {title}")
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
        Column("", leads=True, own=True),
        Column("document", words=True, leads=True, own=True),
        *(Column(coloured(verdict), right=True) for verdict in verdicts),
        caption="Numbers: contradicted to illustration. Statements: fails, ambiguous, holds.",
    )
    for document, count in counts:
        cells = [str(count[verdict]) if count[verdict] else "-" for verdict in verdicts]
        title = _of_document(console, document.number, document.title)
        table.add(escape(document.number), escape(title), *cells)
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
        numbers = counted(len(found), "number")
        say(console, BAD.paint(f"What is wrong in the documents: {numbers}"))
    for each in found:
        say_as_it_is(console, _in_words(console, each))
    counts = sum((ledger.count() for ledger in ledgers), Counter[str]())
    texts = filter(None, (_numbers(console, counts), _statements(console, counts)))
    say_as_it_is(console, joined(console, texts, "; "))


def _in_words(console: Console, finding: Finding) -> str:
    section = _of_document(console, finding.document, finding.short_section)
    place = f"document {finding.document}, section {escape(section)}"
    numbers = f"printed {finding.printed}", f"exact {finding.rounded}"
    why = "no slip is known that gives it"
    if finding.reason is not None:
        why = escape(_of_document(console, finding.document, finding.reason))
        if finding.instead is not None:
            why += in_language(console, f" (which gives {finding.instead})")
    said = joined(console, (*numbers, why), "; ")
    return joined(console, (place, said), ": ")


def _of_document(console: Console, document: str, text: str) -> str:
    """A text of the ledger in the language of the console; one of an own document stays."""
    if language_of(console) == "en" or document not in DOCUMENTS or not is_english(text):
        return text
    try:
        return of_document(text, document)
    except KeyError:  # a heading, which no page of the site shows
        return in_language(console, text)


def _numbers(console: Console, counts: Counter[str]) -> str:
    total = sum(counts[verdict] for verdict in NUMBERS)
    if not total:
        return "no number is printed"
    parts = (f"{counts[verdict]} {coloured(verdict)}" for verdict in NUMBERS if counts[verdict])
    return joined(console, (counted(total, "printed number"), joined(console, parts)), ": ")


def _of_verdict(count: int, verdict: str) -> str:
    words = {"fails": "fail", "ambiguous": "are ambiguous", "holds": "hold"}
    of_one = {"fails": "fails", "ambiguous": "is ambiguous", "holds": "holds"}
    return f"{count} {(of_one if count == 1 else words)[verdict]}"


def _statements(console: Console, counts: Counter[str]) -> str:
    total = sum(counts[verdict] for verdict in STATEMENTS)
    if not total:
        return ""
    parts = (_of_verdict(counts[verdict], verdict) for verdict in STATEMENTS if counts[verdict])
    return joined(console, (counted(total, "statement"), joined(console, parts)), ": ")


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
        listed = joined(console, parts)
        what = f"{listed} (--all shows them)" if hidden else "there is none"
        say_as_it_is(
            console, joined(console, ("Of the printed numbers nothing is wrong", what), ": ")
        )
        return
    names = [name for name in ledger.frameworks if _differs(ledger, name, shown)]
    table = Records(
        "Printed numbers",
        Column("section", words=True, own=True),
        Column("printed", leads=True, own=True),
        "exact",
        Column("verdict", leads=True),
        Column("quantity", words=True, own=True),
        *map(escape, names),
        caption=joined(console, filter(None, (_agreement(ledger, names), caption)), " "),
    )
    for judged in shown:
        number = judged.number
        values = (ledger.frameworks[name].get(number.quantity) for name in names)
        table.add(
            escape(_of_document(console, number.document, number.section)),
            escape(number.printed),
            significant(judged.exact, DIGITS) if judged.exact else "",
            coloured(judged.verdict),
            escape(
                number.quantity
                if number.illustration is None
                else _of_document(console, number.document, number.illustration)
            ),
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
        name, explanation = (
            escape(_of_document(console, ledger.document.number, text))
            for text in (slip.name, slip.explanation)
        )
        table = Records(
            f"Slip: {name}",
            *(Column("quantity", own=True), Column("printed", own=True)),
            *(f"gives on {slip.inputs} inputs", f"on {other} ones"),
            caption=explanation,
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
        Column("section", words=True, own=True),
        Column("statement", words=True, leads=True, own=True),
        Column("verdict", leads=True),
        Column("what is right", words=True, own=True),
        caption=f"{hidden} more hold (--all shows them)." if hidden else "",
        lines=True,
    )
    for statement, verdict in sorted(ledger.statements, key=lambda each: STATEMENTS.index(each[1])):
        if everything or verdict is not StatementVerdict.HOLDS:
            section, said, correct = (
                escape(_of_document(console, ledger.document.number, text or ""))
                for text in (statement.section, statement.statement, statement.correct)
            )
            table.add(section, said, coloured(verdict), correct)
    table.show(console)

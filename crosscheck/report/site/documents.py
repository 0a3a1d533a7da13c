"""The page of a document: its sections, in its own order, with every verdict."""

import inspect
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from markupsafe import Markup

from crosscheck.documents.numbers import DOCUMENTS
from crosscheck.documents.statements.catalogue import all_statements
from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Verdict
from crosscheck.numerics.comparison import EXACT
from crosscheck.report.site.cards import cards
from crosscheck.report.site.editions import Edition
from crosscheck.report.site.headings import Section, sections
from crosscheck.report.site.mathml import of_expression, symbol
from crosscheck.report.site.prose import with_formulas
from crosscheck.report.site.words import is_english

DIGITS = 10  # of an exact value; the JSON has twenty
# What is in order is folded on the page.
IN_ORDER = (Verdict.CONFIRMED, Verdict.ILLUSTRATION, StatementVerdict.HOLDS)
WORST_FIRST = (
    *(Verdict.CONTRADICTED, StatementVerdict.FAILS, Verdict.INHERITED, Verdict.ROUNDED_INPUTS),
    *(StatementVerdict.AMBIGUOUS, *IN_ORDER),
)


# What each verdict means.
MEANINGS: dict[str, str] = {
    Verdict.CONFIRMED: "the exact value is what is printed",
    Verdict.ROUNDED_INPUTS: "the line's own step gives it: only the rounding of inputs shows",
    Verdict.INHERITED: "its step is right, but an operand is contradicted or inherited",
    Verdict.CONTRADICTED: "the line's own step does not give it",
    Verdict.ILLUSTRATION: "not computed: an example of a size, or a year or count of history",
    StatementVerdict.HOLDS: "true in every reading that was run",
    StatementVerdict.FAILS: "true in no reading that was run",
    StatementVerdict.AMBIGUOUS: "it depends on the reading",
}


def name_of(number: str) -> str:
    """The name of a document's page, which needs no escapes in a link."""
    return "document-" + re.sub(r"[^\w.-]", "-", number)


def page_values(
    ledger: dict[str, Any], verification: dict[str, Any], number: str, edition: Edition
) -> dict[str, Any]:
    """What the template shows of a document: counts, then its sections with all their entries.

    Args:
        ledger: The part of the run with the verdicts.
        verification: The part of the run with what differs.
        number: The document.
        edition: The page's language.
    """
    numbers = [
        {**each, "anchor": f"n{index}"}
        for index, each in enumerate(ledger["numbers"])
        if each["document"] == number
    ]
    statements = [each for each in ledger["statements"] if each["document"] == number]
    counts = count_verdicts(ledger, number)
    different = _different(numbers)
    wrong = _wrong(verification, number)
    names = list(dict.fromkeys(name for each in numbers for name in each["frameworks"]))
    pages = {number: edition.file(name_of(number))}
    return {
        "document_title": edition.of_document(ledger["documents"][number], number),
        "cards": cards(ledger, pages, edition, number),
        "counts": [(verdict, counts[verdict]) for verdict in WORST_FIRST if counts[verdict]],
        "meanings": {verdict: edition.say(text) for verdict, text in MEANINGS.items()},
        "frameworks": [name for name in names if name in different | wrong],
        "same": [name for name in names if name not in different | wrong],
        "digits": DIGITS,
        "wrong": wrong,
        "sections": [
            {
                **_heading(heading, english, edition),
                "numbers": _folded(
                    _number(each, number, edition) for each in numbers if each["section"] in names
                ),
                "statements": _folded(
                    _statement(each, number, edition)
                    for each in statements
                    if each["section"] in names
                ),
            }
            for heading, english, names in _sections_of(number, numbers)
        ],
    }


def slug(verdict: str) -> str:
    """A verdict as it stands in an address."""
    return verdict.replace(" ", "-")


def _folded(entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Entries with the worst first: what is open, what is folded, and a count of the latter."""
    found = sorted(entries, key=lambda each: WORST_FIRST.index(each["verdict"]))
    folded = [each for each in found if each["verdict"] in IN_ORDER]
    return {
        "open": [each for each in found if each["verdict"] not in IN_ORDER],
        "folded": folded,
        "counts": Counter(each["verdict"] for each in folded),
    }


def _different(numbers: Iterable[dict[str, Any]]) -> set[str]:
    """The frameworks that compute what differs from an exact value in the digits that are shown."""
    return {
        name
        for each in numbers
        for name, value in each["frameworks"].items()
        if each["exact"] is not None
        and f"{value:.{DIGITS}g}" != f"{float(each['exact']):.{DIGITS}g}"
    }


def count_verdicts(ledger: dict[str, Any], number: str) -> Counter[str]:
    """Count the printed numbers and statements of a document by their verdict.

    Args:
        ledger: The part of the run with the verdicts.
        number: The document.
    """
    entries = (*ledger["numbers"], *ledger["statements"])
    return Counter(each["verdict"] for each in entries if each["document"] == number)


def _sections_of(number: str, entries: list[dict[str, Any]]) -> list[Section]:
    """The sections of a document; one's own has those that its lines name, in their order."""
    if number in DOCUMENTS:
        return sections()[number]
    return [(name, name, [name]) for name in dict.fromkeys(each["section"] for each in entries)]


def _heading(original: str, english: str, edition: Edition) -> dict[str, str]:
    """A heading in the page's language, with the document's own beside it where it differs."""
    if edition.language == "en" and original != english:
        return {"heading": english, "original": original}
    return {"heading": original, "original": ""}


def _wrong(verification: dict[str, Any], number: str) -> set[str]:
    """The frameworks that compute a document's worked example wrongly."""
    return {
        each["frameworks"][0]
        for each in verification["differ"]
        if each["frameworks"][1] == EXACT
        and number in DOCUMENTS
        and each["where"].startswith(f"document {number}")
    }


def _number(entry: dict[str, Any], document: str, edition: Edition) -> dict[str, Any]:
    slip = entry["slip"]
    row = dict(entry)
    row["line"] = translate_line(entry["line"], document, edition)
    row["exact"] = "" if entry["exact"] is None else f"{float(entry['exact']):.{DIGITS}g}"
    illustrates = entry["verdict"] == Verdict.ILLUSTRATION
    row["symbol"] = None if illustrates else symbol(entry["quantity"])
    if illustrates:
        row["quantity"] = edition.of_document(entry["quantity"], document)
    row["frameworks"] = {name: f"{value:.{DIGITS}g}" for name, value in entry["frameworks"].items()}
    if slip is not None:
        row["slip"] = {
            "name": edition.of_document(slip["name"], document),
            "explanation": with_formulas(edition.of_document(slip["explanation"], document)),
            "formula": of_expression(slip["expression"]),
            "gives": f"{float(slip['gives']):.{DIGITS}g}",
            "reproduces": slip["reproduces"],
        }
    return row


def translate_line(text: str, document: str, edition: Edition) -> str:
    """A line of a document in a language; formulas and Chinese stay as they are.

    Args:
        text: The line.
        document: The number of the document.
        edition: The page's language.

    Raises:
        KeyError: If an English line has no translation.
    """
    return edition.of_document(text, document) if is_english(text) else text


def _statement(entry: dict[str, Any], document: str, edition: Edition) -> dict[str, Any]:
    def said(text: str) -> Markup:
        return with_formulas(edition.of_document(text, document))

    return {
        "verdict": entry["verdict"],
        "statement": said(entry["statement"]),
        "correct": entry["correct"] and said(entry["correct"]),
        "readings": {said(name): holds for name, holds in entry["readings"].items()},
        "demonstration": _demonstrations()[document, entry["statement"]],
    }


@cache
def _demonstrations() -> dict[tuple[str, str], str]:
    """The source of every statement's demonstration, without the decorator above it."""
    sources = {}
    for each in all_statements():
        lines = inspect.getsource(each.demonstrate).rstrip().split("\n")
        first = next(i for i, line in enumerate(lines) if line.startswith("def "))
        sources[each.document, each.statement] = "\n".join(lines[first:])
    return sources

"""The page of a document: its sections, in its own order, with every verdict."""

import inspect
import json
import re
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any

from crosscheck.documents.numbers import DOCUMENTS
from crosscheck.documents.statements.catalogue import all_statements
from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Verdict
from crosscheck.numerics.comparison import EXACT
from crosscheck.report.site.mathml import of_expression
from crosscheck.report.site.words import WORDS, is_english, translate

DIGITS = 10  # of an exact value; the JSON has twenty


def file_of(number: str, language: str) -> str:
    """The name of a document's page in a language, which needs no escapes in a link."""
    name = re.sub(r"[^\w.-]", "-", number)
    return f"document-{name}{'' if language == 'en' else '.' + language}.html"


def page_values(
    ledger: dict[str, Any], verification: dict[str, Any], number: str, language: str
) -> dict[str, Any]:
    """What the template shows of a document: counts, then its sections with all their entries.

    Args:
        ledger: The part of the run with the verdicts.
        verification: The part of the run with what differs.
        number: The document.
        language: "en" or "zh".
    """
    numbers = [
        {**each, "anchor": f"n{index}"}
        for index, each in enumerate(ledger["numbers"])
        if each["document"] == number
    ]
    statements = [each for each in ledger["statements"] if each["document"] == number]
    counts = count_verdicts(ledger, number)
    other = "zh" if language == "en" else "en"
    return {
        "document_title": translate(ledger["documents"][number], number, language),
        "other": file_of(number, other),
        "other_language": other,
        "word": WORDS[language],
        "counts": [(verdict, counts[verdict]) for verdict in (*Verdict, *StatementVerdict)],
        "frameworks": list(dict.fromkeys(name for each in numbers for name in each["frameworks"])),
        "wrong": _wrong(verification, number),
        "sections": [
            {
                "heading": heading,
                "numbers": [
                    _number(each, number, language) for each in numbers if each["section"] in names
                ],
                "statements": [
                    _statement(each, number, language)
                    for each in statements
                    if each["section"] in names
                ],
            }
            for heading, names in _sections_of(number, numbers)
        ],
    }


def count_verdicts(ledger: dict[str, Any], number: str) -> Counter[str]:
    """Count the printed numbers and statements of a document by their verdict.

    Args:
        ledger: The part of the run with the verdicts.
        number: The document.
    """
    entries = (*ledger["numbers"], *ledger["statements"])
    return Counter(each["verdict"] for each in entries if each["document"] == number)


def _sections_of(number: str, entries: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """The sections of a document; one's own has those that its lines name, in their order."""
    if number in DOCUMENTS:
        return sections()[number]
    return [(name, [name]) for name in dict.fromkeys(each["section"] for each in entries)]


@cache
def sections() -> dict[str, list[tuple[str, list[str]]]]:
    """The headings of each of the five documents, in its order.

    With each heading come the names that its entries have as their section in the ledger.
    """
    text = (files(__package__) / "sections.json").read_text("utf-8")
    headings: dict[str, list[tuple[str, list[str]]]] = json.loads(text)
    return headings


def _wrong(verification: dict[str, Any], number: str) -> set[str]:
    """The frameworks that compute a document's worked example wrongly."""
    return {
        each["frameworks"][0]
        for each in verification["differ"]
        if each["frameworks"][1] == EXACT
        and number in DOCUMENTS
        and each["where"].startswith(f"document {number}")
    }


def _number(entry: dict[str, Any], document: str, language: str) -> dict[str, Any]:
    slip = entry["slip"]
    row = dict(entry)
    row["line"] = translate_line(entry["line"], document, language)
    row["exact"] = "" if entry["exact"] is None else f"{float(entry['exact']):.{DIGITS}g}"
    if entry["verdict"] == "illustration":
        row["quantity"] = translate(entry["quantity"], document, language)
    row["frameworks"] = {name: f"{value:.{DIGITS}g}" for name, value in entry["frameworks"].items()}
    if slip is not None:
        row["slip"] = {
            "name": translate(slip["name"], document, language),
            "explanation": translate(slip["explanation"], document, language),
            "formula": of_expression(slip["expression"]),
            "gives": f"{float(slip['gives']):.{DIGITS}g}",
            "reproduces": slip["reproduces"],
        }
    return row


def translate_line(text: str, document: str, language: str) -> str:
    """A line of a document in a language; formulas and Chinese stay as they are.

    Args:
        text: The line.
        document: The number of the document.
        language: "en" or "zh".

    Raises:
        KeyError: If an English line has no translation.
    """
    return translate(text, document, language) if is_english(text) else text


def _statement(entry: dict[str, Any], document: str, language: str) -> dict[str, Any]:
    correct = entry["correct"]
    return {
        "verdict": entry["verdict"],
        "statement": translate(entry["statement"], document, language),
        "correct": correct and translate(correct, document, language),
        "readings": {
            translate(name, document, language): holds for name, holds in entry["readings"].items()
        },
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

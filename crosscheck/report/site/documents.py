"""What the page of a document shows: its sections, in its order, with every verdict."""

import inspect
import json
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any

from crosscheck.documents.statements.catalogue import all_statements
from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Verdict
from crosscheck.numerics.comparison import EXACT
from crosscheck.report.site.mathml import of_expression
from crosscheck.report.site.words import WORDS, is_said, said

DIGITS = 10  # of an exact value that are shown; all twenty are in the JSON


def file_of(number: str, language: str) -> str:
    """The page of a document in a language."""
    return f"document-{number}{'' if language == 'en' else '.' + language}.html"


def filling(
    ledger: dict[str, Any], verification: dict[str, Any], number: str, language: str
) -> dict[str, Any]:
    """For the template: counts, then every section with its lines of numbers and statements."""
    numbers = [
        {**each, "anchor": f"n{index}"}
        for index, each in enumerate(ledger["numbers"])
        if each["document"] == number
    ]
    statements = [each for each in ledger["statements"] if each["document"] == number]
    counts = Counter(each["verdict"] for each in (*numbers, *statements))
    other = "zh" if language == "en" else "en"
    return {
        "named": said(ledger["documents"][number], number, language),
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
            for heading, names in sections()[number]
        ],
    }


@cache
def sections() -> dict[str, list[tuple[str, list[str]]]]:
    """The sections of every document, in its order and under its own headings.

    With each the names under which the ledger has what stands there.
    """
    text = (files(__package__) / "sections.json").read_text("utf-8")
    found: dict[str, list[tuple[str, list[str]]]] = json.loads(text)
    return found


def _wrong(verification: dict[str, Any], number: str) -> set[str]:
    """The frameworks that compute the example of a document wrongly."""
    return {
        each["frameworks"][0]
        for each in verification["differ"]
        if each["frameworks"][1] == EXACT and each["where"].startswith(f"document {number}")
    }


def _number(entry: dict[str, Any], document: str, language: str) -> dict[str, Any]:
    slip = entry["slip"]
    shown = dict(entry)
    shown["line"] = line(entry["line"], document, language)
    shown["exact"] = "" if entry["exact"] is None else f"{float(entry['exact']):.{DIGITS}g}"
    if entry["verdict"] == "illustration":
        shown["quantity"] = said(entry["quantity"], document, language)
    shown["frameworks"] = {
        name: f"{value:.{DIGITS}g}" for name, value in entry["frameworks"].items()
    }
    if slip is not None:
        shown["slip"] = {
            "name": said(slip["name"], document, language),
            "explanation": said(slip["explanation"], document, language),
            "formula": of_expression(slip["expression"]),
            "gives": f"{float(slip['gives']):.{DIGITS}g}",
            "reproduces": slip["reproduces"],
        }
    return shown


def line(text: str, document: str, language: str) -> str:
    """A line of a document; what is said in English there has its Chinese, formulas need none."""
    return said(text, document, language) if is_said(text) else text


def _statement(entry: dict[str, Any], document: str, language: str) -> dict[str, Any]:
    correct = entry["correct"]
    return {
        "verdict": entry["verdict"],
        "statement": said(entry["statement"], document, language),
        "correct": correct and said(correct, document, language),
        "readings": {
            said(name, document, language): held for name, held in entry["readings"].items()
        },
        "demonstration": _demonstrations()[document, entry["statement"]],
    }


@cache
def _demonstrations() -> dict[tuple[str, str], str]:
    """What is run for every statement, as it stands in the sources, without the statement."""
    found = {}
    for each in all_statements():
        lines = inspect.getsource(each.demonstrate).rstrip().split("\n")
        first = next(i for i, line in enumerate(lines) if line.startswith("def "))
        found[each.document, each.statement] = "\n".join(lines[first:])
    return found

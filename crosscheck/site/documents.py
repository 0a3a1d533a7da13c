"""What the page of a document shows: its sections, in its order, with every verdict."""

import inspect
from collections import Counter
from functools import cache
from typing import Any

from crosscheck.ledger import STATEMENT_VERDICTS
from crosscheck.site.mathml import of_expression
from crosscheck.site.words import WORDS, said
from crosscheck.statements import all_statements
from crosscheck.verdicts import VERDICTS

DIGITS = 10  # of an exact value that are shown; all twenty are in the JSON


def file_of(number: str, language: str) -> str:
    """The page of a document in a language."""
    return f"document-{number}{'' if language == 'en' else '.' + language}.html"


def filling(ledger: dict[str, Any], number: str, language: str) -> dict[str, Any]:
    """For the template: counts, then every section with its lines of numbers and statements."""
    numbers = [
        {**each, "anchor": f"n{index}"}
        for index, each in enumerate(ledger["numbers"])
        if each["document"] == number
    ]
    statements = [each for each in ledger["statements"] if each["document"] == number]
    headings = dict.fromkeys(each["section"] for each in (*numbers, *statements))
    counts = Counter(each["verdict"] for each in (*numbers, *statements))
    other = "zh" if language == "en" else "en"
    return {
        "named": said(ledger["documents"][number], number, language),
        "other": file_of(number, other),
        "other_language": other,
        "word": WORDS[language],
        "counts": [(verdict, counts[verdict]) for verdict in (*VERDICTS, *STATEMENT_VERDICTS)],
        "frameworks": list(dict.fromkeys(name for each in numbers for name in each["frameworks"])),
        "sections": [
            {
                "heading": heading,
                "numbers": [
                    _number(each, number, language)
                    for each in numbers
                    if each["section"] == heading
                ],
                "statements": [
                    _statement(each, number, language)
                    for each in statements
                    if each["section"] == heading
                ],
            }
            for heading in headings
        ],
    }


def _number(entry: dict[str, Any], document: str, language: str) -> dict[str, Any]:
    slip = entry["slip"]
    shown = dict(entry)
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

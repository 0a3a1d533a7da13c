"""The overview of a run."""

from typing import Any

from crosscheck.numerics.comparison import EXACT
from crosscheck.report.site import documents
from crosscheck.report.site.cards import cards
from crosscheck.report.site.editions import Edition
from crosscheck.report.site.run import SiteRun
from crosscheck.verification.discrimination import MARGIN


def page_values(run: SiteRun, edition: Edition) -> dict[str, Any]:
    """What the template shows: the stages by framework, the documents, what is wrong.

    Args:
        run: The run.
        edition: The page's language.
    """
    ledger = run.parts["ledger"]
    pages = {number: edition.file(documents.name_of(number)) for number in ledger["documents"]}
    findings = run.parts["conventions"]["findings"]
    outcomes = run.parts["mistakes"]["mistakes"]
    return verification_values(run.parts["verification"]) | {
        "cards": cards(ledger, pages, edition),
        "documents": [
            {
                "number": number,
                "title": edition.of_document(title, number),
                "href": pages[number],
                "counts": _counts(ledger, number),
            }
            for number, title in ledger["documents"].items()
        ],
        "margin": f"{MARGIN:g}",
        "mistakes": len(outcomes),
        "caught": sum(each["problem"] is None for each in outcomes),
        "tried": sum(each["holds"] is not None for each in findings),
        "held": sum(each["holds"] is True for each in findings),
    }


def verification_values(verification: dict[str, Any]) -> dict[str, Any]:
    """What `frameworks.html` shows of a verification, as `condense` gives it."""
    differ = verification["differ"]
    return {
        "columns": _compared(verification),
        "stages": _stages(verification),
        "wrong": [each for each in differ if not each["known_failure"]],
        "known": sum(each["known_failure"] is not None for each in differ),
    }


def _counts(ledger: dict[str, Any], number: str) -> list[tuple[str, int]]:
    """The verdicts that there are in a document, the worst first, and how often."""
    counts = documents.count_verdicts(ledger, number)
    return [(name, counts[name]) for name in documents.WORST_FIRST if counts[name]]


def _compared(verification: dict[str, Any]) -> list[str]:
    """The frameworks that were compared with something."""
    compared = {name for each in verification["stages"] for name in each["frameworks"]}
    return [name for name in verification["frameworks"] if name in compared]


def _stages(verification: dict[str, Any]) -> list[dict[str, Any]]:
    """A row for each stage: every framework's worst error, and the worst pair of frameworks."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for each in verification["stages"]:
        row = rows.setdefault((each["group"], each["stage"]), {"exact": {}, "pair": None})
        one, other = each["frameworks"]
        if other == EXACT:
            row["exact"][one] = each
        elif row["pair"] is None or _size(each) > _size(row["pair"]):
            row["pair"] = each
    return [
        {
            "group": group,
            "stage": stage,
            "cells": [row["exact"].get(name) for name in _compared(verification)],
            "pair": row["pair"],
        }
        for (group, stage), row in rows.items()
    ]


def _size(cell: dict[str, Any]) -> float:
    return float("inf") if cell["fraction"] is None else float(cell["fraction"])

"""What is wrong in the documents as cards, each of which leads to its place."""

from typing import Any

from crosscheck.documents.findings import Finding, findings
from crosscheck.report.site.mathml import symbol
from crosscheck.report.site.words import WORDS, translate


def cards(
    ledger: dict[str, Any], pages: dict[str, str], language: str, document: str | None = None
) -> list[dict[str, Any]]:
    """The contradicted numbers of a run's documents, those of the worst cause first.

    Args:
        ledger: The part of the run with the verdicts.
        pages: The file of each document's page.
        language: "en" or "zh".
        document: Only those of this document; all if None.
    """
    return [
        _card(each, pages[each.document], language)
        for each in findings(ledger["numbers"])
        if document in (None, each.document)
    ]


def _card(finding: Finding, page: str, language: str) -> dict[str, Any]:
    words = WORDS[language]
    return {
        "href": f"{page}#n{finding.index}",
        "place": f"{words['document']} {finding.document}{words['comma']}"
        f"{words['section']} {finding.short_section}",
        "symbol": symbol(finding.quantity),
        "quantity": finding.quantity,
        "printed": finding.printed,
        "exact": finding.rounded,
        "why": _why(finding, language),
    }


def _why(finding: Finding, language: str) -> str:
    """The reason in a few words; where it gives another number, that number too."""
    words = WORDS[language]
    if finding.reason is None:
        return words["no_slip"]
    reason = translate(finding.reason, finding.document, language)
    if finding.instead is None:
        return reason
    return f"{reason}{words['which_gives'].format(finding.instead)}"

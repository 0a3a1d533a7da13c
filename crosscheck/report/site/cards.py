"""What is wrong in the documents as cards, each of which leads to its place."""

from typing import Any

from crosscheck.documents.findings import Finding, findings
from crosscheck.report.site.editions import Edition
from crosscheck.report.site.headings import heading_of
from crosscheck.report.site.mathml import symbol


def cards(
    ledger: dict[str, Any], pages: dict[str, str], edition: Edition, document: str | None = None
) -> list[dict[str, Any]]:
    """The contradicted numbers of a run's documents, those of the worst cause first.

    Args:
        ledger: The part of the run with the verdicts.
        pages: The file of each document's page.
        edition: The pages' language.
        document: Only those of this document; all if None.
    """
    return [
        _card(each, pages[each.document], edition)
        for each in findings(ledger["numbers"])
        if document in (None, each.document)
    ]


def _card(finding: Finding, page: str, edition: Edition) -> dict[str, Any]:
    return {
        "href": f"{page}#n{finding.index}",
        "place": edition.say(
            "Document %(number)s, section %(section)s",
            number=finding.document,
            section=_section(finding, edition),
        ),
        "symbol": symbol(finding.quantity),
        "quantity": finding.quantity,
        "printed": finding.printed,
        "exact": finding.rounded,
        "why": _why(finding, edition),
    }


def _section(finding: Finding, edition: Edition) -> str:
    """The number of the section, or what it is called where it has none."""
    name = finding.short_section
    if edition.language == "en" or name[:1].isdecimal():
        return name
    return heading_of(finding.document, finding.section)


def _why(finding: Finding, edition: Edition) -> str:
    """The reason in a few words; where it gives another number, that number too."""
    if finding.reason is None:
        return edition.say("no slip is known that gives it")
    reason = edition.of_document(finding.reason, finding.document)
    if finding.instead is None:
        return reason
    return edition.say("%(reason)s (which gives %(number)s)", reason=reason, number=finding.instead)

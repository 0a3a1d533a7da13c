"""The headings of the five documents, in Chinese as they have them and in English."""

import json
from functools import cache
from importlib.resources import files

# A section: its heading in the document, the same in English, and its names in the ledger.
Section = tuple[str, str, list[str]]


@cache
def sections() -> dict[str, list[Section]]:
    """The headings of each of the five documents, in its order.

    With each heading come its English, and the names that its entries have as their section in the
    ledger.
    """
    text = (files(__package__) / "sections.json").read_text("utf-8")
    headings: dict[str, list[Section]] = json.loads(text)
    return headings


def heading_of(number: str, name: str) -> str:
    """The heading of a section, as the document has it, by a name that it has in the ledger.

    Args:
        number: The document; the sections of one that is not of the five are their own headings.
        name: The name.
    """
    headings = {each: heading for heading, _, names in sections().get(number, ()) for each in names}
    return headings.get(name, name)

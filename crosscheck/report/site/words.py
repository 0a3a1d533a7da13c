"""What the ledger says about the five documents, in Chinese; and which of it is English."""

import json
import re
from functools import cache
from importlib.resources import files

# An English word in a line of a document; a Chinese page translates such a line.
ENGLISH = re.compile(r"(?<![A-Za-z_.(])[a-z]{2,}(?![A-Za-z_(])")
# These look like words and are names in formulas and code.
KEPT = {"eps", "db", "threshold"}


@cache
def _texts(number: str) -> dict[str, str]:
    path = files("crosscheck.report.site") / "chinese" / f"{number}.json"
    texts: dict[str, str] = json.loads(path.read_text("utf-8"))
    return texts


def is_english(text: str) -> bool:
    """Whether a line of a document has English words, and is not just a formula or Chinese."""
    return bool(set(ENGLISH.findall(text)) - KEPT)


def of_document(text: str, number: str) -> str:
    """The Chinese of a text of the ledger.

    Args:
        text: The text in English.
        number: The document that it is about, one of the five.

    Raises:
        KeyError: If it has no translation.
    """
    return _texts(number)[text]

"""The words of worksheets and marks in Chinese; in English they are what the code says."""

import json
from functools import cache
from importlib.resources import files


@cache
def _chinese() -> dict[str, str]:
    file = files(__package__).joinpath("chinese.json")
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found


def in_language(text: str, language: str) -> str:
    """A text in a language.

    Args:
        text: As the code says it, in English.
        language: "en" or "zh".

    Raises:
        KeyError: If it has no translation.
    """
    return text if language == "en" else _chinese()[text]

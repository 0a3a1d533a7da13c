"""What people read, in English or in Chinese. The code says everything in English.

Each file in `chinese` is a catalogue, `{"English": "Chinese"}`. A text with numbers or names in it
has its entry as a pattern: "{COUNT} comparisons, {DIFFERING} differ" stands for every text that
reads so, and its Chinese has the same names where the pieces go. A piece whose name is in capitals
stays as it is: a name, a number, somebody's own words. Any other is translated if it can be, and
of what is called {listed} or {quoted} each of the pieces between commas or in quotes.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crosscheck.report.patterns import LONGEST, PLACE, Pattern

if TYPE_CHECKING:
    from rich.console import Console

LANGUAGES = ("en", "zh")

# What may stand in a place of such a name; in one of any other there may be any text.
_KINDS = {
    "COUNT": r"[\d,]+",
    "NUMBER": r"-?[\d.,]+(?:e[-+]?\d+)?|-?inf|nan",
    "place": "[^:]+?",
    "does": "which .+?",
    "factor": "(?:minus )?(?:half|twice|the mean|the sum|not summed).*?",
    "stage": "forward|deltas|gradients|state|update|trajectory|conduct",
    "status": "verified|wrong|unfinished|not (?:compared|installed|written|supported)|waits|done|"
    "for another contract",
}
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
# What is deeper in pieces of pieces, or has more clauses, stays as it is, whoever wrote it.
DEEPEST, MOST_CLAUSES = 8, 50
# A text that is coloured as a whole, as markup.
_COLOURED = re.compile(r"(\[[a-z ]+\])([^\[\]]+)(\[/\])")
# What layout.py keeps on one line has such spaces.
_UNBROKEN = "\N{NO-BREAK SPACE}"


@cache
def catalogue() -> Mapping[str, str]:
    """The Chinese of every English text, of all files.

    Raises:
        ValueError: If two files translate one text differently.
    """
    found: dict[str, str] = {}
    for file in sorted(files(__package__).joinpath("chinese").iterdir(), key=lambda f: f.name):
        for english, chinese in json.loads(file.read_text(encoding="utf-8")).items():
            if found.setdefault(english, chinese) != chinese:
                raise ValueError(f"{file.name} translates {english!r} in another way")
    return found


@cache
def _patterns() -> list[tuple[Pattern, str, str]]:
    """The entries with places for other text, those with the most text of their own first."""
    patterns = [text for text in catalogue() if PLACE.search(text)]
    patterns.sort(key=lambda text: -len(PLACE.sub("", text)))
    return [(Pattern(text, _KINDS), text, catalogue()[text]) for text in patterns]


def translate(text: str, language: str) -> str:
    """A text in a language.

    Of several clauses with semicolons between them each is translated by itself, unless the
    catalogue has them together.

    Args:
        text: As the code says it, in English.
        language: "en" or "zh".

    Raises:
        KeyError: If it has no Chinese.
    """
    if language == "en":
        return text
    found = _chinese(text)
    if found is None:
        raise KeyError(text)
    return found


def translated(text: str) -> str:
    """The Chinese of a text, or the text itself where it has none, as a name or a number has."""
    return _chinese(text) or text


@lru_cache(maxsize=4096)
def _chinese(text: str, depth: int = 0) -> str | None:
    if text in catalogue():
        return catalogue()[text]
    clauses = text.split("; ")
    if depth > DEEPEST or len(clauses) > MOST_CLAUSES or len(text) > LONGEST:
        return None
    if len(clauses) == 1:
        return _by_pattern(text, "", depth)
    whole = _by_pattern(text, "; ", depth)
    if whole is not None:
        return whole
    each = [_chinese(clause, depth) for clause in clauses]
    if None not in each:
        return "；".join(map(str, each))
    if sum(clause is not None for clause in each) < 2:  # the semicolon is in somebody's own words
        whole = _by_pattern(text, "", depth)
        if whole is not None or not any(each):
            return whole
    return "；".join(one or clause for one, clause in zip(each, clauses, strict=True))


def _by_pattern(text: str, between: str, depth: int) -> str | None:
    """By the first pattern that fits, of those in whose own text something stands."""
    for pattern, english, chinese in _patterns():
        if between in english and (found := pattern.fullmatch(text)):
            pieces = found.groupdict().items()
            return chinese.format(**{name: _in_place(name, at, depth + 1) for name, at in pieces})
    return None


def _in_place(name: str, piece: str, depth: int) -> str:
    """What stands in the place of that name, in Chinese."""
    if name.isupper():
        return piece
    if name == "listed":
        # Names have no spaces, and stay.
        each = (one if " " not in one else _chinese(one, depth) or one for one in piece.split(", "))
        return ", ".join(each)
    if name == "quoted":
        names = (each[1:-1] for each in _QUOTED.findall(piece))
        return "、".join(f"“{_chinese(each, depth) or each}”" for each in names)
    return _chinese(piece, depth) or piece


def language_of(console: "Console") -> str:
    """The language of what is printed on a console, which cli/output.py sets."""
    return getattr(console, "language", "en")


def in_language(console: "Console", markup: str) -> str:
    """A text as markup in the language of a console; what has no translation stays as it is."""
    if language_of(console) == "en":
        return markup
    if coloured := _COLOURED.fullmatch(markup):
        return coloured[1] + in_language(console, coloured[2]) + coloured[3]
    spaced = markup.replace(_UNBROKEN, " ")
    found = translated(spaced)
    return markup if found == spaced else found


# What stands between texts.
_MARKS = {", ": "，", "; ": "；", ": ": "：", " ": "", " and ": " 与 "}


def mark(console: "Console", english: str) -> str:
    """What stands between texts, such as a comma and a space, in the language of a console."""
    return english if language_of(console) == "en" else _MARKS[english]


def joined(console: "Console", texts: Iterable[str], between: str = ", ") -> str:
    """Texts as markup in the language of a console, with what stands between them in that."""
    return mark(console, between).join(in_language(console, text) for text in texts)

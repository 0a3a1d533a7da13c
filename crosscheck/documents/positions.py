"""The line of everything in a TOML file.

`tomllib` reads the values, and tells no lines. This is a second look at a text that it has accepted
already: so nothing here checks anything, and a value is only walked through, to find where it ends.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Generator, Iterator

from crosscheck.documents.faults import Path

BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
SPACES = re.compile(r"[ \t]*")
STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
BARE_VALUE = re.compile(r"[^,\]}\n#]+")  # a number, a date, true or false


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, on which each key and each item of a list begins.

    Args:
        text: The text of a TOML file that `tomllib` reads.
    """
    text = text.replace("\r\n", "\n")
    breaks = [found.start() for found in re.finditer("\n", text)]
    lines: dict[Path, int] = {}
    for path, start in _Scan(text).places():
        lines.setdefault(path, bisect_right(breaks, start) + 1)
    return lines


class _Scan:
    """One walk through a text; `at` is how far it has come."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.items: dict[Path, int] = {}  # how many tables each list of tables has so far

    def places(self) -> Iterator[tuple[Path, int]]:
        """Every path, and where it begins."""
        table: Path = ()
        self._skip(BLANK)
        while self.at < len(self.text):
            start = self.at
            if self.text[start] == "[":
                width = 2 if self.text.startswith("[[", start) else 1
                self.at += width
                table = yield from self._header(self._keys(), start, is_list=width == 2)
                self.at += width
            else:
                yield from self._pair(table)
            self._skip(BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found.group()

    def _keys(self) -> list[str]:
        """A key with its dots: `a."b c".d`."""
        keys = []
        while True:
            self._skip(SPACES)
            quoted = self.text[self.at] in "\"'"
            key = self._skip(STRING if quoted else BARE_KEY)
            keys.append(tomllib.loads(f"key = {key}")["key"] if quoted else key)
            self._skip(SPACES)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _header(
        self, keys: list[str], start: int, is_list: bool
    ) -> Generator[tuple[Path, int], None, Path]:
        """The paths that the header of a table begins; returns that of the table."""
        path: Path = ()
        for index, key in enumerate(keys):
            path = (*path, key)
            yield path, start
            if is_list and index == len(keys) - 1:
                self.items[path] = self.items.get(path, 0) + 1
            if path in self.items:
                path = (*path, self.items[path] - 1)
                yield path, start
        return path

    def _pair(self, table: Path) -> Iterator[tuple[Path, int]]:
        """A key, and what it stands for."""
        start, path = self.at, table
        for key in self._keys():
            path = (*path, key)
            yield path, start
        self.at += 1  # =
        self._skip(SPACES)
        yield from self._value(path)

    def _value(self, path: Path) -> Iterator[tuple[Path, int]]:
        """The items of a list or the keys of an inline table, and theirs in turn."""
        opening = self.text[self.at]
        if opening in "\"'":
            self._skip(STRING)
        elif opening not in "[{":
            self._skip(BARE_VALUE)
        else:
            self.at += 1
            self._skip(BLANK)
            index = 0
            while self.text[self.at] not in "]}":
                if opening == "[":
                    yield (*path, index), self.at
                    yield from self._value((*path, index))
                else:
                    yield from self._pair(path)
                index += 1
                self._skip(BLANK)
                if self.text[self.at] == ",":
                    self.at += 1
                    self._skip(BLANK)
            self.at += 1

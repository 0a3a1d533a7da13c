"""What is wrong with the file of a document: every fault with its path and its line."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crosscheck.frameworks.other_names import question

# Where something stands in a file: the keys and indices that lead to it.
Path = tuple[str | int, ...]


class Fault(NamedTuple):
    """One fault: where it stands, and what is wrong there."""

    path: Path
    message: str


def written(path: Path) -> str:
    """A path as it is said: "lines[7].numbers[0].quantity"; a key that is no word is quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if part.replace("-", "_").isidentifier() else f'"{part}"'
            text += f".{key}" if text else key
    return text


@dataclass(frozen=True)
class Source:
    """Where a document comes from.

    Attributes:
        name: As messages call it: "notes.toml" or "document 002".
        lines: The line, from 1, of each path of its file; empty where there is no text.
    """

    name: str
    lines: Mapping[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int | None:
        """The line of a path, or of the nearest table or list around it that has one."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None

    def describe(self, fault: Fault) -> str:
        """A fault in words: "notes.toml, line 41, runs[0].name: ..."."""
        line = self.line_of(fault.path)
        parts = [self.name, f"line {line}" if line else "", written(fault.path)]
        return f"{', '.join(filter(None, parts))}: {fault.message}"


class TranscriptionError(ValueError):
    """A document contradicts itself or cannot be read; the message names every place, one a line.

    Attributes:
        faults: What is wrong, in the order of the lines.
    """

    def __init__(self, faults: Iterable[Fault], source: Source | None = None) -> None:
        """Put the faults into words.

        Args:
            faults: At least one.
            source: Where the document comes from; None where that is not known yet.
        """
        source = source or Source("")
        self.faults = sorted(faults, key=lambda fault: source.line_of(fault.path) or 0)
        super().__init__("\n".join(dict.fromkeys(map(source.describe, self.faults))))


class Faults(list[Fault]):
    """The faults that were found so far."""

    def read(self, reader: Callable[[Path, Any], Any], where: Path, value: Any) -> Any:
        """What a reader makes of a value; None where it refuses it, and its faults are kept."""
        try:
            return reader(where, value)
        except TranscriptionError as error:
            self.extend(error.faults)
            return None

    def end(self, source: Source | None = None) -> None:
        """Raise what was found.

        Raises:
            TranscriptionError: If anything was.
        """
        if self:
            raise TranscriptionError(self, source)


def refusal(where: Path, message: str) -> TranscriptionError:
    """The error of a single fault."""
    return TranscriptionError([Fault(where, message)])


def suggestion(name: str, known: Collection[str]) -> str:
    """The end of a message about an unknown name: the nearest known one, or all of them."""
    asked = question(name, known)
    return f": {asked}" if asked else f"; known are {', '.join(known)}"

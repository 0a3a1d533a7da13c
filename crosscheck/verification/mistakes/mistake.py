"""A plausible mistake: a small named change to the NumPy reference, run as a framework.

It consists of a piece of the reference's own text and of what stands there instead, so that it
reads as the slip that it is. How sharp the suite is, is how many mistakes it catches, and by how
much.
"""

import re
import sys
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import CodeType, ModuleType

import reference_numpy
from crosscheck.frameworks.registry import Framework, load

FOLDER = Path(reference_numpy.__file__).parent


# A piece of code of the reference: its file without the ending, and its first line.
Code = tuple[str, int]


class MistakeError(ValueError):
    """A mistake does not fit the reference that it changes."""


@dataclass(frozen=True)
class Mistake:
    """One wrong version of the reference.

    Attributes:
        name: What is wrong, in a few words; unique.
        kind: "forward", "gradient", "optimizer" or "training".
        stage: Where it must show first.
        file: The module that it changes, as a path without its ending.
        changes: Pieces of the file's text, each standing there once, and their replacements.
        within: The function in which they stand once, if not in the file as a whole.
    """

    name: str
    kind: str
    stage: str
    file: str
    changes: tuple[tuple[str, str], ...]
    within: str | None = None

    def may_differ_where(self, ran: Collection[Code]) -> bool:
        """Whether code that ran in the reference may be other code under this mistake."""
        return not self.changed_code.isdisjoint(ran)

    @cached_property
    def changed_code(self) -> frozenset[Code]:
        """The innermost functions and lambdas in which a piece is replaced; line 1 is the module.

        Raises:
            MistakeError: If a piece to be replaced does not stand there exactly once.
        """
        before, inside, _ = self._text()
        self.source()  # every piece stands there once
        found = set()
        for old, _ in self.changes:
            first = 1 + (before + inside[: inside.index(old)]).count("\n")
            found.add((self.file, _innermost(self.file, first, first + old.count("\n"))))
        return frozenset(found or {(self.file, 1)})

    def _text(self) -> tuple[str, str, str]:
        """The text of the file: what comes before, where pieces are replaced, and the rest."""
        text = (FOLDER / f"{self.file}.py").read_text(encoding="utf-8")
        if self.within is None:
            return "", text, ""
        before, start, rest = text.partition(f"\ndef {self.within}(")
        inside, _, after = rest.partition("\n\n\n")
        return before + start, inside, f"\n\n\n{after}"

    def source(self) -> str:
        """The text of the changed file.

        Raises:
            MistakeError: If a piece to be replaced does not stand there exactly once.
        """
        before, inside, after = self._text()
        for old, new in self.changes:
            if inside.count(old) != 1:
                raise MistakeError(
                    f"mistake {self.name!r}: {old!r} stands {inside.count(old)} times in "
                    f"reference_numpy/{self.file}.py{(self.within and f', {self.within}') or ''}, "
                    "not once"
                )
            inside = inside.replace(old, new)
        return before + inside + after


@cache
def _spans(file: str) -> list[tuple[int, int]]:
    """The first and the last line of every piece of code in a file, that of the module first."""
    path = FOLDER / f"{file}.py"
    found, waiting = [], [compile(path.read_text(encoding="utf-8"), str(path), "exec")]
    while waiting:
        code = waiting.pop()
        inside = [each for each in code.co_consts if isinstance(each, CodeType)]
        waiting += inside
        found.append((code, inside))

    def last(code: CodeType) -> int:
        lines = [line for _, _, line in code.co_lines() if line is not None]
        own = next(inside for each, inside in found if each is code)
        return max([code.co_firstlineno, *lines, *map(last, own)])

    return [(code.co_firstlineno, last(code)) for code, _ in found]


def _innermost(file: str, first: int, last: int) -> int:
    """The first line of the smallest piece of code that has these lines; 1 is the module."""
    around = [
        (end - start, start) for start, end in _spans(file)[1:] if start <= first <= last <= end
    ]
    return min(around)[1] if around else 1


@cache
def as_framework(mistake: Mistake) -> Framework:
    """Load a mistake as a framework of its own, beside the reference that it changes.

    The changed module is run from its text; every other module is the reference's own file.

    Raises:
        MistakeError: If it does not fit its file, or the result cannot be loaded.
    """
    package = "mistaken_" + re.sub(r"\W+", "_", mistake.name)
    _new_package(package, FOLDER)
    folder, _, name = mistake.file.rpartition("/")
    parent = _new_package(f"{package}.{folder}", FOLDER / folder) if folder else None
    module = ".".join([package, *folder.split(), name])
    changed = sys.modules[module] = ModuleType(module)
    changed.__package__ = module.rpartition(".")[0]
    _run(changed, mistake.source(), f"<mistake: {module}>")
    if parent is not None:  # whose own text imports the changed module, and so comes second
        init = FOLDER / folder / "__init__.py"
        _run(parent, init.read_text(encoding="utf-8"), str(init))
    loaded = load(mistake.name, package)
    if not isinstance(loaded, Framework):
        raise MistakeError(f"{module} cannot be loaded: {loaded}")
    return loaded


def _new_package(name: str, folder: Path) -> ModuleType:
    """A package whose modules are imported from the reference's files; nothing of it is run yet."""
    package = sys.modules[name] = ModuleType(name)
    package.__path__, package.__package__ = [str(folder)], name
    return package


def _run(module: ModuleType, source: str, file: str) -> None:
    try:
        exec(compile(source, file, "exec"), module.__dict__)
    except Exception as error:
        raise MistakeError(f"{file} cannot be loaded: {type(error).__name__}: {error}") from None

"""A plausible mistake: a small named change to the NumPy reference, run as a framework.

It consists of a piece of the reference's own text and of what stands there instead, so that it
reads as the slip that it is. How sharp the suite is, is how many mistakes it catches, and by how
much.
"""

import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property
from types import CodeType, ModuleType

from crosscheck.frameworks.changes import Change, ChangeError, folder_of, imported_with
from crosscheck.frameworks.importers import importers_of, modules_of
from crosscheck.frameworks.registry import Framework, load

REFERENCE = "reference_numpy"
FOLDER = folder_of(REFERENCE)


# A piece of code of the reference: its file without the ending, and its first line.
Code = tuple[str, int]


class MistakeError(ValueError):
    """A mistake does not fit the reference that it changes."""


@dataclass(frozen=True)
class LineChange:
    """Consecutive lines of a file, and what stands there instead.

    Attributes:
        line: The number of the first one.
        before: The lines; none where some are only added.
        after: What stands there instead.
    """

    line: int
    before: list[str]
    after: list[str]


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

    @property
    def change(self) -> Change:
        """What it changes."""
        return Change(self.file, self.changes, self.within)

    @cached_property
    def changed_code(self) -> frozenset[Code]:
        """The innermost functions and lambdas in which a piece is replaced; line 1 is the module.

        Raises:
            MistakeError: If a piece to be replaced does not stand there exactly once.
        """
        self.source()  # every piece stands there once
        before, inside, _ = self.change.parts()
        found = set()
        for old, _ in self.changes:
            first = 1 + (before + inside[: inside.index(old)]).count("\n")
            found.add((self.file, _innermost(self.file, first, first + old.count("\n"))))
        return frozenset(found or {(self.file, 1)})

    def difference(self) -> list[LineChange]:
        """The lines that it changes, in their order, as they are and as it makes them.

        Raises:
            MistakeError: If a piece to be replaced does not stand there exactly once.
        """
        before = self.change.path.read_text(encoding="utf-8").splitlines()
        after = self.source().splitlines()
        matched = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        return [
            LineChange(first + 1, before[first:last], after[other_first:other_last])
            for kind, first, last, other_first, other_last in matched
            if kind != "equal"
        ]

    def source(self) -> str:
        """The text of the changed file.

        Raises:
            MistakeError: If a piece to be replaced does not stand there exactly once.
        """
        try:
            return self.change.source()
        except ChangeError as error:
            raise MistakeError(f"mistake {self.name!r}: {error}") from None


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

    The changed module is run from its text, and whatever imports that is run anew from the
    reference's own file. All mistakes share the other modules, which are not the reference's.

    Raises:
        MistakeError: If it does not fit its file, or the result cannot be loaded.
    """
    mistake.source()  # it fits
    anew = importers_of(REFERENCE, mistake.file)
    package = "mistaken_" + re.sub(r"\W+", "_", mistake.name)
    shared = {name: each for name, each in _unchanged().items() if name not in anew}
    return _loaded(mistake, package, shared)


def copy_of_the_reference(name: str) -> Framework:
    """Load the NumPy reference once more, so that nobody else meets what is changed in the copy.

    Args:
        name: What it is called; a name gives a copy once.
    """
    return _loaded(Mistake(name, "none", "forward", "mlp", ()), f"copied_{name}", {})


@cache
def _unchanged() -> dict[str, ModuleType]:
    """The modules of a copy of the reference, which may be shared, since nothing changes them."""
    copy_of_the_reference("unchanged")
    return {name: sys.modules[f"copied_unchanged.{name}"] for name in modules_of(REFERENCE)}


def _loaded(mistake: Mistake, package: str, shared: Mapping[str, ModuleType]) -> Framework:
    """Load the reference with a mistake in it under another name.

    Args:
        mistake: What is changed.
        package: That name.
        shared: Modules that are not run anew, by their names in the package.
    """
    copy = sys.modules[package] = ModuleType(package)  # imports its modules from the same files
    copy.__path__, copy.__package__ = [str(FOLDER)], package
    for name, module in shared.items():
        sys.modules[f"{package}.{name}"] = module
    with imported_with(mistake.change, package):
        loaded = load(mistake.name, package)
    if not isinstance(loaded, Framework):
        raise MistakeError(f"mistake {mistake.name!r} cannot be loaded: {loaded}")
    return loaded

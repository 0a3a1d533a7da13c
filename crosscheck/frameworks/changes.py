"""A change of the text of one module, and how a package is imported with that change in it.

Nothing on disk is touched: the changed text is compiled in place of the file's own.
"""

import ast
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType


class ChangeError(ValueError):
    """A change does not fit the text that it changes."""


@cache
def folder_of(package: str) -> Path:
    """The folder of an importable package."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations, f"{package} is no package"
    return Path(spec.submodule_search_locations[0])


@dataclass(frozen=True)
class Change:
    """Pieces of one module's text, and what stands there instead.

    Attributes:
        file: The module, as a path in its package, without its ending.
        pieces: Each piece, which must stand there exactly once, and its replacement.
        within: The function or the constant in which they stand once, if not in the whole file.
            Its decorators do not belong to it.
        package: The package whose module it is.
    """

    file: str
    pieces: tuple[tuple[str, str], ...]
    within: str | None = None
    package: str = "reference_numpy"

    @property
    def path(self) -> Path:
        """The file."""
        return folder_of(self.package) / f"{self.file}.py"

    def parts(self) -> tuple[str, str, str]:
        """The text of the file: what comes before, where pieces are replaced, and the rest.

        Raises:
            ChangeError: If the file has no function or constant of the name `within`.
        """
        text = _text(self.path)
        if self.within is None:
            return "", text, ""
        if self.within not in _lines(self.path):
            raise ChangeError(f"{self._where()}: there is no such function or constant")
        first, last = _lines(self.path)[self.within]
        lines = text.splitlines(keepends=True)
        return "".join(lines[:first]), "".join(lines[first:last]), "".join(lines[last:])

    def source(self) -> str:
        """The text of the changed file.

        Raises:
            ChangeError: If a piece to be replaced does not stand there exactly once.
        """
        before, inside, after = self.parts()
        for old, new in self.pieces:
            if inside.count(old) != 1:
                raise ChangeError(
                    f"{old!r} stands {inside.count(old)} times in {self._where()}, not once"
                )
            inside = inside.replace(old, new)
        return before + inside + after

    def _where(self) -> str:
        within = self.within and f", {self.within}"
        return f"{self.package.replace('.', '/')}/{self.file}.py{within or ''}"


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _lines(path: Path) -> dict[str, tuple[int, int]]:
    """The lines of every function and constant of a file: the first from 0, and past the last."""
    found = {}
    for node in ast.parse(_text(path)).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = (node.lineno - 1, node.end_lineno or node.lineno)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (each for target in targets for each in ast.walk(target)):
                if isinstance(name, ast.Name):
                    found[name.id] = (node.lineno - 1, node.end_lineno or node.lineno)
    return found


class _Changed(importlib.machinery.SourceFileLoader):
    """Finds and loads one module, from the changed text."""

    def __init__(self, module: str, change: Change) -> None:
        super().__init__(module, str(change.path))
        self.module, self.source = module, change.source()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.module:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=f"<changed: {fullname}>")

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, f"<changed: {fullname}>", "exec")


@contextmanager
def imported_with(change: Change, package: str | None = None) -> Iterator[None]:
    """Within, whoever imports the changed module for the first time gets the changed text.

    Args:
        change: What to change.
        package: The name under which the package is imported; None is its own.

    Raises:
        ChangeError: If a piece to be replaced does not stand in the file exactly once.
    """
    finder = _Changed(f"{package or change.package}.{change.file.replace('/', '.')}", change)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def imported_afresh(*names: str) -> Iterator[None]:
    """Within, modules are imported anew; afterwards everything is as it was.

    Args:
        names: The beginnings of their names: "reference_numpy" is the package and its modules.
    """

    def imported() -> dict[str, ModuleType]:
        return {name: each for name, each in sys.modules.items() if name.startswith(names)}

    before = imported()
    for name in before:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in imported():
            del sys.modules[name]
        sys.modules.update(before)
        for name, module in before.items():  # a package has its modules as attributes, too
            parent, _, child = name.rpartition(".")
            if parent in sys.modules:
                setattr(sys.modules[parent], child, module)

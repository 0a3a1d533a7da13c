"""Plausible mistakes, each a small named change to the NumPy reference, run as a framework.

How sharp the suite is, is how many of these it catches and by how much. A mistake is a piece of the
reference's own text and what stands there instead, so that it reads as the slip that it is.
"""

import importlib
import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import reference_numpy
from crosscheck.frameworks.registry import Broken, Framework, NotInstalled, load

MODULES = ("forward", "gradients", "base", "descent", "scaled", "moments", "variants", "training")
FOLDER = Path(reference_numpy.__file__).parent


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

    def may_change(self, file: str, function: str) -> bool:
        """Whether a function of the reference may be another one under this mistake."""
        return file == self.file and self.within in (None, function)

    def source(self) -> str:
        """The text of the changed file.

        Raises:
            MistakeError: If a piece to be replaced does not stand there exactly once.
        """
        text = (FOLDER / f"{self.file}.py").read_text(encoding="utf-8")
        before, start, inside, after = "", "", text, ""
        if self.within is not None:
            before, start, rest = text.partition(f"\ndef {self.within}(")
            inside, _, after = rest.partition("\n\n\n")
            after = f"\n\n\n{after}"
        for old, new in self.changes:
            if inside.count(old) != 1:
                raise MistakeError(
                    f"mistake {self.name!r}: {old!r} stands {inside.count(old)} times in "
                    f"reference_numpy/{self.file}.py{(self.within and f', {self.within}') or ''}, "
                    "not once"
                )
            inside = inside.replace(old, new)
        return before + start + inside + after


class Changed(MetaPathFinder, Loader):
    """Imports a changed module from its text, wherever in its package it stands."""

    def __init__(self) -> None:
        self.sources: dict[str, str] = {}

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in self.sources else None

    def exec_module(self, module: ModuleType) -> None:
        source = self.sources[module.__name__]
        exec(compile(source, f"<mistake: {module.__name__}>", "exec"), module.__dict__)


CHANGED = Changed()
sys.meta_path.insert(0, CHANGED)


@cache
def as_framework(mistake: Mistake) -> Framework:
    """Load a mistake as a framework of its own, beside the reference that it changes.

    Raises:
        MistakeError: If it does not fit its file, or what comes out cannot be loaded.
    """
    package = "mistaken_" + re.sub(r"\W+", "_", mistake.name)
    root = ModuleType(package)
    root.__path__ = [str(FOLDER)]  # the modules that it leaves alone are the reference's own files
    sys.modules[package] = root
    CHANGED.sources[f"{package}.{mistake.file.replace('/', '.')}"] = mistake.source()
    loaded = load(mistake.name, package)
    if isinstance(loaded, Broken | NotInstalled):
        raise MistakeError(f"mistake {mistake.name!r} cannot be loaded: {loaded}")
    return loaded


@cache
def catalogue() -> tuple[Mistake, ...]:
    """Every mistake, in the order of the stages that they spoil."""
    modules = [
        importlib.import_module(f"crosscheck.verification.mistakes.{name}") for name in MODULES
    ]
    return tuple(mistake for module in modules for mistake in module.MISTAKES)

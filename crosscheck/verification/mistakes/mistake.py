"""A plausible mistake: a small named change to the NumPy reference, run as a framework.

It consists of a piece of the reference's own text and of what stands there instead, so that it
reads as the slip that it is. How sharp the suite is, is how many mistakes it catches, and by how
much.
"""

import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import reference_numpy
from crosscheck.frameworks.registry import Framework, load

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

"""Plausible mistakes, each a small named change to the NumPy reference, run as a framework.

How sharp the suite is, is how many of these it catches and by how much. A mistake is a piece of the
reference's own text and what stands there instead, so that it reads as the slip that it is.
"""

import importlib
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import reference_numpy
from crosscheck.frameworks import Broken, Framework, NotInstalled, load

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
        file: The module that it changes.
        changes: Pieces of the file's text, each standing there once, and their replacements.
    """

    name: str
    kind: str
    stage: str
    file: str
    changes: tuple[tuple[str, str], ...]

    def source(self) -> str:
        """The text of the changed file.

        Raises:
            MistakeError: If a piece to be replaced does not stand there exactly once.
        """
        text = (FOLDER / f"{self.file}.py").read_text(encoding="utf-8")
        for old, new in self.changes:
            if text.count(old) != 1:
                raise MistakeError(
                    f"mistake {self.name!r}: {old!r} stands {text.count(old)} times in "
                    f"reference_numpy/{self.file}.py, not once"
                )
            text = text.replace(old, new)
        return text


@cache
def as_framework(mistake: Mistake) -> Framework:
    """Load a mistake as a framework of its own, beside the reference that it changes.

    Raises:
        MistakeError: If it does not fit its file, or what comes out cannot be loaded.
    """
    source = mistake.source()
    package = "mistaken_" + re.sub(r"\W+", "_", mistake.name)
    root = ModuleType(package)
    root.__path__ = [str(FOLDER)]  # the modules that it leaves alone are the reference's own files
    sys.modules[package] = root
    changed = ModuleType(f"{package}.{mistake.file}")
    changed.__package__, changed.__file__ = package, f"<mistake: {mistake.name}>"
    sys.modules[changed.__name__] = changed
    exec(compile(source, changed.__file__, "exec"), changed.__dict__)
    setattr(root, mistake.file, changed)
    loaded = load(mistake.name, package)
    if isinstance(loaded, Broken | NotInstalled):
        raise MistakeError(f"mistake {mistake.name!r} cannot be loaded: {loaded}")
    return loaded


@cache
def catalogue() -> tuple[Mistake, ...]:
    """Every mistake, in the order of the stages that they spoil."""
    kinds = ("forward", "gradients", "optimizers", "training")
    modules = [importlib.import_module(f"{__name__}.{kind}") for kind in kinds]
    return tuple(mistake for module in modules for mistake in module.MISTAKES)

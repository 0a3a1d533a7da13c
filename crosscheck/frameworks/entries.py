"""The frameworks that installed distributions announce by an entry point, under safe names.

A name stands in tables, in file names and in JSON, so it is checked once, here.
"""

import re
from importlib.metadata import Distribution, distributions
from typing import NamedTuple

GROUP = "crosscheck.frameworks"
# `exact` is what every framework is compared with.
RESERVED = ("exact", "numpy", "torch", "jax")
SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
NAME = re.compile(r"^Name:[ \t]*(\S+)[ \t]*$", re.MULTILINE)
PACKAGE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)


class Entries(NamedTuple):
    """What the entry points say.

    Attributes:
        packages: The package of every framework by its name.
        skipped: A line for each distribution or entry point that cannot be used, and why.
    """

    packages: dict[str, str]
    skipped: tuple[str, ...]


def is_safe(name: str) -> bool:
    """Whether a framework may be called so: letters, digits, `_`, `-` and `.`, and not reserved."""
    return bool(SAFE.fullmatch(name)) and name.lower() not in RESERVED and ".." not in name


def _name_of(distribution: Distribution) -> str:
    # To parse the whole metadata of hundreds of distributions takes most of a second.
    found = NAME.search(distribution.read_text("METADATA") or "")
    return found[1] if found else str(distribution.metadata["Name"])


def announced() -> Entries:
    """Read the entry points of every installed distribution.

    An entry point whose name is not safe, or is that of another framework, goes by the name of its
    package. If that is not safe either, or a distribution's entry points cannot be read, a line in
    `skipped` says so, and the others are not affected.
    """
    packages: dict[str, str] = {}
    skipped: list[str] = []
    seen: set[str] = set()
    for distribution in distributions():
        label = "a distribution without a name"
        try:
            label = _name_of(distribution)
            normal = re.sub(r"[-_.]+", "-", label).lower()
            if normal in seen:  # an earlier folder of the path has it too, and counts
                continue
            seen.add(normal)
            found = distribution.entry_points.select(group=GROUP)
            entries = [(entry.name, entry.value) for entry in found]
        except Exception as error:  # whatever stands in the files of a foreign distribution
            skipped.append(f"entry points of {label!r} cannot be read: {type(error).__name__}")
            continue
        for name, package in entries:
            if not PACKAGE.fullmatch(package):
                skipped.append(f"entry point {name!r} of {label!r}: {package!r} is no package")
                continue
            shown = name if is_safe(name) and name not in packages else package
            if not is_safe(shown) or shown in packages:
                skipped.append(f"entry point {name!r} of {label!r}: its name is taken or reserved")
                continue
            packages[shown] = package
    return Entries(packages, tuple(skipped))

"""Which modules of a package import a module of it, themselves or by others: from their texts."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from crosscheck.frameworks.changes import folder_of


@cache
def importers_of(package: str, file: str) -> frozenset[str]:
    """The modules that would run other code if one were changed: it, and whatever imports it.

    Args:
        package: An importable package.
        file: A module of it, as a path in the package without its ending.

    Returns:
        Names of modules without the package's: "optimizers.base". The package itself is left out.
    """
    imported, found = _imported(package), {file.replace("/", ".").removesuffix(".__init__")}
    while more := {name for name, others in imported.items() if others & found} - found:
        found |= more
    return frozenset(found)


@cache
def modules_of(package: str) -> tuple[str, ...]:
    """The names of a package's modules without its own, each package among them before its own."""
    return tuple(sorted(_imported(package)))


@cache
def _imported(package: str) -> dict[str, frozenset[str]]:
    """What each module of a package imports of the package, at once or later."""
    folder = folder_of(package)
    files = {_name(path.relative_to(folder)): path for path in folder.rglob("*.py")}
    del files[""]  # the package's own: whoever copies a package makes that itself
    return {
        name: frozenset(_imports(name, path, package)) & files.keys()
        for name, path in files.items()
    }


def _name(path: Path) -> str:
    return ".".join(part for part in path.with_suffix("").parts if part != "__init__")


def _imports(name: str, path: Path, package: str) -> Iterator[str]:
    """What may be a module of the package in the import statements of one of its modules."""
    above = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name.removeprefix(f"{package}.") for each in node.names)
        if isinstance(node, ast.ImportFrom):
            parts = above[: len(above) - node.level + 1] if node.level else []
            parts = [*parts, *(node.module or "").removeprefix(package).split(".")]
            source = ".".join(part for part in parts if part)
            yield source
            yield from (f"{source}.{each.name}".lstrip(".") for each in node.names)

"""`crosscheck new --renew`: the neutral modules of a package, written anew.

A neutral module reads the same in every package after the namespace of its framework. So a change
to one is made once, in the reference in NumPy, and every other package takes it over from there.
"""

import ast
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

from crosscheck.frameworks.contract import CHANGES, COMPUTING, CONTRACT_VERSION, MODULES, NEUTRAL
from crosscheck.frameworks.declarations import FILE, DeclarationError, Declarations, read
from crosscheck.frameworks.reading import files_of, folder_of
from crosscheck.frameworks.regular_files import read_regular
from crosscheck.frameworks.skeleton import REFERENCE, SkeletonError

CONTRACT = re.compile(r"^contract[ \t]*=[ \t]*\d+", re.MULTILINE)


def renew(name: str, folder: Path) -> list[Path]:
    """Write the neutral modules of a package anew, and the version of the contract: all, or none.

    Args:
        name: Of the package.
        folder: The folder in which the package stands.

    Returns:
        The files that changed.

    Raises:
        SkeletonError: If there is no such package, it cannot be read or written, it is written for
            a later version of the contract, or a module that is not neutral is missing.
    """
    package = folder.joinpath(*name.split("."))
    if not all(part.isidentifier() for part in name.split(".")):
        raise SkeletonError(f"{name!r} cannot be the name of a package")
    if not (package / "__init__.py").is_file():
        raise SkeletonError(
            f"{folder} holds no package {name!r}: there is no {package / '__init__.py'}"
        )
    try:
        declared = declarations_in(package)
        _check_contract(package, declared)
        texts = {package / path: text for path, text in neutral_files(package, declared).items()}
        texts[package / FILE] = _with_version(package / FILE)
        changed = {path: text for path, text in texts.items() if _text(path) != text}
        _replace(changed, folder)
    except (OSError, UnicodeDecodeError, SyntaxError, DeclarationError) as error:
        raise SkeletonError(f"cannot renew {package}: {error}") from None
    return list(changed)


def declarations_in(package: Path) -> Declarations:
    """What the package in a folder declares; nothing if it has no such file.

    Raises:
        DeclarationError: If the file cannot be read.
    """
    return read(package / FILE) if (package / FILE).is_file() else Declarations()


def _check_contract(package: Path, declared: Declarations) -> None:
    if declared.contract > CONTRACT_VERSION:
        raise SkeletonError(
            f"{package} is written for version {declared.contract} of the contract, and this "
            f"crosscheck knows no version after {CONTRACT_VERSION}: update backprop-crosscheck"
        )
    lacking = [
        f"{module}.py"
        for module in MODULES
        if module not in NEUTRAL and not (package / f"{module}.py").is_file()
    ]
    if lacking:
        changes = [text for number, text in CHANGES.items() if number > declared.contract]
        raise SkeletonError(
            f"{package} lacks {' and '.join(lacking)}, in which frameworks differ, so that you "
            f"have to write them first ('crosscheck read {lacking[0].removesuffix('.py')}' shows "
            f"those of the references). {' '.join(changes)}".strip()
        )


def neutral_files(package: Path, declared: Declarations) -> dict[str, str]:
    """The text that the neutral files of a package should have, by their paths in it.

    Args:
        package: The folder of the package. From its own files come the library that it computes
            with, and the functions that a neutral module leaves to the framework.
        declared: What it declares; the modules that it names as its own are left out.

    Raises:
        SkeletonError: If its files do not say which library it computes with.
        OSError, UnicodeDecodeError, SyntaxError: If one of them cannot be read.
    """
    found = {}
    for module in (module for module in NEUTRAL if module not in declared.own):
        for file in files_of(REFERENCE, module):
            path = file.relative_to(folder_of(REFERENCE)).as_posix()
            text, existing = file.read_text(encoding="utf-8"), _text(package / path)
            if module in COMPUTING and _libraries(text):
                text = _in_namespace(text, _library(package, path))
            if NEUTRAL[module] and existing is not None:
                text = _with_own_functions(text, existing, NEUTRAL[module])
            found[path] = text
    return found


def _text(path: Path) -> str | None:
    return read_regular(path).decode("utf-8") if path.exists() else None


# ----- the library that a package computes with -----


def _libraries(source: str) -> list[str]:
    """The imports that are neither of the standard library nor of the package itself."""
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            tops = {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            tops = {str(node.module).partition(".")[0]}
        else:
            continue
        if not tops <= sys.stdlib_module_names:
            found.append(ast.unparse(node))
    return found


def _library(package: Path, path: str) -> str:
    """The import of the library in a file; in a file without one, that of the losses."""
    for each in (path, "losses.py"):
        libraries = _libraries(_text(package / each) or "")
        if len(libraries) > 1 or (libraries and "," in libraries[0]):
            raise SkeletonError(
                f"{package / each} imports more than one library, so that it is unclear which one "
                f"computes: leave one, or name {each.partition('/')[0].removesuffix('.py')} under "
                f"own in {FILE}"
            )
        if libraries:
            return libraries[0]
    raise SkeletonError(
        f"{package / 'losses.py'} imports no library to compute with: begin it with such an "
        "import, as 'import jax.numpy as jnp'"
    )


def _in_namespace(source: str, library: str) -> str:
    """The text of a file of NumPy's reference, computing with another library."""
    (own,) = _libraries(source)
    (node,) = ast.parse(library).body
    assert isinstance(node, ast.Import | ast.ImportFrom)
    alias = node.names[0].asname or node.names[0].name
    # The import goes first: in it the namespace is no name before a dot.
    return re.sub(r"\bnp\.", f"{alias}.", source.replace(f"{own}\n", f"{library}\n", 1))


# ----- functions that a neutral module leaves to the framework -----


def _with_own_functions(source: str, existing: str, names: Collection[str]) -> str:
    """The text of a neutral file with some functions, and what they import, as they were."""
    kept, lines = _functions(existing, names), source.splitlines(keepends=True)
    for name, (start, end) in reversed(_functions(source, names).items()):
        if name in kept:
            first, last = kept[name]
            lines[start:end] = existing.splitlines(keepends=True)[first:last]
    libraries = _libraries(existing)
    if libraries:  # a block of their own, before the imports from the package itself
        at = next(i for i, line in enumerate(lines) if line.startswith("from ."))
        lines[at:at] = [f"{library}\n" for library in libraries] + ["\n"]
    return "".join(lines)


def _functions(source: str, names: Collection[str]) -> dict[str, tuple[int, int]]:
    """The first line of each function and the line after its last, counted from 0."""
    return {
        node.name: (
            min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1,
            node.end_lineno or node.lineno,
        )
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name in names
    }


# ----- writing -----


def _with_version(path: Path) -> str:
    """The text of a `crosscheck.toml` that declares this version of the contract."""
    text = _text(path) or ""
    before, line = tomllib.loads(text), f"contract = {CONTRACT_VERSION}"
    if "contract" in before:
        renewed = CONTRACT.sub(line, text, count=1)
    else:
        renewed = f"{line} # the version of the contract that it follows\n{text}"
    if tomllib.loads(renewed) != before | {"contract": CONTRACT_VERSION}:
        raise SkeletonError(f"{path}: cannot find its contract: write '{line}' into it")
    return renewed


def _replace(texts: Mapping[Path, str], folder: Path) -> None:
    """Write files beside those that are there, then put each in its place; undo all on an error."""
    before = {path: _text(path) for path in texts}
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        staged = {path: Path(scratch, str(number)) for number, path in enumerate(texts)}
        for path, text in texts.items():
            staged[path].write_text(text, encoding="utf-8")
        replaced: list[Path] = []
        try:
            for path in texts:
                path.parent.mkdir(exist_ok=True)
                os.replace(staged[path], path)
                replaced.append(path)
        except OSError:
            for path in replaced:
                old = before[path]
                if old is None:
                    path.unlink()
                else:
                    path.write_text(old, encoding="utf-8")
            raise

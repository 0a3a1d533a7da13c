"""The implementations side by side: every definition by its name, and their lines aligned."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from crosscheck.frameworks.contract import FILES, MODULES
from crosscheck.frameworks.registry import UnknownFrameworkError

# What each framework calls the library that it computes with.
NAMESPACE = re.compile(r"\b(np|torch|jnp|mx)\.")


class UnknownNameError(LookupError):
    """No framework has a definition of this name; the message suggests the nearest."""


@dataclass(frozen=True)
class Definition:
    """A definition in one framework's source.

    Attributes:
        name: "optimizers.adam", or a module's name for all of it.
        path: The file, beside the package: "reference_numpy/optimizers/moments.py".
        line: The number of its first line.
        lines: The text.
    """

    name: str
    path: str
    line: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """Lines of several texts, of which each column shows one.

    Attributes:
        cells: For each column the index of a line in it, or None where it has none there.
        same: Whether every column has a line here, and all read the same but for the namespace.
    """

    cells: tuple[int | None, ...]
    same: bool


def folder_of(package: str) -> Path:
    """The folder of a package, found without importing it.

    Args:
        package: Its import name.

    Raises:
        UnknownFrameworkError: If there is no such package.
    """
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):  # of a.b Python looks for a first; of a..b for nothing
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise UnknownFrameworkError(f"{package!r} is no package that can be read")
    return Path(next(iter(spec.submodule_search_locations)))


def files_of(package: str, module: str) -> list[Path]:
    """The files of one module: one, or those of a folder in the order in which they are read.

    Args:
        package: Its import name.
        module: A name in `MODULES`.

    Raises:
        UnknownFrameworkError: If there is no such package.
    """
    folder = folder_of(package)
    if not (folder / module).is_dir():
        return [folder / f"{module}.py"]
    known = FILES.get(module, ())
    further = sorted(file.stem for file in (folder / module).glob("*.py") if file.stem not in known)
    stems = [*(stem for stem in known if stem != "__init__"), *further, "__init__"]
    return [file for file in (folder / module / f"{stem}.py" for stem in stems) if file.is_file()]


@cache
def definitions(package: str, module: str) -> dict[str, Definition]:
    """Every function, class and table of a module by its name, in the order of the text.

    A definition begins with the comments that stand right above it.

    Args:
        package: Its import name.
        module: A name in `MODULES`.

    Raises:
        UnknownFrameworkError: If there is no such package, or a file is not Python.
    """
    found = {}
    for file in files_of(package, module):
        if not file.is_file():
            continue
        try:
            text = file.read_text(encoding="utf-8")
            body = ast.parse(text).body
        except (SyntaxError, ValueError) as error:  # somebody is still writing it
            raise UnknownFrameworkError(f"{file} cannot be read: {error}") from None
        lines = text.splitlines()
        end = 0
        for node in body:
            name = _name(node)
            first = node.lineno - 1
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.decorator_list:
                first = node.decorator_list[0].lineno - 1
            while first > end and lines[first - 1].startswith("#"):
                first -= 1
            if name is not None:
                path = file.relative_to(folder_of(package).parent)
                piece = tuple(lines[first : node.end_lineno])
                found[name] = Definition(f"{module}.{name}", str(path), first + 1, piece)
            end = node.end_lineno or end
    return found


def _name(node: ast.stmt) -> str | None:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    target: ast.expr | None = node.target if isinstance(node, ast.AnnAssign) else None
    if isinstance(node, ast.Assign):
        target = node.targets[0]
    name = target.id if isinstance(target, ast.Name) else None
    return None if name == "__all__" else name


def names(package: str) -> list[str]:
    """Every name of a framework that can be read: "optimizers", "optimizers.adam" ..."""
    return [
        name
        for module in MODULES
        for name in (module, *(each.name for each in definitions(package, module).values()))
    ]


def find(name: str, packages: Sequence[str]) -> list[Definition | None]:
    """A definition in each of several packages; None for a package that lacks it.

    Args:
        name: "optimizers.adam", or "adam" if only one module has it. For a module: what stands
            before its first definition.
        packages: The packages to look in.

    Raises:
        UnknownNameError: If none of them has it.
        UnknownFrameworkError: If there is no such package.
    """
    module, _, part = full_name(name, packages).partition(".")
    return [
        definitions(package, module).get(part) if part else _head(package, module)
        for package in packages
    ]


def parts(name: str, packages: Sequence[str]) -> list[str]:
    """The names to read for a name: for a module all that is in it, in its order.

    Args:
        name, packages: As `find` takes them.

    Raises:
        UnknownNameError, UnknownFrameworkError: As `find`.
    """
    full = full_name(name, packages)
    inside = [each for package in packages for each in names(package)]
    return list(dict.fromkeys([full, *(each for each in inside if each.startswith(f"{full}."))]))


def full_name(name: str, packages: Sequence[str]) -> str:
    """A name with its module: "optimizers.adam" for "adam".

    Args:
        name, packages: As `find` takes them.

    Raises:
        UnknownNameError, UnknownFrameworkError: As `find`.
    """
    known = list(dict.fromkeys(each for package in packages for each in names(package)))
    full = [each for each in known if name in (each, each.rpartition(".")[2])]
    if name in full:
        full = [name]
    if len(full) != 1:
        raise UnknownNameError(_advice(name, full, known))
    return full[0]


def _advice(name: str, several: list[str], known: list[str]) -> str:
    if several:
        return f"{name!r} may be {' or '.join(several)}"
    short = {each.rpartition(".")[2]: each for each in reversed(known)}
    near = [*get_close_matches(name, known), *get_close_matches(name, short)]
    nearest = dict.fromkeys(each if each in known else short[each] for each in near)
    hint = f"; did you mean {' or '.join(nearest)}?" if nearest else ""
    return f"no framework has {name!r}{hint}"


def _head(package: str, module: str) -> Definition | None:
    """What stands in a module before its first definition."""
    file = next((file for file in files_of(package, module) if file.is_file()), None)
    if file is None:
        return None
    lines = file.read_text(encoding="utf-8").splitlines()
    path = str(file.relative_to(folder_of(package).parent))
    first = min(
        (d.line for d in definitions(package, module).values() if d.path == path),
        default=len(lines) + 1,
    )
    return Definition(module, path, 1, tuple("\n".join(lines[: first - 1]).rstrip().splitlines()))


def neutral(line: str) -> str:
    """A line without the namespace of its framework."""
    return NAMESPACE.sub("", line).strip()


def align(columns: Sequence[Sequence[str]]) -> list[Row]:
    """Arrange the lines of several texts in rows, so that equal lines stand beside each other.

    Args:
        columns: The lines of each text. Every text is aligned with the first; a line that the first
            lacks gets a row of its own.
    """
    base, *others = [[neutral(line) for line in column] for column in columns]
    # For every other column: its line beside a line of the first, and its lines before that one.
    beside: list[dict[int, int]] = []
    between: list[dict[int, list[int]]] = []
    for other in others:
        at: dict[int, int] = {}
        extra: dict[int, list[int]] = {}
        for _, i, to_i, j, to_j in SequenceMatcher(None, base, other, False).get_opcodes():
            at |= dict(zip(range(i, to_i), range(j, to_j), strict=False))
            extra.setdefault(to_i, []).extend(range(j + (to_i - i), to_j))
        beside.append(at)
        between.append(extra)
    rows: list[Row] = []
    for index in range(len(base) + 1):
        for number in range(max((len(extra.get(index, [])) for extra in between), default=0)):
            cells = [extra.get(index, []) for extra in between]
            found = [each[number] if number < len(each) else None for each in cells]
            rows.append(Row((None, *found), same=False))
        if index < len(base):
            found = [at.get(index) for at in beside]
            same = all(
                line is not None and other[line] == base[index]
                for line, other in zip(found, others, strict=True)
            )
            rows.append(Row((index, *found), same))
    return rows

"""Reads the imports of `crosscheck/` and says where they break the plan of its rooms."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

# Each room, from the lowest to the highest, with the rooms that it may import.
ROOMS: dict[str, tuple[str, ...]] = {
    "numerics": (),
    "frameworks": ("numerics",),
    "documents": ("numerics", "frameworks"),
    "conventions": ("numerics", "frameworks"),
    "verification": ("numerics", "frameworks", "documents", "conventions"),
    "training": ("numerics", "frameworks", "documents"),
    "report": ("numerics", "frameworks", "documents", "conventions", "verification", "training"),
}
ROOMS["cli"] = tuple(ROOMS)
# The reference by hand: what demonstrations and known mistakes run, and what training is set up by.
BY_HAND = "reference_numpy"
MAY_IMPORT_BY_HAND = ("documents", "conventions", "verification", "training")
BESIDE_THE_ROOMS = ("__init__.py", "__main__.py")
PACKAGE = "crosscheck"
OF_NAMED_TUPLES = ("_replace", "_asdict", "_fields", "_make")
IMPORTING = ("importlib.import_module", "import_module", "__import__")


@dataclass(frozen=True)
class Import:
    """One import: `module` is a module, `name` what is taken from it, if anything."""

    line: int
    module: str
    name: str | None = None


@cache
def tree_of(text: str) -> ast.Module:
    """The syntax tree of a file, read once for each content."""
    return ast.parse(text)


@cache
def imports_in(text: str) -> tuple[Import, ...]:
    """Every import of a file by its text, those inside functions too."""
    found = []
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.Import):
            found += [Import(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found += [Import(node.lineno, module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in IMPORTING:
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            found += [
                Import(node.lineno, each.value)
                for each in given
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
    return tuple(found)


def read(folder: Path) -> dict[str, str]:
    """The text of every source in the folder `crosscheck/`, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.py"))
    }


class House:
    """The files of `crosscheck/` as a graph of imports.

    Attributes:
        texts: The text of every file, by its path.
        names: The path of every module, by its dotted name.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self.names = {_dotted(path): path for path in texts}

    def _modules_of(self, one: Import) -> list[str]:
        """The modules that an import runs: what it names, and the packages around that."""
        module = one.module
        if one.name and f"{module}.{one.name}" in self.names:
            module = f"{module}.{one.name}"
        found = []
        while module.startswith(f"{PACKAGE}.") and module in self.names:
            found.append(module)
            module = module.rpartition(".")[0]
        return found

    def faults(self) -> list[str]:
        """Everything that breaks the plan, in words that name file and line."""
        return [*self._loose(), *self._arrows(), *self._circles(), *self._private()]

    def arrows(self) -> set[tuple[str, str]]:
        """Which room imports which, in fact."""
        return {
            (_room(name), _room(module))
            for name, path in self.names.items()
            for one in imports_in(self.texts[path])
            for module in self._modules_of(one)
            if _room(name) != _room(module)
        }

    def floors(self) -> int:
        """On how many floors the rooms stand: each above all that it imports."""
        below: dict[str, set[str]] = {room: set() for room in ROOMS}
        for above, room in self.arrows():
            below.setdefault(above, set()).add(room)
        height: dict[str, int] = {}
        for room in TopologicalSorter(below).static_order():
            height[room] = 1 + max((height[each] for each in below.get(room, ())), default=0)
        return max(height.values())

    def _loose(self) -> Iterator[str]:
        for first in dict.fromkeys(path.partition("/")[0] for path in self.texts):
            if first.endswith(".py") and first not in BESIDE_THE_ROOMS:
                yield f"{first} stands beside the rooms"
            elif not first.endswith(".py") and first not in ROOMS:
                yield f"{first} is none of the rooms"

    def _arrows(self) -> Iterator[str]:
        for name, path in self.names.items():
            room = _room(name)
            if room not in ROOMS:  # the face, and what starts the command line
                continue
            for one in imports_in(self.texts[path]):
                where = f"{path}:{one.line}"
                if one.module == BY_HAND or one.module.startswith(f"{BY_HAND}."):
                    if room not in MAY_IMPORT_BY_HAND:
                        yield f"{where}: {room} imports {one.module}"
                elif one.module.startswith("."):
                    yield f"{where}: a relative import, which hides the room that it reaches"
                elif one.module == PACKAGE and f"{PACKAGE}.{one.name}" not in self.names:
                    yield f"{where}: {room} imports the public face"
                above = [m for m in self._modules_of(one) if _room(m) not in (room, *ROOMS[room])]
                if above:
                    yield f"{where}: {room} imports {above[0]}, which is above it"

    def _circles(self) -> Iterator[str]:
        # A package is run before any file in it: that is a circle only if it imports that file.
        graph = {
            name: {
                *(m for one in imports_in(self.texts[path]) for m in self._modules_of(one)),
                *(each for each in self.names if name.startswith(f"{each}.")),
            }
            - {name, PACKAGE}
            for name, path in self.names.items()
        }
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            yield f"a circle: {' imports '.join(reversed(error.args[1]))}"

    def _private(self) -> Iterator[str]:
        for path, text in self.texts.items():
            modules = set()
            for one in imports_in(text):
                if one.name and one.module.partition(".")[0] in (PACKAGE, BY_HAND):
                    if _is_private(one.name):
                        yield f"{path}:{one.line}: reaches for {one.name}"
                    modules.add(one.name)
            for line, name, attribute in private_attributes_in(text):
                if name in modules:
                    yield f"{path}:{line}: reaches for {name}.{attribute}"


def _dotted(path: str) -> str:
    """The name of the module of a file."""
    return f"{PACKAGE}.{path.removesuffix('.py').replace('/', '.')}".removesuffix(".__init__")


def _room(module: str) -> str:
    """The room of a module: the second part of its name; empty for the public face."""
    return module.split(".")[1] if "." in module else ""


@cache
def private_attributes_in(text: str) -> tuple[tuple[int, str, str], ...]:
    """Every private attribute of a bare name in a file: its line, the name, the attribute."""
    return tuple(
        (node.lineno, node.value.id, node.attr)
        for node in ast.walk(tree_of(text))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and _is_private(node.attr)
    )


def _is_private(name: str) -> bool:
    # A NamedTuple's own methods begin with _ to keep them apart from its fields.
    return name.startswith("_") and not name.startswith("__") and name not in OF_NAMED_TUPLES

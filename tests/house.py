"""Reads the imports of `crosscheck/` and says where they break the plan of its rooms."""

import ast
from collections.abc import Iterator
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
            match node.args:
                case [ast.Constant(value=str(module)), *_]:
                    found.append(Import(node.lineno, module))
    return tuple(found)


class House:
    """A folder `crosscheck/` with its files as a graph of imports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = sorted(folder.rglob("*.py"))
        self.names = {self._dotted(file): file for file in self.files}
        self.texts = {file: file.read_text(encoding="utf-8") for file in self.files}

    def _imports(self, file: Path) -> tuple[Import, ...]:
        return imports_in(self.texts[file])

    def _dotted(self, file: Path) -> str:
        parts = file.relative_to(self.folder.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def _files_of(self, one: Import) -> Iterator[str]:
        """The modules of the package that an import runs: itself, and the packages around it."""
        module = one.module
        if one.name and f"{module}.{one.name}" in self.names:
            module = f"{module}.{one.name}"
        while module.startswith(f"{PACKAGE}.") and module in self.names:
            yield module
            module = module.rpartition(".")[0]

    def room(self, module: str) -> str:
        """The room of a module: the second part of its name; empty for the public face."""
        return module.split(".")[1] if "." in module else ""

    def faults(self) -> list[str]:
        """Everything that breaks the plan, in words that name file and line."""
        return [*self._loose(), *self._arrows(), *self._circles(), *self._private()]

    def arrows(self) -> set[tuple[str, str]]:
        """Which room imports which, in fact."""
        return {
            (self.room(self._dotted(file)), self.room(module))
            for file in self.files
            for one in self._imports(file)
            for module in self._files_of(one)
        } - {(room, room) for room in ("", *ROOMS)}

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
        for path in self.folder.iterdir():
            if path.suffix == ".py" and path.name not in BESIDE_THE_ROOMS:
                yield f"{path.name} stands beside the rooms"
            if path.is_dir() and path.name not in (*ROOMS, "__pycache__"):
                yield f"{path.name} is none of the rooms"

    def _arrows(self) -> Iterator[str]:
        for file in self.files:
            room = self.room(self._dotted(file))
            if room not in ROOMS:  # the face, and what starts the command line
                continue
            for one in self._imports(file):
                where = f"{file.relative_to(self.folder)}:{one.line}"
                if one.module == BY_HAND or one.module.startswith(f"{BY_HAND}."):
                    if room not in MAY_IMPORT_BY_HAND:
                        yield f"{where}: {room} imports {one.module}"
                elif one.module.startswith("."):
                    yield f"{where}: a relative import, which hides the room that it reaches"
                elif one.module == PACKAGE and f"{PACKAGE}.{one.name}" not in self.names:
                    yield f"{where}: {room} imports the public face"
                above = [m for m in self._files_of(one) if self.room(m) not in (room, *ROOMS[room])]
                if above:
                    yield f"{where}: {room} imports {above[0]}, which is above it"

    def _circles(self) -> Iterator[str]:
        # A package is run before any file in it: that is a circle only if it imports that file.
        graph = {
            self._dotted(file): {
                module for one in self._imports(file) for module in self._files_of(one)
            }
            | {each for each in self.names if self._dotted(file).startswith(f"{each}.")}
            for file in self.files
        }
        graph = {file: below - {file, PACKAGE} for file, below in graph.items()}
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            yield f"a circle: {' imports '.join(reversed(error.args[1]))}"

    def _private(self) -> Iterator[str]:
        for file in self.files:
            where, modules = file.relative_to(self.folder), set()
            for one in self._imports(file):
                if one.name and one.module.partition(".")[0] in (PACKAGE, BY_HAND):
                    if _is_private(one.name):
                        yield f"{where}:{one.line}: reaches for {one.name}"
                    modules.add(one.name)
            for line, name, attribute in private_attributes_in(self.texts[file]):
                if name in modules:
                    yield f"{where}:{line}: reaches for {name}.{attribute}"


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

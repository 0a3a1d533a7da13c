"""`crosscheck new`: a package with the modules of the contract, unfilled or begun from a reference.

Unfilled, it is the reference in NumPy without the bodies of its functions: signatures, docstrings,
tables and types as they are, and every function of the contract raises NotImplementedError. So the
skeleton cannot say anything that the references do not.
"""

import ast
import json
import keyword
import re
import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from string import Template

from crosscheck.frameworks.contract import CONTRACT_VERSION, MODULES, NEUTRAL, SIGNATURES
from crosscheck.frameworks.declarations import declared_by
from crosscheck.frameworks.new_folder import FolderError, check_new, write_new
from crosscheck.frameworks.reading import files_of, folder_of
from crosscheck.frameworks.registry import BUILT_IN
from crosscheck.frameworks.version import VERSION

REFERENCE = BUILT_IN["numpy"]
# What a package that begins from a reference computes with: the library and its name in the code.
LIBRARIES = {"torch": ("torch>=2.8", "torch"), "jax": ("jax>=0.6", "jnp"), "numpy": (None, "np")}
# The module that is written in full even in an unfilled package, since nothing in it computes.
READY = "checks"
# Beside the names of the contract: what the losses of every reference, and pytest, call.
FURTHER = {"activations": {"log_softmax"}}
STUB = "    raise NotImplementedError\n"
# How NumPy keeps bfloat16, which other array libraries have themselves.
OF_NUMPY_ALONE = {"Bfloat16", "BFLOAT16"}
# What only NumPy's reference says.
REPLACED = {
    "arrays": {"Array = np.ndarray": "Array = Any  # the array type of your framework"},
    "gradients": {
        '"""Gradients by hand: the four fundamental': '"""Gradients: the four fundamental'
    },
}


class SkeletonError(ValueError):
    """A package cannot be written; the message says why, and what to do."""


def write(name: str, folder: Path, origin: str | None = None) -> list[Path]:
    """Write a package into a new folder: whole, or not at all.

    Args:
        name: Under which the package is imported.
        folder: Where to write it; it is created, or is empty.
        origin: The built-in framework to begin from; None leaves every function to be written.

    Returns:
        Every file, the modules in the order in which they are read.

    Raises:
        SkeletonError: If the name cannot be used, or the folder holds something.
    """
    _check_name(name)
    try:
        check_new(folder)
        return write_new(folder, contents(name, origin))
    except FolderError as error:
        raise SkeletonError(str(error)) from None


def contents(name: str, origin: str | None = None) -> dict[str, str]:
    """The text of every file of a new package, by its path.

    Args:
        name, origin: As `write` takes them.
    """
    library, alias = LIBRARIES[origin or "numpy"]
    own = [module for module in NEUTRAL if module != READY]
    values = {
        "name": name,
        "distribution": name.replace("_", "-"),
        "version": VERSION,
        "contract": CONTRACT_VERSION,
        "library": '# "your-framework>=1.0",',
        "version_of_framework": '__version__ = "unknown"  # of your framework: '
        'importlib.metadata.version("...")',
        "own": f"own = {json.dumps(own)}",
        "workers": '# workers = "shards"              # several may share a batch',
    }
    if origin is not None:
        values |= {
            "origin": BUILT_IN[origin],
            "alias": alias,
            "version_of_framework": f"from {origin} import __version__ as __version__",
            "own": '# own = ["losses"]',
            "workers": f'workers = "{declared_by(BUILT_IN[origin]).workers}" # they share a batch',
        }
    if library is not None:
        values["library"] = f'"{library}", # change it to your framework'
    templates = files("crosscheck.frameworks") / "templates"

    def filled(template: str) -> str:
        return Template((templates / template).read_text("utf-8")).substitute(values)

    texts = {
        "README.md": filled("README.txt" if origin is None else "README_from.txt"),
        "pyproject.toml": filled("pyproject.txt"),
        f"{name}/__init__.py": filled("package.txt"),
        f"{name}/crosscheck.toml": filled("crosscheck.txt"),
    }
    reference = BUILT_IN[origin or "numpy"]
    for module in MODULES:
        for file in files_of(reference, module):
            text = file.read_text(encoding="utf-8")
            if origin is None and module != READY:
                text = without_bodies(text, module)
            texts[f"{name}/{file.relative_to(folder_of(reference)).as_posix()}"] = text
    return texts


def without_bodies(source: str, module: str) -> str:
    """A module of NumPy's reference whose functions raise NotImplementedError.

    Args:
        source: The text of one file.
        module: The name of the module, for the names of the contract in it.

    Returns:
        The text. It has neither the functions that only the bodies called, nor unused imports.
    """
    wanted = FURTHER.get(module, set()) | {
        signature.partition("(")[0] for signature in SIGNATURES[module]
    }
    lines = source.splitlines(keepends=True)
    kept: list[str] = []
    dropped: set[str] = set()
    end = 0
    for node in ast.parse(source).body:
        text = "".join(lines[end : node.end_lineno])
        if isinstance(node, ast.FunctionDef) and node.name in wanted:
            text = "".join(lines[end : _start_of_body(node)]) + STUB
        elif isinstance(node, ast.FunctionDef):
            dropped.add(node.name)
            text = ""
        elif _is_left_out(node, dropped):
            text = ""
        kept.append(text)
        end = node.end_lineno or end
    for old, new in REPLACED.get(module, {}).items():
        kept = [text.replace(old, new) for text in kept]
    return _without_unused_imports("".join(kept))


def _is_left_out(node: ast.stmt, dropped: set[str]) -> bool:
    """Whether a table has functions that are left out, or a definition is NumPy's own affair."""
    if isinstance(node, ast.AnnAssign):
        return bool(_names(node.value) & dropped)
    return bool(_defined_by(node) & OF_NUMPY_ALONE)


def _defined_by(node: ast.stmt) -> set[str]:
    """The names that a class or an assignment defines."""
    if isinstance(node, ast.ClassDef):
        return {node.name}
    return set().union(*map(_names, node.targets)) if isinstance(node, ast.Assign) else set()


def _start_of_body(function: ast.FunctionDef) -> int:
    """How many lines of the source stand before the body of a function, its docstring included."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return (first.end_lineno or 0) if documented else first.lineno - 1


def _names(node: ast.AST | None) -> set[str]:
    found = [] if node is None else list(ast.walk(node))
    return {each.id for each in found if isinstance(each, ast.Name)}


def _without_unused_imports(source: str) -> str:
    tree = ast.parse(source)
    exported = [e for node in tree.body if isinstance(node, ast.Assign) for e in _texts(node)]
    used = _names(tree) | set(exported)
    lines = source.splitlines(keepends=True)
    for node in reversed(tree.body):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        needed = [each for each in node.names if (each.asname or each.name) in used]
        if len(needed) < len(node.names):
            node.names = needed
            new = [ast.unparse(node) + "\n"] if needed else []
            lines[node.lineno - 1 : node.end_lineno] = new
    # Where a block of imports is gone, the empty line before it goes too.
    return re.sub(r"\n\n\n+(?=from|import|Array)", "\n\n", "".join(lines))


def _texts(node: ast.Assign) -> list[str]:
    """The names in an `__all__`."""
    return [
        str(each.value)
        for each in ast.walk(node.value)
        if isinstance(each, ast.Constant) and "__all__" in ast.unparse(node.targets[0])
    ]


def _check_name(name: str) -> None:
    if not (name.isidentifier() and name.isascii() and name.islower()) or keyword.iskeyword(name):
        raise SkeletonError(
            f"{name!r} cannot be the name of a package: use lower-case letters a to z, digits and "
            "_, as reference_mine"
        )
    if name in sys.modules or find_spec(name) is not None:
        raise SkeletonError(f"a package {name!r} is there already: give yours another name")

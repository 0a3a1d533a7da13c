"""`crosscheck new`: a package with the contract's eight modules, in which nothing is written yet.

What stands in it is the reference in NumPy without its inside: signatures, docstrings, tables and
types as they are, every function of the contract raising NotImplementedError. So the skeleton can
say nothing that the references do not.
"""

import ast
import keyword
import os
import re
import sys
import tempfile
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from string import Template

from crosscheck.frameworks.contract import SIGNATURES
from crosscheck.frameworks.version import VERSION

REFERENCE = "reference_numpy"
# Beside the contract's own: what pytest asks of every framework, and what checks build on.
ALSO = {
    "activations": {"log_softmax"},
    "checks": {
        "is_array",
        "is_traced",
        "is_floating",
        "dtype_name",
        "convertible",
        "finite",
        "target_domain",
    },
}
STUB = "    raise NotImplementedError\n"
# What is said of NumPy alone.
REPLACED = {
    "params": {"Array = np.ndarray": "Array = Any  # the array type of your framework"},
    "gradients": {
        '"""Gradients by hand: the four fundamental': '"""Gradients: the four fundamental'
    },
}


class SkeletonError(ValueError):
    """A skeleton cannot be written; the message says why, and what to do."""


def write(name: str, folder: Path) -> list[Path]:
    """Write the skeleton of a package into a new folder: whole, or not at all.

    Args:
        name: Of the package to be imported.
        folder: Where; made if it is not there, and empty if it is.

    Returns:
        Every file, in the order in which they are filled in.

    Raises:
        SkeletonError: If the name cannot be used, or the folder holds something.
    """
    _check_name(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SkeletonError(f"{folder} is there already: name a folder that is new or empty")
    made = contents(name)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            for path, text in made.items():
                target = Path(scratch, folder.name, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            if folder.exists():
                folder.rmdir()
            os.replace(Path(scratch, folder.name), folder)
    except OSError as error:
        raise SkeletonError(f"cannot write {folder}: {error.strerror}") from None
    return [folder / path for path in made]


def contents(name: str) -> dict[str, str]:
    """The text of every file of a skeleton, by its path."""
    names = {
        "name": name,
        "distribution": name.replace("_", "-"),
        "version": VERSION,
    }
    templates = files("crosscheck.frameworks") / "templates"

    def filled(template: str) -> str:
        return Template((templates / template).read_text("utf-8")).substitute(names)

    made = {
        "README.md": filled("README.txt"),
        "pyproject.toml": filled("pyproject.txt"),
        f"{name}/__init__.py": filled("package.txt"),
        f"{name}/crosscheck.toml": filled("crosscheck.txt"),
    }
    root = files(REFERENCE)
    for module in ("checks", *SIGNATURES):
        if module == "optimizers":
            for part in _PARTS:
                text = (root / module / f"{part}.py").read_text("utf-8")
                made[f"{name}/{module}/{part}.py"] = without_inside(text, module)
        else:
            text = (root / f"{module}.py").read_text("utf-8")
            made[f"{name}/{module}.py"] = without_inside(text, module)
    return made


# The optimizers are a folder, read in this order.
_PARTS = ("base", "descent", "scaled", "moments", "variants", "__init__")


def without_inside(source: str, module: str) -> str:
    """A module of the reference with its functions stubbed, and without what only they used."""
    wanted = ALSO.get(module, set()) | {
        signature.partition("(")[0] for signature in SIGNATURES.get(module, ())
    }
    lines = source.splitlines(keepends=True)
    kept: list[str] = []
    dropped: set[str] = set()
    end = 0
    for node in ast.parse(source).body:
        text = "".join(lines[end : node.end_lineno])
        if isinstance(node, ast.FunctionDef) and node.name in wanted:
            text = "".join(lines[end : _inside(node)]) + STUB
        elif isinstance(node, ast.FunctionDef) and module != "checks":
            dropped.add(node.name)
            text = ""
        elif isinstance(node, ast.AnnAssign) and _names(node.value) & dropped:
            text = ""
        kept.append(text)
        end = node.end_lineno or end
    for old, new in REPLACED.get(module, {}).items():
        kept = [text.replace(old, new) for text in kept]
    return _without_unused_imports("".join(kept))


def _inside(function: ast.FunctionDef) -> int:
    """How many lines of the source stand before the inside of a function."""
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
    # Where a block of imports is gone, so is the empty line before it.
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

"""Run somebody's file, a script or a notebook, and keep what it defines.

    submission = load(Path("homework.py"))
    submission.namespace["NeuralNetwork"]

A file runs as if it were imported: what stands under `if __name__ == "__main__"` does not run. Its
folder becomes the current one, and its neighbours can be imported. Whoever calls this does so in a
process of its own and in a copy of the folder, since the file may write, and may never end.
"""

import ast
import json
import linecache
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from crosscheck.frameworks.plain_text import in_words, message_of
from crosscheck.frameworks.regular_files import NoFileError, read_regular

# What a file is called that runs: never "__main__", and the same for all, so that a pickle holds.
MODULE = "submission"
# Where to look next, after a file that could not be run to its end.
ONLY_DEFINITIONS = "with `definitions_only` only its imports, constants, functions and classes run"


class SubmissionError(ValueError):
    """A file cannot be run; the message says in which line, why, and what to do."""


@dataclass(frozen=True)
class Submission:
    """What a file defines.

    Attributes:
        path: The file.
        module: The module in whose namespace it ran.
        name: What in it is to be checked; None for whatever is found.
        notes: How it was run, where that is not as usual: "the magic %matplotlib is skipped".
        definitions_only: Whether only its definitions were run.
    """

    path: Path
    module: ModuleType
    name: str | None = None
    notes: tuple[str, ...] = field(default=())
    definitions_only: bool = False

    @property
    def namespace(self) -> dict[str, Any]:
        """Everything that the file defines or imports, by its name."""
        return vars(self.module)


@dataclass(frozen=True)
class _Piece:
    """A part of a file that is compiled as one: the whole script, or a cell of a notebook."""

    file: str
    where: str
    text: str


def load(path: Path, name: str | None = None, *, definitions_only: bool = False) -> Submission:
    """Run a `.py` file, or the code cells of an `.ipynb` in their order.

    Args:
        path: The file; nothing is written beside it here, but the file itself may write.
        name: What in it is to be checked: a class, a function or an instance, "net" or "lib.Net".
        definitions_only: Run only imports, assignments of constants, functions and classes: for
            a file that trains when it is imported.

    Raises:
        SubmissionError: If it cannot be read, is not Python, raises, exits, or asks for input;
            or if it does not define `name`.
    """
    path = Path(path).absolute()
    pieces, notes = _pieces_of(path)
    codes = [each for piece in pieces for each in _compiled(piece, definitions_only, notes)]
    module = ModuleType(MODULE)
    module.__file__ = str(path)
    sys.modules[MODULE] = module  # classes look up their module there, and so do pickle and inspect
    folder = str(path.parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    os.chdir(folder)
    # JAX reads it when it is imported; a value in float32 could not be judged at all.
    os.environ["JAX_ENABLE_X64"] = "true"
    for piece, code in codes:
        _run(piece, code, module, definitions_only)
    if definitions_only:
        notes.append("only its imports, constants, functions and classes were run")
    if name is not None:
        _defined(name, module, path)
    return Submission(path, module, name, tuple(dict.fromkeys(notes)), definitions_only)


def _pieces_of(path: Path) -> tuple[list[_Piece], list[str]]:
    try:
        text = read_regular(path).decode("utf-8-sig")
    except FileNotFoundError:
        raise SubmissionError(f"{path} does not exist; give the path of a .py or .ipynb") from None
    except NoFileError as error:
        if not path.is_dir():
            raise SubmissionError(str(error)) from None
        raise SubmissionError(
            f"{path} is a folder; give one file, or verify the package with `crosscheck verify`"
        ) from None
    except (OSError, UnicodeError) as error:
        raise SubmissionError(
            f"{path.name} cannot be read ({in_words(error)}); save it as UTF-8 text"
        ) from None
    if path.suffix == ".ipynb":
        return _cells_of(path, text)
    return [_Piece(str(path), path.name, text)], []


def _cells_of(path: Path, text: str) -> tuple[list[_Piece], list[str]]:
    """The code cells of a notebook, and the notes of what is skipped in them."""
    try:
        book = json.loads(text)
        # Before version 4 of the format the cells stood in worksheets.
        cells = book["cells"] if "cells" in book else book["worksheets"][0]["cells"]
        sources = [
            "".join(cell.get("source", cell.get("input", "")))
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise SubmissionError(
            f"{path.name} is no notebook that can be read ({in_words(error)}); save it again in "
            "Jupyter, or export it as a .py file"
        ) from None
    pieces, notes = [], []
    for number, source in enumerate(sources, 1):
        kept, skipped = _without_magics(source)
        where = f"cell {number}"
        notes += [f"{where}: {line} was skipped" for line in skipped]
        file = f"{path}, {where}"
        # So that a traceback, and whoever looks for a function's source, finds its lines.
        linecache.cache[file] = (len(kept), None, kept.splitlines(keepends=True), file)
        pieces.append(_Piece(file, f"{path.name}, {where}", kept))
    return pieces, notes


def _without_magics(source: str) -> tuple[str, list[str]]:
    """A cell without the lines that IPython alone understands: they become empty lines."""
    lines = source.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(("%%time", "%%capture", "%%timeit")):
        return "\n" * len(lines), [f"the whole cell {first.strip()}"]
    kept: list[str] = []
    skipped: list[str] = []
    for line in lines:
        inside = line.strip()
        is_magic = inside.startswith(("%", "!", "?")) or (
            inside.endswith("?") and inside[:-1].replace(".", "").isidentifier()
        )
        if is_magic and not _continues(kept):
            skipped.append(inside)
            # A `pass` keeps a block whole that had nothing else in it.
            kept.append(f"{line[: len(line) - len(line.lstrip())]}pass")
        else:
            kept.append(line)
    return "\n".join(kept) + "\n", skipped


def _continues(lines: list[str]) -> bool:
    """Whether the next line continues an expression, where % is the operator."""
    if lines and lines[-1].rstrip().endswith("\\"):
        return True
    text = "\n".join(lines)
    return text.count("(") + text.count("[") > text.count(")") + text.count("]")


def _compiled(
    piece: _Piece, definitions_only: bool, notes: list[str]
) -> Iterator[tuple[_Piece, CodeType]]:
    try:
        tree = ast.parse(piece.text, piece.file)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        text = (getattr(error, "text", None) or "").strip()
        raise SubmissionError(
            f"{_at(piece, line)} is not Python: {message_of(error).partition(' (')[0]}"
            f"{f': {text}' if text else ''}; mend this line first"
        ) from None
    if definitions_only:
        left_out = [each for each in tree.body if not _defines(each)]
        notes += [f"{_at(piece, each.lineno)} was not run" for each in left_out[:3]]
        tree.body = [each for each in tree.body if _defines(each)]
        for node in tree.body:  # each by itself: a constant that needs what was left out is skipped
            yield piece, compile(ast.Module([node], []), piece.file, "exec")
    else:
        yield piece, compile(tree, piece.file, "exec")


def _defines(node: ast.stmt) -> bool:
    """Whether a statement only defines something: it calls nothing that may take long."""
    if isinstance(
        node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    ):
        return True
    if isinstance(node, ast.Try):
        return all(_defines(each) for each in [*node.body, *node.orelse])
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return False
    called = [
        ast.unparse(each.func).rpartition(".")[2]
        for each in ast.walk(node.value)
        if isinstance(each, ast.Call)
    ]
    return all(each in _CONSTANT_CALLS for each in called)


# What makes a constant, or a function out of a function.
_CONSTANTS = """
array asarray zeros ones eye arange linspace full zeros_like ones_like float int range list
dict tuple set seed default_rng RandomState PRNGKey key namedtuple TypeVar NewType partial
grad value_and_grad jit vmap lambda Generator manual_seed MSELoss BCELoss
CrossEntropyLoss BCEWithLogitsLoss len
"""
_CONSTANT_CALLS = frozenset(_CONSTANTS.split())


def _run(piece: _Piece, code: CodeType, module: ModuleType, definitions_only: bool) -> None:
    try:
        exec(code, vars(module))
    except KeyboardInterrupt:
        raise
    except SystemExit:
        line = _line_of(sys.exc_info()[2], piece)
        raise SubmissionError(
            f"{_at(piece, line)} ends the program with exit(); put that under "
            f'`if __name__ == "__main__":`, or remove it'
        ) from None
    except EOFError as error:
        line = _line_of(error.__traceback__, piece)
        raise SubmissionError(
            f"{_at(piece, line)} asks for input, and nobody answers here; put that under "
            f'`if __name__ == "__main__":`, or write the value into the file'
        ) from None
    except ModuleNotFoundError as error:
        line = _line_of(error.__traceback__, piece)
        raise SubmissionError(
            f"{_at(piece, line)} imports {error.name}, which is not installed here; install it, "
            "or put the file that is missing beside this one"
        ) from None
    except BaseException as error:
        if definitions_only:  # the constants that depended on something that was not run
            return
        line = _line_of(error.__traceback__, piece)
        raise SubmissionError(
            f"{_at(piece, line)} raises {in_words(error)}; run the file by itself until it does "
            f'not, or put what is not a definition under `if __name__ == "__main__":` '
            f"({ONLY_DEFINITIONS})"
        ) from None


def _line_of(trace: Any, piece: _Piece) -> int | None:
    """The innermost line of this file in a traceback."""
    lines = [each.lineno for each in traceback.extract_tb(trace) if each.filename == piece.file]
    return lines[-1] if lines else None


def _at(piece: _Piece, line: int | None) -> str:
    return piece.where if line is None else f"{piece.where}, line {line}"


def _defined(name: str, module: ModuleType, path: Path) -> None:
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            known = [
                each
                for each, value in vars(module).items()
                if not each.startswith("_") and getattr(value, "__module__", None) == MODULE
            ]
            defined = f"it defines {', '.join(known)}" if known else "it defines nothing"
            raise SubmissionError(f"{path.name} has no {name!r}: {defined}")
        found = getattr(found, part)

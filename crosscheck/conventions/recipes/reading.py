"""Read a training recipe from the text of a program, which is parsed and never evaluated."""

import ast
from collections.abc import Callable, Sequence

from crosscheck.conventions.optimizers.parsing import CallError, find_optimizers
from crosscheck.conventions.recipes.optax_links import CORES, REFUSED
from crosscheck.conventions.recipes.program import Program, assigned, called, walk
from crosscheck.conventions.recipes.reading_keras import read_keras
from crosscheck.conventions.recipes.reading_optax import READERS, read_optax
from crosscheck.conventions.recipes.reading_paddle import is_bare_optimizer, read_paddle
from crosscheck.conventions.recipes.reading_torch import is_torch_optimizer, read_torch
from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.source import Source

CHAINS = ("chain", "named_chain", "MultiSteps", "inject_hyperparams")
READ = ("torch", "optax", "keras", "paddle")
LONGEST = 100_000  # characters of a text that is read


def read_recipe(text: str) -> Source:
    """Read a recipe of PyTorch, optax, Keras or PaddlePaddle.

    Args:
        text: The lines that make an optimizer and what belongs to it, as they stand in a program.

    Raises:
        RecipeError, CallError, ArgumentError: If they cannot be read, with the reason and what to
            write instead. All are a ValueError.
    """
    if len(text) > LONGEST:
        raise RecipeError(f"the text is longer than {LONGEST} characters: give the recipe's lines")
    framework = framework_of(text)
    if framework == "torch":
        return read_torch(Program(text, is_torch_optimizer))
    program = Program(text)
    if framework == "paddle":
        return read_paddle(program)
    if framework == "optax":
        node = _last(program, _makes_optax)
        return read_optax(program, node)
    node = _last(program, _makes_keras)
    assert isinstance(node, ast.Call)
    return read_keras(program, node)


def framework_of(text: str) -> str:
    """The framework of a recipe: "torch", "optax", "keras" or "paddle".

    Raises:
        RecipeError: If it is none of these, or the text is not Python.
    """
    statements = Program(text).statements
    calls = [
        node
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    ]
    names = [called(node) for node in calls]
    given = [[str(each.arg) for each in node.keywords] for node in calls]
    if any(name.startswith("optax.") or name in (*CHAINS, *READERS, *CORES) for name in names):
        return "optax"
    if any(name.startswith(("keras.", "tf.keras.", "tensorflow.keras.")) for name in names):
        return "keras"
    if any(name.startswith("paddle.") for name in names) or _imports_paddle(statements):
        return "paddle"
    if any(name.startswith(("torch.", "optim.", "nn.utils.")) for name in names):
        return "torch"
    for name, keywords in zip(names, given, strict=True):
        rows = [] if name in REFUSED else _rows(name, keywords)
        for framework in READ:
            if any(row.startswith(framework) for row in rows):
                return framework
    raise RecipeError(
        "the text has no optimizer of PyTorch, optax, Keras or PaddlePaddle: write it with its "
        "module, as torch.optim.Adam(model.parameters(), lr=0.001)"
    )


def _imports_paddle(statements: Sequence[ast.stmt]) -> bool:
    froms = [each for each in statements if isinstance(each, ast.ImportFrom)]
    return any((each.module or "").split(".")[0] == "paddle" for each in froms)


def _rows(name: str, keywords: Sequence[str] = ()) -> list[str]:
    """The frameworks that have an optimizer of a name, with these arguments if several have."""
    try:
        return [row.framework for row in find_optimizers(name, list(keywords))]
    except CallError as error:
        several = str(error) if "is several" in str(error) else ""
        return [each for each in READ if f" {each}." in several]


def _makes_optax(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = called(node) or ast.unparse(node.func)
    last = name.rpartition(".")[2]
    if isinstance(node.func, ast.Call) or last == "gradient_transformation":
        return "optax" in name or "inject_hyperparams" in name
    known = last in (*CHAINS, *READERS, *CORES, *REFUSED) or bool(_rows(f"optax.{last}"))
    return known and ("." not in name or name.startswith("optax."))


def _makes_keras(node: ast.expr) -> bool:
    name = called(node)
    return ("optimizers." in name and "schedules." not in name) or (
        "." not in name and "keras" in "".join(_rows(name))
    )


def makes_optimizer(node: ast.expr) -> bool:
    """Whether an expression makes an optimizer of PyTorch, optax, Keras or PaddlePaddle."""
    known = is_torch_optimizer(node) or is_bare_optimizer(node)
    return known or _makes_optax(node) or _makes_keras(node)


def _last(program: Program, wanted: Callable[[ast.expr], bool]) -> ast.expr:
    """The last expression of a text that makes an optimizer, with its names replaced."""
    found: ast.expr | None = None
    for statement in walk(program.statements):
        name, value = assigned(statement)
        if value is not None and name is not None:
            value = program.names.get(name, value)
        elif isinstance(statement, ast.Expr | ast.Return):
            value = statement.value
        if value is None:
            continue
        inside = (node for node in ast.walk(value) if isinstance(node, ast.expr) and wanted(node))
        found = next(inside, found)  # the outermost, as that of model.compile(optimizer=...)
    if found is None:
        raise RecipeError("the text makes no optimizer that is read: write optimizer = ...")
    filled: ast.expr = program.filled(found)
    return filled

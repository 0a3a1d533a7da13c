"""Read a training recipe from the text of a program, which is parsed and never evaluated."""

import ast
from collections.abc import Callable, Sequence

from crosscheck.conventions.optimizers.parsing import CallError, find_optimizers
from crosscheck.conventions.recipes.bodies import unfolded
from crosscheck.conventions.recipes.optax_links import CORES, REFUSED
from crosscheck.conventions.recipes.origins import MODULES, own_names
from crosscheck.conventions.recipes.program import Program, called
from crosscheck.conventions.recipes.reading_keras import read_keras
from crosscheck.conventions.recipes.reading_optax import READERS, read_optax
from crosscheck.conventions.recipes.reading_paddle import is_bare_optimizer, read_paddle
from crosscheck.conventions.recipes.reading_torch import is_torch_optimizer, read_torch
from crosscheck.conventions.recipes.rebinding import refuse_rebound
from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.scopes import imported
from crosscheck.conventions.recipes.source import Source
from crosscheck.conventions.recipes.statements import assigned, first_line, parsed, walk
from crosscheck.conventions.recipes.torch_refusals import makes_scheduler

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
    statements = parsed(text)
    framework = framework_of(text)
    refuse_rebound(statements, framework, lambda node: _is_kept(node, framework))
    lines = unfolded(statements, MAKES[framework]) or statements
    if framework == "torch":
        return read_torch(Program(lines, is_torch_optimizer))
    program = Program(lines)
    if framework == "paddle":
        return read_paddle(program)
    own = own_names(lines, framework)
    if framework == "optax":
        node = _last(program, _makes_optax, own)
        return read_optax(program, node)
    node = _last(program, _makes_keras, own)
    assert isinstance(node, ast.Call)
    return read_keras(program, node)


def framework_of(text: str) -> str:
    """The framework of a recipe: "torch", "optax", "keras" or "paddle".

    Raises:
        RecipeError: If it is none of these, or the text is not Python.
    """
    program = Program(text)
    statements = program.statements
    imports = imported(statements)
    calls = [
        node
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and called(node) not in program.functions
    ]
    names = [called(node) for node in calls]
    given = [[str(each.arg) for each in node.keywords] for node in calls]
    for framework in ("optax", "keras", "paddle", "torch"):
        if any(_is_imported(imports, name, framework) for name in names):
            return framework
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
    for node in (each for statement in statements for each in ast.walk(statement)):
        if called(node) in program.functions and _rows(called(node)):
            line = first_line(program.functions[called(node)])
            raise RecipeError(
                f"`{line}` is the program's own, and no optimizer of a framework: what it does is "
                "not read"
            )
    raise RecipeError(
        "the text has no optimizer of PyTorch, optax, Keras or PaddlePaddle: write it with its "
        "module, as torch.optim.Adam(model.parameters(), lr=0.001)"
    )


def _is_imported(imports: dict[str, str], name: str, framework: str) -> bool:
    """Whether a name that is called is that of an optimizer which a text imports."""
    root, dot, rest = name.partition(".")
    owner, _, last = (imports.get(root, "") + dot + rest).rpartition(".")
    return owner in MODULES[framework] and framework in "".join(_rows(last))


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


MAKES = {
    "torch": is_torch_optimizer,
    "optax": _makes_optax,
    "keras": _makes_keras,
    "paddle": is_bare_optimizer,
}


def _is_kept(node: ast.expr, framework: str) -> bool:
    """Whether an expression makes an optimizer or what steps beside it."""
    return MAKES[framework](node) or makes_scheduler(node)


def makes_optimizer(node: ast.expr) -> bool:
    """Whether an expression makes an optimizer of PyTorch, optax, Keras or PaddlePaddle."""
    known = is_torch_optimizer(node) or is_bare_optimizer(node)
    return known or _makes_optax(node) or _makes_keras(node)


# What may be asked of the optimizer that a text makes, or be handed it, and leaves it as it is.
METHODS = ("init", "update", "gradient_transformation")
TAKING = ("compile", "create", "Optimizer", "ModelAndOptimizer", "fit", "print")


def _last(program: Program, wanted: Callable[[ast.expr], bool], own: set[str]) -> ast.expr:
    """The last expression of a text that makes an optimizer, with its names replaced.

    Args:
        program: The text.
        wanted: Whether an expression makes an optimizer.
        own: The names that are the program's own.
    """
    found: list[ast.expr] = []
    _refuse_own_transformations(program)
    for statement in walk(program.statements):
        name, value = assigned(statement)
        if value is not None and name is not None:
            value = program.names.get(name, value)
        elif isinstance(statement, ast.Expr | ast.Return):
            value = statement.value
        if value is None:
            continue
        nodes = (node for node in ast.walk(value) if isinstance(node, ast.expr) and wanted(node))
        # The outermost, as that of model.compile(optimizer=...).
        made = next((node for node in nodes if called(node) not in own), None)
        if made is not None and name in program.forgotten:
            raise RecipeError(f"{name} gets several values in the text: give the lines of one")
        if made is not None:
            _refuse_wrapped(value, made)
            found.append(made)
    if not found:
        raise RecipeError("the text makes no optimizer that is read: write optimizer = ...")
    filled: ast.expr = program.filled(found[-1])
    inside = {ast.dump(node) for node in ast.walk(filled)}
    others = (each for each in map(program.filled, found) if ast.dump(each) not in inside)
    whole = (each for each in others if any(_rows(called(node)) for node in ast.walk(each)))
    if several := next(whole, None):
        raise RecipeError(
            f"the text has several optimizers, `{ast.unparse(several)}` and "
            f"`{ast.unparse(filled)}`: give the lines of one"
        )
    for node in ast.walk(filled):
        if called(node) in own:
            raise RecipeError(
                f"`{ast.unparse(node)}` calls {called(node)}, which the program defines or "
                "imports itself, and what it does is not read: write what it gives"
            )
    return filled


def _refuse_own_transformations(program: Program) -> None:
    for node in (each for statement in program.statements for each in ast.walk(statement)):
        if called(node).rpartition(".")[2].startswith("GradientTransformation"):
            raise RecipeError(
                f"line {getattr(node, 'lineno', 0)}: `{ast.unparse(node)}` is a transformation of "
                "the program's own, and what it does is not read"
            )


def _refuse_wrapped(value: ast.expr, made: ast.expr) -> None:
    """Refuse a call that is handed an optimizer, and may make another one of it."""
    for node in ast.walk(value):
        if isinstance(node, ast.Attribute) and node.value is made and node.attr not in METHODS:
            raise RecipeError(f"`{ast.unparse(node)}` of the optimizer is not read: leave it out")
        if not isinstance(node, ast.Call):
            continue
        given = [*node.args, *(each.value for each in node.keywords)]
        if made in given and ast.unparse(node.func).rpartition(".")[2] not in TAKING:
            raise RecipeError(
                f"`{ast.unparse(node)}` is handed the optimizer, and is not read: leave it out if "
                "it changes nothing"
            )

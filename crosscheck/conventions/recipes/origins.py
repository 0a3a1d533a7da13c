"""Where a program has the functions and classes from that it calls by names of a framework.

from mylib import Adam                        # refused: what this Adam does is not in the text
class SGD(torch.optim.Optimizer): ...          # refused: the program's own
optim = torch.optim; optim.Adam(parameters)    # PyTorch's
"""

import ast
from collections.abc import Iterator, Sequence

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.scopes import Binding, Scope, scopes_of
from crosscheck.conventions.recipes.statements import dotted, is_foreign_star
from crosscheck.conventions.recipes.torch_gradients import CLIPS
from crosscheck.conventions.schedules.table import STOCK_SCHEDULES

_KERAS = ("keras", "tf.keras", "tensorflow.keras", "keras.api")
# The modules that have what is read, by the framework.
MODULES = {
    "torch": (
        "torch.optim",
        "torch.optim.lr_scheduler",
        "torch.nn.utils",
        "torch.nn.utils.clip_grad",
    ),
    "optax": ("optax", "optax.schedules"),
    "keras": tuple(
        f"{each}.{module}" for each in _KERAS for module in ("optimizers", "optimizers.schedules")
    ),
    "paddle": (
        "paddle.optimizer",
        "paddle.optimizer.lr",
        "paddle.nn",
        "paddle.nn.clip",
        "paddle.regularizer",
    ),
}
BESIDE = {
    "torch": tuple(
        f"torch.nn.utils.{each}" for each in (*CLIPS, "clip_grads_with_norm_", "get_total_norm")
    ),
    "paddle": (
        *(f"paddle.nn.ClipGradBy{each}" for each in ("GlobalNorm", "Norm", "Value")),
        *(f"paddle.regularizer.{each}" for each in ("L1Decay", "L2Decay")),
    ),
}
# Functions of Python that the readers take for what they are.
BUILTINS = ("any", "enumerate", "filter", "len", "list", "print", "range", "repr", "str", "type")
# Functions that change nothing of a module or a class that they are handed.
ASKING = (
    *("isinstance", "issubclass", "getattr", "hasattr", "partial", "print", "dir", "help", "repr"),
    *("inject_hyperparams", "signature", "getsource", "cast"),
)


def own_names(statements: Sequence[ast.stmt], framework: str) -> set[str]:
    """The names of a text that are not those of a framework's functions."""
    module = scopes_of(statements)[0]
    return {
        name
        for name in module.names
        if any(each is None or not _is_of(framework, each, name) for each in module.full(name))
    }


def refuse_own(statements: Sequence[ast.stmt], framework: str) -> None:
    """Refuse a program whose optimizer, schedule or clipping may not be the framework's.

    Args:
        statements: Those of the text.
        framework: "torch", "optax", "keras" or "paddle".

    Raises:
        RecipeError: With the line that makes it so.
    """
    words = _words(framework)
    scopes = scopes_of(statements)
    stars = [
        each
        for each in scopes[0].nodes
        if isinstance(each, ast.ImportFrom) and is_foreign_star(each)
    ]
    for scope in scopes:
        for node in scope.nodes:
            name = dotted(node.func) if isinstance(node, ast.Call) else ""
            if name in BUILTINS and (own := [b for b in scope.of(name) if b.origin is None]):
                raise RecipeError(has_own_meaning(name, own[0], node, name))
            if isinstance(node, ast.Call) and name.rpartition(".")[2] not in ASKING:
                _refuse_handed(node, MODULES[framework], words)
            last = name.rpartition(".")[2]
            if name and (last in words or (framework == "optax" and name.startswith("optax."))):
                _refuse_call(scope, node, name, framework, words.get(last, f"optax.{last}"))
                _refuse_stars(stars, scope, name)


def _words(framework: str) -> dict[str, str]:
    """The full names of what is read, by their last parts."""
    names = [row.name for row in STOCK_OPTIMIZERS if row.framework.startswith(framework)]
    names += [row.name for row in STOCK_SCHEDULES if row.framework.startswith(framework)]
    return {name.rpartition(".")[2]: name for name in (*names, *BESIDE.get(framework, ()))}


def _refuse_call(scope: Scope, node: ast.AST, name: str, framework: str, meant: str) -> None:
    """Refuse a call by the name of something in a framework if it may be something else."""
    owner, _, last = name.rpartition(".")
    bindings = scope.of(name.partition(".")[0])
    title = stock.FRAMEWORKS[stock.framework_named(framework)].title
    modules = (f".{each}" for each in MODULES[framework])
    if not bindings and owner and not any(each.endswith(f".{owner}") for each in modules):
        raise RecipeError(
            f"line {_line(node)}: {name} is not known to be {title}'s {last}: write {meant}, or "
            "add its import"
        )
    for full, binding in zip(_each_full(scope, name), bindings, strict=True):
        if None in full:
            raise RecipeError(has_own_meaning(name, binding, node, meant))
        if found := [each for each in full if each and not _is_of(framework, each, last)]:
            raise RecipeError(
                f"line {binding.line}: by `{binding.text}` {name} of line {_line(node)} is "
                f"{found[0]}, which is not read as {title}'s {last}: write {meant} where that is "
                "meant"
            )


def _each_full(scope: Scope, name: str) -> Iterator[list[str | None]]:
    root = name.partition(".")[0]
    for binding in scope.of(root):
        alone = Scope(scope, [], names={root: [binding]})
        yield alone.full(name)


def _is_of(framework: str, full: str, last: str) -> bool:
    """Whether a full name is that of something read in a framework."""
    owner, _, name = full.rpartition(".")
    own_file = framework == "torch" and owner == f"torch.optim.{last.lower()}"
    return name == last and (owner in MODULES[framework] or own_file)


def has_own_meaning(name: str, binding: Binding, node: ast.AST, meant: str) -> str:
    """The reason to refuse a name that is the program's own."""
    return (
        f"line {binding.line}: `{binding.text}` gives {name.partition('.')[0]} a meaning of its "
        f"own, so that {name}(...) of line {_line(node)} cannot be read: give it another name, and "
        f"write {meant} where that is meant"
    )


def _refuse_handed(node: ast.Call, modules: Sequence[str], words: dict[str, str]) -> None:
    """Refuse a call that is handed a module or a class of a framework, and may change it."""
    for each in (*node.args, *(keyword.value for keyword in node.keywords)):
        owner, _, last = dotted(each).rpartition(".")
        if dotted(each) in modules or (owner in modules and last in words):
            raise RecipeError(
                f"line {_line(node)}: `{ast.unparse(node)}` is handed {dotted(each)}, which it may "
                "change, and is not read: leave it out if it changes nothing"
            )


def _refuse_stars(stars: Sequence[ast.ImportFrom], scope: Scope, name: str) -> None:
    """Refuse an import of everything that may replace a name of which the text says less."""
    root = name.partition(".")[0]
    after = max((each.line for each in scope.of(root)), default=0)
    for star in stars:
        if star.lineno > after:
            raise RecipeError(
                f"line {star.lineno}: `{ast.unparse(star)}` may replace {root}, by which {name} is "
                f"read: import by name what you need of it, or write it above the import of {root}"
            )


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)

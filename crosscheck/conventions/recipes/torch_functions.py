"""The functions of a PyTorch program that step or change gradients, read where they are called."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from crosscheck.conventions.recipes.program import Program
from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.statements import other_stores, pairs_of, walk
from crosscheck.conventions.recipes.torch_gradients import CLIPS, last_name

OF_GRADIENTS = (*CLIPS, "backward", "step", "zero_grad", "unscale_", "clip_grads_with_norm_")


# Decorators that leave it to a function what it does.
DECORATORS = ("torch.compile", "torch.enable_grad", "torch.no_grad", "staticmethod")


class OwnFunctions:
    """The functions of a text by their names, of which those that concern the optimizer are read.

    Attributes:
        concerned: These.
        optimizer: The name of the optimizer.
    """

    def __init__(self, program: Program, optimizer: str) -> None:
        """Look for them.

        Args:
            program: The text.
            optimizer: The name of its optimizer.
        """
        self._program, self.optimizer = program, optimizer
        self._within: list[str] = []
        self.concerned = {
            name: function for name, function in program.functions.items() if _concerns(function)
        }
        nodes = [node for line in program.statements for node in ast.walk(line)]
        for each in (node for node in nodes if isinstance(node, ast.FunctionDef)):
            if each.name in program.redefined and _concerns(each):
                raise RecipeError(f"{each.name} gets several values: give the lines of one")
        while more := {k: v for k, v in program.functions.items() if self._reaches(k, v)}:
            self.concerned |= more
        self._called = {last_name(node) for node in nodes}

    def _reaches(self, name: str, function: ast.FunctionDef) -> bool:
        """Whether a function calls one that concerns the optimizer, and is not known to yet."""
        own = (last_name(node) for node in ast.walk(function))
        return name not in self.concerned and any(each in self.concerned for each in own)

    def waits(self, function: ast.FunctionDef) -> bool:
        """Whether a function is read where it is called, and not where it stands."""
        return function.name in self.concerned and function.name in self._called

    def of_call(self, node: ast.Call) -> ast.FunctionDef | None:
        """The function whose lines a call runs, if they concern the optimizer.

        Raises:
            RecipeError: If its lines would say something else where the call stands.
        """
        function = self.concerned.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if function is None:
            return None
        name, text = function.name, ast.unparse(node)
        if name in self._within:
            raise RecipeError(f"{name} calls itself, and is not read")
        for each in function.decorator_list:
            text = ast.unparse(each)
            if text.partition("(")[0] not in DECORATORS:
                raise RecipeError(
                    f"line {each.lineno}: `@{text}` may change what {name} does: leave it out"
                )
        own = function.args
        parameters = [each.arg for each in (*own.posonlyargs, *own.args, *own.kwonlyargs)]
        unclear = own.vararg or own.kwarg or any(each.arg is None for each in node.keywords)
        if unclear or any(isinstance(each, ast.Starred) for each in node.args):
            raise RecipeError(f"`{text}` has arguments with stars, and is not read")
        given = dict(zip(parameters, node.args, strict=False))
        given |= {str(each.arg): each.value for each in node.keywords}
        for parameter in parameters:
            value = given.get(parameter)
            if isinstance(value, ast.Name) and value.id == parameter:
                continue
            is_optimizer = isinstance(value, ast.Name) and value.id == self.optimizer
            if is_optimizer or parameter == self.optimizer:
                raise RecipeError(
                    f"`{text}` is handed the optimizer, and is not read: call it by one name, "
                    f"{self.optimizer}, there and in {name}"
                )
            self._refuse_known(parameter, name)
        for line in walk(function.body):
            for stored in {key for key, _ in pairs_of(line)} | other_stores(line):
                self._refuse_known(stored, name)
        return function

    def only_saves(self, node: ast.Call) -> bool:
        """Whether a call is of a function of the text that asks the optimizer for its state."""
        own = self._program.functions
        function = own.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if function is None or function.decorator_list or function.name in self._program.redefined:
            return False
        places = [each.arg for each in function.args.args]
        given = dict(zip(places, node.args, strict=False))
        given |= {str(each.arg): each.value for each in node.keywords}
        keys = [k for k, v in given.items() if ast.unparse(v) == self.optimizer]
        uses = [each for each in ast.walk(function) if getattr(each, "id", "") in keys]
        asked = [
            each.value
            for each in ast.walk(function)
            if isinstance(each, ast.Attribute) and each.attr == "state_dict"
        ]
        known = len(given) == len(node.args) + len(node.keywords)
        return known and all(each in asked for each in uses)

    def _refuse_known(self, own: str, function: str) -> None:
        """Refuse a name that stands for another value in a function than outside of it."""
        if own in self._program.names or own == self.optimizer:
            raise RecipeError(
                f"{own} is a name of {function}, and has another value outside of it: write "
                "different names, or the lines without the function"
            )

    @contextmanager
    def within(self, function: ast.FunctionDef) -> Iterator[None]:
        """While the lines of a function are read."""
        self._within.append(function.name)
        yield
        self._within.pop()


def _concerns(function: ast.FunctionDef) -> bool:
    """Whether a function steps, or changes gradients."""
    calls = any(last_name(node) in OF_GRADIENTS for node in ast.walk(function))
    return calls or ".grad" in ast.unparse(function)


def bare_names(value: ast.expr | None) -> Iterator[str]:
    """The names that an expression hands on as they are: `a`, or those of `(a, {"b": b})`."""
    if isinstance(value, ast.Name):
        yield value.id
    inner: list[ast.expr | None] = []
    if isinstance(value, ast.Tuple | ast.List | ast.Set):
        inner = [*value.elts]
    elif isinstance(value, ast.Dict):
        inner = [*value.values]
    elif isinstance(value, ast.IfExp):
        inner = [value.body, value.orelse]
    elif isinstance(value, ast.Starred | ast.NamedExpr):
        inner = [value.value]
    for each in inner:
        yield from bare_names(each)

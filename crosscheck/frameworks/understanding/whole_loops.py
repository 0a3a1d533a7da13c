"""One pass of a loop that trains an object by calling it: of a file, or of its `main`.

    net = Net(784, 30, 10)
    for epoch in range(1000):
        out = net.forward(X)
        net.backward(Y)
        net.update(0.1)

What stands before the loop runs once as it is, for the sizes, and before every pass with other
samples in the place of X and Y. Of what stands below `if __name__ == "__main__":`, or in a `main`
without arguments, no more runs than that, and not for long.
"""

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from io import StringIO
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.calling import limited, quiet
from crosscheck.frameworks.understanding.hosts import functions_of, is_data
from crosscheck.frameworks.understanding.layouts import Layout
from crosscheck.frameworks.understanding.leaves import get, put
from crosscheck.frameworks.understanding.loops import LOOPS, Loop, counts_of, loops_of
from crosscheck.frameworks.understanding.names import rates_among
from crosscheck.frameworks.understanding.rewriting import assigned, compiled, mentions
from crosscheck.frameworks.understanding.trees import tree_of

# What people call the function that trains, where it takes no arguments.
MAIN = ("main", "run", "train", "demo", "experiment")
KEPT = (ModuleType, FunctionType, BuiltinFunctionType, type)
DEFINES = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
OnePass = Callable[[Any, Any, Any, float, int], None]


def trained(namespace: Mapping[str, Any], kind: type) -> Iterator[tuple[str, Any, "Pass"]]:
    """What loops of a file train: what each is called, the object, and one pass.

    Args:
        namespace: The file.
        kind: The class of the object.
    """
    for words, lines, first in _pieces(namespace):
        for at, line in enumerate(lines):
            loop = next(reversed([*loops_of(lines[: at + 1], [])]), None)
            if not isinstance(line, LOOPS) or loop is None:
                continue
            scope = dict(namespace)
            new = [each for each in lines[first:at] if not isinstance(each, LOOPS)]
            try:
                with quiet(), limited(None), redirect_stdout(StringIO()):
                    exec(compiled(new), scope)
            except (Exception, SystemExit):  # whatever it needs is not there
                continue
            read = {each for one in loop.body for each in mentions(one)}
            for name in sorted(read):  # the same one in every run
                if type(scope.get(name)) is kind:
                    yield words, scope[name], Pass(loop, scope, name)


def _pieces(namespace: Mapping[str, Any]) -> Iterator[tuple[str, list[ast.stmt], int]]:
    """What each piece of code is called, its statements, and the first one that has not run."""
    tree = tree_of(namespace.get("__file__"))
    top = [] if tree is None else [each for each in tree.body if not isinstance(each, DEFINES)]
    guarded = [line for each in top if _is_guard(each) for line in each.body]  # type: ignore[attr-defined]
    lines = [each for each in top if not _is_guard(each)]
    yield "the loop of the file", lines + guarded, len(lines)
    functions = functions_of(dict(namespace))
    for name in MAIN:
        function = functions.get(name)
        if isinstance(function, FunctionType) and not inspect.signature(function).parameters:
            found = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
            yield f"the loop of {name}", list(found.body), 0  # type: ignore[attr-defined]


def _is_guard(line: ast.stmt) -> bool:
    """Whether a statement is `if __name__ == "__main__":`."""
    return isinstance(line, ast.If) and "__name__" in ast.unparse(line.test)


class Pass:
    """One pass of a loop, with another object in the place of the one that it trains."""

    def __init__(self, loop: Loop, scope: Mapping[str, Any], name: str) -> None:
        """Take the loop, the variables before it, and what the object is called."""
        self._loop, self._scope, self._name = loop, dict(scope), name
        numbers = [n for n, each in scope.items() if isinstance(each, float)]
        self._rates = rates_among(numbers)
        before = [each for each in loop.before if not isinstance(each, DEFINES)]
        before = [each for each in before if not {*assigned(each)} & self._rates]
        self._before, self._body = compiled(before), compiled(loop.body)

    def of(self, layout: Layout) -> OnePass:
        """The pass as a function of an object with that layout, which it changes."""

        def one_pass(net: Any, X: Any, y: Any, learning_rate: float, epochs: int) -> None:
            scope = _copied(self._scope)
            scope |= {self._loop.inputs: X, self._loop.targets: y}
            scope |= dict.fromkeys(self._rates, learning_rate)
            with redirect_stdout(StringIO()):
                exec(self._before, scope)
                for name, axis in counts_of(self._loop, scope).items():
                    scope[name] = np.shape(X)[axis]
                own = scope[self._name]
                _move(net, own, layout)
                for each in (own, *_objects(scope, self._name)):
                    for name in rates_among(n for n, v in vars(each).items() if _is_number(v)):
                        setattr(each, name, learning_rate)
                for _ in self._loop.passes(scope, epochs):
                    exec(self._body, scope)
            _move(own, net, layout)

        one_pass.beside = _objects(self._scope, self._name)  # type: ignore[attr-defined]
        return one_pass


def _objects(scope: Mapping[str, Any], but: str) -> list[Any]:
    """The objects of the file's own classes beside the one that is trained: its optimizer, say."""
    classes = [each for each in scope.values() if isinstance(each, type)]
    own = (each for name, each in scope.items() if name != but)
    return [each for each in own if type(each) in classes and hasattr(each, "__dict__")]


def _copied(scope: Mapping[str, Any]) -> dict[str, Any]:
    """Variables with copies of all objects, which stay the same ones to each other.

    Of data alone where an object cannot be copied.
    """
    kept = {n: v for n, v in scope.items() if not isinstance(v, KEPT)}
    try:
        return {**scope, **copy.deepcopy(kept)}
    except Exception:  # a generator, a lock
        return {n: copy.deepcopy(v) if is_data(v) else v for n, v in scope.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _move(one: Any, other: Any, layout: Layout) -> None:
    """Write the parameters of one object into the arrays of another, which others may hold too."""
    for path in layout.paths:
        value, there = get(one, path), get(other, path)
        if isinstance(there, np.ndarray) and there.shape == np.shape(value):
            there[...] = value
        else:
            put(other, path, copy.deepcopy(value))

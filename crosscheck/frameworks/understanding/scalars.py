"""A network whose weights are single numbers, w1, w2 ... b1, b2 ..., as one with arrays.

Its training often runs for a number of epochs, at a rate, that stand inside it: then it is run as
it stands but for these two.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.hosts import methods_of
from crosscheck.frameworks.understanding.names import (
    EPOCHS_AT,
    FORWARD,
    LIKE_TRAIN,
    RATES_AT,
    TRAIN_STEP,
    first_of,
)

_WEIGHT, _BIAS = re.compile(r"w\w*?_?(\d+)"), re.compile(r"b\w*?_?(\d+)")
_EPOCH = re.compile(r"_|e|ep|it|epochs?\w*|iter\w*|n_?iter\w*|steps?")
# So many outputs are tried.
OUTPUTS = (1, 2, 3)


class Numbers:
    """One hidden layer, or none, whose parameters an object keeps as numbers.

    Attributes:
        of: The class of the object, alone.
        W1, b1, W2, b2: The same numbers as arrays: weights (fan_out, fan_in), biases (fan_out,).
    """

    def __init__(self, net: Any, names: dict[str, Array], forward: str) -> None:
        """Show the numbers of an object; `names` are those of its attributes, in each array."""
        self.of = (type(net),)
        # Hidden from whoever looks for arrays: a single number may be taken for a bias.
        self._net: Callable[[], Any] = lambda: net
        self._names, self._forward = names, forward
        for array, of in names.items():
            setattr(self, array, np.vectorize(lambda each: getattr(net, each))(of).astype(float))

    def _put(self) -> None:
        for array, of in self._names.items():
            for name, value in zip(of.flat, getattr(self, array).flat, strict=True):
                setattr(self._net(), name, float(value))

    def forward(self, x: Array) -> Array:
        """The outputs of one sample."""
        self._put()
        return np.atleast_1d(np.asarray(getattr(self._net(), self._forward)(x), dtype=np.float64))


class _Trained(Numbers):
    """The same, with its training."""

    training: Callable[[Any, float], Callable[..., Any]]

    def train(self, x: Array, y: Array, learning_rate: float) -> None:
        """One step with one sample."""
        self._put()
        with quiet():
            type(self).training(self._net(), learning_rate)(x[None], y if len(y) == 1 else y[None])
        for array, of in self._names.items():
            values = [float(getattr(self._net(), name)) for name in of.flat]
            setattr(self, array, np.array(values).reshape(of.shape))


def numbers_of(net: Any) -> Iterator[Numbers]:
    """The networks that the numbers of an object may be, by how many there are."""
    held = getattr(net, "__dict__", {})  # which a named tuple has not
    named = [name for name, value in held.items() if type(value) is float]
    named += [name for name, value in held.items() if isinstance(value, np.floating)]
    weights = sorted({n for n in named if _WEIGHT.fullmatch(n.lower())}, key=_number)
    biases = sorted({n for n in named if _BIAS.fullmatch(n.lower())}, key=_number)
    forward = next(iter(first_of(list(methods_of(net)), FORWARD)), None)
    if len(weights) < 2 or forward is None or not biases:
        return
    for outputs in OUTPUTS:
        hidden = len(biases) - outputs
        before, left = divmod(len(weights), hidden) if hidden > 0 else (0, 1)
        if hidden == 0 and not len(weights) % outputs:
            shape = outputs, len(weights) // outputs
            names = {"W1": np.array(weights).reshape(shape), "b1": np.array(biases)}
        elif not left and before > outputs:
            inputs = before - outputs
            cut = hidden * inputs
            names = {
                "W1": np.array(weights[:cut]).reshape(hidden, inputs),
                "b1": np.array(biases[:hidden]),
                "W2": np.array(weights[cut:]).reshape(outputs, hidden),
                "b2": np.array(biases[hidden:]),
            }
        else:
            continue
        training = _training_of(net)
        if training is None:
            yield Numbers(net, names, forward)
        else:
            yield type("Trained", (_Trained,), {"training": staticmethod(training)})(
                net, names, forward
            )


def _number(name: str) -> tuple[int, str]:
    found = re.search(r"\d+", name)
    assert found is not None
    return int(found[0]), name


def _training_of(net: Any) -> Callable[[Any, float], Callable[..., Any]] | None:
    """What gives an object's training as one step at a rate; None if nobody can set that."""
    for name in first_of(list(methods_of(net)), TRAIN_STEP, LIKE_TRAIN):
        function = inspect.getattr_static(type(net), name, None)
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        except (OSError, TypeError, SyntaxError):
            continue
        parameters = [each.arg for each in tree.body[0].args.args][1:]  # type: ignore[attr-defined]
        if len([each for each in parameters if _is_data(each)]) != 2:
            continue
        if any(_sets_rate(node) for node in ast.walk(tree)) or any(
            RATES_AT.fullmatch(each.lower()) for each in parameters
        ):
            return _once(tree, name, function, parameters)
    return None


def _is_data(argument: str) -> bool:
    low = argument.lower()
    return not (RATES_AT.fullmatch(low) or EPOCHS_AT.fullmatch(low))


def _once(
    tree: ast.Module, name: str, function: Any, parameters: list[str]
) -> Callable[[Any, float], Callable[..., Any]]:
    code = compile(ast.fix_missing_locations(_Once().visit(tree)), "<training>", "exec")

    def training(net: Any, rate: float) -> Callable[..., Any]:
        scope = {**function.__globals__, "__rate__": rate, "print": lambda *args, **more: None}
        exec(code, scope)
        given: dict[str, float] = {
            each: 1 for each in parameters if EPOCHS_AT.fullmatch(each.lower())
        }
        given |= {each: rate for each in parameters if RATES_AT.fullmatch(each.lower())}
        return lambda *data: scope[name](net, *data, **given)

    return training


def _sets_rate(node: ast.AST) -> bool:
    return _sets(node, RATES_AT)


def _sets(node: ast.AST, named: re.Pattern[str]) -> bool:
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
        return False
    target = node.targets[0]
    return isinstance(target, ast.Name) and bool(named.fullmatch(target.id.lower()))


class _Once(ast.NodeTransformer):
    """One epoch, at a rate that is set from outside."""

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        if _sets(node, RATES_AT):
            node.value = ast.Name("__rate__", ast.Load())
        elif _sets(node, EPOCHS_AT):
            node.value = ast.Constant(1)
        return node

    def visit_For(self, node: ast.For) -> ast.For:
        self.generic_visit(node)
        over = node.iter
        if (
            isinstance(node.target, ast.Name)
            and _EPOCH.fullmatch(node.target.id.lower())
            and isinstance(over, ast.Call)
            and ast.unparse(over.func) == "range"
            and all(isinstance(each, ast.Constant) for each in over.args)
        ):
            over.args = [ast.Constant(1)]
        return node

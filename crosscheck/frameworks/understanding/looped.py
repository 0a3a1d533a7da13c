"""A network that only a loop of training shows, as an object that runs one pass of it."""

import ast
import copy
import inspect
import itertools
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from types import FunctionType
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.constructing import (
    SAMPLES,
    SIZES,
    construct,
    samples_of,
    ways,
)
from crosscheck.frameworks.understanding.hosts import Host, ObjectHost, functions_of, is_data
from crosscheck.frameworks.understanding.layouts import layouts_of
from crosscheck.frameworks.understanding.leaves import leaves_of
from crosscheck.frameworks.understanding.loops import LOSS_NAME, Loop, counts_of, loops_of
from crosscheck.frameworks.understanding.names import (
    LIKE_TRAIN,
    LOSS,
    TRAIN_STEP,
    first_of,
    is_other,
    kind_of,
    role_of,
)
from crosscheck.frameworks.understanding.pieces import own_classes
from crosscheck.frameworks.understanding.rewriting import (
    RATE_NAME,
    Classes,
    Inlined,
    Rated,
    assigned,
    compiled,
    last,
    owner,
    value_at,
)
from crosscheck.frameworks.understanding.trees import tree_of


class _Plan:
    """How one pass runs: the code of its parts, and the variables that it begins with."""

    def __init__(self, loop: Loop, scope: Mapping[str, Any], params: Sequence[str]) -> None:
        self.loop, self.scope, self.params = loop, dict(scope), params
        for steps in (params, [*params, *loop.passed_on(params)]):  # vW = mu vW - rate dW; W += vW
            rated = Rated(steps, loop.body)
            body = [rated.visit(copy.deepcopy(line)) for line in loop.body]
            if rated.found:
                break
        before, outputs = loop.outputs()
        classes = Classes(loop.targets)
        all_before = [classes.visit(copy.deepcopy(line)) for line in loop.before]
        for name, value in classes.found.items():
            self.scope[name] = eval(ast.unparse(value), dict(scope))
        self.before, self.body = compiled(all_before), compiled(body)
        self.before_outputs, self.outputs = compiled(before), compiled(outputs)
        self.named = [key for line in outputs for key in assigned(line)]
        self.rated = rated.found
        self.counts = counts_of(loop, self.scope)
        loss = loop.loss(params)
        self.loss = compiled(loss) if loss else None

    def begin(self, net: Any, inputs: Any, targets: Any = None) -> dict[str, Any]:
        """The variables of a pass, at the parameters of an object."""
        scope = dict(self.scope)
        owners = {owner(key) for key in self.params}
        scope |= {k: copy.deepcopy(v) for k, v in scope.items() if k in owners or is_data(v)}
        scope[self.loop.inputs] = inputs
        if targets is not None:
            scope[self.loop.targets] = targets
        exec(self.before if targets is not None else self.before_outputs, scope)
        for name, axis in self.counts.items():
            scope[name] = np.shape(inputs)[axis]
        for key in self.params:
            value = copy.deepcopy(getattr(net, last(key)))
            if owner(key):
                setattr(scope[owner(key)], last(key), value)
            else:
                scope[key] = value
        return scope


class Looped:
    """One pass of a loop; its attributes are the parameters, by their names.

    Attributes:
        of: The class whose method has the loop, if one has, alone.
        plan: How it runs.
    """

    of: tuple[type, ...] = ()

    plan: _Plan

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Keep parameters."""
        vars(self).update(params)

    def __getitem__(self, name: str) -> Any:
        """A parameter, for functions that take them as a dict."""
        return getattr(self, name)

    def forward(self, X: Any) -> dict[str, Any]:
        """What a pass computes before it looks at the targets, by name."""
        scope = self.plan.begin(self, X)
        with redirect_stdout(StringIO()):  # a pass runs many times, and prints as often
            exec(self.plan.outputs, scope)
        return {last(key): value_at(scope, key) for key in self.plan.named}

    def _run(self, X: Any, y: Any, rate: float, epochs: int) -> None:
        scope = self.plan.begin(self, X, y)
        scope[RATE_NAME] = rate
        with redirect_stdout(StringIO()):
            for _ in self.plan.loop.passes(scope, epochs):
                exec(self.plan.body, scope)
        for key in self.plan.params:
            setattr(self, last(key), value_at(scope, key))


class _Rated(Looped):
    def train_step(self, X: Any, y: Any, learning_rate: float, epochs: int) -> None:
        """One pass at a rate, or more."""
        self._run(X, y, learning_rate, epochs)


class _Unrated(Looped):
    def train_step(self, X: Any, y: Any, epochs: int) -> None:
        """One pass at the rate that stands in it, or more."""
        self._run(X, y, 1.0, epochs)


def _loss(self: Looped, X: Any, y: Any) -> Any:
    scope = self.plan.begin(self, X, y)
    with redirect_stdout(StringIO()):
        exec(self.plan.loss, scope)  # type: ignore[arg-type]
    return scope[LOSS_NAME]


def hosts(namespace: dict[str, Any], settings: Mapping[str, Any]) -> Iterator[Host]:
    """The networks that the loops of a file train: of its classes, its functions, and its own."""
    beside = functions_of(namespace)
    losses = {each: beside[each] for each in first_of(list(beside), LOSS)}
    for words, lines, names, scopes in _pieces(namespace, settings):
        for loop in loops_of(lines, names):
            for scope in scopes(loop):
                try:
                    with quiet():
                        found = _looped(loop, scope)
                except Exception:  # whatever somebody's code raises: it is not run like that
                    continue
                if found is not None:
                    yield ObjectHost(words, None, {}, found, losses)
                    break


Scopes = Callable[[Loop], Iterator[dict[str, Any]]]


def _pieces(
    namespace: dict[str, Any], settings: Mapping[str, Any]
) -> Iterator[tuple[str, list[ast.stmt], list[str], Scopes]]:
    """What each piece of code is called, its statements, its arguments, and variables to run it."""
    functions = functions_of(namespace)
    for name, target in own_classes(namespace).items():
        methods = {n: value for n, value in vars(target).items() if isinstance(value, FunctionType)}
        for method in first_of(list(methods), TRAIN_STEP, LIKE_TRAIN):
            words = f"the loop of {name}.{method}"
            yield from _piece(words, methods[method], settings, target)
    for name in first_of(list(functions), TRAIN_STEP, f"{LIKE_TRAIN}|model|main|run"):
        function = functions[name]
        if isinstance(function, FunctionType):
            yield from _piece(f"the loop of {name}", function, settings, None)
    if (tree := tree_of(namespace.get("__file__"))) is not None:
        yield "the loop of the file", tree.body, [], lambda loop: iter([dict(namespace)])


def _piece(
    words: str, function: FunctionType, settings: Mapping[str, Any], owner: type | None
) -> Iterator[tuple[str, list[ast.stmt], list[str], Scopes]]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return
    inner = tree.body[0]
    if not isinstance(inner, ast.FunctionDef):
        return
    if owner is not None:
        inner = Inlined(owner).visit(inner)
    names = [each.arg for each in inner.args.args]

    def scopes(loop: Loop) -> Iterator[dict[str, Any]]:
        for given in _given(function, settings, owner):
            yield {**function.__globals__, **given}

    yield words, inner.body, names, scopes


def _given(
    function: FunctionType, settings: Mapping[str, Any], owner: type | None
) -> Iterator[dict[str, Any]]:
    """Arguments of a function that trains; of a method with a new object for `self`."""
    parameters = list(inspect.signature(function).parameters.values())
    defaults = {each.name: each.default for each in parameters if each.default is not each.empty}
    inputs = next((each.name for each in parameters if role_of(each.name) == "X"), None)
    targets = next((each.name for each in parameters if role_of(each.name) == "y"), None)
    if inputs is None or targets is None:
        return
    free = [each for each in parameters if each.name not in (inputs, targets, "self")]
    trimmed = inspect.Signature(free)
    for sizes in SIZES:
        stated = {"sizes": sizes} | dict(settings)
        x, y = samples_of(sizes)
        labels = np.arange(SAMPLES) % max(sizes[-1], 2)
        column = labels[:, None].astype(np.float64)
        shapes = [y, labels] if sizes[-1] > 1 else [column, labels.astype(np.float64)]
        for way, own in itertools.product(_ways(trimmed, stated), _owners(owner, stated)):
            for which in shapes:
                yield {**defaults, **way, **own, inputs: x, targets: which}


def _ways(signature: inspect.Signature, stated: Mapping[str, Any]) -> list[dict[str, Any]]:
    def like(**kwargs: Any) -> None:
        """Stands for a function without the arguments that are known."""

    like.__signature__ = signature  # type: ignore[attr-defined]
    return list(ways(like, stated)) or [{}]


def _owners(owner: type | None, stated: Mapping[str, Any]) -> list[dict[str, Any]]:
    if owner is None:
        return [{}]
    found = []
    for way in ways(owner, stated):
        try:
            found.append({"self": construct(owner, way)})
        except Exception:  # whatever somebody's constructor raises: it takes something else
            continue
    return found[:1]


def _first(text: str, key: str) -> int:
    """The number in a name, or else where it is met for the first time."""
    if number := re.search(r"\d+", key):
        return int(number[0])
    found = re.search(rf"(?<![\w.]){re.escape(key)}(?!\w)", text)
    return len(text) if found is None else found.start()


def _looped(loop: Loop, scope: dict[str, Any]) -> Looped | None:
    """One pass as an object; None if what it moves is no network."""
    scope = dict(scope)
    exec(compiled(loop.before), scope)
    moved: dict[str, Any] = {}
    for key in loop.moved:
        value = value_at(scope, key)
        if isinstance(value, int) and kind_of((last(key),)) == "bias":
            value = float(value)
        if is_data(value) and value is not None and not is_other((last(key),)):
            moved[key] = value
    # In the order of the forward pass, which is seldom that of the steps.
    text = ast.unparse(ast.Module([*loop.body], []))
    keys = sorted(moved, key=partial(_first, text))
    params = {last(key): moved[key] for key in keys}
    used = {path[0] for layout in layouts_of(leaves_of(params)) for path in layout.paths}
    if not used:
        return None
    keys = [each for each in keys if last(each) in used]
    params = {last(key): params[last(key)] for key in keys}
    plan = _Plan(loop, scope, keys)
    kind = _Rated if plan.rated else _Unrated
    of = (type(scope["self"]),) if "self" in scope else ()
    more: dict[str, Any] = {"plan": plan, "of": of} | ({} if plan.loss is None else {"loss": _loss})
    return type("Looped", (kind,), more)(copy.deepcopy(params))

"""What a class lets its user choose by name: Net(activation="tanh") beside Net(activation="relu").

The values stand in the source: strings that the argument is compared with, the keys of a dict that
it is looked up in, or the functions of a class of which it names one.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crosscheck.frameworks.understanding.function import bases_of
from crosscheck.frameworks.understanding.optimizer_settings import parameters_of

# Only what changes the function that a network computes, its loss or its step is tried.
_NAME = re.compile(r"act|hidden|nonlin|non_lin|transfer|output|loss|cost|objective|criterion")
_RULE = re.compile(r"optim|solver")
_LOSS = re.compile(r"loss|cost|objective|criterion")
_PENALTY = re.compile(r"l2\w*|lambda?_?d?|lam|reg|regularization|reg_?\w*|alpha_l2|weight_decay")
# The constant of a penalty that is 0 unless it is chosen.
PENALTY = 0.1
# Of `"sigmoid" if activation == "sigmoid" else ...` the other branch is reached by any other word.
OTHER = "other"
# What people do with a string before they compare it.
_SAME = ("lower", "strip", "casefold")


def choices_of(kind: type, namespace: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """The other values of the arguments that choose an activation, a loss or a penalty.

    Args:
        kind: A class of the file.
        namespace: The file.

    Returns:
        The values beside the default, by argument; an argument without any is left out.
    """
    found: dict[str, tuple[Any, ...]] = {}
    for name, parameter in parameters_of(kind).items():
        default = parameter.default
        if isinstance(default, str) and (_NAME.search(name.lower()) or is_rule(name)):
            values = dict.fromkeys(_Search(kind, namespace).values(name))
            others = tuple(each for each in values if each.lower() != default.lower())
            found[name] = others or ((OTHER,) if values else ())
        elif _is_zero(default) and is_penalty(name):
            found[name] = (PENALTY,)
    return {name: values for name, values in found.items() if values}


def is_loss(argument: str) -> bool:
    """Whether an argument chooses the loss, by its name."""
    return _LOSS.search(argument.lower()) is not None


def is_rule(argument: str) -> bool:
    """Whether an argument chooses the rule of the step, by its name."""
    return _RULE.search(argument.lower()) is not None


def is_penalty(*arguments: str) -> bool:
    """Whether one of these arguments is the constant of a penalty, by its name."""
    return any(_PENALTY.fullmatch(each.lower()) for each in arguments)


def _is_zero(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == 0


@dataclass
class _Search:
    """Where a class uses one argument of its constructor.

    Attributes:
        kind: The class.
        namespace: Its file.
        attributes: Those of the object that hold the argument.
    """

    kind: type
    namespace: Mapping[str, Any]
    attributes: set[str] = field(default_factory=set)
    _seen: set[tuple[Any, frozenset[str]]] = field(default_factory=set)

    def values(self, argument: str) -> Iterator[str]:
        """The strings that the argument may be, in the order of the source."""
        yield from self._in(vars(self.kind).get("__init__"), {argument})
        for method in list(vars(self.kind).values()):
            yield from self._in(method, set())

    def _in(self, function: Any, names: set[str]) -> Iterator[str]:
        """Those in a function in which variables of these names are the argument."""
        function = getattr(function, "__func__", function)
        key = function, frozenset(names)
        tree = _tree_of(function) if inspect.isfunction(function) else None
        if tree is None or key in self._seen:
            return
        self._seen.add(key)
        for node in ast.walk(tree):
            for target, value in _assigned(node):
                if self._is(value, names) and isinstance(target, ast.Name):
                    names.add(target.id)
                elif self._is(value, names) and isinstance(target, ast.Attribute):
                    self.attributes.add(target.attr)
        for node in ast.walk(tree):
            yield from self._at(node, names, tree)

    def _is(self, node: ast.expr, names: set[str]) -> bool:
        """Whether an expression is the argument, in small letters or not."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return node.func.attr in _SAME and self._is(node.func.value, names)
        if isinstance(node, ast.Attribute):
            return node.attr in self.attributes and _is_self(node.value)
        return isinstance(node, ast.Name) and node.id in names

    def _at(self, node: ast.AST, names: set[str], tree: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(self._is(each, names) for each in sides):
                for side in sides:
                    yield from _strings_in(side)
        elif isinstance(node, ast.Match) and self._is(node.subject, names):
            for case in node.cases:
                yield from _strings_in(case.pattern)
        elif isinstance(node, ast.Subscript) and self._is(node.slice, names):
            yield from self._keys(node.value, tree)
        elif isinstance(node, ast.Call):
            yield from self._called(node, names, tree)

    def _called(self, node: ast.Call, names: set[str], tree: ast.AST) -> Iterator[str]:
        """Of table.get(argument), of getattr(Functions, argument), or of a function given it."""
        at = next((k for k, each in enumerate(node.args) if self._is(each, names)), None)
        by_name = [each.arg for each in node.keywords if self._is(each.value, names)]
        if at is None and not by_name:
            return
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr == "get" and at == 0:
            yield from self._keys(called.value, tree)
        elif isinstance(called, ast.Name) and called.id == "getattr" and at == 1:
            held = node.args[0]
            owner = self.namespace.get(held.id) if isinstance(held, ast.Name) else None
            held_by = vars(owner) if isinstance(owner, type) else {}
            yield from (each for each in held_by if not each.startswith("_") and _is_base(each))
        else:
            function = self._function(called)
            given = list(parameters_of(function))
            given = given[given[:1] == ["self"] :]  # nobody writes it
            taken = [given[at]] if at is not None and at < len(given) else []
            yield from self._in(function, {each for each in [*taken, *by_name] if each in given})

    def _function(self, called: ast.expr) -> Any:
        """The function or the constructor of the file, or the method, that a call is one of."""
        found = None
        if isinstance(called, ast.Name):
            found = self.namespace.get(called.id)
        elif isinstance(called, ast.Attribute) and _is_self(called.value):
            found = inspect.getattr_static(self.kind, called.attr, None)
        found = vars(found).get("__init__") if isinstance(found, type) else found
        return getattr(found, "__func__", found)

    def _keys(self, table: ast.expr, tree: ast.AST) -> Iterator[str]:
        """The keys of the dict that an expression is."""
        if isinstance(table, ast.Dict):
            yield from (text for key in table.keys if key for text in _strings_in(key))
            return
        name = getattr(table, "id", getattr(table, "attr", None))
        known = self.namespace.get(table.id) if isinstance(table, ast.Name) else None
        known = known if isinstance(known, dict) else vars(self.kind).get(str(name))
        if isinstance(known, dict):
            yield from (each for each in known if isinstance(each, str))
            return
        init = _tree_of(vars(self.kind).get("__init__"))
        for node in [each for part in (tree, init) if part for each in ast.walk(part)]:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
                named = (getattr(each, "id", getattr(each, "attr", None)) for each in node.targets)
                if name in named:
                    yield from self._keys(node.value, tree)


def _strings_in(node: ast.AST) -> Iterator[str]:
    """The strings of a constant, of a list of such, or of a pattern."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _is_base(name: str) -> bool:
    """Whether a function is no slope of another, by its name."""
    return next(bases_of(name), None) is None


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each target of an assignment with its value, also of `self.a, self.b = a, b`."""
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        yield target, node.value
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=False)


def _tree_of(function: Any) -> ast.AST | None:
    """The syntax of a function, or None where its source cannot be read."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None

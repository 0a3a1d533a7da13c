"""A second backward pass on one object: whether its gradients are added to those of the first."""

import ast
import re
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.frameworks.understanding.hosts import Session
from crosscheck.frameworks.understanding.names import last_word
from crosscheck.frameworks.understanding.networks import Network
from crosscheck.frameworks.understanding.own_rates import is_ours
from crosscheck.frameworks.understanding.parts import classes_in
from crosscheck.frameworks.understanding.passes import MOVED, Ran, run_backward, run_update
from crosscheck.frameworks.understanding.places import gradients_from
from crosscheck.frameworks.understanding.trees import tree_of

_CLEARS = re.compile(r"(zero|reset|clear)_?(the_)?(all_)?(grads?|gradients?)?")
_ZERO = re.compile(r"zero|fill|None|= ?\[\]|= ?0(\.0?)?$|\*= ?0")

_IN_PLACE = re.compile(r"\.fill\(0|\.zero_\(")


class _Same:
    """Gives one session, and no new copy of it."""

    def __init__(self, words: str, session: Session) -> None:
        self.words = words
        self._session = session

    def fresh(self, inputs: Any = None, targets: Any = None) -> Session:
        """See `hosts.Host`."""
        return self._session


def adds_up_again(network: Network, params: Layers, inputs: Array, targets: Array) -> bool | None:
    """Whether a second backward pass gives the sum of both, with the step of its owner between.

    Args:
        network: What was found.
        params: Its parameters.
        inputs, targets: A batch.

    Returns:
        None if nobody can tell: its gradients are no arrays of an object, or something of its file
        sets them to zero, which may run between the two.
    """
    engine, backward = network.engine, network.backward
    if backward is None or backward.source == MOVED or engine.one_by_one:
        return None
    session = engine.host.fresh(inputs, targets)
    if session.is_argument:
        return None
    same = replace(engine, host=_Same(engine.host.words, session))

    def gradients() -> tuple[Ran, list[Array]]:
        ran = run_backward(same, backward.step, params, inputs, targets)
        pairs = gradients_from(same, backward, ran)
        return ran, [np.array(each) for pair in pairs for each in pair if each is not None]

    ran, first = gradients()
    if network.update is not None:
        run_update(ran, network.update, 0.0)
    for name, function in session.functions.items():
        if _CLEARS.fullmatch(name.lower()):
            function()
    _, second = gradients()
    paths = [path for pair in backward.places for path in pair if path is not None]
    doubled = {
        last_word(path)
        for path, one, two in zip(paths, first, second, strict=True)
        if np.any(one) and np.allclose(two, 2 * one, rtol=1e-9, atol=0)
    }
    if not doubled:
        return False
    return None if _cleared(session.root, doubled) else True


def _cleared(root: Any, names: set[str]) -> bool:
    """Whether a file sets some arrays to zero anywhere but where their object is constructed."""
    modules = {each.__module__ for each in (type(root), *classes_in(root)) if not is_ours(each)}
    files = (getattr(sys.modules.get(each), "__file__", None) for each in modules)
    trees = [tree for file in files if (tree := tree_of(file)) is not None]
    if not trees:
        return True  # not seen, and so not accused
    return any(_clears(node, names) for tree in trees for node in _but_constructors(tree))


def _but_constructors(tree: ast.AST) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            continue
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr):
            found.append(node)
        found += _but_constructors(node)
    return found


def _clears(node: ast.stmt, names: set[str]) -> bool:
    text = ast.unparse(node)
    if _IN_PLACE.search(text):
        return True  # of an array that may be one of these, by whatever name
    return any(name in text.lower() for name in names) and bool(_ZERO.search(text))

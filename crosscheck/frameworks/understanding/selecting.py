"""Find where the outputs of a forward pass are: returned, left in the object, or kept to itself."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.calling import Called, name_of
from crosscheck.frameworks.understanding.engine import DoesNotFitError, Engine, Selector
from crosscheck.frameworks.understanding.hosts import Session
from crosscheck.frameworks.understanding.leaves import get, leaves_of, library_of
from crosscheck.frameworks.understanding.names import (
    Path,
    is_delta,
    is_gradient,
    is_other,
    is_output,
    is_pre_activation,
    last_word,
)

# What a local variable is called that depends on the targets.
_DIFFERENCE = re.compile(r"err|diff|resid|^d")


def select_outputs(
    result: Called,
    session: Session,
    before: Mapping[Path, Any],
    engine: Engine,
    batch: int,
    *,
    kept: bool,
) -> Selector:
    """Where the outputs of a forward pass are.

    Args:
        result: What it returned.
        session: The network after the call.
        before: The arrays in it before the call, by path.
        engine: How it was run.
        batch: How many samples it was given.
        kept: Whether they are looked for among the local variables of the function.

    Raises:
        DoesNotFitError: If nothing has the shape of the outputs.
    """
    shapes = _output_shapes(engine, batch)
    returned = [
        (Selector("value", leaf.path), named_path(leaf.path, result), leaf)
        for leaf in leaves_of(result.value)
    ]
    left = [
        (Selector("root", leaf.path), leaf.path, leaf)
        for leaf in leaves_of(session.root)
        if leaf.path not in engine.layout.paths and before.get(leaf.path) is not leaf.value
    ]
    if not kept and engine.one_by_one and engine.layout.sizes[-1] == 1 and is_number(result.value):
        return Selector("value", ())
    # Such as propagate(w, b, X, Y), which returns the gradients alone.
    own = [
        (Selector("local", leaf.path), leaf.path, leaf)
        for leaf in leaves_of({k: v for k, v in result.locals.items() if k != "self"})
        if not is_delta(leaf.path) and not _DIFFERENCE.search(last_word(leaf.path))
    ]
    for found in (own,) if kept else (returned, [] if session.is_argument else left):
        fitting = [
            (_rank(path, index), selector, leaf)
            for index, (selector, path, leaf) in enumerate(found)
            if leaf.shape in shapes and not is_gradient(path) and not is_other(path)
        ]
        if fitting:
            return min(fitting, key=lambda each: each[0])[1]
    raise DoesNotFitError(f"it returns no outputs of shape {sorted(shapes)[-1]}")


def is_number(value: object) -> bool:
    """Whether a value is one number, of any library."""
    if isinstance(value, float | int | np.number) and not isinstance(value, bool):
        return True
    return library_of(value) not in (None, "list") and int(np.prod(value.shape)) == 1  # type: ignore


def _rank(path: Path, index: int) -> tuple[bool, bool, bool, int]:
    """The likeliest outputs first: what is no z, named so, not inside a cache; then the last."""
    return is_pre_activation(path), not is_output(path), len(path) > 1, -index


def _output_shapes(engine: Engine, batch: int) -> set[tuple[int, ...]]:
    outputs = engine.layout.sizes[-1]
    if engine.one_by_one:
        return {(outputs,), (outputs, 1), (1, outputs)}
    shape = (batch, outputs) if engine.form == "rows" else (outputs, batch)
    return {shape, (batch,)} if outputs == 1 else {shape}


def named_path(path: Path, result: Called) -> Path:
    """A path in what a function returned, with the name of its local variable where it has one."""
    value = result.value
    for taken in range(min(len(path), 2) + 1):
        name = name_of(get(value, path[:taken]), result.locals)
        if name is not None and not any(isinstance(each, str) for each in path[:taken]):
            return (name, *path[taken:])
    return path

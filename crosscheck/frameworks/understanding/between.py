"""Find what a network computes on its way: the activations of hidden layers, and dC/dz.

They are in the object, in what a function returned, or in its local variables.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.frameworks.understanding.calling import Called
from crosscheck.frameworks.understanding.engine import Engine
from crosscheck.frameworks.understanding.forwards import BATCH, batch_for, params_for
from crosscheck.frameworks.understanding.hosts import Session
from crosscheck.frameworks.understanding.leaves import Leaf, get, leaves_of
from crosscheck.frameworks.understanding.names import (
    Path,
    is_delta,
    is_gradient,
    is_other,
    is_pre_activation,
)
from crosscheck.frameworks.understanding.passes import Backward, Ran, run_backward

# Where one array is: in the object, in what was returned, or in a local variable.
Place = tuple[str, Path]


def hidden_of(engine: Engine) -> Callable[[Layers, Array], list[Array]] | None:
    """What gives the activations of every layer; None where one is not to be found."""
    sizes = engine.layout.sizes
    inputs, _ = batch_for(sizes)
    params = params_for(sizes)
    assert engine.outputs is not None
    assert engine.forward is not None
    name, binding = engine.forward.name, engine.forward.binding

    def after(params: Layers, inputs: Array) -> tuple[Session, Called, Array]:
        targets = batch_for(sizes, len(inputs))[1]
        session, given = engine.begin(params, inputs, targets)
        result = session.call(name, binding, given)
        assert engine.outputs is not None
        return session, result, engine.as_rows(engine.outputs.read(result, session))

    if len(sizes) == 2:
        return lambda params, inputs: [after(params, inputs)[2]]
    session, result, _ = after(params, inputs)
    places: list[Place] = []
    for units in sizes[1:-1]:
        if sizes.count(units) > 1 or units == BATCH:
            return None
        found = [
            place
            for place, leaf in _everything(engine, session, result)
            if _fits(engine, leaf, units, BATCH)
            and not is_gradient(place[1])
            and not is_other(place[1])
            and not is_delta(place[1])
            and not is_pre_activation(place[1])
            and place[1] not in engine.layout.paths
        ]
        arrays = [_read(place, session, result) for place in found]
        if not found or any(not np.array_equal(arrays[0], each) for each in arrays):
            return None
        places.append(found[0])

    def hidden(params: Layers, inputs: Array) -> list[Array]:
        session, result, outputs = after(params, inputs)
        return [*(_rows(engine, _read(each, session, result)) for each in places), outputs]

    return hidden


def deltas_of(
    engine: Engine, backward: Backward
) -> Callable[[Layers, Array, Array], list[Array]] | None:
    """What gives dC/dz of every layer; None where one is not to be found."""
    sizes = engine.layout.sizes
    inputs, targets = batch_for(sizes)
    try:
        ran = run_backward(engine, backward.step, params_for(sizes), inputs, targets)
    except Exception:  # whatever it raises is said where its gradients are judged
        return None
    places: list[Place] = []
    for units in sizes[1:]:
        if sizes.count(units) > 1 or units == BATCH:
            return None
        found = [
            place
            for place, leaf in _everything(engine, ran.session, ran.result)
            if _fits(engine, leaf, units, BATCH) and is_delta(place[1])
        ]
        arrays = [_read(place, ran.session, ran.result) for place in found]
        if not found or any(not np.array_equal(arrays[0], each) for each in arrays):
            return None
        places.append(found[0])

    def deltas(params: Layers, inputs: Array, targets: Array) -> list[Array]:
        ran: Ran = run_backward(engine, backward.step, params, inputs, targets)
        return [_rows(engine, _read(each, ran.session, ran.result)) for each in places]

    return deltas


def _everything(engine: Engine, session: Session, result: Called) -> Sequence[tuple[Place, Leaf]]:
    own = {name: each for name, each in result.locals.items() if name != "self"}
    return [
        *((("root", leaf.path), leaf) for leaf in leaves_of(session.root)),
        *((("value", leaf.path), leaf) for leaf in leaves_of(result.value) if leaf.path),
        *((("local", leaf.path), leaf) for leaf in leaves_of(own)),
    ]


def _fits(engine: Engine, leaf: Leaf, units: int, batch: int) -> bool:
    return leaf.shape == ((batch, units) if engine.form == "rows" else (units, batch))


def _read(place: Place, session: Session, result: Called) -> Array:
    where, path = place
    roots: dict[str, Any] = {"root": session.root, "value": result.value, "local": result.locals}
    return Leaf([path], get(roots[where], path)).array


def _rows(engine: Engine, array: Array) -> Array:
    return array.T if engine.form == "columns" else array

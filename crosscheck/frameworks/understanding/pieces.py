"""Which classes and functions of a file are the parts of a network: found by trying them."""

import copy
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding import parts
from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.constructing import construct, ways
from crosscheck.frameworks.understanding.criteria import Criterion
from crosscheck.frameworks.understanding.hosts import functions_of
from crosscheck.frameworks.understanding.layouts import layouts_of
from crosscheck.frameworks.understanding.leaves import leaves_of
from crosscheck.frameworks.understanding.names import LOSS, LOSS_SLOPE, first_of
from crosscheck.numerics.bounds.functions import FLOAT_ACTIVATIONS


@dataclass
class Pieces:
    """The classes and functions of a file of which a network may be put together.

    Attributes:
        layers: The classes of layers.
        activations: Objects that have no parameters.
        criteria: The losses.
        given: What a layer may be given beside its sizes.
    """

    layers: list[type] = field(default_factory=list)
    activations: list[Any] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)
    given: list[tuple[Any, ...]] = field(default_factory=list)


def pieces_of(namespace: Mapping[str, Any]) -> Pieces:
    """What the classes of a file are, tried one by one."""
    functions, given = functions_of(namespace), _objects(namespace)
    found = Pieces(given=given)
    for kind in own_classes(namespace).values():
        if layer(kind, 4, 3, functions, given) is not None:
            found.layers.append(kind)
        elif several := list(_activations(kind, functions)):
            found.activations += several
        elif (criterion := _criterion(kind)) is not None:
            found.criteria.append(criterion)
    # Beside one of the contract, another could not be judged.
    known = [each for each in found.activations if _is_known(each)]
    found.activations = known or found.activations
    values = first_of(list(functions), LOSS)
    slopes = [each for each in functions if LOSS_SLOPE.fullmatch(each.lower())]
    for name in values:
        slope = next((each for each in slopes if name.lower() in each.lower()), None)
        if slope is not None:
            pair = Criterion(None, {name: functions[name], slope: functions[slope]})
            found.criteria += [pair] if _works(pair) else []
    return found


def own_classes(namespace: Mapping[str, Any]) -> dict[str, type]:
    """The classes that a file itself defines."""
    module = namespace.get("__name__")
    return {
        name: value
        for name, value in namespace.items()
        if isinstance(value, type) and value.__module__ == module
    }


def layer(
    kind: type,
    fan_in: int,
    fan_out: int,
    functions: Mapping[str, Any],
    given: Sequence[tuple[Any, ...]],
) -> Any:
    """A layer of these sizes, if a class is one; else None.

    Args:
        kind: The class.
        fan_in, fan_out: The sizes.
        functions: Those of the file: of an activation and its derivative, which it may be given.
        given: Objects of the file, which it may be given instead.
    """
    plainly = [partial(kind, fan_in, fan_out, *given) for given in (*_pairs(functions), *given)]
    by_name = (partial(construct, kind, way) for way in ways(kind, {"sizes": (fan_in, fan_out)}))
    for make in (*plainly, *by_name):
        try:
            with quiet():
                made = make()
            if not parts.is_part(made):
                return None
            layouts = layouts_of(leaves_of(made))
        except Exception:  # whatever somebody's constructor raises: it takes something else
            continue
        if layouts and layouts[0].sizes == (fan_in, fan_out):
            return made
    return None


def _objects(namespace: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """An object of each class of a file that needs no arguments and holds no arrays."""
    found = []
    for kind in own_classes(namespace).values():
        try:
            with quiet():
                made = kind()
        except Exception:  # whatever somebody's constructor raises: it takes something
            continue
        if not leaves_of(made):
            found.append((made,))
    return found


def _pairs(functions: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """No arguments; then each function of a file with its derivative, as far as names tell."""
    found = [
        (functions[name], functions[other])
        for name, other in itertools.permutations(functions, 2)
        if re.fullmatch(rf"(d_?|deriv\w*_)?{name}(_?(d|prime|deriv\w*|grad\w*))?", other)
    ]
    return [(), *found]


def _activations(kind: type, functions: Mapping[str, Any]) -> Iterator[Any]:
    """An activation, if a class is one; or several, if it is given functions of the file."""
    for arguments in _pairs(functions):
        try:
            with quiet():
                made, tried = kind(*arguments), kind(*arguments)
            inputs = np.linspace(-1, 1, 21).reshape(7, 3)
            if not parts.is_part(made) or leaves_of(made):
                continue
            found = parts.run_forward(tried, inputs.copy())
            # What holds no layers yet gives its inputs back.
            if found.shape == inputs.shape and not np.array_equal(found, inputs):
                yield made
        except Exception:  # whatever somebody's constructor raises: it takes something else
            continue


def _is_known(activation: Any) -> bool:
    inputs = np.linspace(-2, 2, 21).reshape(7, 3)
    outputs = parts.run_forward(copy.deepcopy(activation), inputs.copy())
    return any(np.allclose(outputs, each(inputs)) for each in FLOAT_ACTIVATIONS.values())


def _criterion(kind: type) -> Criterion | None:
    """A loss, if a class is one; else None."""
    try:
        with quiet():
            made, tried = kind(), kind()
        return Criterion(made) if not leaves_of(made) and _works(Criterion(tried)) else None
    except Exception:  # whatever somebody's constructor raises: it takes something else
        return None


def _works(criterion: Criterion) -> bool:
    """Whether it gives a loss and its slope, of targets in rows or as numbers of classes."""
    outputs = np.linspace(0.05, 0.9, 14).reshape(7, 2)
    classes = np.arange(7) % 2
    for targets in (np.eye(2)[classes], classes):
        try:
            criterion.value(outputs.copy(), targets)
            criterion.slope(outputs.copy(), targets)
        except Exception:  # whatever it raises: it is no loss of such targets
            continue
        return True
    return False

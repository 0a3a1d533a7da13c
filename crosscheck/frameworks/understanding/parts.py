"""Objects that are parts of a network: layers and activations.

Each has a forward pass, and a backward pass that takes the slope of what follows; it is called
here with whatever its arguments are named.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.understanding.engine import DoesNotFitError
from crosscheck.frameworks.understanding.hosts import methods_of
from crosscheck.frameworks.understanding.leaves import leaves_of
from crosscheck.frameworks.understanding.names import (
    BACKWARD,
    FORWARD,
    LIKE_BACKWARD,
    RATES_AT,
    UPDATE,
    first_of,
    is_output,
    last_word,
    role_of,
)

_TRAINING = re.compile(r"(is_)?train(ing)?|mode")
# Where a part leaves the slope of its inputs, if it does not return it.
INPUT_SLOPE = re.compile(
    r"d_?(inputs?|x|in|a_?prev|data)|(grad|delta|error)_?(in|inputs?|x)|"
    r"(in|inputs?|x)_?(grad|gradient|error|delta)"
)
BACK = re.compile(r"back|bprop|bwd")
# What a step after a backward pass may be.
_STEP = (*UPDATE, "zero_update", "apply")


_NAMES: dict[type[Any], list[str]] = {}


def _names(kind: type[Any]) -> list[str]:
    """The methods of a class."""
    if kind not in _NAMES:
        _NAMES[kind] = list(methods_of(object.__new__(kind)))
    return _NAMES[kind]


def forward_of(part: Any) -> str | None:
    """The name of a part's forward pass."""
    return next(iter(first_of(_names(type(part)), FORWARD, "forward")), None)


def backward_of(part: Any) -> str | None:
    """The name of a part's backward pass, and not of the derivative of a function of z."""
    for name in first_of(_names(type(part)), BACKWARD, LIKE_BACKWARD):
        takes = {role_of(each) for each in _needed(part, name)}
        if BACK.search(name.lower()) or takes & {"slope", "grads"}:
            return name
    return None


def is_part(part: Any) -> bool:
    """Whether an object has a forward pass of one argument, and a backward pass of a slope."""
    forward, backward = forward_of(part), backward_of(part)
    if forward is None or backward is None:
        return False
    return len(_needed(part, forward)) == 1 and len(_needed(part, backward)) == 1


def _needed(part: Any, name: str) -> list[str]:
    """The arguments of a method that must be given, but for a rate and a flag of training."""
    return [
        each.name
        for each in inspect.signature(getattr(part, name)).parameters.values()
        if each.default is each.empty
        and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        and role_of(each.name) != "rate"
        and not _TRAINING.fullmatch(each.name.lower())
    ]


def run_forward(part: Any, inputs: Array) -> Array:
    """What a part makes of its inputs.

    Raises:
        DoesNotFitError: If that is no array of as many samples.
    """
    name = forward_of(part)
    assert name is not None
    value = _call(getattr(part, name), inputs, None)
    if isinstance(value, tuple):
        value = value[0]
    if value is None:
        value = left_in(part, lambda word: is_output((word,)), None)
    if not isinstance(value, np.ndarray) or not {*value.shape} & {*inputs.shape}:
        raise DoesNotFitError(f"{type(part).__name__}.{name} gives no array of its samples")
    return value


def run_backward(part: Any, slope: Array, rate: float, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """The slope of a part's inputs, of this shape, and whatever else its backward pass returned.

    Raises:
        DoesNotFitError: If there is none.
    """
    name = backward_of(part)
    assert name is not None
    _set_rate(part, rate)
    value = _call(getattr(part, name), slope, rate)
    further: Any = None
    if isinstance(value, tuple):
        value, further = value[0], value[1:]
    if value is None:
        value = left_in(part, INPUT_SLOPE.fullmatch, shape)
    return value, further


def _set_rate(part: Any, rate: float) -> None:
    """Set the rate that a part keeps; the `alpha` of one that has no arrays is none."""
    for attribute in _rates(part):
        setattr(part, attribute, rate)


def _rates(part: Any) -> list[str]:
    if not any(leaf.shape for leaf in leaves_of(part)):
        return []
    return [
        name
        for name, value in vars(part).items()
        if RATES_AT.fullmatch(name.lower().strip("_")) and isinstance(value, float)
    ]


def _call(method: Callable[..., Any], first: Any, rate: float | None) -> Any:
    given: dict[str, Any] = {}
    left = [first]
    for each in inspect.signature(method).parameters.values():
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        if rate is not None and role_of(each.name) == "rate":
            given[each.name] = rate
        elif each.default is not each.empty:
            continue
        elif _TRAINING.fullmatch(each.name.lower()):
            given[each.name] = True
        elif left:
            given[each.name] = left.pop()
        else:
            raise DoesNotFitError(f"nobody knows what {each.name} is")
    return method(**given)


def left_in(part: Any, named: Callable[[str], Any], shape: tuple[int, ...] | None) -> Any:
    """The last array in a part that is called so and has this shape, if one is given."""
    found = [
        leaf.value
        for leaf in leaves_of(part)
        if named(last_word(leaf.path)) and shape in (None, leaf.shape)
    ]
    return found[-1] if found else None


def takes_rate(part: Any) -> bool:
    """Whether a part can be told a rate: its backward pass, or its own attribute."""
    name = backward_of(part)
    arguments = [] if name is None else inspect.signature(getattr(part, name)).parameters
    return any(role_of(each) == "rate" for each in arguments) or bool(_rates(part))


def step_of(part: Any) -> str | None:
    """The name of a method that moves a part by what its backward pass left in it."""
    for name in first_of(_names(type(part)), _STEP):
        if not _needed(part, name):
            return name
    return None


def run_step(part: Any, rate: float) -> None:
    """Move a part."""
    name = step_of(part)
    _set_rate(part, rate)
    if name is not None:
        _call(getattr(part, name), None, rate)


def classes_in(root: Any, deepest: int = 6) -> set[type]:
    """The classes of everything inside an object, and what they inherit from."""
    if isinstance(root, type):
        return {root}
    if deepest < 0 or isinstance(root, np.ndarray | str | float | int):
        return set()
    if isinstance(root, dict):
        inner = list(root.values())
    elif isinstance(root, list | tuple):
        inner = list(root)
    else:
        inner = list(getattr(root, "__dict__", {}).values())
    own = {*type(root).__mro__} - {object}
    # Of what shows the numbers of an object, or one pass of its loop.
    own |= {each for each in getattr(root, "of", ()) if isinstance(each, type)}
    return own.union(*(classes_in(each, deepest - 1) for each in inner[:64]))

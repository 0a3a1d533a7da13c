"""The ways in which somebody's own update may be called, each tried on two small arrays."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.optimizer_calls import (
    WORDS,
    Array,
    Signature,
    methods_of,
    signature_of,
)
from crosscheck.frameworks.understanding.optimizer_holders import HOLDERS
from crosscheck.frameworks.understanding.optimizer_plain import PlainOptimizer

SIZE = 1000.0  # parameters of a trial are near it, and updates far below
TRIAL_SHAPES = ((4, 3), (5,))


def plain_optimizers(
    new: Callable[..., Any],
    example: Any,
    takes_params: bool,
    more: Mapping[str, Any],
    converters: Sequence[tuple[str, Callable[[Array], Any]]],
) -> Iterator[tuple[str, Callable[[], PlainOptimizer]]]:
    """Every way to call an optimizer that a trial of two steps accepts, in words.

    Args:
        new: Returns a new object, given the parameters where `takes_params`.
        example: One such object, or the function itself.
        takes_params: Whether its constructor takes the parameters.
        more: What every call is given besides, by name.
        converters: What makes its arrays of NumPy's, by the name of the library.
    """
    methods = [("", example)] if _is_function(example) else list(methods_of(example))
    for name, method in methods:
        signature = signature_of(method)
        if signature is None:
            continue
        for container in _containers(signature, takes_params, name):
            for library, convert in converters:
                if container == "tensors" and library != "torch":
                    continue
                make = partial(
                    HOLDERS.get(container, PlainOptimizer),
                    new,
                    name or None,
                    container,
                    convert,
                    more,
                    takes_params,
                    signature,
                    method,
                )
                adapter = make()
                mode = _trial(adapter)
                if mode is not None:
                    words = _words(name, signature, container, mode, library)
                    yield words, partial(_settled, make, mode, adapter.in_place_and_returned)


def _settled(make: Callable[[], PlainOptimizer], mode: str, both: bool) -> PlainOptimizer:
    made = make()
    made.mode = None if mode == "objects" else mode
    made.in_place_and_returned = both
    return made


def _is_function(value: Any) -> bool:
    return hasattr(value, "__code__")


def _containers(signature: Signature, takes_params: bool, name: str) -> Sequence[str]:
    if signature.roles == ("key",) or (name == "update_params" and len(signature.names) == 1):
        return ("layers", *signature.containers)
    if not signature.has("grads") and not signature.has("zipped"):
        return ("tensors", "objects") if takes_params else ()
    return signature.containers


def _trial(adapter: PlainOptimizer) -> str | None:
    """What two calls of an optimizer do; None if they fail or move nothing."""
    rng = np.random.default_rng(3)
    start = [SIZE + rng.standard_normal(shape) for shape in TRIAL_SHAPES]
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            adapter.start(start)
            for _ in range(2):
                found = adapter.step([rng.standard_normal(array.shape) for array in start])
    except (Exception, SystemExit):
        return None
    if [each.shape for each in found] != list(TRIAL_SHAPES):
        return None
    moved = any(not np.array_equal(*pair) for pair in zip(found, start, strict=True))
    return (adapter.mode or "objects") if moved else None


def _words(name: str, signature: Signature, container: str, mode: str, library: str) -> str:
    call = f"{name or 'a function'}({', '.join(signature.names)})"
    over = WORDS[container]
    does = {
        "in place": "which changes the parameters in place",
        "returned": "which returns the new parameters",
        "added": "which returns the update, to be added",
        "subtracted": "which returns the update, to be subtracted",
    }.get(mode, "which changes them")
    arrays = "" if library == "numpy" else f" of {library}"
    return f"{call} over {over}{arrays}, {does}"

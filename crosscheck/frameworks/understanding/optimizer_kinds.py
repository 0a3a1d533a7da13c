"""What kind of optimizer an object is, and whether it takes two steps."""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import NotUnderstoodError, OptimizerAdapter
from crosscheck.frameworks.plain_text import in_words
from crosscheck.frameworks.understanding.optimizer_calls import METHODS, signature_of
from crosscheck.frameworks.understanding.optimizer_names import role
from crosscheck.frameworks.understanding.optimizer_settings import parameters_of
from crosscheck.frameworks.understanding.optimizer_ways import TRIAL_SHAPES


def new_of(kind: Any, settings: dict[str, Any], called: str, *params: Any) -> Any:
    """What a class or a factory makes.

    Raises:
        NotUnderstoodError: If it cannot be called so.
    """
    try:
        return kind(*params, **settings)
    except TypeError as error:
        raise NotUnderstoodError(f"{called} cannot be made: {in_words(error)}") from None


def _is_of(module: str, name: str, value: Any) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    if not isinstance(kind, type):
        return False
    return issubclass(value, kind) if isinstance(value, type) else isinstance(value, kind)


def is_torch(value: Any) -> bool:
    """Whether it is a `torch.optim.Optimizer`, or a class of one."""
    return _is_of("torch.optim", "Optimizer", value)


def is_keras(value: Any) -> bool:
    """Whether it is an optimizer of Keras, or a class of one."""
    return _is_of("keras.optimizers", "Optimizer", value)


def is_pure(value: Any) -> bool:
    """Whether it has init(params) and update(grads, state, params), and keeps no state."""
    if isinstance(value, type) or not callable(getattr(value, "init", None)):
        return False
    names = list(parameters_of(getattr(value, "update", None)))
    return len(names) >= 2 and role(names[0]) in ("grads", None)


def is_triple(value: Any) -> bool:
    """Whether it is the three functions of jax.example_libraries."""
    return isinstance(value, tuple) and len(value) == 3 and all(map(callable, value))


def is_adapter(value: Any) -> bool:
    """Whether it is a class that keeps the protocol `OptimizerAdapter`."""
    return (
        isinstance(value, type)
        and all(
            list(parameters_of(getattr(value, name, None)))[1:] == [argument]
            for name, argument in (("start", "params"), ("step", "grads"))
            if callable(getattr(value, name, None))
        )
        and issubclass(value, OptimizerAdapter)
    )


def takes_a_step(value: Any) -> bool:
    """Whether it is a function that takes a step itself: it is given gradients."""
    signature = signature_of(value) if hasattr(value, "__code__") else None
    return signature is not None and signature.has("grads")


def has_methods(value: Any) -> bool:
    """Whether it is an object with a method that may take a step."""
    return not hasattr(value, "__code__") and bool(own_methods(value))


def own_methods(value: Any) -> Sequence[tuple[str, Any]]:
    """The methods of an object that may take a step, but for a call of itself."""
    names = [name for name in METHODS if name != "__call__"]
    return [(n, getattr(value, n)) for n in names if callable(getattr(value, n, None))]


def take_two_steps(adapter: Any) -> None:
    """Let an adapter take two steps; whatever it raises is raised."""
    arrays = [np.ones(shape) for shape in TRIAL_SHAPES]
    adapter.start(arrays)
    for _ in range(2):
        adapter.step([array.copy() for array in arrays])


def tried(adapter: Any, called: str) -> None:
    """Let an adapter take two steps.

    Raises:
        NotUnderstoodError: If it fails.
    """
    try:
        take_two_steps(adapter)
    except Exception as error:
        raise NotUnderstoodError(f"{called} fails on two arrays: {in_words(error)}") from error

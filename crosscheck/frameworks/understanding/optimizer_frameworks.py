"""Optimizers that are made for a framework: how each is made and run."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import NotUnderstoodError
from crosscheck.frameworks.plain_text import in_words
from crosscheck.frameworks.understanding.optimizer_kinds import is_triple, take_two_steps, tried
from crosscheck.frameworks.understanding.optimizer_names import rate_name
from crosscheck.frameworks.understanding.optimizer_settings import check_settings
from crosscheck.frameworks.understanding.optimizer_stock import (
    ChangingPureOptimizer,
    EachTripleOptimizer,
    KerasOptimizer,
    PureOptimizer,
    TorchOptimizer,
    TripleOptimizer,
    converter,
    library_of,
)

# What was understood, in words, and what makes the adapter.
Way = tuple[str, Callable[[], Any]]


def of_torch(target: Any, settings: dict[str, Any], called: str) -> Way:
    """A class of a `torch.optim.Optimizer`, or one that is made already."""
    if isinstance(target, type):
        new = partial(with_params, target, settings)
    else:
        own = {**target.defaults, **settings}
        accepted = inspect.signature(type(target)).parameters
        own = {key: value for key, value in own.items() if key in accepted}
        new = partial(with_params, type(target), own)
    check_settings(target if isinstance(target, type) else type(target), settings, called)
    adapter = TorchOptimizer(new)
    tried(adapter, called)
    defaults = {k: v for k, v in adapter.optimizer.defaults.items() if v is not None}

    def make() -> TorchOptimizer:
        made = TorchOptimizer(new)
        made.settings = defaults  # type: ignore[attr-defined]
        return made

    return f"{called} is a torch.optim.Optimizer", make


def with_params(kind: Any, settings: dict[str, Any], params: Any) -> Any:
    """What is made when the parameters are given."""
    return kind(params, **settings)


def of_keras(target: Any, settings: dict[str, Any], called: str) -> KerasOptimizer:
    """A class of an optimizer of Keras, or one that is made already."""
    if isinstance(target, type):
        check_settings(target, settings, called)
        return KerasOptimizer(partial(target, **settings))
    config = target.get_config() | settings
    rate = config.get("learning_rate")
    if isinstance(rate, float):  # it was kept in float32; what was written has fewer digits
        config["learning_rate"] = float(str(np.float32(rate)))
    adapter = KerasOptimizer(lambda: type(target).from_config(config))
    adapter.settings = config  # type: ignore[attr-defined]
    return adapter


def of_functions(
    new: Callable[[], Any],
    example: Any,
    changing: Callable[[Callable[[Any], Any]], Any] | None,
    settings: dict[str, Any],
    called: str,
) -> Way:
    """Pure functions: init and update, or the three of jax.example_libraries."""
    update = example[1] if is_triple(example) else example.update
    module = type(example).__module__.partition(".")[0]
    library = "jax" if module == "optax" else library_of(update)
    convert = converter(library)
    if is_triple(example):
        kind: Callable[..., Any] = TripleOptimizer
        try:
            take_two_steps(kind(new, convert))
        except Exception:  # without what maps them over a list, they take one array
            kind = EachTripleOptimizer
            tried(kind(new, convert), called)
        triple = partial(kind, new, convert)
        return f"{called} is three functions: init, update and get_params", triple
    words = f"{called} is a pair init(params) and update(grads, state, params)"
    ways: list[Callable[[], Any]] = []
    for each in (False, True):
        if changing is not None:
            ways.append(
                partial(
                    ChangingPureOptimizer,
                    lambda adapter: changing(lambda step: adapter.rate_at(step, _rate(settings))),
                    convert,
                    each,
                )
            )
        ways.append(partial(PureOptimizer, lambda adapter: new(), convert, each))
    problem = ""
    for way in ways:
        try:
            take_two_steps(way())
        except Exception as error:
            problem = problem or in_words(error)
            continue
        return words, way
    raise NotUnderstoodError(f"{words}, and fails on two arrays: {problem}")


def _rate(settings: dict[str, Any]) -> Any:
    return settings[str(rate_name(settings))]

"""Understand somebody's own optimizer: a class, an object or a factory becomes an adapter."""

import copy
import inspect
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import NotUnderstoodError, Understood
from crosscheck.frameworks.understanding.optimizer_calls import METHODS, signature_of
from crosscheck.frameworks.understanding.optimizer_frameworks import (
    Way,
    of_functions,
    of_keras,
    of_torch,
    with_params,
)
from crosscheck.frameworks.understanding.optimizer_kinds import (
    has_methods,
    is_adapter,
    is_keras,
    is_pure,
    is_torch,
    is_triple,
    new_of,
    own_methods,
    takes_a_step,
    tried,
)
from crosscheck.frameworks.understanding.optimizer_names import rate_name, role
from crosscheck.frameworks.understanding.optimizer_settings import (
    attributes_of,
    check_settings,
    defaults_of,
    numbers_in,
    split_settings,
)
from crosscheck.frameworks.understanding.optimizer_stock import (
    TorchOptimizer,
    converter,
    library_of,
)
from crosscheck.frameworks.understanding.optimizer_ways import TRIAL_SHAPES, plain_optimizers

ADAPTER = """write an adapter, and check that:
    class Adapter:
        def start(self, params):              # a list of NumPy arrays
            self.params, self.optimizer = list(params), ...
        def step(self, grads):                # one gradient for each array
            ...
            return self.params                # the arrays after the step"""


def is_optimizer(value: Any) -> bool:
    """Whether an object looks like an optimizer: a class, an object or a function of one."""
    if is_torch(value) or is_keras(value):
        return True
    if is_pure(value) or is_triple(value):
        return True
    if callable(value) and not isinstance(value, type):
        signature = signature_of(value)
        return signature is not None and signature.has("grads") and signature.has("params")
    return not hasattr(value, "forward") and any(
        _takes_steps(name, getattr(value, name))
        for name in METHODS[:-1]
        if callable(getattr(value, name, None))
    )


def _takes_steps(name: str, method: Any) -> bool:
    """Whether a method is given gradients, a layer that has them, or nothing, and called step."""
    signature = signature_of(method)
    if signature is None or not inspect.isroutine(method) or inspect.isbuiltin(method):
        return False
    of_layers = signature.roles == ("key",) and name.startswith("update")
    return (
        signature.has("grads")
        or signature.has("zipped")
        or of_layers
        or (name == "step" and signature.names == ())
    )


def optimizers_in(namespace: Mapping[str, Any], name: str | None) -> list[Any]:
    """The optimizers of a file, or that of a name; else the functions of it that return one."""
    if name is not None:
        return [namespace[name]] if name in namespace and is_optimizer(namespace[name]) else []
    module = namespace.get("__name__")
    own = [each for each in namespace.values() if getattr(each, "__module__", None) == module]
    return [each for each in own if is_optimizer(each)] or [each for each in own if _makes(each)]


def _makes(value: Any) -> bool:
    """Whether a function that needs no argument returns what is used by two functions or three."""
    if not inspect.isfunction(value):
        return False
    parameters = inspect.signature(value).parameters.values()
    if any(each.default is each.empty for each in parameters):
        return False
    try:
        made = value()
    except Exception:  # whatever somebody's function raises: it returns no optimizer
        return False
    return is_pure(made) or is_triple(made)


def understand_optimizer(
    target: Any, settings: Mapping[str, Any] | None = None, name: str | None = None
) -> Understood:
    """What somebody's optimizer is, and how it is run.

    Args:
        target: A class, an object, a function that takes a step, or a factory of an optimizer.
        settings: What its constructor, or each call of a function, is given by keyword.
        name: What it is called for readers; None takes its own name.

    Raises:
        NotUnderstoodError: If nobody can tell how it is called, or it has no such setting.
    """
    settings = dict(settings or {})
    called = str(name or getattr(target, "__name__", type(target).__name__))
    words, make = _understood(target, settings, called)
    known = attributes_of(target, settings) | defaults_of(target) | settings
    numbers = numbers_in(target)

    def made() -> Any:
        adapter = make()
        adapter.settings, adapter.numbers = known | getattr(adapter, "settings", {}), numbers
        adapter.words, adapter.called = words, called
        return adapter

    return Understood("optimizer", words, made)


def _understood(target: Any, settings: dict[str, Any], called: str) -> Way:
    if is_adapter(target):
        return f"{called} is an adapter", partial(new_of, target, settings, called)
    if is_torch(target):
        return of_torch(target, settings, called)
    if is_keras(target):
        return f"{called} is an optimizer of Keras", partial(of_keras, target, settings, called)
    if is_pure(target) or is_triple(target):
        return of_functions(lambda: target, target, None, settings, called)
    if not callable(target) or isinstance(target, type) or not takes_a_step(target):
        if callable(target) and not isinstance(target, type) and not has_methods(target):
            return _of_factory(target, settings, called)
        return _of_class(target, settings, called)
    return _of_step(target, settings, called)


# ----- each kind -----


def _of_factory(target: Any, settings: dict[str, Any], called: str) -> Way:
    """A function that returns an optimizer, perhaps given the parameters."""
    check_settings(target, settings, called)
    first = next(iter(inspect.signature(target).parameters), None)
    if first is not None and role(first) == "params":
        if "torch" not in sys.modules:
            raise NotUnderstoodError(f"{called} takes {first}, and is no optimizer; {ADAPTER}")
        make = partial(TorchOptimizer, partial(with_params, target, settings))
        tried(make(), called)
        return f"{called} returns an optimizer", make
    new = partial(new_of, target, settings, called)
    made = new()
    if not (is_pure(made) or is_triple(made)):
        if not is_optimizer(made):
            raise NotUnderstoodError(f"{called} returned {type(made).__name__}; {ADAPTER}")
        return _of_class(made, {}, called, new)
    name = rate_name(settings)
    changing = None
    if name is not None and is_pure(made):
        others = {key: value for key, value in settings.items() if key != name}
        changing = lambda rate: target(**others, **{name: rate})  # noqa: E731
    return of_functions(new, made, changing, settings, called)


def _of_class(
    target: Any, settings: dict[str, Any], called: str, new: Callable[[], Any] | None = None
) -> Way:
    """A class, or an object of one, with a method that takes a step."""
    kind = target if isinstance(target, type) else type(target)
    takes_params = False
    more: dict[str, Any] = {}
    make_new: Callable[..., Any]
    if new is not None:
        make_new = new
    elif isinstance(target, type):
        takes_params, own, more = split_settings(target, settings, called)
        make_new = partial(new_of, target, own, called)
    else:
        if settings:
            raise NotUnderstoodError(f"{called} is made already, and takes no settings")
        make_new = partial(copy.deepcopy, target)
    example: Any = target
    if isinstance(target, type):
        given = [[np.ones(shape) for shape in TRIAL_SHAPES]] if takes_params else []
        example = make_new(*given)
    if is_pure(example) and not takes_params:
        with suppress(NotUnderstoodError):
            return of_functions(make_new, example, None, settings, called)
    library = library_of(kind)
    libraries = [library] if library == "torch" else ["numpy"]
    libraries += ["torch"] if "torch" in sys.modules and library != "torch" else []
    if library == "jax":
        converter("jax")
        libraries = ["jax", "numpy"]
    ways = plain_optimizers(
        make_new, example, takes_params, more, [(each, converter(each)) for each in libraries]
    )
    for words, make in ways:
        return f"{called} has {words}", make
    names = ", ".join(f"{n}{inspect.signature(m)}" for n, m in own_methods(example))
    raise NotUnderstoodError(
        f"{called} has {names or 'no method that takes a step'}, and nobody can tell how it is "
        f"called; {ADAPTER}"
    )


def _of_step(target: Any, settings: dict[str, Any], called: str) -> Way:
    """A function that takes one step itself."""
    check_settings(target, settings, called)
    library = library_of(target)
    ways = plain_optimizers(
        lambda: target, target, False, settings, [(library, converter(library))]
    )
    for words, make in ways:
        return f"{called} is {words}", make
    raise NotUnderstoodError(
        f"{called}{inspect.signature(target)} fails on two arrays, or moves nothing; {ADAPTER}"
    )

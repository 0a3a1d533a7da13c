"""Understand somebody's own optimizer: a class, an object or a factory becomes an adapter."""

import ast
import copy
import inspect
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import NotUnderstoodError, OptimizerAdapter, Understood
from crosscheck.frameworks.plain_text import in_words
from crosscheck.frameworks.understanding.optimizer_calls import METHODS, signature_of
from crosscheck.frameworks.understanding.optimizer_names import rate_name, role
from crosscheck.frameworks.understanding.optimizer_plain import TRIAL_SHAPES, plain_optimizers
from crosscheck.frameworks.understanding.optimizer_stock import (
    ChangingPureOptimizer,
    KerasOptimizer,
    PureOptimizer,
    TorchOptimizer,
    TripleOptimizer,
    converter,
    library_of,
)

ADAPTER = """write an adapter, and check that:
    class Adapter:
        def start(self, params):              # a list of NumPy arrays
            self.params, self.optimizer = list(params), ...
        def step(self, grads):                # one gradient for each array
            ...
            return self.params                # the arrays after the step"""


def is_optimizer(value: Any) -> bool:
    """Whether an object looks like an optimizer: a class, an object or a function of one."""
    if _is_of("torch", "optim", "Optimizer", value) or _is_of("keras", "Optimizer", value):
        return True
    if _is_pure(value) or _is_triple(value):
        return True
    if callable(value) and not isinstance(value, type):
        signature = signature_of(value)
        return signature is not None and signature.has("grads") and signature.has("params")
    methods = [getattr(value, name, None) for name in METHODS[:-1]]
    return any(callable(method) for method in methods)


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
    called = name or getattr(target, "__name__", type(target).__name__)
    words, make = _understood(target, settings, called)
    known = _attributes(target, settings) | _defaults(target) | settings
    numbers = numbers_in(target)

    def made() -> Any:
        adapter = make()
        adapter.settings, adapter.numbers = known | getattr(adapter, "settings", {}), numbers
        adapter.words = words
        return adapter

    return Understood("optimizer", words, made)


Way = tuple[str, Callable[[], Any]]


def _understood(target: Any, settings: dict[str, Any], called: str) -> Way:
    if _is_adapter(target):
        return f"{called} is an adapter", partial(_new, target, settings, called)
    if _is_of("torch", "optim", "Optimizer", target):
        return _of_torch(target, settings, called)
    if _is_of("keras", "Optimizer", target):
        return f"{called} is an optimizer of Keras", partial(_of_keras, target, settings, called)
    if _is_pure(target) or _is_triple(target):
        return _of_functions(lambda: target, target, None, settings, called)
    if not callable(target) or isinstance(target, type) or not _takes_a_step(target):
        if callable(target) and not isinstance(target, type) and not _has_methods(target):
            return _of_factory(target, settings, called)
        return _of_class(target, settings, called)
    return _of_step(target, settings, called)


# ----- each kind -----


def _of_torch(target: Any, settings: dict[str, Any], called: str) -> Way:
    if isinstance(target, type):
        new = partial(_with_params, target, settings, called)
    else:
        own = {**target.defaults, **settings}
        accepted = inspect.signature(type(target)).parameters
        own = {key: value for key, value in own.items() if key in accepted}
        new = partial(_with_params, type(target), own, called)
    _check(target if isinstance(target, type) else type(target), settings, called)
    adapter = TorchOptimizer(new)
    _tried(adapter, called)
    defaults = {k: v for k, v in adapter.optimizer.defaults.items() if v is not None}

    def make() -> TorchOptimizer:
        made = TorchOptimizer(new)
        made.settings = defaults  # type: ignore[attr-defined]
        return made

    return f"{called} is a torch.optim.Optimizer", make


def _with_params(kind: Any, settings: dict[str, Any], called: str, params: Any) -> Any:
    return kind(params, **settings)


def _of_keras(target: Any, settings: dict[str, Any], called: str) -> KerasOptimizer:
    if isinstance(target, type):
        _check(target, settings, called)
        return KerasOptimizer(partial(target, **settings))
    config = target.get_config() | settings
    rate = config.get("learning_rate")
    if isinstance(rate, float):  # it was kept in float32; what was written has fewer digits
        config["learning_rate"] = float(str(np.float32(rate)))
    adapter = KerasOptimizer(lambda: type(target).from_config(config))
    adapter.settings = config  # type: ignore[attr-defined]
    return adapter


def _of_functions(
    new: Callable[[], Any],
    example: Any,
    changing: Callable[[Callable[[Any], Any]], Any] | None,
    settings: dict[str, Any],
    called: str,
) -> Way:
    """Pure functions: init and update, or the three of jax.example_libraries."""
    update = example[1] if _is_triple(example) else example.update
    module = type(example).__module__.partition(".")[0]
    library = "jax" if module == "optax" else library_of(update)
    convert = converter(library)
    if _is_triple(example):
        triple = partial(TripleOptimizer, new, convert)
        _tried(triple(), called)
        return f"{called} is three functions: init, update and get_params", triple
    words = f"{called} is a pair init(params) and update(grads, state, params)"
    ways: list[Callable[[], Any]] = []
    for each in (False, True):
        if changing is not None:
            ways.append(
                partial(
                    ChangingPureOptimizer,
                    lambda adapter: changing(lambda step: adapter.rate or _rate(settings)),
                    convert,
                    each,
                )
            )
        ways.append(partial(PureOptimizer, lambda adapter: new(), convert, each))
    problem = ""
    for way in ways:
        try:
            _take_two_steps(way())
        except Exception as error:
            problem = problem or in_words(error)
            continue
        return words, way
    raise NotUnderstoodError(f"{words}, and fails on two arrays: {problem}")


def _rate(settings: dict[str, Any]) -> Any:
    return settings[str(rate_name(settings))]


def _of_factory(target: Any, settings: dict[str, Any], called: str) -> Way:
    """A function that returns an optimizer, perhaps given the parameters."""
    _check(target, settings, called)
    first = next(iter(inspect.signature(target).parameters), None)
    if first is not None and role(first) == "params":
        if "torch" not in sys.modules:
            raise NotUnderstoodError(f"{called} takes {first}, and is no optimizer; {ADAPTER}")
        adapter = TorchOptimizer(partial(_with_params, target, settings, called))
        _tried(adapter, called)
        return f"{called} returns an optimizer", adapter_of(target, settings, called)
    new = partial(_new, target, settings, called)
    made = new()
    if not (_is_pure(made) or _is_triple(made)):
        if not is_optimizer(made):
            raise NotUnderstoodError(f"{called} returned {type(made).__name__}; {ADAPTER}")
        return _of_class(made, {}, called, new)
    name = rate_name(settings)
    changing = None
    if name is not None and _is_pure(made):
        others = {key: value for key, value in settings.items() if key != name}
        changing = lambda rate: target(**others, **{name: rate})  # noqa: E731
    return _of_functions(new, made, changing, settings, called)


def adapter_of(target: Any, settings: dict[str, Any], called: str) -> Callable[[], TorchOptimizer]:
    """Makes the adapter of a function that is given tensors and returns a torch optimizer."""
    return lambda: TorchOptimizer(partial(_with_params, target, settings, called))


def _of_class(
    target: Any, settings: dict[str, Any], called: str, new: Callable[[], Any] | None = None
) -> Way:
    """A class, or an object of one, with a method that takes a step."""
    kind = target if isinstance(target, type) else type(target)
    takes_params, more = False, {}
    if new is None and isinstance(target, type):
        takes_params, own, more = _split(target, settings, called)
        new = partial(_new, target, own, called)
    elif new is None:
        if settings:
            raise NotUnderstoodError(f"{called} is made already, and takes no settings")
        new = partial(copy.deepcopy, target)
    example: Any = target
    if isinstance(target, type):
        example = new([np.ones(shape) for shape in TRIAL_SHAPES]) if takes_params else new()
    library = library_of(kind)
    libraries = [library] if library == "torch" else ["numpy"]
    libraries += ["torch"] if "torch" in sys.modules and library != "torch" else []
    if library == "jax":
        converter("jax")
        libraries = ["jax", "numpy"]
    ways = plain_optimizers(
        new, example, takes_params, more, [(each, converter(each)) for each in libraries]
    )
    for words, make in ways:
        return f"{called} has {words}", make
    names = ", ".join(f"{n}{inspect.signature(m)}" for n, m in _own_methods(example))
    raise NotUnderstoodError(
        f"{called} has {names or 'no method that takes a step'}, and nobody can tell how it is "
        f"called; {ADAPTER}"
    )


def _of_step(target: Any, settings: dict[str, Any], called: str) -> Way:
    """A function that takes one step itself."""
    _check(target, settings, called)
    library = library_of(target)
    ways = plain_optimizers(
        lambda: target, target, False, settings, [(library, converter(library))]
    )
    for words, make in ways:
        return f"{called} is {words}", make
    raise NotUnderstoodError(
        f"{called}{inspect.signature(target)} fails on two arrays, or moves nothing; {ADAPTER}"
    )


# ----- settings -----


def _new(kind: Any, settings: dict[str, Any], called: str, *params: Any) -> Any:
    try:
        return kind(*params, **settings)
    except TypeError as error:
        raise NotUnderstoodError(f"{called} cannot be made: {in_words(error)}") from None


def _parameters(value: Any) -> dict[str, inspect.Parameter]:
    try:
        return dict(inspect.signature(value).parameters)
    except (TypeError, ValueError):
        return {}


def _check(value: Any, settings: Mapping[str, Any], called: str) -> None:
    """Refuse settings that a constructor or a function does not have."""
    known = _parameters(value)
    if any(each.kind == each.VAR_KEYWORD for each in known.values()):
        return
    for name in settings:
        if name not in known:
            raise NotUnderstoodError(
                f"{called} has no parameter {name!r}: it has {', '.join(known) or 'none'}"
            )


def _split(
    kind: type, settings: dict[str, Any], called: str
) -> tuple[bool, dict[str, Any], dict[str, Any]]:
    """Whether a constructor takes the parameters, its settings, and those of every call."""
    parameters = _parameters(kind)
    of_calls = {
        name
        for method in METHODS
        if callable(getattr(kind, method, None)) and method != "__call__"
        for name in _parameters(getattr(kind, method))
    }
    more = {k: v for k, v in settings.items() if k not in parameters and k in of_calls}
    own = {key: value for key, value in settings.items() if key not in more}
    _check(kind, own, called)
    missing = [
        name
        for name, each in parameters.items()
        if each.default is each.empty
        and each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
        and name not in own
    ]
    takes = bool(missing) and role(missing[0]) == "params"
    unset = missing[1:] if takes else missing
    if unset:
        raise NotUnderstoodError(f"{called} needs {', '.join(unset)}: --set {unset[0]}=...")
    return takes, own, more


def _defaults(target: Any) -> dict[str, Any]:
    """The numbers that are defaults of a constructor or a function."""
    return {
        name: each.default
        for name, each in _parameters(target).items()
        if isinstance(each.default, int | float | tuple) and each.default is not None
    }


def _attributes(target: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """The numbers that an object made of a class keeps; names of one letter are its own counters."""
    if isinstance(target, type):
        try:
            made = target(**settings)
        except Exception:
            return {}
    else:
        made = target
    own = getattr(made, "__dict__", {})
    return {
        name: value
        for name, value in own.items()
        if isinstance(value, int | float) and len(name) > 1
    }


def numbers_in(target: Any) -> tuple[float, ...]:
    """The numbers that stand in the source of a class or a function, in their order."""
    kind = target if isinstance(target, type) or hasattr(target, "__code__") else type(target)
    parts = (
        [each for each in kind.__mro__ if each is not object] if isinstance(kind, type) else [kind]
    )
    found: list[float] = []
    for part in parts:
        if getattr(part, "__module__", "").partition(".")[0] in ("torch", "keras", "optax"):
            continue
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(part)))
        except (OSError, TypeError, SyntaxError):
            continue
        found += [number for node in ast.walk(tree) if (number := _number(node)) is not None]
    return tuple(dict.fromkeys(found))


def _number(node: ast.AST) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        try:
            return float(ast.literal_eval(node.left)) ** float(ast.literal_eval(node.right))
        except (ValueError, TypeError, OverflowError):
            return None
    return None


# ----- what an object is -----


def _is_of(module: str, *names_and_value: Any) -> bool:
    *names, value = names_and_value
    kind: Any = sys.modules.get(module)
    for name in ("optimizers", *names) if module == "keras" else names:
        kind = getattr(kind, name, None)
    if not isinstance(kind, type):
        return False
    return issubclass(value, kind) if isinstance(value, type) else isinstance(value, kind)


def _is_pure(value: Any) -> bool:
    pair = callable(getattr(value, "init", None)) and callable(getattr(value, "update", None))
    return pair and not isinstance(value, type)


def _is_triple(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 3 and all(map(callable, value))


def _is_adapter(value: Any) -> bool:
    return (
        isinstance(value, type)
        and all(
            list(_parameters(getattr(value, name, None)))[1:] == [argument]
            for name, argument in (("start", "params"), ("step", "grads"))
            if callable(getattr(value, name, None))
        )
        and issubclass(value, OptimizerAdapter)
    )


def _takes_a_step(value: Any) -> bool:
    signature = signature_of(value) if hasattr(value, "__code__") else None
    return signature is not None and signature.has("grads")


def _has_methods(value: Any) -> bool:
    return not hasattr(value, "__code__") and bool(_own_methods(value))


def _own_methods(value: Any) -> Sequence[tuple[str, Any]]:
    names = [name for name in METHODS if name != "__call__"]
    return [(n, getattr(value, n)) for n in names if callable(getattr(value, n, None))]


def _take_two_steps(adapter: Any) -> None:
    arrays = [np.ones(shape) for shape in TRIAL_SHAPES]
    adapter.start(arrays)
    for _ in range(2):
        adapter.step([array.copy() for array in arrays])


def _tried(adapter: Any, called: str) -> None:
    try:
        _take_two_steps(adapter)
    except Exception as error:
        raise NotUnderstoodError(f"{called} fails on two arrays: {in_words(error)}") from error

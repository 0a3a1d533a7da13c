"""Networks that are plain functions: over parameters that they take, or over a module's globals."""

import inspect
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.calling import called, name_of
from crosscheck.frameworks.understanding.constructing import SIZES, ways
from crosscheck.frameworks.understanding.forwards import params_for
from crosscheck.frameworks.understanding.hosts import (
    GlobalsHost,
    Host,
    TreeHost,
    functions_of,
    is_data,
)
from crosscheck.frameworks.understanding.layouts import layouts_of
from crosscheck.frameworks.understanding.leaves import Leaf, leaves_of, put
from crosscheck.frameworks.understanding.names import (
    BACKWARD,
    FORWARD,
    INIT,
    LIKE_BACKWARD,
    LIKE_FORWARD,
    LIKE_LOSS,
    LOSS,
    PARAMS,
    VALUE_AND_GRAD,
    Path,
    first_of,
    role_of,
)

# So many structures of parameters are tried.
TREES = 40
WORDS = "the functions {}"


def hosts(namespace: dict[str, Any], settings: Mapping[str, Any]) -> Iterator[Host]:
    """Every way in which the functions of a file may be a network, the likeliest first."""
    functions = functions_of(namespace)
    known = [*FORWARD, *LOSS, *VALUE_AND_GRAD, *BACKWARD]
    used = [each for each in functions if each.lower() in {name.lower() for name in known}]
    guess = bool(used)
    used = used or first_of(list(functions), [], f"{LIKE_FORWARD}|{LIKE_LOSS}|{LIKE_BACKWARD}")
    if not used:
        return
    words = WORDS.format(", ".join(used[:4]))
    for tree, names in itertools.islice(
        trees(namespace, functions, used if guess else (), settings), TREES
    ):
        yield TreeHost(words, functions | _derivatives(functions), tree, names)
    if layouts_of(leaves_of({k: v for k, v in namespace.items() if is_data(v) and k[:2] != "__"})):
        yield GlobalsHost(f"{words} and the global variables", namespace)


def trees(
    namespace: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]],
    used: Sequence[str],
    settings: Mapping[str, Any],
) -> Iterator[tuple[Any, dict[Path, Path]]]:
    """Parameters in the structure that some functions take, with names where there are some."""
    for name in first_of(list(functions), INIT, r"^init"):
        for way in ways(functions[name], settings):
            try:
                result = called(functions[name], **way)
            except Exception:
                continue
            found = _with_names(result.value, result.locals)
            if found is not None:
                yield found
                return
    for name in first_of(list(namespace), PARAMS):
        value = namespace[name]
        if is_data(value) and (found := _with_names(value, {})) is not None:
            yield found
    if not used:
        return
    for sizes in [tuple(settings["sizes"])] if "sizes" in settings else SIZES:
        yield from _guessed(functions, used, sizes)


def _with_names(tree: Any, variables: Mapping[str, Any]) -> tuple[Any, dict[Path, Path]] | None:
    """A tree and the names of its arrays, if they are the parameters of some network."""
    names: dict[Path, Path] = {}
    if isinstance(tree, tuple) and any(isinstance(each, float) for each in tree):
        # (w, 0.0): that the number is a bias only its name says.
        tree = {name_of(each, variables) or str(at): each for at, each in enumerate(tree)}
    for leaf in leaves_of(tree):
        name = name_of(leaf.value, variables)
        if name is not None and not any(isinstance(each, str) for each in leaf.path):
            names[leaf.path] = (name,)
    leaves = [Leaf(each.paths, each.value, names.get(each.path)) for each in leaves_of(tree)]
    return (tree, names) if layouts_of(leaves) else None


def _guessed(
    functions: Mapping[str, Callable[..., Any]], used: Sequence[str], sizes: tuple[int, ...]
) -> Iterator[tuple[Any, dict[Path, Path]]]:
    """Parameters in every usual structure, for functions that nothing makes parameters for."""
    like = _array_of(functions, used)
    arguments = [
        each
        for name in used
        for each in _parameters(functions[name])
        if each[:1] in "wWbB" and each[1:].isdigit()
    ]
    takes = any(role_of(each) == "params" for name in used for each in _parameters(functions[name]))
    for transposed, shape in itertools.product((True, False), ("row", "flat", "column")):
        layers = []
        for weight, bias in params_for(sizes):
            lies = {"row": bias[None, :], "flat": bias, "column": bias[:, None]}[shape]
            layers.append((like(weight.T if transposed else weight), like(lies)))
        numbered = dict(enumerate(layers, 1))
        if arguments:
            both = {f"W{k}": w for k, (w, _) in numbered.items()}
            both |= {f"b{k}": b for k, (_, b) in numbered.items()}
            if {*arguments} <= {*both}:
                yield {name: both[name] for name in both if name in arguments}, {}
        if takes:
            flat = [each for layer in layers for each in layer]
            yield list(layers), {}
            yield tuple(flat), {}
            yield (
                {
                    f"{n}{k}": a
                    for k, pair in numbered.items()
                    for n, a in zip("Wb", pair, strict=True)
                },
                {},
            )
            yield (
                {
                    f"{n}{k}": a
                    for k, pair in numbered.items()
                    for n, a in zip("wb", pair, strict=True)
                },
                {},
            )
            yield [{"W": w, "b": b} for w, b in layers], {}
            yield [{"w": w, "b": b} for w, b in layers], {}
            yield {"weights": [w for w, _ in layers], "biases": [b for _, b in layers]}, {}
            yield ([w for w, _ in layers], [b for _, b in layers]), {}


def _parameters(function: Callable[..., Any]) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def _array_of(
    functions: Mapping[str, Callable[..., Any]], used: Sequence[str]
) -> Callable[[np.ndarray], Any]:
    """What makes an array of the library that some functions compute with."""
    for name in used:
        scope = getattr(functions[name], "__globals__", {})
        modules = {getattr(each, "__name__", "") for each in scope.values()}
        if "jax.numpy" in modules:
            return lambda array: sys.modules["jax"].numpy.asarray(array)
        if "torch" in modules:
            torch = sys.modules["torch"]
            return lambda array: torch.tensor(array, dtype=torch.float64)
    return np.array


def _derivatives(
    functions: Mapping[str, Callable[..., Any]],
) -> dict[str, Callable[..., Any]]:
    """The derivative of a loss in PyTorch or JAX that comes without one: by the library's own."""
    if first_of(list(functions), [*VALUE_AND_GRAD, *BACKWARD]):
        return {}
    for name in first_of(list(functions), LOSS):
        loss = functions[name]
        scope = getattr(loss, "__globals__", None) or getattr(
            getattr(loss, "__wrapped__", None), "__globals__", {}
        )
        modules = {getattr(each, "__name__", "") for each in scope.values()}
        if not any(role_of(each) == "params" for each in _parameters(loss)[:1]):
            continue
        if {"jax.numpy", "jax"} & modules:
            return {"grad": sys.modules["jax"].grad(loss)}
        if "torch" in modules:
            return {"grad": _torch_gradient(loss)}
    return {}


def _torch_gradient(loss: Callable[..., Any]) -> Callable[..., Any]:
    torch = sys.modules["torch"]

    def grad(params: Any, *args: Any, **kwargs: Any) -> Any:
        leaves = leaves_of(params)
        made = [leaf.value.detach().clone().requires_grad_() for leaf in leaves]
        for leaf, tensor in zip(leaves, made, strict=True):
            for path in leaf.paths:
                params = put(params, path, tensor)
        found = torch.autograd.grad(loss(params, *args, **kwargs), made)
        for leaf, tensor in zip(leaves, found, strict=True):
            for path in leaf.paths:
                params = put(params, path, tensor)
        return params

    grad.__signature__ = inspect.signature(loss)  # type: ignore[attr-defined]
    return grad

"""One function of somebody's: an activation z -> a, or a loss (outputs, targets) -> number."""

import inspect
import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, NotUnderstoodError, Understood
from crosscheck.frameworks.plain_text import in_words
from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.leaves import to_numpy
from crosscheck.frameworks.understanding.names import role_of

# What is tried: no two entries equal, and all of them probabilities, so that a logarithm is finite.
OUTPUTS = np.array([[0.2, 0.7, 0.1], [0.3, 0.15, 0.55]])
TARGETS = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
# What a derivative of `f` is called beside it.
SLOPES = (
    "{}_prime {}_derivative {}_deriv {}_grad {}_gradient {}_backward {}_slope d{} d_{} grad_{} "
    "{}_der deriv_{} derivative_{} der_{} {}_d {}_dx {}_delta gradient_{}"
)


class FoundFunction:
    """Keeps `adapters.FunctionAdapter`.

    Attributes:
        count: 1 for an activation, 2 for a loss.
        slope_by: What gives the derivative: the name of a function, "PyTorch", "JAX", or "".
    """

    slope: Callable[..., Array]

    def __init__(self, call: Callable[..., Any], count: int, slope: Any, slope_by: str) -> None:
        """Adapt a function of NumPy arrays."""
        self._call, self.count = call, count
        self.slope_by = slope_by
        if slope is not None:
            self.slope = lambda *arrays: _run(slope, *arrays)

    def value(self, *arrays: Array) -> Array:
        """See `FunctionAdapter`."""
        return _run(self._call, *arrays)


def _run(function: Callable[..., Any], *arrays: Array) -> Array:
    with quiet():
        return to_numpy(function(*(np.array(each, dtype=np.float64) for each in arrays)))


def function_of(namespace: Mapping[str, Any], name: str, target: Any) -> Understood:
    """What a function is.

    Args:
        namespace: The file that it is in.
        name: What it is called.
        target: The function.

    Raises:
        NotUnderstoodError: If it takes something else than one or two arrays.
    """
    names = _required(target)
    if len(names) not in (1, 2):
        raise NotUnderstoodError(
            f"{name}({', '.join(names)}) takes {len(names)} arguments; an activation takes one, a "
            "loss takes outputs and targets: write a function of these that calls it"
        )
    turned = len(names) == 2 and _targets_first(names)
    library = _library(target)
    failed = ""
    for wrap in (_whole, _by_entry):
        call = _ordered(wrap(target, library), turned)
        probes = (OUTPUTS,) if len(names) == 1 else (OUTPUTS, TARGETS)
        try:
            found = _run(call, *probes)
        except Exception as error:
            failed = f"called with arrays {', '.join(names)} it raises {in_words(error)}"
            continue
        wanted = OUTPUTS.shape if len(names) == 1 else ()
        if found.shape != wanted and found.size != 1:
            failed = f"it returns an array {found.shape} where {wanted or 'a number'} is expected"
            continue
        slope, slope_by = _slope(namespace, name, target, wrap, turned, library, len(names))
        kind = "activation" if len(names) == 1 else "loss"
        order = " (targets first)" if turned else ""
        by = f"; its slope by {slope_by}" if slope_by else "; no slope was found"
        return Understood(
            "function",
            f"the function {name}({', '.join(names)}), {_article(kind)}{order}{by}",
            partial(FoundFunction, call, len(names), slope, slope_by),
        )
    raise NotUnderstoodError(f"{name} is not understood: {failed}")


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] == "a" else f"a {kind}"


def _required(function: Callable[..., Any]) -> list[str]:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []
    return [
        each.name
        for each in parameters
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]


def _targets_first(names: list[str]) -> bool:
    first, second = role_of(names[0]), role_of(names[1])
    return first == "y" and second != "y"


def _library(function: Callable[..., Any]) -> str:
    """The library that a function computes with, by the modules that its file imports."""
    scope = getattr(inspect.unwrap(function), "__globals__", {})
    used = getattr(getattr(inspect.unwrap(function), "__code__", None), "co_names", ())
    modules = {getattr(scope.get(each), "__name__", "").split(".")[0] for each in used}
    return next((each for each in ("torch", "jax") if each in modules), "numpy")


def _given(array: Array, library: str) -> Any:
    if library == "torch":
        return sys.modules["torch"].tensor(array)
    return sys.modules["jax"].numpy.asarray(array) if library == "jax" else array


def _whole(function: Callable[..., Any], library: str) -> Callable[..., Any]:
    return lambda *arrays: function(*(_given(each, library) for each in arrays))


def _by_entry(function: Callable[..., Any], _: str) -> Callable[..., Any]:
    """A function of numbers, as one with `math.exp` is, for each entry of an array."""
    by_entry = np.vectorize(lambda *x: function(*map(float, x)), otypes=[float])
    return lambda *arrays: by_entry(*arrays)


def _ordered(function: Callable[..., Any], turned: bool) -> Callable[..., Any]:
    return (lambda outputs, targets: function(targets, outputs)) if turned else function


def _slope(
    namespace: Mapping[str, Any],
    name: str,
    target: Callable[..., Any],
    wrap: Callable[..., Any],
    turned: bool,
    library: str,
    arguments: int,
) -> tuple[Callable[..., Any] | None, str]:
    probes = (OUTPUTS,) if arguments == 1 else (OUTPUTS, TARGETS)
    for other in SLOPES.split():
        beside = namespace.get(other.format(name))
        if not callable(beside) or len(_required(beside)) != arguments:
            continue
        call = _ordered(wrap(beside, library), turned)
        try:
            if _run(call, *probes).shape == OUTPUTS.shape:
                return call, other.format(name)
        except Exception:
            continue
    if library == "torch":
        return _by_torch(target, turned), "PyTorch"
    if library == "jax":
        return _by_jax(target, turned), "JAX"
    return None, ""


def _by_torch(function: Callable[..., Any], turned: bool) -> Callable[..., Any]:
    torch = sys.modules["torch"]

    def slope(first: Array, *others: Array) -> Any:
        z = torch.tensor(first, requires_grad=True)
        value = _ordered(function, turned)(z, *(torch.tensor(each) for each in others))
        return torch.autograd.grad(value.sum(), z)[0]

    return slope


def _by_jax(function: Callable[..., Any], turned: bool) -> Callable[..., Any]:
    jax = sys.modules["jax"]

    def slope(first: Array, *others: Array) -> Any:
        return jax.grad(lambda z: _ordered(function, turned)(z, *others).sum())(
            jax.numpy.asarray(first)
        )

    return slope


def is_single(name: str, function: Callable[..., Any]) -> bool:
    """Whether a function is one by itself: of arrays, and of no parameters of a network."""
    names = _required(function)
    if not 1 <= len(names) <= 2 or any(re.fullmatch(r"[wWbB]\d+", each) for each in names):
        return False
    return all(role_of(each) not in ("params", "cache", "grads") for each in names)

"""Say what one function of somebody's own is: an activation or a loss, and where its slope is."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, NotUnderstoodError, Understood
from crosscheck.frameworks.plain_text import in_words
from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.constructing import construct, ways
from crosscheck.frameworks.understanding.function_calls import (
    LABELS,
    OTHER,
    TRIAL,
    Call,
    call_of,
)
from crosscheck.frameworks.understanding.hosts import methods_of
from crosscheck.frameworks.understanding.names import first_of, role_of

# Methods of a class by what they return, the likeliest name first.
VALUE = [
    *("value", "forward", "__call__", "call", "activate", "activation", "function", "fn", "func"),
    *("f", "compute", "calculate", "loss", "compute_loss", "calculate_loss", "cost", "apply"),
    *("evaluate", "fprop"),
]
SLOPE = [
    *("slope", "derivative", "gradient", "grad", "prime", "deriv", "f_prime", "fprime", "df"),
    *("d", "diff", "differentiate", "activation_derivative", "loss_derivative", "derive"),
]
BACKWARD = ["backward", "backprop", "bprop", "backward_pass", "vjp"]
# What is added to the name of a function for that of its slope.
_MARK = r"derivative(?:_of)?|derivate|derived|deriv|prime|gradient|grad|slope|backward"
_SLOPE_NAME = re.compile(
    rf"(?:(?:{_MARK}|d)_(?P<after>.+)|(?P<before>.+?)(?:_?(?:{_MARK})|_(?:der|d|dx)))", re.I
)
_SWITCH = re.compile(r"deriv\w*|d|grad(ient)?|prime|slope|backward|diff|is_deriv\w*", re.I)


class FoundFunction:
    """A `FunctionAdapter` of somebody's function; `slope` and the rest may be None.

    Attributes:
        name: What it is called.
        count: How many arrays it takes: 1 of an activation, 2 of a loss.
        is_slope: Whether what it returns is meant to be a derivative.
        slope: Its own derivative; of an activation it is given z or a, which nobody can tell.
        pullback: Of an activation, its own backward pass: (dC/da, z) -> dC/dz.
        tape: By its framework: (cotangent, *arrays, at=0), the derivative by the array there.
        labels_at: Of a loss: which array has the number of a class for each sample; else None.
        targets_first: Of a loss: whether its arguments are named so; None if they do not tell.
    """

    def __init__(self, name: str, call: Call, count: int, *, is_slope: bool = False) -> None:
        """Keep how a function is called."""
        self.name, self.count, self.is_slope, self.call = name, count, is_slope, call
        self.slope: Callable[..., Array] | None = None
        self.pullback: Callable[[Array, Array], Array] | None = None
        self.tape = call.pulled_back if call.has_tape else None
        self.labels_at: int | None = None
        self.targets_first = _targets_first(call.function) if count == 2 else None

    def value(self, *arrays: Array) -> Array:
        """See `FunctionAdapter`."""
        return self.call(*arrays)

    def changes_its_arguments(self, *arrays: Array) -> bool:
        """Whether it writes into the arrays that it is given."""
        if self.call.library != "numpy":
            return False
        own = [array.copy() for array in arrays]
        with quiet():
            self.call.function(*own)
        return not all(map(np.array_equal, own, arrays))


def understand_function(
    namespace: Mapping[str, Any], name: str, settings: Mapping[str, Any] | None = None
) -> Understood:
    """Say what a function is, or a class or object that is one function with its slope.

    Args:
        namespace: The file that it is in.
        name: Its name, "relu" or "lib.relu".
        settings: Further arguments of it, or of its constructor.

    Raises:
        NotUnderstoodError: If it takes neither one array nor two, or returns no array.
    """
    head, *rest = name.split(".")
    target = namespace[head]
    for part in rest:
        target = getattr(target, part)
    settings = dict(settings or {})
    autograd = isinstance(target, type) and _is_autograd(target)
    if autograd:
        target = target.apply
    if isinstance(target, type) or not _is_plain(target):
        return _of_object(name, target, settings)
    return _of_function(namespace, name, target, settings)


def _is_plain(target: Any) -> bool:
    """Whether something is a function, and no object with a slope of its own."""
    return inspect.isroutine(target) or (
        callable(target) and not first_of(list(methods_of(target)), [*SLOPE, *BACKWARD])
    )


def _is_autograd(target: type) -> bool:
    return any(each.__module__ == "torch.autograd.function" for each in target.__mro__)


def _of_function(
    namespace: Mapping[str, Any], name: str, target: Any, settings: Mapping[str, Any]
) -> Understood:
    beside = {
        key: value
        for key, value in namespace.items()
        if callable(value) and not isinstance(value, type) and value is not target
    }
    bases = [*_bases(name), *([name[1:]] if name.startswith("d") else [])]  # d_tanh, dtanh
    base = next((each for each in bases if each in beside), None)
    if base is not None:
        return _with_slope(base, beside[base], name, target, settings)
    named = next((key for key in beside if name in _bases(key) or key == f"d{name}"), None)
    if named is not None:
        try:
            return _with_slope(name, target, named, beside[named], settings)
        except NotUnderstoodError:
            pass  # what is beside it has the name of a slope, and is another thing
    switch, function = _switched(target, settings)
    is_slope = switch is None and any(True for _ in _bases(name))
    found = _found(name, function, is_slope=is_slope)
    if switch is not None:
        found.slope = Call(partial(target, **{switch: True}), found.call.library)
        return _understood(found, f", its slope with {switch}=True")
    return _understood(found, "")


def _with_slope(
    name: str, target: Any, slope_name: str, slope: Any, settings: Mapping[str, Any]
) -> Understood:
    """A function, and another one that is its slope."""
    _, function = _switched(target, settings)
    found = _found(name, function)
    call, count = found.call, found.count
    _, other = _switched(slope, settings)
    required = _required(other)
    if count == 1 and required == 2:
        backward = Call(other, call.library)

        def pullback(cotangent: Array, z: Array) -> Array:
            kept = call.raw(z)
            cache = kept[1] if isinstance(kept, tuple) and len(kept) > 1 else z
            return backward(cotangent, cache)

        found.pullback = pullback
    else:
        try:
            own = _found(slope_name, other)
            found.slope = own.value
            if own.targets_first is not None:
                found.targets_first = own.targets_first
        except NotUnderstoodError as error:
            raise NotUnderstoodError(
                f"{slope_name}, the slope of {name}, fails: {error}"
            ) from None
    return _understood(found, f" with its slope {slope_name}")


def _bases(name: str) -> Iterator[str]:
    """What the function is called whose slope has this name, in the ways in which people write."""
    match = _SLOPE_NAME.fullmatch(name)
    if match is not None:
        yield match["after"] or match["before"]
    if name.startswith("my_"):
        yield from (f"my_{each}" for each in _bases(name.removeprefix("my_")))


def _switched(target: Any, settings: Mapping[str, Any]) -> tuple[str | None, Callable[..., Any]]:
    """The argument that makes a function return its slope, and the function without it."""
    parameters = _parameters(target)
    given = {key: value for key, value in settings.items() if key in parameters}
    names = list(parameters)[1:]
    switch = next(
        (
            each
            for each in names
            if _SWITCH.fullmatch(each) and parameters[each].default in (False, parameters[each].empty)
            and (len(each) > 1 or parameters[each].default is False)
        ),
        None,
    )
    if switch is not None and _required_of(parameters) <= 2:
        given[switch] = False
    else:
        switch = None
    return switch, partial(target, **given) if given else target


def _targets_first(function: Callable[..., Any]) -> bool | None:
    roles = [role_of(each) for each in list(_parameters(function))[:2]]
    if roles[:1] == ["y"] or roles[1:] == ["output"]:
        return True
    return False if roles[:1] == ["output"] or roles[1:] == ["y"] else None


def _parameters(target: Any) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(target).parameters
    except (TypeError, ValueError):
        return {}


def _required(target: Any) -> int:
    return _required_of(_parameters(target))


def _required_of(parameters: Mapping[str, inspect.Parameter]) -> int:
    positional = (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    return sum(
        each.default is each.empty and each.kind in positional for each in parameters.values()
    )


def _found(name: str, function: Callable[..., Any], *, is_slope: bool = False) -> FoundFunction:
    """How a function is called, and with how many arrays."""
    required = _required(function)
    refused: BaseException | None = None
    tries: list[tuple[int, int | None]] = [(2, None), (2, 1), (2, 0)]
    for count, labels_at in [*([(1, None)] if required < 2 else []), *tries]:
        if (required or count) != count:
            continue
        arrays = (TRIAL, OTHER)
        if labels_at is not None:
            arrays = (TRIAL, LABELS) if labels_at == 1 else (LABELS, TRIAL)
        try:
            found = FoundFunction(
                name, call_of(function, count, arrays), count, is_slope=is_slope
            )
        except (Exception, SystemExit) as error:
            refused = refused or error
            continue
        found.labels_at = labels_at
        return found
    why = f"it takes {required} arguments" if refused is None else in_words(refused)
    raise NotUnderstoodError(
        f"{name} is not understood as one function, z -> a or (outputs, targets) -> number: {why}; "
        "further arguments are given by --set, as --set alpha=0.1"
    )


def _of_object(name: str, target: Any, settings: Mapping[str, Any]) -> Understood:
    """A class or an object whose methods are the function and its slope."""
    make = _maker(name, target, settings)
    methods = methods_of(make())
    module = callable(getattr(make(), "named_parameters", None))
    values = ["__call__"] if module else first_of(list(methods), VALUE)
    if not values:
        raise NotUnderstoodError(
            f"{name} is not understood as one function: it has none of the methods "
            f"{', '.join(VALUE[:4])}"
        )
    value = values[0]
    instance = make()
    found = _found(f"{name}.{value}", getattr(instance, value))
    call, count = found.call, found.count
    slopes = [] if module else first_of(list(methods), SLOPE)
    backwards = [] if module else first_of(list(methods), BACKWARD)
    if slopes and _required(methods[slopes[0]]) == count:
        found.slope = Call(methods[slopes[0]], call.library)
        return _understood(found, f" with its slope {name}.{slopes[0]}")
    own = next(iter([*slopes, *backwards]), None)
    if own is None:
        return _understood(found, "")
    _after_forward(found, make, value, own, call)
    return _understood(found, f" with its slope {name}.{own}")


def _after_forward(
    found: FoundFunction, make: Callable[[], Any], value: str, own: str, call: Call
) -> None:
    """A backward pass that may take what the forward pass of the same object left behind."""

    def run(arrays: tuple[Array, ...], *more: Array) -> Array:
        instance = make()
        Call(getattr(instance, value), call.library).raw(*arrays)
        return Call(getattr(instance, own), call.library)(*more)

    takes = _required(getattr(make(), own))
    if found.count == 2:
        found.slope = lambda *arrays: run(arrays, *(arrays if takes == 2 else ()))
    elif takes == 0:
        found.slope = lambda z: run((z,))
    else:
        found.pullback = lambda cotangent, z: run((z,), *((cotangent, z)[:takes]))


def _maker(name: str, target: Any, settings: Mapping[str, Any]) -> Callable[[], Any]:
    if not isinstance(target, type):
        return lambda: target
    refused = ""
    for way in ways(target, settings):
        try:
            construct(target, way)
        except Exception as error:
            refused = in_words(error)
            continue
        return lambda: construct(target, way)
    raise NotUnderstoodError(f"{name} cannot be constructed ({refused}): --set gives its arguments")


def _understood(found: FoundFunction, more: str) -> Understood:
    of = "one array" if found.count == 1 else "two arrays"
    return Understood("function", f"{found.name}, a function of {of}{more}", lambda: found)

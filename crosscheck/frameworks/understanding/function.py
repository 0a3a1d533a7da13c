"""Say what one function of somebody's own is: an activation or a loss, and where its slope is."""

import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crosscheck.frameworks.adapters import Array, NotUnderstoodError, Understood
from crosscheck.frameworks.plain_text import in_words
from crosscheck.frameworks.understanding.constructing import construct, ways
from crosscheck.frameworks.understanding.found_function import (
    FoundFunction,
    find,
    parameters_of,
    required_of,
    targets_first,
    understood,
)
from crosscheck.frameworks.understanding.function_calls import LABELS, OTHER, TRIAL, Call, out_of
from crosscheck.frameworks.understanding.hosts import methods_of
from crosscheck.frameworks.understanding.names import first_of

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
    if is_autograd(target):
        found = find(name, target.apply)
        found.is_autograd = True
        return understood(found, "")
    if isinstance(target, type) or not _is_plain(target):
        return _of_object(name, target, settings)
    return _of_function(namespace, name, target, settings)


def _is_plain(target: Any) -> bool:
    """Whether something is a function, and no object with a slope of its own."""
    return inspect.isroutine(target) or (
        callable(target) and not first_of(list(methods_of(target)), [*SLOPE, *BACKWARD])
    )


def is_autograd(target: Any) -> bool:
    """Whether something is a `torch.autograd.Function`: a function with a backward pass."""
    mro = target.__mro__ if isinstance(target, type) else ()
    return any(each.__module__ == "torch.autograd.function" for each in mro)


def _of_function(
    namespace: Mapping[str, Any], name: str, target: Any, settings: Mapping[str, Any]
) -> Understood:
    beside = {
        key: value
        for key, value in namespace.items()
        if callable(value) and not isinstance(value, type) and value is not target
    }
    bases = [*bases_of(name), *([name[1:]] if name.startswith("d") else [])]  # d_tanh, dtanh
    base = next((each for each in bases if each in beside), None)
    if base is not None:
        return _with_slope(base, beside[base], name, target, settings)
    named = next((key for key in beside if name in bases_of(key) or key == f"d{name}"), None)
    if named is not None:
        try:
            return _with_slope(name, target, named, beside[named], settings)
        except NotUnderstoodError:
            pass  # what is beside it has the name of a slope, and is another thing
    switch, function = _switched(target, settings)
    is_slope = switch is None and any(True for _ in bases_of(name))
    found = find(name, function, is_slope=is_slope)
    if switch is not None:
        found.slope = Call(functools.partial(target, **{switch: True}), found.call.library)
        return understood(found, f", its slope with {switch}=True")
    if found.count == 2 and (own := _second(found)) is not None:
        found.slope = own
        return understood(found, ", which returns its slope too")
    return understood(found, "")


def _second(found: FoundFunction) -> Callable[..., Array] | None:
    """The slope that a loss returns beside its value, where it returns two things."""

    def slope(*arrays: Array) -> Array:
        return out_of(found.call.raw(*arrays)[1])

    arrays: tuple[Array, ...] = (TRIAL, OTHER)
    if found.labels_at is not None:
        arrays = (LABELS, TRIAL) if found.labels_at == 0 else (TRIAL, LABELS)
    result = found.call.raw(*arrays) if found.call.library != "numbers" else None
    if not isinstance(result, tuple) or len(result) != 2:
        return None
    try:
        return slope if slope(*arrays).shape == TRIAL.shape else None
    except (TypeError, ValueError):
        return None


def _with_slope(
    name: str, target: Any, slope_name: str, slope: Any, settings: Mapping[str, Any]
) -> Understood:
    """A function, and another one that is its slope."""
    _, function = _switched(target, settings)
    found = find(name, function)
    call, count = found.call, found.count
    _, other = _switched(slope, settings)
    required = required_of(other)
    if count == 1 and required == 2:
        backward = Call(other, call.library)

        def pullback(cotangent: Array, z: Array) -> Array:
            kept = call.raw(z)
            cache = kept[1] if isinstance(kept, tuple) and len(kept) > 1 else z
            return backward(cotangent, cache)

        found.pullback = pullback
    else:
        own = Call(other, call.library)
        try:
            own.raw(
                *((TRIAL[0], OTHER[0])[:count] if call.library != "numbers" else (0.5,) * count)
            )
        except Exception as error:
            raise NotUnderstoodError(
                f"{slope_name}, the slope of {name}, fails: {in_words(error)}"
            ) from None
        found.slope = own
        if (first := targets_first(other)) is not None:
            found.targets_first = first
    return understood(found, f" with its slope {slope_name}")


def bases_of(name: str) -> Iterator[str]:
    """What the function is called whose slope has this name, in the ways in which people write."""
    match = _SLOPE_NAME.fullmatch(name)
    if match is not None and "_and_" not in name:  # of loss_and_grad the loss comes first
        yield (base := match["after"] or match["before"])
        yield f"{base}_forward"
    if name.startswith("my_"):
        yield from (f"my_{each}" for each in bases_of(name.removeprefix("my_")))


def _switched(target: Any, settings: Mapping[str, Any]) -> tuple[str | None, Callable[..., Any]]:
    """The argument that makes a function return its slope, and the function without it."""
    parameters = parameters_of(target)
    given = {key: value for key, value in settings.items() if key in parameters}
    names = list(parameters)[1:]
    empty = inspect.Parameter.empty
    switches = [each for each in names if _SWITCH.fullmatch(each)]
    switch = next(
        (
            each
            for each in switches
            if parameters[each].default is False
            or (parameters[each].default is empty and len(each) > 1)
        ),
        None,
    )
    if switch is not None and required_of(target) <= 2:
        given[switch] = False
    else:
        switch = None
    return switch, functools.partial(target, **given) if given else target


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
    found = find(f"{name}.{value}", _method(make(), value))
    call, count = found.call, found.count
    slopes = [] if module else first_of(list(methods), SLOPE)
    backwards = [] if module else first_of(list(methods), BACKWARD)
    if slopes and required_of(methods[slopes[0]]) == count:
        found.slope = Call(methods[slopes[0]], call.library)
        return understood(found, f" with its slope {name}.{slopes[0]}")
    own = next(iter([*slopes, *backwards]), None)
    if own is None:
        return understood(found, "")
    _after_forward(found, make, value, own, call)
    return understood(found, f" with its slope {name}.{own}")


def _after_forward(
    found: FoundFunction, make: Callable[[], Any], value: str, own: str, call: Call
) -> None:
    """A backward pass that may take what the forward pass of the same object left behind."""

    def run(arrays: tuple[Array, ...], *more: Array) -> Array:
        instance = make()
        Call(getattr(instance, value), call.library).raw(*arrays)
        return Call(_method(instance, own), call.library)(*more)

    takes = required_of(getattr(make(), own))
    if found.count == 2:
        found.slope = lambda *arrays: run(arrays, *(arrays if takes == 2 else ()))
    elif takes == 0:
        found.slope = lambda z: run((z,))
    else:
        found.pullback = lambda cotangent, z: run((z,), *((cotangent, z)[:takes]))


def _method(instance: Any, name: str) -> Callable[..., Any]:
    """A method, or what it leaves on the object where it returns nothing."""
    method = getattr(instance, name)
    kept = ("dinputs", "grad_input", "dx") if name in BACKWARD else ("output", "outputs", "out")

    @functools.wraps(method)
    def returning(*arrays: Any) -> Any:
        result = method(*arrays)
        if result is not None:
            return result
        return next((getattr(instance, each) for each in kept if hasattr(instance, each)), None)

    return returning


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

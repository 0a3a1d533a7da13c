"""Call somebody's function without knowing its arguments: by their names, and by trying."""

import inspect
import itertools
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType, FunctionType, MethodType
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.names import role_of

# So many seconds a call may take; a function that trains for many epochs is cut off.
LIMIT = 3.0
# So many ways to call one function are tried.
MOST = 60
# And one whose name may mislead: loss(x, y) may take the outputs for x.
OTHERWISE = {
    "X": ("output",),
    "y": ("output",),
    "output": ("y", "X", "params"),
    "cache": ("output",),
}
# The role of an argument that keeps its default.
LEFT_OUT = ""
# A default below this keeps a logarithm finite, and is no rate.
TINY = 1e-5
# What an argument may be whose name tells nothing.
UNKNOWN = ("output", "y", "X", "cache", "params", "grads", "rate")


class TakesLongError(Exception):
    """A call takes far longer than one pass through a small network."""


@dataclass
class Given:
    """What a function may be called with.

    Attributes:
        roles: A value for each role that `names.role_of` knows, where there is one.
        named: Values by the very name of the argument: W1, A2, cache.
    """

    roles: dict[str, Any]
    named: dict[str, Any]


@dataclass(frozen=True)
class Binding:
    """Which value each argument of a function gets: pairs of its name and a role.

    A role in quotes, "'A2'", is the value of that very name.
    """

    arguments: tuple[tuple[str, str], ...]
    positional: int

    def values(self, given: Given) -> tuple[list[Any], dict[str, Any]]:
        """The arguments themselves, by position and by name."""
        found = [(name, self._value(role, given)) for name, role in self.arguments]
        return (
            [value for _, value in found[: self.positional]],
            dict(found[self.positional :]),
        )

    @staticmethod
    def _value(role: str, given: Given) -> Any:
        return given.named[role[1:-1]] if role.startswith("'") else given.roles[role]

    def has(self, role: str) -> bool:
        """Whether an argument takes this role."""
        return any(each == role for _, each in self.arguments)


@dataclass(frozen=True)
class Called:
    """What a call returned, and the local variables of the function when it did."""

    value: Any
    locals: dict[str, Any]


def bindings(function: Callable[..., Any], given: Given) -> Iterator[Binding]:
    """Every way to call a function that its arguments' names allow, the likeliest first.

    Args:
        function: The function, or a method that is bound.
        given: The values that there are.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return
    choices: list[list[str]] = []
    names: list[str] = []
    positional = 0
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        roles = _roles(parameter.name, given)
        if parameter.default is not parameter.empty:
            # Left as it is unless its name says that it must be given.
            roles = [each for each in roles[:1] if each not in ("batch", "zero")]
            default = parameter.default
            is_tiny = isinstance(default, float) and 0 < default < TINY
            if not roles or role_of(parameter.name) is None or is_tiny:
                continue
            if roles == ["y"]:
                roles = ["y", LEFT_OUT]
        elif parameter.name in given.named and role_of(parameter.name) is None:
            pass  # W2 or z2: what has this very name is meant
        elif role_of(parameter.name) in (None, "output", "X", "y", "cache"):
            # A name such as grad_output is never guessed to be anything else.
            others = OTHERWISE.get(role_of(parameter.name) or "", UNKNOWN)
            roles += [each for each in others if each in given.roles and each not in roles]
        if not roles:
            return
        names.append(parameter.name)
        choices.append(roles)
        positional += (
            parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
            and parameter.default is parameter.empty
        )
    ways = (way for way in itertools.product(*choices) if len({*way}) == len(way))
    for way in itertools.islice(ways, MOST):
        pairs = zip(names, way, strict=True)
        yield Binding(tuple(each for each in pairs if each[1] != LEFT_OUT), positional)


def _roles(name: str, given: Given) -> list[str]:
    """What an argument may take, the likeliest first."""
    found = [f"'{name}'"] if name in given.named else []
    role = role_of(name)
    if role == "slope" and role not in given.roles:
        role = "grads" if name.lower().startswith("grad") else role
    # A name such as "a" or "m" is a role only where nothing of that very name is known.
    if role is not None and role in given.roles and not (found and role in ("output", "batch")):
        found = [role, *found] if role in ("X", "y", "params", "rate") else [*found, role]
    return found


def call(function: Callable[..., Any], binding: Binding, given: Given) -> Called:
    """Call a function as a binding says, and keep its local variables."""
    positional, keywords = binding.values(given)
    return called(function, *positional, **keywords)


def called(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Called:
    """Call a function; what it warns of is its own affair."""
    kept: dict[str, Any] = {}
    code = _code_of(function)
    outermost: list[FrameType] = []

    def profile(frame: FrameType, event: str, _: Any) -> None:
        if frame.f_code is code and event == "call":
            outermost.append(frame)
            # A frame keeps its variables after it has returned; to be told of every call inside
            # takes JAX many times as long.
            sys.setprofile(None)

    before = sys.getprofile()
    with quiet(), limited(code):
        try:
            if code is not None:
                sys.setprofile(profile)
            value = function(*args, **kwargs)
        finally:
            sys.setprofile(before)
    if outermost:
        kept.update(outermost[0].f_locals)
    return Called(value, kept)


# The functions that took too long, which are not called again.
_LONG: set[Any] = set()


@contextmanager
def limited(code: Any) -> Iterator[None]:
    """Cut a call off that takes too long, where the system can."""
    if code is not None and code in _LONG:
        raise TakesLongError("it takes too long for a small network")
    is_main = threading.current_thread() is threading.main_thread()
    # JAX compiles within a call, and nobody trains inside what it compiles.
    if not is_main or not hasattr(signal, "setitimer") or "jax" in sys.modules:
        yield
        return

    def cut_off(*_: Any) -> None:
        if code is not None:
            _LONG.add(code)
        raise TakesLongError(f"it takes more than {LIMIT:.0f} s for a small network")

    handler = signal.signal(signal.SIGALRM, cut_off)
    left, _ = signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)
        signal.signal(signal.SIGALRM, handler)


def _code_of(function: Callable[..., Any]) -> Any:
    if isinstance(function, MethodType):
        function = function.__func__
    if isinstance(function, type):
        function = function.__init__  # type: ignore[misc]
    elif not isinstance(function, FunctionType):
        function = getattr(type(function), "__call__", None)  # type: ignore[assignment]  # noqa: B004
    return getattr(function, "__code__", None)


@contextmanager
def quiet() -> Iterator[None]:
    """Ignore the warnings of what runs inside: overflow at large z is looked for on purpose."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def name_of(value: Any, variables: Mapping[str, Any]) -> str | None:
    """The name of the variable that is this very object."""
    return next((name for name, each in variables.items() if each is value), None)

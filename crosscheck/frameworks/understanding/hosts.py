"""Where a network lives: in an object, in arrays that its functions take, or in a module's globals.

Each gives a new `Session` for every call, so that nothing that a call leaves behind can change the
next one.
"""

import copy
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, Protocol

import numpy as np

from crosscheck.frameworks.understanding.calling import Binding, Called, Given, call
from crosscheck.frameworks.understanding.constructing import construct
from crosscheck.frameworks.understanding.leaves import library_of
from crosscheck.frameworks.understanding.names import INPUTS_AT, Path


@dataclass
class Session:
    """A new copy of a network.

    Attributes:
        root: What holds its parameters.
        functions: What can be called, by name.
        names: The names of its arrays where their paths do not say them.
        is_argument: Whether `root` is handed to the functions, and they return a changed one.
    """

    root: Any
    functions: Mapping[str, Callable[..., Any]]
    names: Mapping[Path, Path] = field(default_factory=dict)
    is_argument: bool = False

    def call(self, name: str, binding: Binding, given: Given) -> Called:
        """Call one of the functions as a binding says."""
        result = call(self.functions[name], binding, given)
        if isinstance(self.root, Globals):
            self.root.refresh()
        return result


class Host(Protocol):
    """What gives new copies of a network."""

    words: str

    def fresh(self, inputs: Any = None, targets: Any = None) -> Session:
        """A new copy; one that is constructed with its samples gets these."""


class ObjectHost:
    """An object: of a class that can be constructed, or one that exists already."""

    def __init__(
        self,
        words: str,
        make: Callable[..., Any] | None,
        way: Mapping[str, Any],
        instance: Any,
        beside: Mapping[str, Any],
    ) -> None:
        """Keep an object as it is at first.

        Args:
            words: What it is called.
            make: Its class; None if it is used as it stands.
            way: The arguments to construct it with.
            instance: The object.
            beside: The functions that stand beside its class.
        """
        self.words = words
        self._make, self._way, self._beside = make, way, beside
        self._instance = instance
        self._samples = {
            name: "inputs" if INPUTS_AT.fullmatch(name.lower()) else "targets"
            for name, value in way.items()
            if isinstance(value, np.ndarray)
        }

    def fresh(self, inputs: Any = None, targets: Any = None) -> Session:
        """See `Host`."""
        if self._samples and self._make is not None and inputs is not None:
            given = {"inputs": inputs, "targets": targets}
            samples = {name: given[which] for name, which in self._samples.items()}
            made = construct(self._make, self._way, samples)
        else:
            made = self._copy()
        return Session(made, methods_of(made) | dict(self._beside), is_argument=False)

    def _copy(self) -> Any:
        try:
            return copy.deepcopy(self._instance)
        except Exception:  # a lock, a generator, a tensor that was computed
            if self._make is not None:
                return construct(self._make, self._way)
            return self._instance


class TreeHost:
    """Plain functions over parameters that they take as an argument."""

    def __init__(
        self,
        words: str,
        functions: Mapping[str, Callable[..., Any]],
        tree: Any,
        names: Mapping[Path, Path],
    ) -> None:
        """Keep the parameters as an example of their structure.

        Args:
            words: What they are called.
            functions: The functions, by name.
            tree: Parameters.
            names: The names of arrays of `tree` that carry none themselves.
        """
        self.words = words
        self._functions, self._tree, self._names = functions, tree, names

    def fresh(self, inputs: Any = None, targets: Any = None) -> Session:
        """See `Host`."""
        return Session(_copied(self._tree), self._functions, self._names, is_argument=True)


class GlobalsHost:
    """Functions that read and change the global variables of their module."""

    def __init__(self, words: str, namespace: dict[str, Any]) -> None:
        """Keep the values of the variables as they are at first."""
        self.words = words
        self._namespace = namespace
        self._kept = {
            name: _copied(value)
            for name, value in namespace.items()
            if not name.startswith("__") and is_data(value)
        }

    def fresh(self, inputs: Any = None, targets: Any = None) -> Session:
        """See `Host`. All copies are the same module, and it begins as it was at first."""
        for name, value in list(self._namespace.items()):
            if name not in self._kept and not name.startswith("__") and is_data(value):
                del self._namespace[name]  # the last call left it
        kept = {name: _copied(value) for name, value in self._kept.items()}
        self._namespace.update(kept)
        return Session(Globals(self._namespace, tuple(kept)), functions_of(self._namespace))


class Globals:
    """The variables of a module as the attributes of an object."""

    namespace_of: Callable[[], dict[str, Any]]

    def __init__(self, namespace: dict[str, Any], names: tuple[str, ...]) -> None:
        """Show these variables of a namespace."""
        vars(self).update({name: namespace[name] for name in names})
        object.__setattr__(self, "namespace_of", lambda: namespace)

    def __setattr__(self, name: str, value: Any) -> None:
        self.namespace_of()[name] = value
        object.__setattr__(self, name, value)

    def refresh(self) -> None:
        """See what the functions of the module have changed."""
        for name, value in self.namespace_of().items():
            if not name.startswith("__") and is_data(value):
                object.__setattr__(self, name, value)


def is_data(value: Any) -> bool:
    """Whether a value is an array, a number, or a container of such."""
    if library_of(value) is not None or isinstance(value, float | int | str | np.generic):
        return True
    if isinstance(value, dict):
        return all(is_data(each) for each in value.values())
    return isinstance(value, list | tuple) and all(is_data(each) for each in value)


def _copied(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # a tensor that was computed from another
        return value


def methods_of(made: Any) -> dict[str, Callable[..., Any]]:
    """The public methods of an object, and `__call__`, by name."""
    found = {}
    for name in dir(type(made)):
        if re.match(r"_[^_]", name) or (name.startswith("__") and name != "__call__"):
            continue
        method = inspect.getattr_static(type(made), name)
        if isinstance(method, FunctionType | staticmethod | classmethod):
            found[name] = getattr(made, name)
    # What begins with one underscore comes last: it is meant for the class itself.
    for name in dir(type(made)):
        if re.match(r"_[^_]", name) and isinstance(
            inspect.getattr_static(type(made), name), FunctionType
        ):
            found.setdefault(name.lstrip("_"), getattr(made, name))
    return found


def functions_of(namespace: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """The functions that a file itself defines, and what JAX made of some, by name."""
    module = namespace.get("__name__")
    return {
        name: value
        for name, value in namespace.items()
        if callable(value)
        and not isinstance(value, type)
        and not name.startswith("_")
        and (
            getattr(value, "__module__", None) == module
            or type(value).__module__.startswith(("jaxlib", "jax", "functools"))
        )
    }

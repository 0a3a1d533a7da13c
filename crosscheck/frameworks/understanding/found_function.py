"""An adapter of one function, and in which way that function is called."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, NotUnderstoodError, Understood
from crosscheck.frameworks.plain_text import in_words
from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.function_calls import (
    LABELS,
    OTHER,
    TRIAL,
    Call,
    call_of,
)
from crosscheck.frameworks.understanding.names import role_of


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
        is_autograd: Whether it is a `torch.autograd.Function`, which has a backward pass always.
    """

    def __init__(self, name: str, call: Call, count: int, *, is_slope: bool = False) -> None:
        """Keep how a function is called."""
        self.name, self.count, self.is_slope, self.call = name, count, is_slope, call
        self.slope: Callable[..., Array] | None = None
        self.pullback: Callable[[Array, Array], Array] | None = None
        self.tape = call.pulled_back if call.has_tape else None
        self.labels_at: int | None = None
        self.is_autograd = False
        self.targets_first = targets_first(call.function) if count == 2 else None

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


def targets_first(function: Callable[..., Any]) -> bool | None:
    """Whether a loss takes the targets first, by the names of its arguments; None if unknown."""
    roles = [role_of(each) for each in list(parameters_of(function))[:2]]
    if roles[:1] == ["y"] or roles[1:] == ["output"]:
        return True
    return False if roles[:1] == ["output"] or roles[1:] == ["y"] else None


def parameters_of(target: Any) -> Mapping[str, inspect.Parameter]:
    """The parameters of what can be called; none where nobody can tell."""
    try:
        return inspect.signature(target).parameters
    except (TypeError, ValueError):
        return {}


def required_of(target: Any) -> int:
    """How many arguments something must be given by position."""
    parameters = parameters_of(target)
    positional = (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    return sum(
        each.default is each.empty and each.kind in positional for each in parameters.values()
    )


def find(name: str, function: Callable[..., Any], *, is_slope: bool = False) -> FoundFunction:
    """How a function is called, and with how many arrays.

    Raises:
        NotUnderstoodError: If it takes neither one array nor two, or returns no array.
    """
    required = required_of(function)
    refused: BaseException | None = None
    tries: list[tuple[int, int | None]] = [(2, None), (2, 1), (2, 0)]
    for count, labels_at in [*([(1, None)] if required < 2 else []), *tries]:
        if (required or count) != count:
            continue
        arrays = (TRIAL, OTHER)
        if labels_at is not None:
            arrays = (TRIAL, LABELS) if labels_at == 1 else (LABELS, TRIAL)
        try:
            found = FoundFunction(name, call_of(function, count, arrays), count, is_slope=is_slope)
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


def understood(found: FoundFunction, more: str) -> Understood:
    """What was understood of a function, in words that end with what is said of its slope."""
    of = "one array" if found.count == 1 else "two arrays"
    return Understood("function", f"{found.name}, a function of {of}{more}", lambda: found)

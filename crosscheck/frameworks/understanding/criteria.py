"""The losses of a file: a class, which may keep what its backward pass needs, or two functions."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.understanding.calling import Binding, Given, bindings, called
from crosscheck.frameworks.understanding.engine import DoesNotFitError
from crosscheck.frameworks.understanding.forwards import as_number
from crosscheck.frameworks.understanding.hosts import methods_of
from crosscheck.frameworks.understanding.names import (
    BACKWARD,
    FORWARD,
    LIKE_BACKWARD,
    LIKE_LOSS,
    LOSS,
    first_of,
    is_output,
)
from crosscheck.frameworks.understanding.parts import INPUT_SLOPE, left_in

_LIKE_SLOPE = f"{LIKE_BACKWARD}|prime|slope"
_LIKE_VALUE = f"{LIKE_LOSS}|calc"


class Criterion:
    """A loss by its own class, which may keep what its backward pass needs; or by two functions."""

    def __init__(self, owner: Any, functions: Mapping[str, Callable[..., Any]] | None = None):
        """Take an object, or functions by name; which of them does what is tried."""
        self.owner, self._functions = owner, functions
        self._value: tuple[str, Binding] | None = None
        self._slope: tuple[str, Binding] | None = None

    @property
    def called(self) -> str:
        """What it is called: its class, or its functions."""
        if self._functions is None:
            return type(self.owner).__name__
        return " and ".join(self._functions)

    @property
    def given(self) -> tuple[Any, ...]:
        """What somebody's method takes that is told the loss: the object, or both functions."""
        return (self.owner,) if self._functions is None else tuple(self._functions.values())

    def _callables(self) -> Mapping[str, Callable[..., Any]]:
        return methods_of(self.owner) if self._functions is None else self._functions

    def value(self, outputs: Array, targets: Array) -> float:
        """The loss.

        Raises:
            DoesNotFitError: If nothing gives a number for outputs and targets.
        """
        found = self._callables()
        slopes = first_of(list(found), BACKWARD, _LIKE_SLOPE)
        names = first_of(list(found), ["calculate", *LOSS, *FORWARD], _LIKE_VALUE)
        given = Given({"output": outputs, "y": targets}, {})
        if self._value is not None:
            return as_number(self._run(self._value, given))
        for name in (each for each in names if each not in slopes):
            for way in bindings(found[name], given):
                if not (way.has("output") and way.has("y")):
                    continue
                try:
                    value = as_number(self._run((name, way), given))
                except Exception:  # whatever it raises: it is not called like that
                    continue
                self._value = name, way
                return value
        raise DoesNotFitError(f"{self.called} gives no loss of outputs and targets")

    def slope(self, outputs: Array, targets: Array) -> Array:
        """The slope of the loss, after its value was computed.

        Raises:
            DoesNotFitError: If nothing gives an array of the shape of the outputs.
        """
        found = self._callables()
        # A softmax that stands inside hands its probabilities on to the backward pass.
        given = Given({"output": outputs, "y": targets}, {})
        given.roles["slope"] = self._probabilities(outputs)
        if self._slope is not None:
            return self._array(self._slope, given, outputs)
        for name in first_of(list(found), BACKWARD, _LIKE_SLOPE):
            for way in bindings(found[name], given):
                try:
                    slope = self._array((name, way), given, outputs)
                except Exception:  # whatever it raises: it is not called like that
                    continue
                self._slope = name, way
                return slope
        raise DoesNotFitError(f"{self.called} gives no slope of its loss")

    def _probabilities(self, outputs: Array) -> Array:
        """The outputs of a softmax that stands inside, if one does; else the same outputs."""
        if self._functions is None and "softmax" in type(self.owner).__name__.lower():
            left = left_in(self.owner, lambda word: is_output((word,)), outputs.shape)
            return outputs if left is None else left
        return outputs

    def _run(self, step: tuple[str, Binding], given: Given) -> Any:
        positional, keywords = step[1].values(given)
        return called(self._callables()[step[0]], *positional, **keywords).value

    def _array(self, step: tuple[str, Binding], given: Given, outputs: Array) -> Array:
        value = self._run(step, given)
        if value is None:
            value = left_in(self.owner, INPUT_SLOPE.fullmatch, outputs.shape)
        if not isinstance(value, np.ndarray) or value.shape != outputs.shape:
            raise DoesNotFitError("it has not the shape of the outputs")
        return value

"""Somebody's own class or function that takes steps over arrays, lists or dicts, as an adapter."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.optimizer_calls import (
    INITIAL,
    KEYS,
    Array,
    CallError,
    Signature,
    as_array,
    packed,
    packed_grads,
    result_of,
    signature_of,
    unpacked,
    zeros_like,
)
from crosscheck.frameworks.understanding.optimizer_names import RATES, plain, role

# What a constructor or a call may name the learning rate, and nothing else.
SURE_RATES = RATES[:6]


class PlainOptimizer:
    """An optimizer whose method, or which itself, is called by the names of its arguments.

    Attributes:
        settings, numbers, words: As `identify_optimizer` reads them.
        mode: What a call does: "in place", "returned", "added" or "subtracted"; None until the
            first step tells.
    """

    owns_gradients = False  # whether a gradient is its own to change
    in_place_and_returned = False

    def __init__(
        self,
        new: Callable[..., Any],
        method: str | None,
        container: str,
        convert: Callable[[Array], Any],
        more: Mapping[str, Any],
        takes_params: bool,
        signature: Signature,
        update: Callable[..., Any],
    ) -> None:
        self.new, self.method, self.container, self.convert = new, method, container, convert
        self.more, self.takes_params = dict(more), takes_params
        self.signature, self.update = signature, update
        self.mode: str | None = None
        self.count = 0
        self.params: list[Any] = []
        self.objects: list[Any] = []

    @property
    def biases_last(self) -> bool:
        """Whether names or places tell an update which array is a weight and which a bias."""
        told = self.container in ("dict", "dict of d", "pair", "layer pairs")
        return told or self.signature.has("key")

    # ----- the protocol -----

    def start(self, params: Sequence[Array]) -> None:
        """Begin at these parameters, with new objects."""
        self.count, self.params = 0, [self.convert(np.array(array)) for array in params]
        self.params = [self.parameter(each) for each in self.params]
        self.held = packed(self.params, self.container)
        if self.container == "each" and not self.signature.has("key"):
            each = [[array] for array in self.params]  # an object for every array
        else:
            each = [[self.held]]
        self.objects = [self.new(*(given if self.takes_params else ())) for given in each]
        first = [
            _initialized(value, *given) for value, given in zip(self.objects, each, strict=True)
        ]
        names = [n for n in self._state_names() if role(n) == "state"][:1]
        self.states: list[dict[str, Any]] = [
            {} if state is None else dict.fromkeys(names, state)
            for state in (first * len(self.params))[: len(self.params)]
        ]

    def step(self, grads: Sequence[Any]) -> list[Array]:
        """The parameters after one more step."""
        self.count += 1
        own = [self.convert(grad) for grad in grads]
        if self.container == "each":
            for index, grad in enumerate(own):
                held = self.params[index]
                self.params[index] = self._like(self._called(index, held, grad, [held])[0])
        elif self.container in ("pair", "zipped"):
            found = self._called(0, self.params, own, self.params)
            self.params = [self._like(each) for each in found]
        else:
            held = self.held if self.takes_params else packed(self.params, self.container)
            found = self._called(0, held, packed_grads(own, self.container), self.params)
            self.params = [self._like(each) for each in found]
        return [as_array(each) for each in self.params]

    def set_rate(self, rate: float) -> None:
        """Set the attribute, or the argument, that is the learning rate."""
        names = inspect.signature(self.function(self.objects[0])).parameters
        argument = next((name for name in names if plain(name) in SURE_RATES), None)
        if argument is not None:
            self.more[argument] = rate
            return
        for each in self.objects:
            for key, value in list(getattr(each, "__dict__", {}).items()):
                if plain(key) in SURE_RATES and isinstance(value, int | float):
                    setattr(each, key, rate)

    def parameter(self, array: Any) -> Any:
        """What an optimizer is given for an array."""
        return array

    # ----- one call -----

    def function(self, value: Any) -> Callable[..., Any]:
        """What of an object takes a step."""
        return value if self.method is None else getattr(value, self.method)

    def _like(self, value: Any) -> Any:
        return self.convert(value) if isinstance(value, np.ndarray) else value

    def _called(self, index: int, held: Any, grads: Any, params: Sequence[Any]) -> list[Any]:
        """The new arrays of one call."""
        value = self.objects[min(index, len(self.objects) - 1)]
        before = [as_array(each) for each in params]
        returned = self.function(value)(**self._arguments(index, held, grads))
        shapes = [each.shape for each in before]
        container = held if isinstance(held, list | dict) else None
        found = result_of(returned, container, shapes)
        self._keep_state(index, returned)
        now = unpacked(held, len(before)) if container is not None else [as_array(held)]
        if self.mode is None:
            self._find_mode(before, now, found, grads)
        if self.mode == "in place":
            return [held] if container is None else self._as_they_are(held)
        if self.mode == "attribute":
            return self._attribute(value, shapes)
        if found is None:
            raise CallError("it returned nothing that has the shapes of the parameters")
        if self.mode == "returned":
            return [each.copy() for each in found]
        sign = 1 if self.mode == "added" else -1
        return [one + sign * other for one, other in zip(before, found, strict=True)]

    def _as_they_are(self, held: Any) -> list[Any]:
        if self.container == "layer pairs":
            return [array for pair in held for array in pair]
        return list(held.values()) if isinstance(held, dict) else list(held)

    def _arguments(self, index: int, held: Any, grads: Any) -> dict[str, Any]:
        pair = self.container == "pair"
        values = {
            "params": held[0] if pair else held,
            "grads": grads[0] if pair else grads,
            "biases": held[1] if pair else None,
            "bias_grads": grads[1] if pair else None,
            "count": self.count,
            "key": KEYS[index],
            "zipped": list(zip(grads, held, strict=True)) if self.container == "zipped" else None,
        }
        signature = self.signature
        roles = zip(signature.names, signature.roles, strict=True)
        own = {name: values[found] for name, found in roles if found in values}
        for name in self._state_names():
            initial = {} if role(name) == "state" else zeros_like(values["params"])
            own[name] = self.states[index].setdefault(name, initial)
        return own | self.more

    def _state_names(self) -> list[str]:
        roles = zip(self.signature.names, self.signature.roles, strict=True)
        return [name for name, found in roles if found in ("state", "moments")]

    def _keep_state(self, index: int, returned: Any) -> None:
        """What is returned behind the parameters is the state, in the order of the arguments."""
        names = self._state_names()
        if isinstance(returned, tuple) and len(returned) > len(names):
            self.states[index].update(zip(names, returned[1:], strict=False))

    def _find_mode(
        self, before: list[Array], now: list[Array], found: list[Array] | None, grads: Any
    ) -> None:
        changed = any(not np.array_equal(*pair) for pair in zip(before, now, strict=True))
        if found is not None:
            near = all(
                np.all((np.abs(new - old) <= np.abs(old) / 10) | np.isnan(new))
                for new, old in zip(found, before, strict=True)
            )
            if near:
                self.mode, self.in_place_and_returned = "returned", changed
                return
        if changed:
            self.mode = "in place"
        elif found is not None:
            values = grads if isinstance(grads, list) else [grads]
            values = list(grads.values()) if isinstance(grads, dict) else values
            along = sum(
                float(np.sum(one * as_array(g))) for one, g in zip(found, values, strict=True)
            )
            self.mode = "added" if along < 0 else "subtracted"
        else:
            self.mode = "attribute"

    def _attribute(self, value: Any, shapes: list[tuple[int, ...]]) -> list[Array]:
        for name, each in vars(value).items():
            if role(name) == "params":
                found = result_of(each, each if isinstance(each, list | dict) else None, shapes)
                if found is not None:
                    return list(found)
        raise CallError("it changed no parameters, and returned none")


def _initialized(value: Any, params: Any) -> Any:
    """What the method returns that an object has for the parameters before the first step."""
    for name in INITIAL:
        method = getattr(value, name, None)
        if not callable(method):
            continue
        signature = signature_of(method)
        if signature is not None and signature.roles == ("params",):
            return method(params)
    return None

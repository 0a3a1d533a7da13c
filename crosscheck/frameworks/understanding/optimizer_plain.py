"""Somebody's own class or function that takes steps over arrays, lists or dicts, as an adapter."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.optimizer_calls import (
    INITIAL,
    KEYS,
    WORDS,
    Array,
    CallError,
    Signature,
    as_array,
    layer_names,
    layer_of,
    methods_of,
    packed,
    packed_grads,
    result_of,
    signature_of,
    unpacked,
    zeros_like,
)
from crosscheck.frameworks.understanding.optimizer_names import RATES, plain, role

# Before and after the steps of all layers, in the manner of "Neural networks from scratch".
BEFORE, AFTER = "pre_update_params", "post_update_params"
SIZE = 1000.0  # parameters of a trial are near it, and updates far below
TRIAL_SHAPES = ((4, 3), (5,))


class PlainOptimizer:
    """An optimizer whose method, or which itself, is called by the names of its arguments.

    Attributes:
        settings, numbers, words: As `identify_optimizer` reads them.
        mode: What a call does: "in place", "returned", "added" or "subtracted"; None until the
            first step tells.
    """

    owns_gradients = False
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
    ) -> None:
        self.new, self.method, self.container, self.convert = new, method, container, convert
        self.more, self.takes_params = dict(more), takes_params
        self.signature = signature
        self.mode: str | None = None
        self.count = 0
        self.params: list[Any] = []
        self.objects: list[Any] = []
        self.owns_gradients = container in ("objects", "layers")

    # ----- the protocol -----

    def start(self, params: Sequence[Array]) -> None:
        """Begin at these parameters, with new objects."""
        self.count, self.params = 0, [self.convert(np.array(array)) for array in params]
        if self.container in ("objects", "tensors"):
            self.params = [self._parameter(each) for each in self.params]
        self.held = packed(self.params, self.container)
        if self.container == "each" and not self.signature.has("key"):
            each = [[array] for array in self.params]  # an object for every array
        else:
            each = [[self.held]]
        self.objects = [self.new(*(given if self.takes_params else ())) for given in each]
        for value, (given,) in zip(self.objects, each, strict=True):
            _initialize(value, given)
        self.states: list[dict[str, Any]] = [{} for _ in self.params]

    def step(self, grads: Sequence[Any]) -> list[Array]:
        """The parameters after one more step."""
        self.count += 1
        own = [None if grad is None else self.convert(grad) for grad in grads]
        if self.container in ("objects", "tensors"):
            return self._step_of_objects(own)
        if self.container == "layers":
            return self._step_of_layers(own)
        if self.container == "each":
            for index, grad in enumerate(own):
                held = self.params[index]
                self.params[index] = self._like(self._called(index, held, grad, [held])[0])
        elif self.container == "pair":
            found = self._called(0, self.params, own, self.params)
            self.params = [self._like(each) for each in found]
        else:
            held = self.held if self.takes_params else packed(self.params, self.container)
            found = self._called(0, held, packed_grads(own, self.container), self.params)
            self.params = [self._like(each) for each in found]
        return [as_array(each) for each in self.params]

    def set_rate(self, rate: float) -> None:
        """Set the attribute, or the argument, that is the learning rate."""
        name = self.rate_argument
        if name is not None:
            self.more[name] = rate
            return
        for each in self.objects:
            for key, value in list(vars(each).items()):
                if plain(key) in RATES[:6] and isinstance(value, int | float):
                    setattr(each, key, rate)

    # ----- one call -----

    @property
    def rate_argument(self) -> str | None:
        """The argument of every call that is the learning rate."""
        return next((name for name in self.more if role(name) == "rate"), None)

    def _function(self, value: Any) -> Callable[..., Any]:
        return value if self.method is None else getattr(value, self.method)

    def _like(self, value: Any) -> Any:
        return self.convert(value) if isinstance(value, np.ndarray) else value

    def _called(self, index: int, held: Any, grads: Any, params: Sequence[Any]) -> list[Any]:
        """The new arrays of one call."""
        value = self.objects[min(index, len(self.objects) - 1)]
        before = [as_array(each) for each in params]
        returned = self._function(value)(**self._arguments(index, held, grads))
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

    # ----- objects with a gradient, and layers -----

    def _parameter(self, array: Any) -> Any:
        if self.container == "tensors":
            return array.requires_grad_()
        return SimpleNamespace(data=array, grad=None)

    def _step_of_objects(self, grads: Sequence[Any]) -> list[Array]:
        for each, grad in zip(self.params, grads, strict=True):
            each.grad = grad
        value = self.objects[0]
        counts = {n: self.count for n, r in zip(*self._names(), strict=True) if r == "count"}
        self._function(value)(**counts, **self.more)
        return [as_array(each.data).copy() for each in self.params]

    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.signature.names, self.signature.roles

    def _step_of_layers(self, grads: Sequence[Any]) -> list[Array]:
        value = self.objects[0]
        names = layer_names(self._function(value))
        if self.count == 1:
            pairs = zip(self.params[::2], self.params[1::2], strict=True)
            self.layers = [layer_of(w, b, (w * 0, b * 0), names) for w, b in pairs]
        if hasattr(value, BEFORE):
            getattr(value, BEFORE)()
        found: list[Array] = []
        for layer, dw, db in zip(self.layers, grads[::2], grads[1::2], strict=True):
            setattr(layer, names[2], dw)
            setattr(layer, names[3], db)
            self._function(value)(layer, **self.more)
            found += [as_array(getattr(layer, name)).copy() for name in names[:2]]
        if hasattr(value, AFTER):
            getattr(value, AFTER)()
        return found


def plain_optimizers(
    new: Callable[..., Any],
    example: Any,
    takes_params: bool,
    more: Mapping[str, Any],
    converters: Sequence[tuple[str, Callable[[Array], Any]]],
) -> Iterator[tuple[str, Callable[[], PlainOptimizer]]]:
    """Every way to call an optimizer that a trial of two steps accepts, in words.

    Args:
        new: Returns a new object, given the parameters where `takes_params`.
        example: One such object, or the function itself.
        takes_params: Whether its constructor takes the parameters.
        more: What every call is given besides, by name.
        converters: What makes its arrays of NumPy's, by the name of the library.
    """
    methods = [("", example)] if _is_function(example) else list(methods_of(example))
    for name, method in methods:
        signature = signature_of(method)
        if signature is None:
            continue
        for container in _containers(signature, takes_params, name):
            for library, convert in converters:
                if container == "tensors" and library != "torch":
                    continue
                make = partial(
                    PlainOptimizer,
                    new,
                    name or None,
                    container,
                    convert,
                    more,
                    takes_params,
                    signature,
                )
                adapter = make()
                mode = _trial(adapter)
                if mode is not None:
                    words = _words(name, signature, container, mode, library)
                    yield words, partial(_settled, make, mode, adapter.in_place_and_returned)


def _settled(make: Callable[[], PlainOptimizer], mode: str, both: bool) -> PlainOptimizer:
    made = make()
    made.mode = None if mode == "objects" else mode
    made.in_place_and_returned = both
    return made


def _initialize(value: Any, params: Any) -> None:
    """Call the method that an object has for the parameters before the first step."""
    for name in INITIAL:
        method = getattr(value, name, None)
        signature = signature_of(method) if callable(method) else None
        if signature is not None and signature.roles == ("params",):
            method(params)
            return


def _is_function(value: Any) -> bool:
    return hasattr(value, "__code__")


def _containers(signature: Signature, takes_params: bool, name: str) -> Sequence[str]:
    if signature.roles == ("key",) or (name == "update_params" and len(signature.names) == 1):
        return ("layers", *signature.containers)
    if not signature.has("grads"):
        return ("tensors", "objects") if takes_params else ()
    return signature.containers


def _trial(adapter: PlainOptimizer) -> str | None:
    """What two calls of an optimizer do; None if they fail or move nothing."""
    rng = np.random.default_rng(3)
    start = [SIZE + rng.standard_normal(shape) for shape in TRIAL_SHAPES]
    try:
        with np.errstate(all="ignore"):
            adapter.start(start)
            for _ in range(2):
                found = adapter.step([rng.standard_normal(array.shape) for array in start])
    except (Exception, SystemExit):
        return None
    if [each.shape for each in found] != list(TRIAL_SHAPES):
        return None
    moved = any(not np.array_equal(*pair) for pair in zip(found, start, strict=True))
    return (adapter.mode or "objects") if moved else None


def _words(name: str, signature: Signature, container: str, mode: str, library: str) -> str:
    call = f"{name or 'a function'}({', '.join(signature.names)})"
    over = WORDS[container]
    does = {
        "in place": "which changes the parameters in place",
        "returned": "which returns the new parameters",
        "added": "which returns the update, to be added",
        "subtracted": "which returns the update, to be subtracted",
    }.get(mode, "which changes them")
    arrays = "" if library == "numpy" else f" of {library}"
    return f"{call} over {over}{arrays}, {does}"

"""Somebody's own adapter: an object that keeps `adapters.NetworkAdapter` already."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Layers, Understood
from crosscheck.frameworks.understanding.calling import quiet

METHODS = ("sizes", "set_params", "forward")
OPTIONAL = ("loss", "gradients", "hidden", "deltas", "update", "gradient_slack")
# What these return is pairs of arrays; what the others return is one array, or one number.
_OF_LAYERS = ("gradients", "update", "gradient_slack")
_OF_ARRAYS = ("hidden", "deltas")


class KeptAdapter:
    """Passes every call on, with copies of the arrays, so that changes in place do no harm.

    Attributes:
        sizes: See `NetworkAdapter`.
        biases: For each layer, whether it has one; its own statement, if it makes one.
        targets, difference_rate: See `NetworkAdapter`; its own statements likewise.
    """

    def __init__(self, inner: Any) -> None:
        """Wrap an object; it has the optional methods that this one has."""
        self._inner = inner
        self.sizes = tuple(inner.sizes)
        self.biases = tuple(getattr(inner, "biases", (True,) * (len(self.sizes) - 1)))
        self.targets: str = getattr(inner, "targets", "any")
        self.difference_rate: float | None = getattr(inner, "difference_rate", None)
        self._params: Layers = []
        for name in OPTIONAL:
            if callable(getattr(inner, name, None)):
                setattr(self, name, self._method(name))

    def set_params(self, params: Layers) -> None:
        """See `NetworkAdapter`."""
        self._params = [(_array(weight), _array(bias)) for weight, bias in params]

    def forward(self, inputs: Any) -> np.ndarray:
        """See `NetworkAdapter`."""
        return np.asarray(self._call("forward", inputs), dtype=np.float64)

    def _call(self, name: str, *arguments: Any) -> Any:
        with quiet():
            if self._params:
                self._inner.set_params([(_array(w), _array(b)) for w, b in self._params])
            return getattr(self._inner, name)(
                *(_array(each) if isinstance(each, np.ndarray) else each for each in arguments)
            )

    def _method(self, name: str) -> Callable[..., Any]:
        def method(*arguments: Any) -> Any:
            value = self._call(name, *arguments)
            if value is None and name == "gradient_slack":
                return None
            if name in _OF_LAYERS:
                return [(_array(w), None if b is None else _array(b)) for w, b in value]
            if name in _OF_ARRAYS:
                return [_array(each) for each in value]
            return float(np.asarray(value))

        return method


def _array(value: Any) -> np.ndarray:
    return np.array(value, dtype=np.float64)


def kept_adapter(name: str, target: Any, settings: Mapping[str, Any]) -> Understood | None:
    """What an object, or a class that needs no arguments, is that keeps the protocol; else None."""
    if not all(hasattr(target, each) for each in METHODS[1:]):
        return None
    make: Callable[[], Any]
    if isinstance(target, type):
        make = lambda: target(**{k: v for k, v in settings.items() if k != "sizes"})  # noqa: E731
    else:
        make = lambda: target  # noqa: E731
    try:
        with quiet():
            sizes = tuple(make().sizes)
    except Exception:  # a class of another sort, whose methods have the same names
        return None
    words = f"{name}, an adapter of a network of sizes {sizes}"
    return Understood("network", words, lambda: KeptAdapter(make()))

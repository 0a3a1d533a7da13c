"""Optimizers that are made for a framework, as adapters: of PyTorch, of Keras, or pure functions.

No framework is imported for an object that is not its own.
"""

import inspect
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks import registry
from crosscheck.frameworks.understanding.optimizer_calls import Array, as_array


def library_of(value: Any) -> str:
    """The library whose arrays a function or a class computes with: "numpy", "torch" or "jax"."""
    found = set()
    for each in (value, *vars(value).values()) if isinstance(value, type) else (value,):
        names = getattr(getattr(each, "__func__", each), "__globals__", {})
        for other in names.values():
            module = getattr(other, "__name__", "")
            if module in ("torch", "jax", "jax.numpy", "optax"):
                found.add("torch" if module == "torch" else "jax")
    if "torch" in found:
        return "torch"
    return "jax" if found else "numpy"


def converter(library: str) -> Callable[[Array], Any]:
    """What makes a library's array of one of NumPy's; memory is shared where it can be."""
    if library == "torch":
        return sys.modules["torch"].from_numpy
    if library == "jax":
        registry.prepare()
        import jax.numpy as jnp

        return jnp.asarray
    return np.asarray


class TorchOptimizer:
    """A `torch.optim.Optimizer` over tensors with a gradient."""

    owns_gradients = takes_missing = public_rate = True

    def __init__(self, new: Callable[[list[Any]], Any]) -> None:
        self.new = new
        self.tensors: list[Any] = []

    def start(self, params: Sequence[Array]) -> None:
        """Begin with new tensors and a new optimizer."""
        from_numpy = converter("torch")
        self.tensors = [from_numpy(np.array(array)).requires_grad_() for array in params]
        self.optimizer = self.new(self.tensors)

    def step(self, grads: Sequence[Any]) -> list[Array]:
        """The parameters after one more step."""
        for tensor, grad in zip(self.tensors, grads, strict=True):
            tensor.grad = None if grad is None else converter("torch")(grad)
        self.optimizer.step()
        return [as_array(tensor) for tensor in self.tensors]

    def set_rate(self, rate: float) -> None:
        """Set the learning rate of every group, as a scheduler does."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate


class KerasOptimizer:
    """A Keras optimizer over variables of float64, whatever Keras's own dtype is."""

    public_rate = True

    def __init__(self, new: Callable[[], Any]) -> None:
        self.new = new

    def start(self, params: Sequence[Array]) -> None:
        """Begin with new variables and a new optimizer."""
        keras = self.keras = sys.modules["keras"]
        self.dtype = str(params[0].dtype)
        with _Floats(keras, self.dtype):
            self.variables = [keras.Variable(array, dtype=self.dtype) for array in params]
            self.optimizer = self.new()
            self.optimizer.build(self.variables)

    def step(self, grads: Sequence[Any]) -> list[Array]:
        """The parameters after one more step."""
        with _Floats(self.keras, self.dtype):
            tensors = [self.keras.ops.convert_to_tensor(np.array(grad)) for grad in grads]
            self.optimizer.apply(tensors, self.variables)
        to_numpy = self.keras.ops.convert_to_numpy
        return [np.array(to_numpy(each.value)) for each in self.variables]

    def set_rate(self, rate: float) -> None:
        """Set the learning rate, as a callback does."""
        self.optimizer.learning_rate = rate


class _Floats:
    """Keras's dtype for numbers as the learning rate, for a while."""

    def __init__(self, keras: Any, dtype: str) -> None:
        self.keras, self.dtype = keras, dtype

    def __enter__(self) -> None:
        self.before = self.keras.config.floatx()
        self.keras.config.set_floatx(self.dtype)

    def __exit__(self, *args: object) -> None:
        self.keras.config.set_floatx(self.before)


class PureOptimizer:
    """A pair `init(params)` and `update(grads, state, params)`, as of optax and the references."""

    public_rate = True

    def __init__(self, new: Callable[[Any], Any], convert: Callable[[Array], Any], each: bool):
        self.new, self.convert, self.each = new, convert, each

    def start(self, params: Sequence[Array]) -> None:
        """Begin with a new optimizer and a new state."""
        self.optimizer = self.new(self)
        own = [self.convert(np.array(array)) for array in params]
        self.trees = own if self.each else [own]
        self.states = [self.optimizer.init(tree) for tree in self.trees]

    def step(self, grads: Sequence[Any]) -> list[Array]:
        """The parameters after one more step."""
        own = [self.convert(grad) for grad in grads]
        params: list[Any] = []
        for index, tree in enumerate(self.trees):
            given = own[index] if self.each else own
            more = [tree] if len(inspect.signature(self.optimizer.update).parameters) > 2 else []
            updates, self.states[index] = self.optimizer.update(given, self.states[index], *more)
            pairs = [(tree, updates)] if self.each else zip(tree, updates, strict=True)
            params += [one + other for one, other in pairs]
        self.trees = params if self.each else [params]
        return [as_array(each) for each in params]


class ChangingPureOptimizer(PureOptimizer):
    """A pure optimizer whose learning rate is a function of the step, which is 0 at first."""

    rates: Sequence[float] = ()

    def set_rates(self, rates: Sequence[float]) -> None:
        """The learning rate of every step."""
        self.rates = rates

    def rate_at(self, step: Any, first: float) -> float:
        """The learning rate of a step; `first` where none were set."""
        return self.rates[min(int(step), len(self.rates) - 1)] if len(self.rates) else first


class TripleOptimizer:
    """The three functions of jax.example_libraries: init(x), update(step, grad, state), params."""

    def __init__(
        self, new: Callable[[], Any], convert: Callable[[Array], Any], whole: bool = True
    ) -> None:
        """Keep what makes them; `whole` is whether they take a list of arrays, not one array."""
        self.new, self.convert, self._whole = new, convert, whole

    def _given(self, arrays: Sequence[Any]) -> Any:
        converted = [self.convert(np.array(array)) for array in arrays]
        return converted if self._whole else converted[0]

    def start(self, params: Sequence[Array]) -> None:
        """Begin with a new state."""
        self.init, self.update, self.params = self.new()
        self.count, self.state = 0, self.init(self._given(params))

    def step(self, grads: Sequence[Any]) -> list[Array]:
        """The parameters after one more step."""
        self.state = self.update(self.count, self._given(grads), self.state)
        self.count += 1
        found = self.params(self.state)
        return [as_array(each) for each in (found if self._whole else [found])]


class EachTripleOptimizer:
    """Three functions that take one array: each array has a state of its own."""

    def __init__(self, new: Callable[[], Any], convert: Callable[[Array], Any]) -> None:
        self._new = partial(TripleOptimizer, new, convert, whole=False)

    def start(self, params: Sequence[Array]) -> None:
        """Begin with a new state for each."""
        self._each = [self._new() for _ in params]
        for own, array in zip(self._each, params, strict=True):
            own.start([array])

    def step(self, grads: Sequence[Any]) -> list[Array]:
        """The parameters after one more step."""
        return [own.step([grad])[0] for own, grad in zip(self._each, grads, strict=True)]

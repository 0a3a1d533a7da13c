"""Call somebody's function of arrays as its library wants it, and differentiate it by its tape.

NumPy arrays go in and come out, in the dtype in which they come. Neither PyTorch nor JAX is
imported here: a function can only take their arrays where its file has imported them.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.understanding.calling import quiet
from crosscheck.frameworks.understanding.leaves import library_of

Library = Literal["torch", "jax", "numpy", "numbers"]
# What a trial calls a function with: 5 samples of 4 probabilities, which are also real numbers.
TRIAL = np.array([np.roll([0.1, 0.2, 0.3, 0.4], shift) for shift in (0, 1, 3, 2, 1)])
OTHER = TRIAL[::-1].copy()
# The classes of those samples, for a loss that takes these as its targets.
LABELS = np.array([3, 0, 1, 2, 0])


@dataclass(frozen=True)
class Call:
    """Somebody's function, and the arrays that it takes.

    Attributes:
        function: The function.
        library: Whose arrays it takes; "numbers" is one number at a time.
    """

    function: Callable[..., Any]
    library: Library

    def raw(self, *arrays: Any) -> Any:
        """What it returns, called with its own copies."""
        with quiet():
            return self.function(*(into(self.library, array) for array in arrays))

    def __call__(self, *arrays: Array) -> Array:
        """What it returns as a NumPy array: of a tuple (outputs, cache) the outputs."""
        if self.library != "numbers":
            return out_of(first(self.raw(*arrays)))
        with quiet():
            found = [
                out_of(first(self.function(*(each.item() for each in entries))))
                for entries in zip(*(np.ravel(array) for array in arrays), strict=True)
            ]
        return np.array(found).reshape(arrays[0].shape)

    def pulled_back(self, cotangent: Array, *arrays: Array, at: int = 0) -> Array:
        """The cotangent times the derivative by one of the arrays, by the library's own tape."""
        given = [into(self.library, array) for array in arrays]
        with quiet():
            if self.library == "jax":
                return self._by_jax(cotangent, given, at)
            torch = sys.modules["torch"]
            given[at].requires_grad_()
            value = first(self.function(*given))
            grad = torch.autograd.grad(value, given[at], into("torch", cotangent))[0]
            return out_of(grad)

    def _by_jax(self, cotangent: Array, given: list[Any], at: int) -> Array:
        def of_one(array: Any) -> Any:
            return first(self.function(*given[:at], array, *given[at + 1 :]))

        _, pull = sys.modules["jax"].vjp(of_one, given[at])
        return out_of(pull(into("jax", cotangent))[0])

    @property
    def has_tape(self) -> bool:
        """Whether the library differentiates."""
        return self.library in ("torch", "jax")


def first(value: Any) -> Any:
    """The outputs of a function that returns them with a cache."""
    return value[0] if isinstance(value, tuple) and value else value


def into(library: str, array: Any) -> Any:
    """A new array of a library, of the same dtype; what is no array stays as it is."""
    if not isinstance(array, np.ndarray):
        return array
    if library == "torch":
        return sys.modules["torch"].tensor(array)
    if library == "jax":
        return sys.modules["jax"].numpy.asarray(array)
    return array.copy()


def out_of(value: Any) -> Array:
    """An array of any library in NumPy, in its own dtype.

    Raises:
        TypeError: If it is no array of numbers.
    """
    if library_of(value) == "torch":
        value = value.detach().cpu().numpy()
    array = np.array(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"it returns {type(value).__name__}, which is no array of numbers")
    return array.astype("float64") if array.dtype.kind != "f" else array


def libraries(function: Callable[..., Any]) -> Iterator[Library]:
    """The libraries whose arrays a function may take, the likeliest first."""
    scope = getattr(function, "__globals__", None)
    if scope is None:  # of what JAX compiled, or an object
        inner = getattr(function, "__wrapped__", None) or type(function).__call__
        scope = getattr(inner, "__globals__", None) or _module_of(function)
    owners = {
        (getattr(each, "__name__", None) or getattr(each, "__module__", "") or "").split(".")[0]
        for each in scope.values()
        if not isinstance(each, str)
    }
    yield from (each for each in ("jax", "torch") if each in owners and each in sys.modules)
    yield "numpy"
    yield "numbers"


def _module_of(function: Any) -> Mapping[str, Any]:
    name = getattr(function, "__module__", None) or type(function).__module__
    return vars(sys.modules[name]) if name in sys.modules else {}


def call_of(
    function: Callable[..., Any], count: int, arrays: tuple[Array, ...] = (TRIAL, OTHER)
) -> Call:
    """How a function of so many arrays is called.

    Args:
        function: The function.
        count: How many arrays it takes.
        arrays: What it is called with.

    Raises:
        Exception: What it raised in the first way that was tried, if it takes no arrays at all.
    """
    raised: Exception | None = None
    for library in libraries(function):
        call = Call(function, library)
        try:
            if _takes(call, arrays[:count]):
                return call
        except Exception as error:
            raised = raised or error
    raise raised or TypeError("it returns nothing of the shape of what it is given")


def _takes(call: Call, arrays: tuple[Array, ...]) -> bool:
    found = call(*arrays)
    if call.has_tape:
        if library_of(first(call.raw(*arrays))) != call.library:
            return False
        at = next(index for index, each in enumerate(arrays) if each.dtype.kind == "f")
        # NumPy's functions take a tensor, but none on a tape.
        call.pulled_back(np.ones_like(found), *arrays, at=at)
    if len(arrays) == 1:
        return found.shape == arrays[0].shape
    return found.shape in [(), (1,), (1, 1), TRIAL.shape[:1], (len(TRIAL), 1), TRIAL.shape]

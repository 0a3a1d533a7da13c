"""What `crosscheck check` asks of somebody's own code: three protocols, and who keeps one.

Most classes and functions are understood as they stand (see `understanding`). What is not, is given
an adapter: a class with the methods below, in some ten lines, that passes each call on.

    class Adapter:                                  # crosscheck check homework.py:Adapter
        sizes = (3, 2, 1)                           # inputs, hidden units, outputs

        def set_params(self, params):               # [(weight, bias), ...]
            (self.net.W1, self.net.b1), (self.net.W2, self.net.b2) = params

        def forward(self, inputs):                  # (batch, 3) in, (batch, 1) out
            return self.net.predict(inputs.T).T

        def gradients(self, inputs, targets):       # [(dC/dweight, dC/dbias), ...]
            ...

Arrays are NumPy arrays of float64; samples are rows. A weight is (fan_out, fan_in), as in
z = W a + b, and a bias (fan_out,). What a class lacks of the optional methods is not checked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

Array = np.ndarray
# One pair (weight, bias) per layer, of shapes (fan_out, fan_in) and (fan_out,).
Layers = Sequence[tuple[Array, Array]]


@runtime_checkable
class NetworkAdapter(Protocol):
    """A network of dense layers whose parameters can be set.

    Optional methods, each as `forward` with NumPy arrays in and out:

        loss(inputs, targets) -> float
        gradients(inputs, targets) -> Layers        at the parameters that were set
        hidden(inputs) -> [activations of each layer], the outputs last
        deltas(inputs, targets) -> [dC/dz of each layer]
        update(inputs, targets, rate) -> Layers     the parameters after one step of descent

    Optional attributes; without them it has biases, takes any targets, and gives its gradients:

        biases           for each layer, whether it has one; what is set for another is not used
        targets          "any", or "classes" if targets must be rows of zeros and a one
        difference_rate  the rate of the step by whose difference gradients are found, or None
        gradient_slack(inputs, targets) -> Layers or None: what that difference may be off by

    The gradient of a bias that is not there, or of which the network gives none, is None.

    Attributes:
        sizes: The units of the inputs, of each hidden layer, and of the outputs.
    """

    sizes: tuple[int, ...]

    def set_params(self, params: Layers) -> None:
        """Take these parameters, which the caller does not change afterwards."""

    def forward(self, inputs: Array) -> Array:
        """The outputs (batch, outputs) of inputs (batch, units)."""


@runtime_checkable
class OptimizerAdapter(Protocol):
    """An optimizer that moves a list of arrays; one object is one run from its first step."""

    def start(self, params: Sequence[Array]) -> None:
        """Begin at these parameters, with a new state."""

    def step(self, grads: Sequence[Array]) -> Sequence[Array]:
        """The parameters after one more step with these gradients."""


@runtime_checkable
class FunctionAdapter(Protocol):
    """An activation z -> a of any shape, or a loss (outputs, targets) -> number.

    An optional method `slope(z)`, or `slope(outputs, targets)`, returns the derivative.
    """

    def value(self, *arrays: Array) -> Array:
        """The function itself."""


@dataclass(frozen=True)
class Understood:
    """What somebody's object was taken for.

    Attributes:
        kind: What it is.
        words: One line that says what was understood, for whoever wrote it.
        make: Returns a new adapter, each time from a new object where that can be made.
        found: What of it was found and is not used, or is missing.
        others: The classes of its file of which it has nothing.
        training: Returns a new adapter whose gradients are what the training of this network takes
            away, for one that is trained by what shows no step; or None.
        unseen_step: The line of a step of its file that could not be run; or None.
    """

    kind: Literal["network", "optimizer", "function"]
    words: str
    make: Callable[[], Any]
    found: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    training: Callable[[], Any] | None = None
    unseen_step: int | None = None


class NotUnderstoodError(ValueError):
    """Nobody can tell what somebody's object is; the message says what was found and missing."""


class GradientShapeError(ValueError):
    """A gradient has not the shape of its parameter, as its owner's own step shows by raising."""

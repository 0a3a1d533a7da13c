"""The worked example of a document, as data: its network, its optimizers, and the like.

Decimals of arrays are kept as the strings that the document prints. Whoever computes chooses the
arithmetic: floats (`to_floats`) or balls (`from_decimals`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from crosscheck.frameworks.hyperparameters import default_keywords
from crosscheck.numerics.trees import Layer

Vector = tuple[str, ...]
Matrix = tuple[Vector, ...]


def to_floats(decimals: Any) -> np.ndarray:
    """Nested tuples of decimals as an array of float64, each rounded to the nearest float."""
    return np.array(decimals, dtype="float64")


@dataclass(frozen=True)
class Network:
    """The network that a document computes, with its data.

    Attributes:
        params: Weight and bias of each layer, as decimals.
        inputs, targets: (batch, units) and (batch, outputs), as decimals.
        activations: One per layer.
        loss: Name of the loss.
        biases: Whether the document has biases. Without, those of `params` are 0, and the gradient
            with respect to them is taken as 0.
    """

    params: tuple[Layer, ...]
    inputs: Matrix
    targets: Matrix
    activations: tuple[str, ...]
    loss: str
    biases: bool = True

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units of each row, from the inputs to the outputs."""
        return (len(self.inputs[0]), *(len(layer.bias) for layer in self.params))

    def arrays(self, to_array: Callable[[Any], Any]) -> tuple[tuple[Layer, ...], Any, Any]:
        """Parameters, inputs and targets, the decimals of each array converted by `to_array`."""
        params = tuple(Layer(*map(to_array, layer)) for layer in self.params)
        return params, to_array(self.inputs), to_array(self.targets)


@dataclass(frozen=True)
class OptimizerRun:
    """Some steps of one optimizer, from the parameters of the network.

    Every step takes the gradient at the parameters of the step before, on the same data.

    Attributes:
        name: By which the document's quantities name it: "adam.params[1].bias[0]".
        optimizer: Its name in the contract.
        learning_rate: Of every step.
        hyperparameters: The others that the document gives: numbers as decimals, flags and words.
        layers: The indices of the layers that the document updates.
        moments: What of the state before the first step the document gives, by the contract's
            names.
        steps: How many, at least one.
    """

    name: str
    optimizer: str
    learning_rate: Decimal
    hyperparameters: Mapping[str, Decimal | bool | str]
    layers: tuple[int, ...]
    moments: tuple[str, ...] = ()
    steps: int = 1

    @property
    def keywords(self) -> dict[str, Decimal | bool | str]:
        """All hyperparameters but the learning rate: those given, and the contract's defaults."""
        defaults = {
            key: value if isinstance(value, bool | str) else Decimal(str(value))
            for key, value in default_keywords(self.optimizer).items()
        }
        return defaults | dict(self.hyperparameters)


@dataclass(frozen=True)
class Surface:
    """The function C(x) = sum_i c_i x_i^2 / 2, and a point where its gradient is taken.

    Attributes:
        coefficients: c, (n,), as decimals.
        point: x, (n,), as decimals.
    """

    coefficients: Vector
    point: Vector


@dataclass(frozen=True)
class Picture:
    """A square picture whose pixels are the inputs; `side` pixels wide, as a decimal."""

    side: str


@dataclass(frozen=True)
class Example:
    """Everything that a document gives to compute with; None or empty where it gives none.

    Attributes:
        layer_sizes: Units of each row of a network whose parameters are only counted.
        picture, surface, network: See their classes.
        runs: What optimizers do to the network.
    """

    layer_sizes: tuple[int, ...] = ()
    picture: Picture | None = None
    surface: Surface | None = None
    network: Network | None = None
    runs: tuple[OptimizerRun, ...] = ()

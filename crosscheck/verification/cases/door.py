"""Good arguments of one framework, for calls that spoil one of them."""

from typing import Any

import numpy as np

from crosscheck.frameworks.registry import Framework


class Door:
    """Calls of a framework with arguments that are good, but for those that the caller spoils.

    Attributes:
        f: The framework.
        array, layer: What makes its arrays, and its layers.
        params, inputs, targets: A network of two layers, and five samples.
    """

    def __init__(self, framework: Framework) -> None:
        self.f = framework
        self.array, self.layer = framework.params.from_numpy, framework.params.Layer
        self.params = self.array(
            (self.layer(np.ones((4, 3)), np.ones(4)), self.layer(np.ones((2, 4)), np.ones(2)))
        )
        self.inputs = self.array(np.ones((5, 3)))
        self.targets = self.array(np.full((5, 2), 0.5))

    def ones(self, *shape: int, dtype: str = "float64") -> Any:
        """An array of ones."""
        return self.array(np.ones(shape, dtype))

    def forward(
        self, params: Any = None, inputs: Any = None, activations: Any = ("tanh", "sigmoid")
    ) -> Any:
        """`mlp.forward`."""
        params = self.params if params is None else params
        inputs = self.inputs if inputs is None else inputs
        return self.f.mlp.forward(params, inputs, activations=activations)

    def gradient(
        self,
        targets: Any = None,
        loss: str = "squared_error",
        function: str = "value_and_grad",
        **weighted: Any,
    ) -> Any:
        """`gradients.value_and_grad`, or its other function."""
        return getattr(self.f.gradients, function)(
            self.params,
            self.inputs,
            self.targets if targets is None else targets,
            activations=("tanh", "sigmoid"),
            loss=loss,
            **weighted,
        )

    def train(self, loss: str = "squared_error", **changes: Any) -> Any:
        """`training.train` for one epoch."""
        given = {
            "params": self.params,
            "inputs": self.inputs,
            "targets": self.targets,
            "optimizer": self.f.optimizers.sgd(0.1),
            "stop": self.f.training.StopRule(max_epochs=1),
            "activations": ("tanh", "sigmoid"),
        } | changes
        return self.f.training.train(loss=loss, **given)

    def spoiled(self, index: tuple[int, int], value: float) -> Any:
        """The inputs with one entry replaced."""
        inputs = np.ones((5, 3))
        inputs[index] = value
        return self.array(inputs)

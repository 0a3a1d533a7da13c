"""The steps of a worked example, as expressions over what was computed before.

One sample goes forward and back through a network, and an optimizer takes its first step. Every
quantity has its name in the contract's terms, and one expression over quantities that come before
it: "deltas[1][0, 0] * activations[1][0, 2]". Indices count from 0, layers too.
"""

from collections.abc import Callable, Iterable, Iterator

from crosscheck.documents.examples import Network, OptimizerRun

# The slope of an activation, from its z and its a. Of softmax there is none: z_j changes every a.
SLOPES: dict[str, Callable[[str, str], str]] = {
    "identity": lambda z, a: "1",
    "sigmoid": lambda z, a: f"{a} * (1 - {a})",
    "tanh": lambda z, a: f"(1 - {a} ** 2)",
    "relu": lambda z, a: f"relu_slope({z})",
    "softplus": lambda z, a: f"sigmoid({z})",
    "gelu": lambda z, a: f"gelu_slope({z})",
}
# What a loss adds for each output a and its target y.
TERMS: dict[str, Callable[[str, str], str]] = {
    "squared_error": lambda a, y: f"({a} - {y}) ** 2",
    "half_squared_error": lambda a, y: f"({a} - {y}) ** 2 / 2",
    "mean_squared_error": lambda a, y: f"({a} - {y}) ** 2",
    "binary_cross_entropy": lambda a, y: f"-({y} * log({a}) + (1 - {y}) * log(1 - {a}))",
    "sigmoid_binary_cross_entropy": lambda a, y: f"(softplus({a}) - {y} * {a})",
}


class Steps:
    """The expressions of one network and one step of one optimizer on one sample.

    Args:
        network: With one sample.
        run: The step; its name stands before what comes after it: "adam.params[1].bias[0]".
    """

    def __init__(self, network: Network, run: OptimizerRun) -> None:
        self.network, self.run, self.sizes = network, run, network.layer_sizes

    # ----- names -----

    def a(self, layer: int, unit: int, after: bool = False) -> str:
        """An activation; layer 0 are the inputs, and the outputs have the last number."""
        if layer == 0:
            return f"inputs[0, {unit}]"
        return f"{self._moved(layer - 1, after)}activations[{layer}][0, {unit}]"

    def z(self, layer: int, unit: int, after: bool = False) -> str:
        """What an activation is taken of; layer 0 is the first hidden layer."""
        return f"{self._moved(layer, after)}pre_activations[{layer}][0, {unit}]"

    def w(self, layer: int, unit: int, below: int, after: bool = False) -> str:
        """A weight, of the layer above the inputs if `layer` is 0."""
        return f"{self._params(layer, after)}.weight[{unit}, {below}]"

    def b(self, layer: int, unit: int, after: bool = False) -> str:
        """A bias."""
        return f"{self._params(layer, after)}.bias[{unit}]"

    def delta(self, layer: int, unit: int) -> str:
        """The derivative of the loss by z."""
        return f"deltas[{layer}][0, {unit}]"

    def outputs(self, after: bool = False) -> list[str]:
        """The activations of the last layer."""
        return [self.a(len(self.sizes) - 1, unit, after) for unit in range(self.sizes[-1])]

    def _params(self, layer: int, after: bool) -> str:
        run = f"{self.run.name}." if after and layer in self.run.layers else ""
        return f"{run}params[{layer}]"

    def _moved(self, layer: int, after: bool) -> str:
        """What stands before a quantity of a layer: below the layers that move, all stays."""
        return f"{self.run.name}." if after and layer >= min(self.run.layers) else ""

    # ----- the forward pass -----

    def weighted_sum(self, layer: int, unit: int, after: bool = False) -> str:
        """z = W a + b."""
        terms = [
            f"{self.w(layer, unit, below, after)} * {self.a(layer, below, after)}"
            for below in range(self.sizes[layer])
        ]
        bias = [self.b(layer, unit, after)] if self.network.biases else []
        return " + ".join(terms + bias)

    def activation(self, layer: int, unit: int, after: bool = False) -> str:
        """a = f(z)."""
        name, z = self.network.activations[layer], self.z(layer, unit, after)
        if name == "identity":
            return z
        if name != "softmax":
            return f"{name}({z})"
        every = [self.z(layer, each, after) for each in range(self.sizes[layer + 1])]
        return f"exp({z}) / ({_sum(f'exp({each})' for each in every)})"

    def loss(self, after: bool = False) -> str:
        """C of the outputs and the targets."""
        name, outputs = self.network.loss, self.outputs(after)
        targets = [self.target(unit) for unit in range(len(outputs))]
        pairs = list(zip(outputs, targets, strict=True))
        if name == "softmax_cross_entropy":
            of_targets = _sum(f"{y} * {a}" for a, y in pairs)
            return f"({_sum(targets)}) * log({_sum(f'exp({a})' for a in outputs)}) - ({of_targets})"
        total = _sum(TERMS[name](a, y) for a, y in pairs)
        return f"({total}) / {len(outputs)}" if name == "mean_squared_error" else total

    def target(self, unit: int) -> str:
        """The target of an output."""
        return f"targets[0, {unit}]"

    # ----- the backward pass -----

    def slope_of_loss(self, unit: int) -> str:
        """The derivative of C by an output."""
        outputs = self.outputs()
        a, y, count = outputs[unit], self.target(unit), len(outputs)
        match self.network.loss:
            case "squared_error":
                return f"2 * ({a} - {y})"
            case "half_squared_error":
                return f"({a} - {y})"
            case "mean_squared_error":
                return f"2 * ({a} - {y}) / {count}"
            case "binary_cross_entropy":
                return f"({a} - {y}) / ({a} * (1 - {a}))"
            case "sigmoid_binary_cross_entropy":
                return f"(sigmoid({a}) - {y})"
        total = _sum(self.target(each) for each in range(count))
        every = _sum(f"exp({each})" for each in outputs)
        return f"(({total}) * exp({a}) / ({every}) - {y})"

    def slope_of_activation(self, layer: int, unit: int) -> str:
        """The derivative of a by z, where a depends on this z alone."""
        return SLOPES[self.network.activations[layer]](self.z(layer, unit), self.a(layer + 1, unit))

    def cotangent(self, layer: int, unit: int) -> str:
        """The derivative of C by an activation of the layer: of an output, or W^T delta."""
        if layer == len(self.sizes) - 2:
            return self.slope_of_loss(unit)
        terms = (
            f"{self.w(layer + 1, above, unit)} * {self.delta(layer + 1, above)}"
            for above in range(self.sizes[layer + 2])
        )
        return f"({_sum(terms)})"

    def error(self, layer: int, unit: int) -> str:
        """delta, the derivative of C by z."""
        name = self.network.activations[layer]
        own = self.cotangent(layer, unit)
        if name == "identity":
            return own
        if name != "softmax":
            return f"{own} * {self.slope_of_activation(layer, unit)}"
        every = range(self.sizes[layer + 1])
        mixed = _sum(f"{self.cotangent(layer, k)} * {self.a(layer + 1, k)}" for k in every)
        return f"{self.a(layer + 1, unit)} * ({own} - ({mixed}))"

    def gradient(self, layer: int, unit: int, below: int | None) -> str:
        """The derivative of C by a weight, or by the bias if `below` is None."""
        delta = self.delta(layer, unit)
        return delta if below is None else f"{delta} * {self.a(layer, below)}"

    def leaves(self, layer: int) -> Iterator[tuple[str, tuple[int, int, int | None]]]:
        """The weights and biases of a layer: the end of each one's name, and where it stands.

        Where: the layer, the unit, and the unit below, which is None for a bias.
        """
        for unit in range(self.sizes[layer + 1]):
            for below in range(self.sizes[layer]):
                yield f"[{layer}].weight[{unit}, {below}]", (layer, unit, below)
            if self.network.biases:
                yield f"[{layer}].bias[{unit}]", (layer, unit, None)


def _sum(terms: Iterable[str]) -> str:
    return " + ".join(terms)

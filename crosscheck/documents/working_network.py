"""One pass through the network of a worked example, as expressions over what comes before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from crosscheck.documents.examples import Network, OptimizerRun

SUPERSCRIPTS = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
# The slope of an activation, by its input z and its output a.
SLOPES = {
    "sigmoid": "({a} * (1 - {a}))",
    "tanh": "(1 - {a}**2)",
    "relu": "relu_slope({z})",
    "softplus": "sigmoid({z})",
    "gelu": "gelu_slope({z})",
}


@dataclass(frozen=True)
class WorkedLine:
    """One line of a worked example.

    Attributes:
        section: What is computed there.
        text: The line, with `{}` where a number is printed.
        numbers: The quantity of each of them, and the expression that gives it.
    """

    section: str
    text: str
    numbers: tuple[tuple[str, str], ...]


def symbol(letter: str, layer: int, *indices: int) -> str:
    """A quantity of a layer as notes write it: W⁽¹⁾₁,₂; layers and indices are counted from 0."""
    above = f"({layer + 1})".translate(SUPERSCRIPTS)
    return letter + above + ",".join(str(each + 1) for each in indices).translate(SUBSCRIPTS)


@dataclass(frozen=True)
class Point:
    """The parameters before the first step or after one, and what is computed at them.

    What the layers below the first one that moves compute is not worked out again.
    """

    network: Network
    run: OptimizerRun | None = None
    step: int = 0

    @property
    def title(self) -> str:
        """What the titles of its sections end with."""
        return "" if self.run is None else f", after step {self.step} of {self.run.name}"

    @property
    def prefix(self) -> str:
        """What the names of its quantities begin with: "", "sgd." or "sgd.after[1]."."""
        if self.run is None:
            return ""
        last = self.step == self.run.steps
        return f"{self.run.name}." if last else f"{self.run.name}.after[{self.step}]."

    @property
    def first(self) -> int:
        """The lowest layer that moved."""
        return 0 if self.run is None else min(self.run.layers, default=len(self.network.params))

    def params(self, layer: int, part: str) -> str:
        """A weight or a bias: "params[1].weight[0, 2]"; `part` is its end."""
        moves = self.run is not None and layer in self.run.layers
        return f"{self.prefix if moves else ''}params[{layer}].{part}"

    def z(self, layer: int, sample: int, unit: int) -> str:
        """What layer `layer` takes its activation of."""
        prefix = self.prefix if layer >= self.first else ""
        return f"{prefix}pre_activations[{layer}][{sample}, {unit}]"

    def a(self, layer: int, sample: int, unit: int) -> str:
        """What layer `layer` gives; layer -1 are the inputs."""
        if layer < 0:
            return f"inputs[{sample}, {unit}]"
        prefix = self.prefix if layer >= self.first else ""
        if layer == len(self.network.params) - 1:
            return f"{prefix}outputs[{sample}, {unit}]"
        return f"{prefix}activations[{layer + 1}][{sample}, {unit}]"

    def units(self, layer: int) -> range:
        """The units of a layer; those of layer -1 are the inputs."""
        return range(self.network.layer_sizes[layer + 1])

    @property
    def samples(self) -> range:
        """The samples of the batch."""
        return range(len(self.network.inputs))

    def forward(self) -> Iterator[WorkedLine]:
        """z and a of every unit, and the loss."""
        for sample in self.samples:
            title = f"forward{self._of_sample(sample)}{self.title}"
            for layer in range(self.first, len(self.network.params)):
                for unit in self.units(layer):
                    number = (self.z(layer, sample, unit), self.weighted_sum(layer, sample, unit))
                    yield WorkedLine(title, f"{symbol('z', layer, unit)} = {{}}", (number,))
                for unit in self.units(layer):
                    number = (self.a(layer, sample, unit), self.activated(layer, sample, unit))
                    yield WorkedLine(title, f"{symbol('a', layer, unit)} = {{}}", (number,))
        yield WorkedLine(
            f"loss{self.title}", "C = {}", ((f"{self.prefix}loss", self.whole_loss()),)
        )

    def backward(self) -> Iterator[WorkedLine]:
        """delta of every unit, from the outputs down, and the gradient."""
        layers = range(len(self.network.params))
        for sample in self.samples:
            title = f"deltas{self._of_sample(sample)}{self.title}"
            for layer in reversed(layers):
                for unit in self.units(layer):
                    number = (self.delta(layer, sample, unit), self.error(layer, sample, unit))
                    yield WorkedLine(title, f"{symbol('δ', layer, unit)} = {{}}", (number,))
        for layer in layers:
            for unit in self.units(layer):
                yield self._gradient(layer, unit)

    def _gradient(self, layer: int, unit: int) -> WorkedLine:
        below = range(self.network.layer_sizes[layer])
        grads = f"{self.prefix}grads[{layer}]"
        numbers = [
            (
                f"{grads}.weight[{unit}, {each}]",
                _sum_of(
                    f"{self.delta(layer, sample, unit)} * {self.a(layer - 1, sample, each)}"
                    for sample in self.samples
                ),
            )
            for each in below
        ]
        text = f"∂C/∂{symbol('W', layer, unit)} = ({', '.join('{}' for _ in below)})"
        if self.network.biases:
            deltas = _sum_of(self.delta(layer, sample, unit) for sample in self.samples)
            numbers.append((f"{grads}.bias[{unit}]", deltas))
            text += f", ∂C/∂{symbol('b', layer, unit)} = {{}}"
        return WorkedLine(f"gradient{self.title}", text, tuple(numbers))

    def _of_sample(self, sample: int) -> str:
        return f" of sample {sample + 1}" if len(self.samples) > 1 else ""

    def delta(self, layer: int, sample: int, unit: int) -> str:
        """dC/dz of a unit, by its name."""
        return f"{self.prefix}deltas[{layer}][{sample}, {unit}]"

    def weighted_sum(self, layer: int, sample: int, unit: int) -> str:
        """The expression of z."""
        terms = [
            f"{self.params(layer, f'weight[{unit}, {below}]')} * {self.a(layer - 1, sample, below)}"
            for below in range(self.network.layer_sizes[layer])
        ]
        if self.network.biases:
            terms.append(self.params(layer, f"bias[{unit}]"))
        return _sum_of(terms)

    def activated(self, layer: int, sample: int, unit: int) -> str:
        """The expression of a."""
        name, z = self.network.activations[layer], self.z(layer, sample, unit)
        if name == "identity":
            return z
        if name == "softmax":
            zs = [self.z(layer, sample, each) for each in self.units(layer)]
            return _softmax(z, zs)
        return f"{name}({z})"

    def outputs(self, sample: int) -> list[tuple[str, str, Fraction]]:
        """Of each output its name, that of its target, and the target's value."""
        last = len(self.network.params) - 1
        return [
            (self.a(last, sample, unit), f"targets[{sample}, {unit}]", Fraction(target))
            for unit, target in enumerate(self.network.targets[sample])
        ]

    def whole_loss(self) -> str:
        """The expression of the loss."""
        network, terms = self.network, []
        for sample in self.samples:
            outputs = self.outputs(sample)
            scores = [a for a, _, _ in outputs]
            for a, t, value in outputs:
                if network.loss.endswith("squared_error"):
                    terms.append(f"({a} - {t})**2")
                elif network.loss == "softmax_cross_entropy":
                    terms += [f"{t} * -log({_softmax(a, scores)})"] if value else []
                else:
                    soft = network.loss == "sigmoid_binary_cross_entropy"
                    one = f"softplus(-{a})" if soft else f"-log({a})"
                    other = f"softplus({a})" if soft else f"-log(1 - {a})"
                    terms += [f"{t} * {one}"] if value else []
                    terms += [f"(1 - {t}) * {other}"] if value != 1 else []
        return f"({_sum_of(terms)}){self._shared}"

    @property
    def _shared(self) -> str:
        """How the sum of the loss is divided: by the samples, and by what the loss asks for."""
        batch, outputs = len(self.network.inputs), len(self.network.targets[0])
        factors = {"half_squared_error": 2, "mean_squared_error": outputs}
        count = batch * factors.get(self.network.loss, 1)
        return f" / {count}" if count > 1 else ""

    def output_errors(self, sample: int) -> list[str]:
        """dC/da of every output."""
        loss, outputs = self.network.loss, self.outputs(sample)
        scores = [a for a, _, _ in outputs]
        whole = sum(value for _, _, value in outputs)
        errors = []
        for a, t, value in outputs:
            if loss.endswith("squared_error"):
                error = f"2 * ({a} - {t})"
            elif loss == "sigmoid_binary_cross_entropy":
                error = f"(sigmoid({a}) - {t})"
            elif loss == "softmax_cross_entropy":
                share = "" if whole == 1 else f"({_sum_of(t for _, t, _ in outputs)}) * "
                error = f"({share}{_softmax(a, scores)} - {t})"
            else:
                up = [f"(1 - {t}) / (1 - {a})"] if value != 1 else []
                down = [f"- {t} / {a}"] if value else []
                error = f"({' '.join(up + down)})"
            errors.append(f"{error}{self._shared}")
        return errors

    def error(self, layer: int, sample: int, unit: int) -> str:
        """dC/dz of a unit."""
        if layer == len(self.network.params) - 1:
            errors = self.output_errors(sample)
        else:
            errors = [self.passed_down(layer, sample, each) for each in self.units(layer)]
        name, a = self.network.activations[layer], self.a(layer, sample, unit)
        if name == "identity":
            return errors[unit]
        if name != "softmax":
            return f"{errors[unit]} * {SLOPES[name].format(a=a, z=self.z(layer, sample, unit))}"
        weighted = _sum_of(
            f"{error} * {self.a(layer, sample, each)}" for each, error in enumerate(errors)
        )
        return f"{a} * ({errors[unit]} - ({weighted}))"

    def passed_down(self, layer: int, sample: int, unit: int) -> str:
        """dC/da of a hidden unit, from the deltas of the layer above."""
        terms = (
            f"{self.params(layer + 1, f'weight[{above}, {unit}]')} * "
            f"{self.delta(layer + 1, sample, above)}"
            for above in self.units(layer + 1)
        )
        return f"({_sum_of(terms)})"


def _softmax(z: str, zs: list[str]) -> str:
    return f"exp({z}) / ({_sum_of(f'exp({each})' for each in zs)})"


def _sum_of(terms: Iterable[str]) -> str:
    return " + ".join(terms)

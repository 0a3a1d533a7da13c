"""What the frameworks' layers and initializers draw: from which distribution, in which layout.

The largest of many weights and their standard deviation say which distribution they are from. Both
are known but for chance, and all is seeded: the intervals are such that of 10^10 seeds one would
make a true statement fail.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log, sqrt
from statistics import NormalDist
from typing import Any

from crosscheck.conventions.findings import Finding

CHANCE = 1e-10
NORMAL = NormalDist()
# The normal distribution cut at two deviations: what is cut off; its density at the two cuts, both
# together; the deviation that is left; and 2.37, its fourth moment over the square of its second.
BEYOND = 2 * NORMAL.cdf(-2)
DENSITY = 2 * NORMAL.pdf(2) / (1 - BEYOND)
CUT = sqrt(1 - 2 * DENSITY)
CUT_KURTOSIS = (3 * CUT**2 - 8 * DENSITY) / CUT**4
KURTOSIS = {"uniform": 1.8, "normal": 3.0, "truncated": CUT_KURTOSIS, "leaking": CUT_KURTOSIS}
ROUNDED = 2.0**-23  # how far float32 may put a bound too high


@dataclass(frozen=True)
class Drawn:
    """What one tensor of a fresh layer is drawn from.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        component: An expression that gives the layer, or what is drawn itself: see `running`.
        tensor: An expression in `layer` that gives the tensor.
        layout: The sizes of its axes, in terms of fan_in and fan_out.
        distribution: A name in `KURTOSIS`, or "zero". "truncated" is the normal one where what is
            beyond two deviations is drawn again, "leaking" where it is so three times at most.
        scale: Of the uniform one the bound, of the normal ones the deviation, in the same terms,
            with CUT for the deviation that the cut leaves of 1.
        fan_out: Outputs of the layer.
        because: A remark.
    """

    framework: str
    component: str
    tensor: str
    layout: str
    distribution: str
    scale: str = ""
    fan_out: int = 900
    because: str = ""

    def job(self) -> dict[str, Any]:
        """For `running.run`."""
        return {"component": self.component, "tensor": self.tensor}

    def findings(self, result: dict[str, Any]) -> list[Finding]:
        """What a result of the job says."""
        return [self._finding(result, *measure) for measure in self._measures()]

    def _evaluated(self, text: str) -> Any:
        sizes = {"fan_in": 400, "fan_out": self.fan_out, "sqrt": sqrt, "CUT": CUT}
        return eval(text, sizes)

    def _measures(self) -> Iterator[tuple[str, float, float, float]]:
        # A key of the result, what it should be, and how much more it may be, relative to that.
        if self.distribution == "zero":
            yield "largest", 0.0, 0.0, 0.0
            return
        scale, count = self._evaluated(self.scale), self._evaluated(self.layout.replace(",", " *"))
        if self.distribution == "normal":
            # So many deviations that one of `count` is beyond them but by chance, or none is.
            few, many = (-NORMAL.inv_cdf(p / (2 * count)) for p in (-log(CHANCE), CHANCE))
            yield "largest", scale, few - 1, many - 1
        elif self.distribution == "truncated":
            yield "largest", 2 * scale / CUT, log(CHANCE) / (2 * DENSITY * count), ROUNDED
        elif self.distribution == "leaking":
            most = -NORMAL.inv_cdf(CHANCE / (2 * count * BEYOND**3))
            yield "largest", 2 * scale / CUT, ROUNDED, most / 2 - 1
        else:
            yield "largest", scale, log(CHANCE) / count, ROUNDED
        deviation = scale / sqrt(3) if self.distribution == "uniform" else scale
        # The standard error of a standard deviation, and how often it may be exceeded.
        error = sqrt((KURTOSIS[self.distribution] - 1) / (4 * count))
        spread = -NORMAL.inv_cdf(CHANCE / 2) * error
        yield "deviation", deviation, -spread, spread

    def _finding(
        self, result: dict[str, Any], key: str, expected: float, least: float, most: float
    ) -> Finding:
        statement = f"{self.distribution} {self.scale}".rstrip()
        statement += f" in ({self.layout}), by the {key}"
        if self.because:
            statement += f" ({self.because})"
        probe = f"fan_in 400, fan_out {self.fan_out}"
        component = f"{self.tensor} of {self.component}".removeprefix("layer of ")
        finding = Finding("initializer", self.framework, component, probe, statement)
        finding = replace(finding, least=least, most=most)
        if "missing" in result:
            return replace(finding, missing=result["missing"])
        if "error" in result:
            return replace(finding, problem=result["error"])
        if tuple(result["shape"]) != self._evaluated(f"({self.layout},)"):
            return replace(finding, problem=f"its shape is {tuple(result['shape'])}")
        measured = result[key]
        return replace(finding, difference=measured / expected - 1 if expected else measured)


OUT_IN, IN_OUT = "fan_out, fan_in", "fan_in, fan_out"
FAN_IN, GLOROT = "1 / sqrt(fan_in)", "sqrt(6 / (fan_in + fan_out))"
GLOROT_NORMAL, HE_NORMAL = "sqrt(2 / (fan_in + fan_out))", "sqrt(2 / fan_in)"
LECUN_NORMAL = "sqrt(1 / fan_in)"

TORCH = (
    Drawn("torch", "torch.nn.Linear(400, 900)", "layer.weight", OUT_IN, "uniform", FAN_IN),
    Drawn("torch", "torch.nn.Linear(400, 900)", "layer.bias", "fan_out", "uniform", FAN_IN),
    *(
        Drawn("torch", f"torch.nn.init.{name}(torch.empty(900, 400))", "layer", OUT_IN, kind, scale)
        for name, kind, scale in (
            ("xavier_uniform_", "uniform", GLOROT),
            ("xavier_normal_", "normal", GLOROT_NORMAL),
            ("kaiming_uniform_", "uniform", "sqrt(6 / fan_in)"),
            ("kaiming_normal_", "normal", HE_NORMAL),
        )
    ),
)

KEY = "(jax.random.key(0), (400, 900))"
STAX = "jax.example_libraries.stax.Dense(900)[0](jax.random.key(0), (400,))[1]"
JAX = (
    Drawn("jax", STAX, "layer[0]", IN_OUT, "truncated", GLOROT_NORMAL),
    Drawn("jax", STAX, "layer[1]", "fan_out", "normal", "0.01"),
    *(
        Drawn("jax", f"jax.nn.initializers.{name}(){KEY}", "layer", IN_OUT, kind, scale)
        for name, kind, scale in (
            ("glorot_uniform", "uniform", GLOROT),
            ("glorot_normal", "truncated", GLOROT_NORMAL),
            ("lecun_normal", "truncated", LECUN_NORMAL),
        )
    ),
)

# A step at a rate of 1e-300 from inputs of 0 draws the weights and leaves them as they are.
SKLEARN_STEP = "learning_rate_init=1e-300, random_state=0).partial_fit([[0.0] * 400], [0.0])"
SKLEARN = tuple(
    Drawn(
        "sklearn",
        "sklearn.neural_network.MLPRegressor(hidden_layer_sizes=900, "
        f"activation={activation!r}, solver='sgd', {SKLEARN_STEP}",
        tensor,
        layout,
        "uniform",
        scale,
    )
    for activation, scale in (("relu", GLOROT), ("logistic", "sqrt(2 / (fan_in + fan_out))"))
    for tensor, layout in (("layer.coefs_[0]", IN_OUT), ("layer.intercepts_[0]", "fan_out"))
)

MLX = (
    Drawn("mlx", "mlx.nn.Linear(400, 900)", "layer.weight", OUT_IN, "uniform", FAN_IN),
    Drawn("mlx", "mlx.nn.Linear(400, 900)", "layer.bias", "fan_out", "uniform", FAN_IN),
)

# Its interpreter draws 5,000 numbers a second, and only what is looked at.
TINYGRAD = (
    Drawn("tinygrad", "tinygrad.nn.Linear(400, 5)", "layer.weight", OUT_IN, "uniform", FAN_IN, 5),
    Drawn("tinygrad", "tinygrad.nn.Linear(400, 900)", "layer.bias", "fan_out", "uniform", FAN_IN),
)


def _keras(framework: str, keras: str) -> Iterator[Drawn]:
    layer = f"{keras}.Sequential([{keras}.Input((400,)), {keras}.layers.Dense(900)])"
    yield Drawn(framework, layer, "layer.weights[0]", IN_OUT, "uniform", GLOROT)
    yield Drawn(framework, layer, "layer.weights[1]", "fan_out", "zero")


def _keras_normal(framework: str, keras: str) -> Iterator[Drawn]:
    for name, scale, because in (
        ("GlorotNormal()", GLOROT_NORMAL, ""),
        ("HeNormal()", HE_NORMAL, ""),
        ("TruncatedNormal(stddev=0.05)", "0.05 * CUT", "not made up for the cut"),
    ):
        drawn = f"{keras}.initializers.{name}((400, 900))"
        yield Drawn(framework, drawn, "layer", IN_OUT, "truncated", scale, because=because)


KERAS = (
    *_keras("keras-jax", "keras"),
    *_keras_normal("keras-jax", "keras"),
    *_keras("keras-torch", "keras"),
    # One number in 233,000 leaks: so many are drawn here that some do.
    Drawn(
        "keras-torch",
        "keras.initializers.GlorotNormal()((400, 14400), dtype='float32')",
        "layer",
        IN_OUT,
        "leaking",
        GLOROT_NORMAL,
        14400,
        "beyond two deviations it draws again, three times, and then keeps what it has",
    ),
    *_keras("tensorflow", "tensorflow.keras"),
    *_keras_normal("tensorflow", "tensorflow.keras"),
)

ROWS = (*TORCH, *JAX, *SKLEARN, *MLX, *TINYGRAD, *KERAS)

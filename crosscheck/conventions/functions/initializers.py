"""The distributions that the frameworks' layers and initializers draw from, and the layout.

The largest of many weights and their standard deviation show the distribution. Both vary by chance:
the intervals are so wide that a true statement fails for one seed in 10^10. The seed is fixed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log, prod, sqrt
from typing import Any

from crosscheck.conventions.findings import Finding
from crosscheck.conventions.functions.factors import (
    BEYOND,
    CUT,
    DENSITY,
    FAN_IN,
    GLOROT,
    GLOROT_NORMAL,
    HE,
    HE_NORMAL,
    HUNDREDTH,
    LECUN_NORMAL,
    NORMAL,
    NOTHING,
    TWENTIETH_CUT,
    Factor,
)

CHANCE = 1e-10
INPUTS = 400  # of every layer that is drawn: fan_in
# The kurtosis of the normal distribution truncated at two standard deviations, 2.37.
CUT_KURTOSIS = (3 * CUT**2 - 8 * DENSITY) / CUT**4
KURTOSIS = {"uniform": 1.8, "normal": 3.0, "truncated": CUT_KURTOSIS, "leaking": CUT_KURTOSIS}
# In words, before the scale; and what is measured of it.
WORDS = {
    "uniform": "uniform with bound",
    "normal": "normal with standard deviation",
    "truncated": "truncated normal with standard deviation",
    "leaking": "nearly truncated normal with standard deviation",
    "zero": "zero",
}
MEASURES = {"largest": "largest entry", "deviation": "standard deviation"}
ROUNDED = 2.0**-23  # how much rounding to float32 may raise a bound


@dataclass(frozen=True)
class Draws:
    """The statement that a tensor of a new layer is drawn from this distribution.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        component: An expression for the layer, or for the tensor itself: see `running`.
        tensor: An expression in `layer` for the tensor.
        layout: The names of the sizes of its axes, fan_in and fan_out.
        distribution: A name in `KURTOSIS`, or "zero". "truncated" is the normal distribution, of
            which numbers beyond two standard deviations are drawn again; "leaking" is the same with
            at most three new draws.
        scale: The bound of the uniform distribution, or the standard deviation of a normal one; in
            words CUT is the standard deviation of the standard normal distribution after
            truncation.
        fan_out: The number of outputs of the layer.
        because: A remark.
    """

    framework: str
    component: str
    tensor: str
    layout: str
    distribution: str
    scale: Factor = NOTHING
    fan_out: int = 900
    because: str = ""

    def job(self) -> dict[str, Any]:
        """The job for `running.run`."""
        return {"component": self.component, "tensor": self.tensor}

    def findings(self, result: dict[str, Any]) -> list[Finding]:
        """Compare the result of the job with the stated distribution."""
        return [self._finding(result, *measure) for measure in self._measures()]

    def _shape(self) -> tuple[int, ...]:
        sizes = {"fan_in": INPUTS, "fan_out": self.fan_out}
        return tuple(sizes[name] for name in self.layout.split(", "))

    def _measures(self) -> Iterator[tuple[str, float, float, float]]:
        """What is measured: a key of the result, the expected number, and the interval allowed.

        The interval is that of the relative difference from the expected number.
        """
        if self.distribution == "zero":
            yield "largest", 0.0, 0.0, 0.0
            return
        scale, count = self.scale.of(INPUTS, self.fan_out), prod(self._shape())
        if self.distribution == "normal":
            # But for chance the largest of `count` numbers has at least `few` and at most `many`
            # standard deviations.
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
        # The standard error of a standard deviation, and the multiple of it that chance exceeds.
        error = sqrt((KURTOSIS[self.distribution] - 1) / (4 * count))
        spread = -NORMAL.inv_cdf(CHANCE / 2) * error
        yield "deviation", deviation, -spread, spread

    def _finding(
        self, result: dict[str, Any], key: str, expected: float, least: float, most: float
    ) -> Finding:
        statement = f"{WORDS[self.distribution]} {self.scale.words}".rstrip()
        statement += f", shape ({self.layout}): its {MEASURES[key]}"
        if self.because:
            statement += f" ({self.because})"
        probe = f"fan_in {INPUTS}, fan_out {self.fan_out}"
        component = f"{self.tensor} of {self.component}".removeprefix("layer of ")
        finding = Finding("initializer", self.framework, component, probe, statement)
        finding = replace(finding, least=least, most=most)
        if "missing" in result:
            return replace(finding, missing=result["missing"])
        if "error" in result:
            return replace(finding, problem=result["error"])
        if tuple(result["shape"]) != self._shape():
            return replace(finding, problem=f"its shape is {tuple(result['shape'])}")
        measured = result[key]
        return replace(finding, difference=measured / expected - 1 if expected else measured)


OUT_IN, IN_OUT = "fan_out, fan_in", "fan_in, fan_out"

TORCH = (
    Draws("torch", "torch.nn.Linear(400, 900)", "layer.weight", OUT_IN, "uniform", FAN_IN),
    Draws("torch", "torch.nn.Linear(400, 900)", "layer.bias", "fan_out", "uniform", FAN_IN),
    *(
        Draws("torch", f"torch.nn.init.{name}(torch.empty(900, 400))", "layer", OUT_IN, kind, scale)
        for name, kind, scale in (
            ("xavier_uniform_", "uniform", GLOROT),
            ("xavier_normal_", "normal", GLOROT_NORMAL),
            ("kaiming_uniform_", "uniform", HE),
            ("kaiming_normal_", "normal", HE_NORMAL),
        )
    ),
)

KEY = "(jax.random.key(0), (400, 900))"
STAX = "jax.example_libraries.stax.Dense(900)[0](jax.random.key(0), (400,))[1]"
JAX = (
    Draws("jax", STAX, "layer[0]", IN_OUT, "truncated", GLOROT_NORMAL),
    Draws("jax", STAX, "layer[1]", "fan_out", "normal", HUNDREDTH),
    *(
        Draws("jax", f"jax.nn.initializers.{name}(){KEY}", "layer", IN_OUT, kind, scale)
        for name, kind, scale in (
            ("glorot_uniform", "uniform", GLOROT),
            ("glorot_normal", "truncated", GLOROT_NORMAL),
            ("lecun_normal", "truncated", LECUN_NORMAL),
        )
    ),
)

# partial_fit draws the weights. A step at a rate of 1e-300 with inputs of 0 does not change them.
SKLEARN_STEP = "learning_rate_init=1e-300, random_state=0).partial_fit([[0.0] * 400], [0.0])"
SKLEARN = tuple(
    Draws(
        "sklearn",
        "sklearn.neural_network.MLPRegressor(hidden_layer_sizes=900, "
        f"activation={activation!r}, solver='sgd', {SKLEARN_STEP}",
        tensor,
        layout,
        "uniform",
        scale,
    )
    for activation, scale in (("relu", GLOROT), ("logistic", GLOROT_NORMAL))
    for tensor, layout in (("layer.coefs_[0]", IN_OUT), ("layer.intercepts_[0]", "fan_out"))
)

MLX = (
    Draws("mlx", "mlx.nn.Linear(400, 900)", "layer.weight", OUT_IN, "uniform", FAN_IN),
    Draws("mlx", "mlx.nn.Linear(400, 900)", "layer.bias", "fan_out", "uniform", FAN_IN),
)

# Its interpreter draws 5,000 numbers a second, and only those of the tensor that is read.
TINYGRAD = (
    Draws("tinygrad", "tinygrad.nn.Linear(400, 5)", "layer.weight", OUT_IN, "uniform", FAN_IN, 5),
    Draws("tinygrad", "tinygrad.nn.Linear(400, 900)", "layer.bias", "fan_out", "uniform", FAN_IN),
)


def _keras(framework: str, keras: str) -> Iterator[Draws]:
    layer = f"{keras}.Sequential([{keras}.Input((400,)), {keras}.layers.Dense(900)])"
    yield Draws(framework, layer, "layer.weights[0]", IN_OUT, "uniform", GLOROT)
    yield Draws(framework, layer, "layer.weights[1]", "fan_out", "zero")


def _keras_normal(framework: str, keras: str) -> Iterator[Draws]:
    for name, scale, because in (
        ("GlorotNormal()", GLOROT_NORMAL, ""),
        ("HeNormal()", HE_NORMAL, ""),
        (
            "TruncatedNormal(stddev=0.05)",
            TWENTIETH_CUT,
            "the standard deviation is not corrected for the cut",
        ),
    ):
        component = f"{keras}.initializers.{name}((400, 900))"
        yield Draws(framework, component, "layer", IN_OUT, "truncated", scale, because=because)


KERAS = (
    *_keras("keras-jax", "keras"),
    *_keras_normal("keras-jax", "keras"),
    *_keras("keras-torch", "keras"),
    # One number in 233,000 lies beyond: of so many some do.
    Draws(
        "keras-torch",
        "keras.initializers.GlorotNormal()((400, 14400), dtype='float32')",
        "layer",
        IN_OUT,
        "leaking",
        GLOROT_NORMAL,
        14400,
        "it draws a number beyond two standard deviations again, at most three times, and then "
        "keeps it",
    ),
    *_keras("tensorflow", "tensorflow.keras"),
    *_keras_normal("tensorflow", "tensorflow.keras"),
)

INITIALIZER_STATEMENTS = (*TORCH, *JAX, *SKLEARN, *MLX, *TINYGRAD, *KERAS)

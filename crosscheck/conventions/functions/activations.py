"""The frameworks' activations beside the reference's, and their values far from 0.

Far from 0 a small result may be lost, and a large one may overflow. `kinks` has the points at which
two slopes meet.
"""

from dataclasses import replace
from math import erfc, exp, log1p, pi, sqrt

import numpy as np

from crosscheck.conventions.functions.statements import SINGLE, Equals, FunctionStatements, Values

MIDDLE = "-6 to 4"
NAMES = ("sigmoid", "tanh", "relu", "softmax", "softplus", "gelu")

# How far other formulas of GELU are from z Phi(z) on the probe, plus and minus a percent.
TANH_FORM = (2.82e-4, 2.88e-4)
FAST_FORM = (1.080e-2, 1.103e-2)
ROUNDED_ROOT = (5.73e-9, 5.84e-9)
TANH = "it has tanh instead of erf"

# Rounding the exponent 50 changes exp(-50) by 50 units of roundoff.
FAR_OUT = (0.0, 128 * 2.0**-52)
FAR_OUT_SINGLE = (1e-11, 128 * 2.0**-24)

DENSITY = exp(-50) / sqrt(2 * pi)  # of the normal distribution at -10
GELU = (-10.0, -5 * erfc(10 / sqrt(2)), erfc(10 / sqrt(2)) / 2 - 10 * DENSITY)
GELU_LOST = (-10.0, 0.0, -10 * DENSITY)  # 1 + erf(-10 / sqrt 2) is 0 in float64
LOST = "1 + erf, or 1 + tanh, is rounded to 0"
SOFTPLUS = (20.5, 20.5 + log1p(exp(-20.5)), 1 / (1 + exp(-20.5)))
LINEAR = "above 20 it returns z itself"
LOG_SIGMOID = (-800.0, -800.0, 1.0)
FLAT, ZERO = (40.0, 1.0, 0.0), (-800.0, 0.0, 0.0)  # sigmoid
IN_DOUBLE = "it computes s (1 - s) in float64; the exact slope is 4e-18"
TANH_FLAT, TANH_SLOPE = (20.0, 1.0, 0.0), (20.0, 1.0, 1 / np.cosh(20.0) ** 2)

# Two rows of three zeros: the entries of softmax are 1 over the number of entries it sums over.
ROWS_OF_3 = (((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),)
LAST = (ROWS_OF_3, 1 / 3, 0.0)

TORCH: FunctionStatements = (
    *(Equals("torch", f"torch.{name}(z)", name, MIDDLE) for name in ("sigmoid", "tanh", "relu")),
    Equals("torch", "torch.softmax(z, -1)", "softmax", MIDDLE),
    Equals("torch", "torch.nn.functional.softplus(z)", "softplus", MIDDLE),
    Equals("torch", "torch.nn.functional.gelu(z)", "gelu", MIDDLE),
    Equals(
        "torch",
        "torch.nn.functional.gelu(z, approximate='tanh')",
        "gelu",
        MIDDLE,
        within=TANH_FORM,
        because=TANH,
    ),
    Values("torch", "torch.nn.functional.gelu(z)", *GELU_LOST, within=FAR_OUT, because=LOST),
    Values("torch", "torch.nn.functional.softplus(z)", 20.5, 20.5, 1.0, because=LINEAR),
    Values("torch", "torch.sigmoid(z)", *FLAT, because=IN_DOUBLE),
    Values("torch", "torch.sigmoid(z)", *ZERO),
    Values("torch", "torch.nn.functional.logsigmoid(z)", *LOG_SIGMOID),
    Values("torch", "torch.tanh(z)", *TANH_FLAT),
    Values(
        "torch",
        "torch.nn.functional.softmax(z)",
        ROWS_OF_3,
        1.0,
        0.0,
        because="it normalises over the first of three axes, and warns that dim should be given",
    ),
)

JAX: FunctionStatements = (
    *(Equals("jax", f"jax.nn.{name}(z)", name, MIDDLE) for name in NAMES[:-1]),
    Equals("jax", "jax.nn.gelu(z)", "gelu", MIDDLE, within=TANH_FORM, because=TANH),
    Equals("jax", "jax.nn.gelu(z, approximate=False)", "gelu", MIDDLE),
    Values("jax", "jax.nn.gelu(z)", -10.0, 0.0, 0.0, because=LOST),
    Values("jax", "jax.nn.gelu(z, approximate=False)", *GELU, within=FAR_OUT),
    Values("jax", "jax.nn.softplus(z)", *SOFTPLUS),
    Values("jax", "jax.nn.sigmoid(z)", *FLAT, because=IN_DOUBLE),
    Values("jax", "jax.nn.sigmoid(z)", *ZERO),
    Values("jax", "jax.nn.log_sigmoid(z)", *LOG_SIGMOID),
    Values("jax", "jax.numpy.tanh(z)", *TANH_FLAT),
    Values("jax", "jax.nn.softmax(z)", *LAST),
)

AUTOGRAD: FunctionStatements = (
    Equals("autograd", "autograd.numpy.tanh(z)", "tanh", MIDDLE),
    Values(
        "autograd",
        "autograd.numpy.tanh(z)",
        *TANH_SLOPE,
        because="it computes the slope as 1 / cosh^2",
    ),
)

MLX_SINGLE = "its exp and erf are less exact than float64"
MLX: FunctionStatements = (
    *(Equals("mlx", f"mlx.nn.{name}(z)", name, MIDDLE) for name in ("tanh", "relu")),
    *(
        Equals("mlx", f"mlx.nn.{name}(z)", name, MIDDLE, within=SINGLE, because=MLX_SINGLE)
        for name in ("sigmoid", "softmax", "softplus", "gelu")
    ),
    Equals("mlx", "mlx.nn.gelu_approx(z)", "gelu", MIDDLE, within=TANH_FORM, because=TANH),
    Equals(
        "mlx",
        "mlx.nn.gelu_fast_approx(z)",
        "gelu",
        MIDDLE,
        within=FAST_FORM,
        because="it computes z sigmoid(1.702 z)",
    ),
    Values("mlx", "mlx.nn.gelu(z)", *GELU_LOST, within=FAR_OUT_SINGLE, because=LOST),
    Values("mlx", "mlx.nn.softplus(z)", *SOFTPLUS),
    Values("mlx", "mlx.nn.sigmoid(z)", *FLAT, because=IN_DOUBLE),
    Values("mlx", "mlx.nn.sigmoid(z)", *ZERO),
    Values("mlx", "mlx.nn.log_sigmoid(z)", *LOG_SIGMOID),
    Values("mlx", "mlx.nn.tanh(z)", *TANH_SLOPE),
    Values("mlx", "mlx.nn.softmax(z)", *LAST),
    Values(
        "mlx", "mlx.core.softmax(z)", ROWS_OF_3, 1 / 6, 0.0, because="it normalises over all axes"
    ),
)

TINYGRAD: FunctionStatements = (
    *(Equals("tinygrad", f"z.{name}()", name, MIDDLE) for name in NAMES[:-1]),
    Equals("tinygrad", "z.gelu()", "gelu", MIDDLE, within=TANH_FORM, because=TANH),
    Values("tinygrad", "z.softplus()", *SOFTPLUS),
    Values("tinygrad", "z.softplus()", -40.0, 0.0, exp(-40), within=FAR_OUT),
    Values("tinygrad", "z.sigmoid()", *FLAT, because=IN_DOUBLE),
    Values("tinygrad", "z.sigmoid()", *ZERO),
    Values("tinygrad", "z.logsigmoid()", *LOG_SIGMOID),
    Values("tinygrad", "z.tanh()", *TANH_FLAT),
    Values("tinygrad", "z.softmax()", *LAST),
)

TENSORFLOW: FunctionStatements = (
    *(
        Equals("tensorflow", f"tensorflow.nn.{name}(z)", name, MIDDLE)
        for name in ("sigmoid", "tanh", "relu", "softmax", "softplus")
    ),
    Equals(
        "tensorflow",
        "tensorflow.nn.gelu(z)",
        "gelu",
        MIDDLE,
        within=ROUNDED_ROOT,
        because="its 1 / sqrt 2 is rounded to float32",
    ),
    Equals(
        "tensorflow",
        "tensorflow.nn.gelu(z, approximate=True)",
        "gelu",
        MIDDLE,
        within=TANH_FORM,
        because=TANH,
    ),
    Values("tensorflow", "tensorflow.nn.softplus(z)", *SOFTPLUS),
    Values("tensorflow", "tensorflow.nn.sigmoid(z)", *FLAT, because=IN_DOUBLE),
    Values("tensorflow", "tensorflow.nn.sigmoid(z)", *ZERO),
    Values("tensorflow", "tensorflow.math.log_sigmoid(z)", *LOG_SIGMOID),
    Values("tensorflow", "tensorflow.tanh(z)", *TANH_FLAT),
    Values("tensorflow", "tensorflow.nn.softmax(z)", *LAST),
)


def _keras(
    framework: str, activations: str, *float32: str, gelu: tuple[float, float] | None = None
) -> FunctionStatements:
    """The statements about Keras on one backend, which computes those in `float32` in float32."""
    statements: list[Equals | Values] = []
    for name in NAMES:
        statement = Equals(framework, f"{activations}.{name}(z)", name, MIDDLE)
        if name in float32:
            statement = replace(statement, within=SINGLE, because="it computes in float32")
        if name == "gelu" and gelu is not None:
            statement = replace(statement, within=gelu)
        statements.append(statement)
    return (
        *statements,
        Values(framework, f"{activations}.sigmoid(z)", *FLAT, because=IN_DOUBLE),
        Values(framework, f"{activations}.sigmoid(z)", *ZERO),
        Values(framework, f"{activations}.log_sigmoid(z)", *LOG_SIGMOID),
        Values(framework, f"{activations}.softmax(z)", *LAST),
    )


KERAS_GELU: FunctionStatements = tuple(
    Equals(framework, "keras.ops.gelu(z)", "gelu", MIDDLE, within=TANH_FORM, because=TANH)
    for framework in ("keras-jax", "keras-torch")
)
KERAS: FunctionStatements = (
    *_keras("keras-jax", "keras.activations", "tanh"),
    Values("keras-jax", "keras.activations.softplus(z)", *SOFTPLUS),
    *_keras("keras-torch", "keras.activations"),
    Values("keras-torch", "keras.activations.softplus(z)", 20.5, 20.5, 1.0, because=LINEAR),
    *KERAS_GELU,
    *_keras("tensorflow", "tensorflow.keras.activations", gelu=ROUNDED_ROOT),
)

ACTIVATION_STATEMENTS: FunctionStatements = (
    *TORCH,
    *JAX,
    *AUTOGRAD,
    *MLX,
    *TINYGRAD,
    *TENSORFLOW,
    *KERAS,
)

"""The frameworks' activations beside the reference's, and what they are far out.

Far out the question is whether what is small survives, and whether what is large stays finite.
`kinks` has what they are where two slopes meet.
"""

from dataclasses import replace
from math import erfc, exp, log1p, pi, sqrt

import numpy as np

from crosscheck.conventions.functions.rows import SINGLE, Agreeing, Rows, Stated

MIDDLE = "-6 to 4"
NAMES = ("sigmoid", "tanh", "relu", "softmax", "softplus", "gelu")

# How far other forms of GELU are from z Phi(z) on the probe, a percent to each side.
TANH_FORM = (2.82e-4, 2.88e-4)
FAST_FORM = (1.080e-2, 1.103e-2)
ROUNDED_ROOT = (5.73e-9, 5.84e-9)
TANH = "the form with tanh in place of erf"

# exp(-50) and the like: an exponent of 50, rounded, is an error of 50 units in what comes out.
FAR_OUT = (0.0, 128 * 2.0**-52)
FAR_OUT_SINGLE = (1e-11, 128 * 2.0**-24)

DENSITY = exp(-50) / sqrt(2 * pi)  # of the normal distribution at -10
GELU = (-10.0, -5 * erfc(10 / sqrt(2)), erfc(10 / sqrt(2)) / 2 - 10 * DENSITY)
GELU_LOST = (-10.0, 0.0, -10 * DENSITY)  # 1 + erf(-10 / sqrt 2) is 0 in float64
LOST = "1 + erf or 1 + tanh is 0"
SOFTPLUS = (20.5, 20.5 + log1p(exp(-20.5)), 1 / (1 + exp(-20.5)))
LINEAR = "the line z above 20"
LOG_SIGMOID = (-800.0, -800.0, 1.0)
FLAT, ZERO = (40.0, 1.0, 0.0), (-800.0, 0.0, 0.0)  # sigmoid
IN_DOUBLE = "s (1 - s) in float64; in truth 4e-18"
TANH_FLAT, TANH_SLOPE = (20.0, 1.0, 0.0), (20.0, 1.0, 1 / np.cosh(20.0) ** 2)

# Two rows of three zeros: each entry of softmax says over how many it sums.
ROWS_OF_3 = (((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),)
LAST = (ROWS_OF_3, 1 / 3, 0.0)

TORCH: Rows = (
    *(Agreeing("torch", f"torch.{name}(z)", name, MIDDLE) for name in ("sigmoid", "tanh", "relu")),
    Agreeing("torch", "torch.softmax(z, -1)", "softmax", MIDDLE),
    Agreeing("torch", "torch.nn.functional.softplus(z)", "softplus", MIDDLE),
    Agreeing("torch", "torch.nn.functional.gelu(z)", "gelu", MIDDLE),
    Agreeing(
        "torch",
        "torch.nn.functional.gelu(z, approximate='tanh')",
        "gelu",
        MIDDLE,
        within=TANH_FORM,
        because=TANH,
    ),
    Stated("torch", "torch.nn.functional.gelu(z)", *GELU_LOST, within=FAR_OUT, because=LOST),
    Stated("torch", "torch.nn.functional.softplus(z)", 20.5, 20.5, 1.0, because=LINEAR),
    Stated("torch", "torch.sigmoid(z)", *FLAT, because=IN_DOUBLE),
    Stated("torch", "torch.sigmoid(z)", *ZERO),
    Stated("torch", "torch.nn.functional.logsigmoid(z)", *LOG_SIGMOID),
    Stated("torch", "torch.tanh(z)", *TANH_FLAT),
    Stated(
        "torch",
        "torch.nn.functional.softmax(z)",
        ROWS_OF_3,
        1.0,
        0.0,
        because="over the first axis of three, with a warning that a dim be given",
    ),
)

JAX: Rows = (
    *(Agreeing("jax", f"jax.nn.{name}(z)", name, MIDDLE) for name in NAMES[:-1]),
    Agreeing("jax", "jax.nn.gelu(z)", "gelu", MIDDLE, within=TANH_FORM, because=TANH),
    Agreeing("jax", "jax.nn.gelu(z, approximate=False)", "gelu", MIDDLE),
    Stated("jax", "jax.nn.gelu(z)", -10.0, 0.0, 0.0, because=LOST),
    Stated("jax", "jax.nn.gelu(z, approximate=False)", *GELU, within=FAR_OUT),
    Stated("jax", "jax.nn.softplus(z)", *SOFTPLUS),
    Stated("jax", "jax.nn.sigmoid(z)", *FLAT, because=IN_DOUBLE),
    Stated("jax", "jax.nn.sigmoid(z)", *ZERO),
    Stated("jax", "jax.nn.log_sigmoid(z)", *LOG_SIGMOID),
    Stated("jax", "jax.numpy.tanh(z)", *TANH_FLAT),
    Stated("jax", "jax.nn.softmax(z)", *LAST),
)

AUTOGRAD: Rows = (
    Agreeing("autograd", "autograd.numpy.tanh(z)", "tanh", MIDDLE),
    Stated("autograd", "autograd.numpy.tanh(z)", *TANH_SLOPE, because="1 / cosh^2"),
)

MLX_SINGLE = "exp and erf are not float64"
MLX: Rows = (
    *(Agreeing("mlx", f"mlx.nn.{name}(z)", name, MIDDLE) for name in ("tanh", "relu")),
    *(
        Agreeing("mlx", f"mlx.nn.{name}(z)", name, MIDDLE, within=SINGLE, because=MLX_SINGLE)
        for name in ("sigmoid", "softmax", "softplus", "gelu")
    ),
    Agreeing("mlx", "mlx.nn.gelu_approx(z)", "gelu", MIDDLE, within=TANH_FORM, because=TANH),
    Agreeing(
        "mlx",
        "mlx.nn.gelu_fast_approx(z)",
        "gelu",
        MIDDLE,
        within=FAST_FORM,
        because="z sigmoid(1.702 z)",
    ),
    Stated("mlx", "mlx.nn.gelu(z)", *GELU_LOST, within=FAR_OUT_SINGLE, because=LOST),
    Stated("mlx", "mlx.nn.softplus(z)", *SOFTPLUS),
    Stated("mlx", "mlx.nn.sigmoid(z)", *FLAT, because=IN_DOUBLE),
    Stated("mlx", "mlx.nn.sigmoid(z)", *ZERO),
    Stated("mlx", "mlx.nn.log_sigmoid(z)", *LOG_SIGMOID),
    Stated("mlx", "mlx.nn.tanh(z)", *TANH_SLOPE),
    Stated("mlx", "mlx.nn.softmax(z)", *LAST),
    Stated("mlx", "mlx.core.softmax(z)", ROWS_OF_3, 1 / 6, 0.0, because="over all axes"),
)

TINYGRAD: Rows = (
    *(Agreeing("tinygrad", f"z.{name}()", name, MIDDLE) for name in NAMES[:-1]),
    Agreeing("tinygrad", "z.gelu()", "gelu", MIDDLE, within=TANH_FORM, because=TANH),
    Stated("tinygrad", "z.softplus()", *SOFTPLUS),
    Stated("tinygrad", "z.softplus()", -40.0, 0.0, exp(-40), within=FAR_OUT),
    Stated("tinygrad", "z.sigmoid()", *FLAT, because=IN_DOUBLE),
    Stated("tinygrad", "z.sigmoid()", *ZERO),
    Stated("tinygrad", "z.logsigmoid()", *LOG_SIGMOID),
    Stated("tinygrad", "z.tanh()", *TANH_FLAT),
    Stated("tinygrad", "z.softmax()", *LAST),
)

TENSORFLOW: Rows = (
    *(
        Agreeing("tensorflow", f"tensorflow.nn.{name}(z)", name, MIDDLE)
        for name in ("sigmoid", "tanh", "relu", "softmax", "softplus")
    ),
    Agreeing(
        "tensorflow",
        "tensorflow.nn.gelu(z)",
        "gelu",
        MIDDLE,
        within=ROUNDED_ROOT,
        because="its 1 / sqrt 2 is rounded to float32",
    ),
    Agreeing(
        "tensorflow",
        "tensorflow.nn.gelu(z, approximate=True)",
        "gelu",
        MIDDLE,
        within=TANH_FORM,
        because=TANH,
    ),
    Stated("tensorflow", "tensorflow.nn.softplus(z)", *SOFTPLUS),
    Stated("tensorflow", "tensorflow.nn.sigmoid(z)", *FLAT, because=IN_DOUBLE),
    Stated("tensorflow", "tensorflow.nn.sigmoid(z)", *ZERO),
    Stated("tensorflow", "tensorflow.math.log_sigmoid(z)", *LOG_SIGMOID),
    Stated("tensorflow", "tensorflow.tanh(z)", *TANH_FLAT),
    Stated("tensorflow", "tensorflow.nn.softmax(z)", *LAST),
)


def _keras(
    framework: str, activations: str, *float32: str, gelu: tuple[float, float] | None = None
) -> Rows:
    """The same rows on each of Keras's backends, some of which turn some of them into float32."""
    rows: list[Agreeing | Stated] = []
    for name in NAMES:
        row = Agreeing(framework, f"{activations}.{name}(z)", name, MIDDLE)
        if name in float32:
            row = replace(row, within=SINGLE, because="computed in float32")
        if name == "gelu" and gelu is not None:
            row = replace(row, within=gelu)
        rows.append(row)
    return (
        *rows,
        Stated(framework, f"{activations}.sigmoid(z)", *FLAT, because=IN_DOUBLE),
        Stated(framework, f"{activations}.sigmoid(z)", *ZERO),
        Stated(framework, f"{activations}.log_sigmoid(z)", *LOG_SIGMOID),
        Stated(framework, f"{activations}.softmax(z)", *LAST),
    )


KERAS_GELU: Rows = tuple(
    Agreeing(framework, "keras.ops.gelu(z)", "gelu", MIDDLE, within=TANH_FORM, because=TANH)
    for framework in ("keras-jax", "keras-torch")
)
KERAS: Rows = (
    *_keras("keras-jax", "keras.activations", "tanh"),
    Stated("keras-jax", "keras.activations.softplus(z)", *SOFTPLUS),
    *_keras("keras-torch", "keras.activations"),
    Stated("keras-torch", "keras.activations.softplus(z)", 20.5, 20.5, 1.0, because=LINEAR),
    *KERAS_GELU,
    *_keras("tensorflow", "tensorflow.keras.activations", gelu=ROUNDED_ROOT),
)

ROWS: Rows = (
    *TORCH,
    *JAX,
    *AUTOGRAD,
    *MLX,
    *TINYGRAD,
    *TENSORFLOW,
    *KERAS,
)

"""The slope that a framework returns at a point where two slopes meet.

Every number between the slopes of the two sides is a subgradient. Each framework chooses its own,
and often another one for the same function written in another way.
"""

from math import nan

import numpy as np

from crosscheck.conventions.functions.statements import FunctionStatements, Values

SELU, ALPHA = 1.0507009873554805, 1.6732632423543772  # to the last digit of float64
TIED, AT_0 = (1.0, 1.0), (0.0, 0.0)


def _float32(number: float) -> float:
    return float(np.float32(number))


TORCH: FunctionStatements = (
    Values("torch", "torch.relu(z)", 0.0, 0.0, 0.0),
    Values("torch", "torch.relu(z)", nan, nan, 1.0),
    Values("torch", "torch.maximum(z, torch.zeros_like(z))", 0.0, 0.0, 0.5),
    Values("torch", "torch.clamp(z, -1, 1)", 1.0, 1.0, 1.0),
    Values("torch", "torch.nn.functional.hardtanh(z)", 1.0, 1.0, 0.0),
    Values("torch", "torch.nn.functional.relu6(z)", 6.0, 6.0, 0.0),
    Values("torch", "torch.nn.functional.leaky_relu(z)", 0.0, 0.0, 0.01),
    Values("torch", "torch.abs(z)", 0.0, 0.0, 0.0),
    Values("torch", "torch.nn.functional.elu(z)", 0.0, 0.0, 1.0),
    Values("torch", "torch.nn.functional.selu(z)", 0.0, 0.0, SELU * ALPHA),
    Values("torch", "torch.nn.functional.hardsigmoid(z)", 3.0, 1.0, 0.0),
    Values(
        "torch",
        "torch.nn.functional.hardsigmoid(z)",
        0.0,
        0.5,
        _float32(1 / 6),
        because="1/6 rounded to float32",
    ),
    Values("torch", "torch.amax(z)", TIED, 1.0, (0.5, 0.5)),
    Values("torch", "torch.linalg.norm(z)", AT_0, 0.0, AT_0),
)

JAX: FunctionStatements = (
    Values("jax", "jax.nn.relu(z)", 0.0, 0.0, 0.0),
    Values("jax", "jax.nn.relu(z)", nan, nan, 0.0),
    Values("jax", "jax.numpy.maximum(z, 0)", 0.0, 0.0, 0.5),
    Values("jax", "jax.numpy.clip(z, -1, 1)", 1.0, 1.0, 0.5),
    Values("jax", "jax.nn.hard_tanh(z)", 1.0, 1.0, 1.0),
    Values("jax", "jax.nn.relu6(z)", 6.0, 6.0, 0.0),
    Values("jax", "jax.nn.leaky_relu(z)", 0.0, 0.0, 1.0),
    Values("jax", "jax.nn.leaky_relu(z)", -1.0, -0.01, 0.01),
    Values("jax", "jax.numpy.abs(z)", 0.0, 0.0, 1.0),
    Values("jax", "jax.nn.elu(z)", 0.0, 0.0, 1.0),
    Values("jax", "jax.nn.selu(z)", 0.0, 0.0, SELU * ALPHA),
    Values("jax", "jax.nn.hard_sigmoid(z)", 3.0, 1.0, 0.0),
    Values("jax", "jax.nn.hard_sigmoid(z)", 0.0, 0.5, 1 / 6),
    Values("jax", "jax.numpy.max(z)", TIED, 1.0, (0.5, 0.5)),
    Values("jax", "jax.numpy.linalg.norm(z)", AT_0, 0.0, (nan, nan)),
)

AUTOGRAD: FunctionStatements = (
    Values("autograd", "autograd.numpy.maximum(z, 0)", 0.0, 0.0, 0.5),
    Values("autograd", "autograd.numpy.clip(z, -1, 1)", 1.0, 1.0, 0.0),
    Values("autograd", "autograd.numpy.abs(z)", 0.0, 0.0, 0.0),
    Values("autograd", "autograd.numpy.max(z)", TIED, 1.0, (0.5, 0.5)),
    Values("autograd", "autograd.numpy.linalg.norm(z)", AT_0, 0.0, (nan, nan)),
)

MLX: FunctionStatements = (
    Values("mlx", "mlx.nn.relu(z)", 0.0, 0.0, 0.0),
    Values("mlx", "mlx.nn.relu(z)", nan, nan, 0.0),
    Values("mlx", "mlx.core.maximum(z, 0)", 0.0, 0.0, 0.0),
    Values("mlx", "mlx.core.clip(z, -1, 1)", 1.0, 1.0, 0.0),
    Values("mlx", "mlx.nn.hard_tanh(z)", 1.0, 1.0, 0.0),
    Values("mlx", "mlx.nn.relu6(z)", 6.0, 6.0, 0.0),
    Values("mlx", "mlx.nn.leaky_relu(z)", 0.0, 0.0, 1.0),
    Values("mlx", "mlx.nn.leaky_relu(z)", -1.0, -0.01, 0.01),
    Values("mlx", "mlx.core.abs(z)", 0.0, 0.0, 0.0),
    Values("mlx", "mlx.nn.elu(z)", 0.0, 0.0, 1.0),
    Values(
        "mlx", "mlx.nn.selu(z)", 0.0, 0.0, 1.0507 * 1.67326, because="its constants have few digits"
    ),
    Values("mlx", "mlx.core.max(z)", TIED, 1.0, (0.5, 0.5)),
    Values("mlx", "mlx.core.linalg.norm(z)", AT_0, 0.0, (nan, nan)),
)

TINYGRAD: FunctionStatements = (
    Values("tinygrad", "z.relu()", 0.0, 0.0, 0.0),
    Values("tinygrad", "z.relu()", nan, 0.0, 0.0, because="NaN becomes 0"),
    Values("tinygrad", "z.maximum(0)", 0.0, 0.0, 0.5),
    Values("tinygrad", "z.clip(-1, 1)", 1.0, 1.0, 1.0),
    Values("tinygrad", "z.hardtanh()", 1.0, 1.0, 1.0),
    Values("tinygrad", "z.relu6()", 6.0, 6.0, 1.0),
    Values("tinygrad", "z.leaky_relu()", 0.0, 0.0, 1.0),
    Values("tinygrad", "z.leaky_relu()", -1.0, -0.01, 0.01),
    Values("tinygrad", "z.abs()", 0.0, 0.0, 0.0),
    Values("tinygrad", "z.elu()", 0.0, 0.0, 0.0, because="the slope on either side is 1"),
    Values("tinygrad", "z.selu()", 0.0, 0.0, 1.0507, because="its constants have few digits"),
    Values("tinygrad", "z.hardsigmoid()", 3.0, 1.0, 1 / 6),
    Values("tinygrad", "z.max()", TIED, 1.0, (0.5, 0.5)),
)

TENSORFLOW: FunctionStatements = (
    Values("tensorflow", "tensorflow.nn.relu(z)", 0.0, 0.0, 0.0),
    Values("tensorflow", "tensorflow.nn.relu(z)", nan, nan, 0.0),
    Values("tensorflow", "tensorflow.maximum(z, 0.0)", 0.0, 0.0, 1.0),
    Values("tensorflow", "tensorflow.clip_by_value(z, -1.0, 1.0)", 1.0, 1.0, 1.0),
    Values("tensorflow", "tensorflow.keras.activations.hard_tanh(z)", 1.0, 1.0, 1.0),
    Values("tensorflow", "tensorflow.nn.relu6(z)", 6.0, 6.0, 0.0),
    Values("tensorflow", "tensorflow.nn.leaky_relu(z)", 0.0, 0.0, _float32(0.2)),
    Values("tensorflow", "tensorflow.keras.layers.LeakyReLU()(z)", 0.0, 0.0, _float32(0.3)),
    Values("tensorflow", "tensorflow.abs(z)", 0.0, 0.0, 0.0),
    Values("tensorflow", "tensorflow.nn.elu(z)", 0.0, 0.0, 1.0),
    Values("tensorflow", "tensorflow.nn.selu(z)", 0.0, 0.0, SELU),
    Values("tensorflow", "tensorflow.reduce_max(z)", TIED, 1.0, (0.5, 0.5)),
    Values("tensorflow", "tensorflow.norm(z)", AT_0, 0.0, (nan, nan)),
)

# Keras has the slopes of its backend, except for leaky ReLU, where it has its own.
KERAS: FunctionStatements = (
    Values("keras-jax", "keras.activations.relu(z)", 0.0, 0.0, 0.0),
    Values("keras-jax", "keras.ops.maximum(z, 0)", 0.0, 0.0, 0.5),
    Values("keras-jax", "keras.ops.clip(z, -1, 1)", 1.0, 1.0, 0.5),
    Values("keras-jax", "keras.activations.hard_tanh(z)", 1.0, 1.0, 1.0),
    Values("keras-jax", "keras.activations.leaky_relu(z)", 0.0, 0.0, 1.0),
    Values("keras-jax", "keras.activations.leaky_relu(z)", -1.0, -0.2, 0.2),
    Values("keras-jax", "keras.layers.LeakyReLU()(z)", -1.0, -0.3, 0.3),
    Values("keras-jax", "keras.ops.abs(z)", 0.0, 0.0, 1.0),
    Values("keras-jax", "keras.activations.selu(z)", 0.0, 0.0, SELU * ALPHA),
    Values("keras-torch", "keras.activations.relu(z)", 0.0, 0.0, 0.0),
    Values("keras-torch", "keras.ops.maximum(z, 0)", 0.0, 0.0, 0.5),
    Values("keras-torch", "keras.ops.clip(z, -1, 1)", 1.0, 1.0, 1.0),
    Values("keras-torch", "keras.activations.hard_tanh(z)", 1.0, 1.0, 0.0),
    Values("keras-torch", "keras.activations.leaky_relu(z)", 0.0, 0.0, 0.2),
    Values("keras-torch", "keras.layers.LeakyReLU()(z)", 0.0, 0.0, 0.3),
    Values("keras-torch", "keras.ops.abs(z)", 0.0, 0.0, 0.0),
    Values("keras-torch", "keras.activations.selu(z)", 0.0, 0.0, SELU * ALPHA),
)

KINK_STATEMENTS: FunctionStatements = (
    *TORCH,
    *JAX,
    *AUTOGRAD,
    *MLX,
    *TINYGRAD,
    *TENSORFLOW,
    *KERAS,
)

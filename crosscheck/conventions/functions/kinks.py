"""What the frameworks take for the slope where two slopes meet.

Every number between the slopes of the two sides is a subgradient, and each framework has its own
choice, often another one for the same function written another way.
"""

from math import nan

import numpy as np

from crosscheck.conventions.functions.rows import Rows, Stated

SELU, ALPHA = 1.0507009873554805, 1.6732632423543772  # to the last digit of float64
TIED, AT_0 = (1.0, 1.0), (0.0, 0.0)


def _float32(number: float) -> float:
    return float(np.float32(number))


TORCH: Rows = (
    Stated("torch", "torch.relu(z)", 0.0, 0.0, 0.0),
    Stated("torch", "torch.relu(z)", nan, nan, 1.0),
    Stated("torch", "torch.maximum(z, torch.zeros_like(z))", 0.0, 0.0, 0.5),
    Stated("torch", "torch.clamp(z, -1, 1)", 1.0, 1.0, 1.0),
    Stated("torch", "torch.nn.functional.hardtanh(z)", 1.0, 1.0, 0.0),
    Stated("torch", "torch.nn.functional.relu6(z)", 6.0, 6.0, 0.0),
    Stated("torch", "torch.nn.functional.leaky_relu(z)", 0.0, 0.0, 0.01),
    Stated("torch", "torch.abs(z)", 0.0, 0.0, 0.0),
    Stated("torch", "torch.nn.functional.elu(z)", 0.0, 0.0, 1.0),
    Stated("torch", "torch.nn.functional.selu(z)", 0.0, 0.0, SELU * ALPHA),
    Stated("torch", "torch.nn.functional.hardsigmoid(z)", 3.0, 1.0, 0.0),
    Stated(
        "torch",
        "torch.nn.functional.hardsigmoid(z)",
        0.0,
        0.5,
        _float32(1 / 6),
        because="1/6 in float32",
    ),
    Stated("torch", "torch.amax(z)", TIED, 1.0, (0.5, 0.5)),
    Stated("torch", "torch.linalg.norm(z)", AT_0, 0.0, AT_0),
)

JAX: Rows = (
    Stated("jax", "jax.nn.relu(z)", 0.0, 0.0, 0.0),
    Stated("jax", "jax.nn.relu(z)", nan, nan, 0.0),
    Stated("jax", "jax.numpy.maximum(z, 0)", 0.0, 0.0, 0.5),
    Stated("jax", "jax.numpy.clip(z, -1, 1)", 1.0, 1.0, 0.5),
    Stated("jax", "jax.nn.hard_tanh(z)", 1.0, 1.0, 1.0),
    Stated("jax", "jax.nn.relu6(z)", 6.0, 6.0, 0.0),
    Stated("jax", "jax.nn.leaky_relu(z)", 0.0, 0.0, 1.0),
    Stated("jax", "jax.nn.leaky_relu(z)", -1.0, -0.01, 0.01),
    Stated("jax", "jax.numpy.abs(z)", 0.0, 0.0, 1.0),
    Stated("jax", "jax.nn.elu(z)", 0.0, 0.0, 1.0),
    Stated("jax", "jax.nn.selu(z)", 0.0, 0.0, SELU * ALPHA),
    Stated("jax", "jax.nn.hard_sigmoid(z)", 3.0, 1.0, 0.0),
    Stated("jax", "jax.nn.hard_sigmoid(z)", 0.0, 0.5, 1 / 6),
    Stated("jax", "jax.numpy.max(z)", TIED, 1.0, (0.5, 0.5)),
    Stated("jax", "jax.numpy.linalg.norm(z)", AT_0, 0.0, (nan, nan)),
)

AUTOGRAD: Rows = (
    Stated("autograd", "autograd.numpy.maximum(z, 0)", 0.0, 0.0, 0.5),
    Stated("autograd", "autograd.numpy.clip(z, -1, 1)", 1.0, 1.0, 0.0),
    Stated("autograd", "autograd.numpy.abs(z)", 0.0, 0.0, 0.0),
    Stated("autograd", "autograd.numpy.max(z)", TIED, 1.0, (0.5, 0.5)),
    Stated("autograd", "autograd.numpy.linalg.norm(z)", AT_0, 0.0, (nan, nan)),
)

MLX: Rows = (
    Stated("mlx", "mlx.nn.relu(z)", 0.0, 0.0, 0.0),
    Stated("mlx", "mlx.nn.relu(z)", nan, nan, 0.0),
    Stated("mlx", "mlx.core.maximum(z, 0)", 0.0, 0.0, 0.0),
    Stated("mlx", "mlx.core.clip(z, -1, 1)", 1.0, 1.0, 0.0),
    Stated("mlx", "mlx.nn.hard_tanh(z)", 1.0, 1.0, 0.0),
    Stated("mlx", "mlx.nn.relu6(z)", 6.0, 6.0, 0.0),
    Stated("mlx", "mlx.nn.leaky_relu(z)", 0.0, 0.0, 1.0),
    Stated("mlx", "mlx.nn.leaky_relu(z)", -1.0, -0.01, 0.01),
    Stated("mlx", "mlx.core.abs(z)", 0.0, 0.0, 0.0),
    Stated("mlx", "mlx.nn.elu(z)", 0.0, 0.0, 1.0),
    Stated("mlx", "mlx.nn.selu(z)", 0.0, 0.0, 1.0507 * 1.67326, because="its own five digits"),
    Stated("mlx", "mlx.core.max(z)", TIED, 1.0, (0.5, 0.5)),
    Stated("mlx", "mlx.core.linalg.norm(z)", AT_0, 0.0, (nan, nan)),
)

TINYGRAD: Rows = (
    Stated("tinygrad", "z.relu()", 0.0, 0.0, 0.0),
    Stated("tinygrad", "z.relu()", nan, 0.0, 0.0, because="a NaN is lost"),
    Stated("tinygrad", "z.maximum(0)", 0.0, 0.0, 0.5),
    Stated("tinygrad", "z.clip(-1, 1)", 1.0, 1.0, 1.0),
    Stated("tinygrad", "z.hardtanh()", 1.0, 1.0, 1.0),
    Stated("tinygrad", "z.relu6()", 6.0, 6.0, 1.0),
    Stated("tinygrad", "z.leaky_relu()", 0.0, 0.0, 1.0),
    Stated("tinygrad", "z.leaky_relu()", -1.0, -0.01, 0.01),
    Stated("tinygrad", "z.abs()", 0.0, 0.0, 0.0),
    Stated("tinygrad", "z.elu()", 0.0, 0.0, 0.0, because="0 where both sides have 1"),
    Stated("tinygrad", "z.selu()", 0.0, 0.0, 1.0507, because="its own five digits"),
    Stated("tinygrad", "z.hardsigmoid()", 3.0, 1.0, 1 / 6),
    Stated("tinygrad", "z.max()", TIED, 1.0, (0.5, 0.5)),
)

TENSORFLOW: Rows = (
    Stated("tensorflow", "tensorflow.nn.relu(z)", 0.0, 0.0, 0.0),
    Stated("tensorflow", "tensorflow.nn.relu(z)", nan, nan, 0.0),
    Stated("tensorflow", "tensorflow.maximum(z, 0.0)", 0.0, 0.0, 1.0),
    Stated("tensorflow", "tensorflow.clip_by_value(z, -1.0, 1.0)", 1.0, 1.0, 1.0),
    Stated("tensorflow", "tensorflow.keras.activations.hard_tanh(z)", 1.0, 1.0, 1.0),
    Stated("tensorflow", "tensorflow.nn.relu6(z)", 6.0, 6.0, 0.0),
    Stated("tensorflow", "tensorflow.nn.leaky_relu(z)", 0.0, 0.0, _float32(0.2)),
    Stated("tensorflow", "tensorflow.keras.layers.LeakyReLU()(z)", 0.0, 0.0, _float32(0.3)),
    Stated("tensorflow", "tensorflow.abs(z)", 0.0, 0.0, 0.0),
    Stated("tensorflow", "tensorflow.nn.elu(z)", 0.0, 0.0, 1.0),
    Stated("tensorflow", "tensorflow.nn.selu(z)", 0.0, 0.0, SELU),
    Stated("tensorflow", "tensorflow.reduce_max(z)", TIED, 1.0, (0.5, 0.5)),
    Stated("tensorflow", "tensorflow.norm(z)", AT_0, 0.0, (nan, nan)),
)

# Keras has its backend's choice, but its own slopes of leaky ReLU.
KERAS: Rows = (
    Stated("keras-jax", "keras.activations.relu(z)", 0.0, 0.0, 0.0),
    Stated("keras-jax", "keras.ops.maximum(z, 0)", 0.0, 0.0, 0.5),
    Stated("keras-jax", "keras.ops.clip(z, -1, 1)", 1.0, 1.0, 0.5),
    Stated("keras-jax", "keras.activations.hard_tanh(z)", 1.0, 1.0, 1.0),
    Stated("keras-jax", "keras.activations.leaky_relu(z)", 0.0, 0.0, 1.0),
    Stated("keras-jax", "keras.activations.leaky_relu(z)", -1.0, -0.2, 0.2),
    Stated("keras-jax", "keras.layers.LeakyReLU()(z)", -1.0, -0.3, 0.3),
    Stated("keras-jax", "keras.ops.abs(z)", 0.0, 0.0, 1.0),
    Stated("keras-jax", "keras.activations.selu(z)", 0.0, 0.0, SELU * ALPHA),
    Stated("keras-torch", "keras.activations.relu(z)", 0.0, 0.0, 0.0),
    Stated("keras-torch", "keras.ops.maximum(z, 0)", 0.0, 0.0, 0.5),
    Stated("keras-torch", "keras.ops.clip(z, -1, 1)", 1.0, 1.0, 1.0),
    Stated("keras-torch", "keras.activations.hard_tanh(z)", 1.0, 1.0, 0.0),
    Stated("keras-torch", "keras.activations.leaky_relu(z)", 0.0, 0.0, 0.2),
    Stated("keras-torch", "keras.layers.LeakyReLU()(z)", 0.0, 0.0, 0.3),
    Stated("keras-torch", "keras.ops.abs(z)", 0.0, 0.0, 0.0),
    Stated("keras-torch", "keras.activations.selu(z)", 0.0, 0.0, SELU * ALPHA),
)

ROWS: Rows = (*TORCH, *JAX, *AUTOGRAD, *MLX, *TINYGRAD, *TENSORFLOW, *KERAS)

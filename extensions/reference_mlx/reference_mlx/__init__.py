"""The MLP, its losses and its optimizers in Apple's MLX, with gradients from `mx.value_and_grad`.

Read in this order: params, arrays, checks, activations, losses, mlp, gradients, optimizers,
training, epochs.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("mlx")
except PackageNotFoundError:
    raise ModuleNotFoundError(
        "reference_mlx needs MLX: pip install reference-mlx", name="mlx"
    ) from None

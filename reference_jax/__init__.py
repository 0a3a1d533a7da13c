"""The MLP, its losses and its optimizers in JAX, with gradients from `jax.grad`.

Read in this order: params, arrays, checks, activations, losses, mlp, gradients, optimizers,
training, epochs.

float64 needs `jax.config.update("jax_enable_x64", True)`; importing this package does not set it.
"""

try:
    from jax import __version__ as __version__
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "reference_jax needs JAX: pip install 'backprop-crosscheck[jax]'", name=error.name
    ) from None

"""The MLP, its losses and its optimizers in PyTorch, with gradients from the autograd tape.

Read in this order: params, arrays, checks, activations, losses, mlp, gradients, optimizers,
training, epochs.
"""

try:
    from torch import __version__ as __version__
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "reference_torch needs PyTorch: pip install 'backprop-crosscheck[torch]'", name=error.name
    ) from None

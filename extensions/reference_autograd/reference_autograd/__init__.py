"""The MLP, its losses and its optimizers in NumPy, differentiated by HIPS autograd.

Read in this order: params, arrays, checks, activations, losses, mlp, gradients, optimizers,
training, epochs.
"""

from importlib.metadata import version

__version__ = version("autograd")

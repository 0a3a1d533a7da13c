"""The MLP, its losses and its optimizers in Python alone, with backpropagation index by index.

Read in this order: params, arrays, checks, activations, losses, mlp, gradients, optimizers,
training, epochs.
"""

from platform import python_version

__version__ = python_version()

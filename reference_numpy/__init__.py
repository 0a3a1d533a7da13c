"""The MLP, its losses and its optimizers in NumPy, with backpropagation written by hand.

Read in this order: params, arrays, checks, activations, losses, mlp, gradients, optimizers,
training, epochs.
"""

from numpy import __version__ as __version__

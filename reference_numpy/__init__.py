"""The MLP, its losses and its optimizers in NumPy, with backpropagation written by hand.

Read in this order: params, checks, activations, losses, mlp, gradients, optimizers, training.
"""

from numpy import __version__ as __version__

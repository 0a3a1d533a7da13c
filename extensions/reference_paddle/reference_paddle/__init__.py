"""The MLP, its losses and its optimizers in PaddlePaddle, with gradients from its eager tape.

Read in this order: params, arrays, checks, activations, losses, mlp, gradients, optimizers,
training, epochs.
"""

import warnings

try:
    with warnings.catch_warnings():
        # PaddlePaddle looks for a compiler's cache on import. Nothing is compiled here.
        warnings.filterwarnings("ignore", "No ccache found", UserWarning)
        from paddle import __version__ as __version__
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "reference_paddle needs PaddlePaddle: pip install reference-paddle", name=error.name
    ) from None

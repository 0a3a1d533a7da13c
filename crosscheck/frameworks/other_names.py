"""The contract's names for what people call an activation, a loss or an optimizer otherwise."""

import difflib
from collections.abc import Collection

_TWO_CLASSES = ("binary_cross_entropy", "sigmoid_binary_cross_entropy")
_CLASSES = ("softmax_cross_entropy",)
_SQUARES = ("mean_squared_error", "squared_error", "half_squared_error")

MEANT: dict[str, tuple[str, ...]] = {
    "linear": ("identity",),
    "none": ("identity",),
    "id": ("identity",),
    "logistic": ("sigmoid",),
    "sigm": ("sigmoid",),
    "tan_h": ("tanh",),
    "mse": _SQUARES,
    "mse_loss": _SQUARES,
    "l2": _SQUARES,
    "l2_loss": _SQUARES,
    "quadratic": _SQUARES,
    "sse": ("squared_error",),
    "bce": _TWO_CLASSES,
    "bce_loss": _TWO_CLASSES,
    "log_loss": (*_TWO_CLASSES, *_CLASSES),
    "logloss": (*_TWO_CLASSES, *_CLASSES),
    "bce_with_logits": ("sigmoid_binary_cross_entropy",),
    "bcewithlogits": ("sigmoid_binary_cross_entropy",),
    "binary_crossentropy": ("binary_cross_entropy",),
    "cross_entropy": (*_CLASSES, "binary_cross_entropy"),
    "crossentropy": (*_CLASSES, "binary_cross_entropy"),
    "cross_entropy_loss": (*_CLASSES, "binary_cross_entropy"),
    "ce": (*_CLASSES, "binary_cross_entropy"),
    "categorical_cross_entropy": _CLASSES,
    "categorical_crossentropy": _CLASSES,
    "sparse_categorical_crossentropy": _CLASSES,
    "nll": _CLASSES,
    "nll_loss": _CLASSES,
    "softmax": _CLASSES,
}


def question(name: str, known: Collection[str]) -> str:
    """What to ask about a name that nobody knows: "did you mean identity?", or nothing.

    Args:
        name: What was stated.
        known: The names that there are.
    """
    low = name.lower().strip().replace("-", "_").replace(" ", "_")
    likely = [each for each in MEANT.get(low, ()) if each in known]
    likely = likely or difflib.get_close_matches(low, known, n=1)
    return f"did you mean {' or '.join(likely)}?" if likely else ""

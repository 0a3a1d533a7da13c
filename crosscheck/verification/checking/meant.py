"""The contract's names for what people call an activation or a loss otherwise."""

import difflib
from collections.abc import Sequence

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.verification.checking.models import REDUCTIONS

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


def meant(name: str, known: Sequence[str]) -> str:
    """A question that follows a name which nobody knows: "; did you mean identity?", or nothing.

    Args:
        name: What was stated.
        known: The names that there are.
    """
    low = name.lower().strip().replace("-", "_").replace(" ", "_")
    likely = [each for each in MEANT.get(low, ()) if each in known]
    likely = likely or difflib.get_close_matches(low, known, n=1)
    return f"; did you mean {' or '.join(likely)}?" if likely else ""


def unknown(
    activations: Sequence[str] | None, loss: str | None, reduction: str | None, prefix: str = ""
) -> str | None:
    """What is to be said of the first name that nobody knows; None if all are known.

    Args:
        activations, loss, reduction: What is stated; None where nothing is.
        prefix: What stands before the name of an option: "--" on the command line.
    """
    for option, names, known in (
        ("activations", activations or (), ACTIVATIONS),
        ("loss", (loss,) if loss is not None else (), LOSSES),
        ("reduction", (reduction,) if reduction is not None else (), REDUCTIONS),
    ):
        for name in names:
            if name not in known:
                listed = ", ".join(known)
                return f"{prefix}{option}: {name!r} is none of {listed}{meant(name, known)}"
    return None

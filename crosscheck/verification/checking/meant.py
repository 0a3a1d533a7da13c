"""The names that somebody states: whether all are known, and what else may be meant."""

from collections.abc import Sequence

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.frameworks.other_names import question
from crosscheck.verification.checking.models import REDUCTIONS


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
                told = f"{prefix}{option}: {name!r} is none of {', '.join(known)}"
                return "; ".join(filter(None, (told, question(name, known))))
    return None

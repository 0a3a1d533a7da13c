"""Calls of somebody's own code, each on an object of its own; exceptions are kept in words."""

from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, GradientShapeError
from crosscheck.frameworks.plain_text import in_words
from crosscheck.numerics.digits import counted
from crosscheck.verification.checking.drawn import Drawn

Make = Callable[[], Any]


class RaisedByOwnCodeError(Exception):
    """Somebody's own code raised an exception, or returned what is no array; in words."""


class WrongShapeError(RaisedByOwnCodeError):
    """A gradient has not the shape of its parameter; the message says which."""


def has(make: Make, method: str) -> bool:
    """Whether an adapter has one of the methods that it may lack."""
    return callable(getattr(make(), method, None))


def ask(make: Make, drawn: Drawn, method: str, *more: Any) -> Any:
    """What a method returns for a network and a batch, of which it gets copies.

    Raises:
        RaisedByOwnCodeError: If the code raises anything.
    """
    own = drawn.copies()
    arguments = (own.inputs,) if method in ("forward", "hidden") else (own.inputs, own.targets)
    try:
        with np.errstate(all="ignore"):  # a number that overflows shows by itself
            adapter = make()
            adapter.set_params(own.params)
            return getattr(adapter, method)(*arguments, *more)
    except GradientShapeError as error:
        raise WrongShapeError(str(error)) from None
    except (Exception, SystemExit) as error:
        raise RaisedByOwnCodeError(in_words(error)) from None


def outputs(make: Make, drawn: Drawn) -> Array:
    """The outputs (batch, outputs).

    Raises:
        RaisedByOwnCodeError: If the code raises, or they have another shape.
    """
    found = _array(ask(make, drawn, "forward"))
    if found.shape != drawn.targets.shape:
        raise RaisedByOwnCodeError(
            f"the outputs have shape {found.shape} instead of {drawn.targets.shape}"
        )
    return found


def loss(make: Make, drawn: Drawn) -> float:
    """The loss.

    Raises:
        RaisedByOwnCodeError: If the code raises, or it is no number.
    """
    found = _array(ask(make, drawn, "loss"))
    if found.size != 1:
        raise RaisedByOwnCodeError(f"the loss has shape {found.shape}, and is no number")
    return float(found.reshape(()))


def gradients(make: Make, drawn: Drawn) -> list[tuple[Array, Array | None]]:
    """The gradient of every weight and bias, in their shapes; None for a bias that is not there.

    Raises:
        WrongShapeError: If a shape is another.
        RaisedByOwnCodeError: If the code raises.
    """
    found = ask(make, drawn, "gradients")
    grads = [(_array(weight), None if bias is None else _array(bias)) for weight, bias in found]
    for index, (own, given) in enumerate(zip(grads, drawn.params, strict=False), start=1):
        for name, one, other in zip(("W", "b"), own, given, strict=True):
            if one is not None and one.shape != other.shape:
                raise WrongShapeError(
                    f"the gradient of {name}{index} has shape {one.shape} instead of {other.shape}"
                )
    if len(grads) != len(drawn.params):
        raise RaisedByOwnCodeError(f"there are gradients of {counted(len(grads), 'layer')}")
    return grads


def slack(make: Make, drawn: Drawn) -> Any:
    """By how much gradients may be off, which were got from the parameters before and after a step.

    None where they are not.
    """
    return ask(make, drawn, "gradient_slack") if has(make, "gradient_slack") else None


def _array(value: Any) -> Array:
    try:
        return np.asarray(value, "float64")
    except (TypeError, ValueError):
        raise RaisedByOwnCodeError(f"{value!r:.60} is no array of numbers") from None

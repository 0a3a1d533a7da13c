"""Adapters that stand for others: a loss that is stated or returned, and outputs as logarithms."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.verification.checking.asking import Make, RaisedByOwnCodeError, has, outputs
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.losses import judge_loss

# By how much probabilities may miss 1 together and still be meant to be some.
SUMS = 1e-5
LOGARITHMS = "the outputs are the logarithms of a softmax, and are judged as probabilities"


def with_loss(make: Make, loss: str) -> Make:
    """Adapters of a module that has no loss of its own, with a stated one of its framework's."""

    def change(adapter: Any) -> None:
        if not hasattr(adapter, "gradients_of") or callable(getattr(adapter, "loss", None)):
            return
        value_and_gradients = adapter.gradients_of(loss)
        adapter.loss = lambda inputs, targets: value_and_gradients(inputs, targets)[0]
        adapter.gradients = lambda inputs, targets: value_and_gradients(inputs, targets)[1]

    return _changed(make, change)


def with_returned(make: Make, batches: Sequence[Drawn], activations: Sequence[str]) -> Make:
    """Adapters whose loss is what the step of training returns, if that is one of the contract's.

    What it is else, a count of mistakes or a mean of the errors, is no loss.
    """
    if has(make, "loss") or not has(make, "returned_number"):
        return make

    def change(adapter: Any) -> None:
        adapter.loss = adapter.returned_number

    made = _changed(make, change)
    return made if judge_loss(made, batches, activations, None).model is not None else make


def without_logarithm(make: Make, drawn: Drawn) -> Make | None:
    """Adapters that return probabilities, of a network that returns their logarithms; else None."""
    try:
        found = outputs(make, drawn)
    except RaisedByOwnCodeError:
        return None  # said where it is judged
    with np.errstate(all="ignore"):
        sums = np.exp(found).sum(axis=1)
    if found.shape[1] == 1 or not (found <= 0).all() or not (abs(sums - 1) < SUMS).all():
        return None

    def change(adapter: Any) -> None:
        own: Callable[[Array], Array] = adapter.forward
        adapter.forward = lambda inputs: np.exp(own(inputs))
        if not callable(getattr(adapter, "loss", None)):
            adapter.gradients = None  # they are those of a squared error of the logarithms
        adapter.slack_of_outputs = _of_exponentials

    return _changed(make, change)


def _of_exponentials(computed: Array, dtype: str) -> Array:
    """By how much e to a number is off that is one rounding off, and rounded itself."""
    with np.errstate(all="ignore"):
        logarithms = np.where(computed > 0, np.abs(np.log(computed)), 0.0)
    return 4 * np.finfo(dtype).eps * computed * (1 + logarithms)


def _changed(make: Make, change: Callable[[Any], None]) -> Make:
    def made() -> Any:
        adapter = make()
        change(adapter)
        return adapter

    return made

"""The loop of training, for any arithmetic: balls, or floats with bounds."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from crosscheck.numerics.trees import Layer


class Arithmetic(NamedTuple):
    """What the loop computes with.

    Attributes:
        params: The parameters at the start.
        gradient: The loss of a batch and its gradient, of the parameters and the batch's indices.
        rule: The update of one leaf, of all of its gradients so far.
        amount: How much the samples of a batch count in the loss of an epoch, of their indices.
        is_positive: Whether a number is above 0; None where no loss is compared.
    """

    params: Any
    gradient: Callable[[Any, np.ndarray], tuple[Any, Any]]
    rule: Callable[[list[Any]], Any]
    amount: Callable[[np.ndarray], Any]
    is_positive: Callable[[Any], bool] | None = None


class Trained(NamedTuple):
    """The parameters and the mean loss after every epoch, and why it ended."""

    params: list[Any]
    losses: list[Any]
    reason: str


def train(
    batches: Callable[[int], list[np.ndarray]], arithmetic: Arithmetic, stop: Mapping[str, Any]
) -> Trained:
    """Train until the stop rule says so.

    Args:
        batches: The indices of each batch of an epoch, of how many epochs ended before.
        arithmetic: What the loop computes with.
        stop: The conditions of the contract's stop rule.
    """
    params, history = arithmetic.params, list[Any]()
    found = Trained([], [], "")
    while True:
        total: Any = 0
        epoch = batches(len(found.losses))
        for batch in epoch:
            loss, grads = arithmetic.gradient(params, batch)
            history.append(grads)
            total = total + loss * arithmetic.amount(batch)
            params = tuple(
                Layer(
                    *(
                        leaf + arithmetic.rule([g[index][part] for g in history])
                        for part, leaf in enumerate(layer)
                    )
                )
                for index, layer in enumerate(params)
            )
        found.params.append(params)
        found.losses.append(total / arithmetic.amount(np.sort(np.concatenate(epoch))))
        reason = _reason(stop, found.losses, arithmetic.is_positive)
        if reason is not None:
            return found._replace(reason=reason)


def _reason(
    stop: Mapping[str, Any], losses: Sequence[Any], is_positive: Callable[[Any], bool] | None
) -> str | None:
    """The first condition that holds, in the contract's order."""
    below, change = stop.get("loss_below"), stop.get("loss_change_below")
    if is_positive is not None:
        if below is not None and is_positive(below - losses[-1]):
            return "loss_below"
        if (
            change is not None
            and len(losses) > 1
            and is_positive(change - abs(losses[-1] - losses[-2]))
        ):
            return "loss_change_below"
    return "max_epochs" if len(losses) == stop.get("max_epochs") else None

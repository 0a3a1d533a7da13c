"""The conditions that are about the weights of the samples."""

from collections.abc import Callable, Iterator

import numpy as np

from crosscheck.verification.conditions.calls import Call
from crosscheck.verification.conditions.condition import Condition
from crosscheck.verification.conditions.functions import LOSS_KINDS

WEIGHTED = (*LOSS_KINDS, "gradient", "training")


def weights() -> Iterator[Condition]:
    """Every one of them."""

    def condition(
        name: str, sentence: str, holds: Callable[[Call, np.ndarray], bool], *only: str
    ) -> Condition:
        return Condition(
            f"weights: {name}",
            sentence,
            only or WEIGHTED,
            "only training divides samples" if only else "it takes no weights",
            lambda call: (
                call.last if call.weights is not None and holds(call, call.weights) else None
            ),
        )

    yield condition(
        "divided by the samples",
        "the samples have weights, and the mean divides by the number of samples",
        lambda call, w: call.normalizer == "count",
    )
    yield condition(
        "divided by their sum",
        "the samples have weights, and the mean divides by their sum",
        lambda call, w: call.normalizer == "weights",
    )
    yield condition("a sample of 0", "a sample has the weight 0", lambda call, w: 0 in w)
    yield condition(
        "a batch of 0",
        "every sample of a batch has the weight 0",
        lambda call, w: any(not w[batch].any() for batch in call.chosen),
        "training",
    )

"""A loss of logits that is given probabilities: the softmax, or the sigmoid, is taken twice."""

from collections.abc import Sequence

import numpy as np

from crosscheck.verification.checking.asking import Make, RaisedByOwnCodeError, has, loss
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.models import CROSS, factors_of
from crosscheck.verification.checking.within import within

# By the last activation: the loss that takes that activation itself.
OF_LOGITS = {"softmax": CROSS, "sigmoid": "sigmoid_binary_cross_entropy"}


def taken_twice(make: Make, batches: Sequence[Drawn], activations: Sequence[str]) -> Line | None:
    """The line of a loss that takes the last activation of a network once more, if it does.

    Args:
        make: Makes an adapter.
        batches: The same network on batches of several sizes.
        activations: That of each layer.
    """
    last = activations[-1]
    if last not in OF_LOGITS or not has(make, "loss"):
        return None
    try:
        values = [loss(make, drawn) for drawn in batches]
    except RaisedByOwnCodeError:
        return None  # said before
    # The loss of the outputs, which are taken for logits.
    exact = [drawn.exactly(activations, OF_LOGITS[last]).loss for drawn in batches]
    for factor in factors_of(OF_LOGITS[last]):
        found = [
            within(np.asarray(value), each, factor.at(drawn))
            for value, each, drawn in zip(values, exact, batches, strict=True)
        ]
        if all(each.holds for each in found):
            words = f"{last} twice"
            text = (
                f"{words}: the network ends in {last}, and its loss takes {last} once more; "
                f"return z for the loss, and take {last} only to predict"
            )
            return Line("loss", Verdict.WRONG, text, np.inf, (words,))
    return None

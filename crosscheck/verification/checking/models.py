"""What somebody's network may compute: the activation of each layer, the loss, and a convention.

A network that ends in a softmax and takes the cross-entropy of its probabilities is, in the words
of the contract, one whose last layer is the identity, with `softmax_cross_entropy` of the logits:
the loss and the gradients are the same, and only there they have a bound at any size.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.exact_values import ExactPass

# Of more layers than these all hidden ones are taken to have one activation.
MIXED_LAYERS = 3


@dataclass(frozen=True)
class Factor:
    """A constant by which a loss or a gradient may differ: a convention, not a mistake.

    Attributes:
        words: What it is instead: "the sum over the batch".
        of: The factor, from the number of samples and of outputs.
        sign: 1 or -1.
        rate: The learning rate of a step that cannot be set, where gradients are a difference.
    """

    words: str
    of: Callable[[int, int], float]
    sign: int = 1
    rate: float = 1.0

    @property
    def reduction(self) -> str | None:
        """How it gathers the samples, as in `REDUCTIONS`; None if they are divided by twice."""
        if "again" in self.words:
            return None
        return "sum" if "sum over the batch" in self.words else "mean"

    def is_like(self, other: "Factor | None") -> bool:
        """Whether it is another one but for the rate, or there is no other."""
        return other is None or replace(self, rate=1.0) == other

    def at(self, drawn: Drawn) -> float:
        """The factor on a batch."""
        return self.sign * self.rate * self.of(drawn.batch, drawn.outputs)


# How the samples of a batch may be gathered, as `--reduction` states it.
REDUCTIONS = ("mean", "sum")
# The mean over the batch of what is summed over the outputs comes first: it is the contract's.
FACTORS = (
    Factor("the mean over the batch", lambda batch, outputs: 1.0),
    Factor("half the mean over the batch", lambda batch, outputs: 0.5),
    Factor("twice the mean over the batch", lambda batch, outputs: 2.0),
    Factor("the sum over the batch", lambda batch, outputs: batch),
    Factor("half the sum over the batch", lambda batch, outputs: batch / 2),
    Factor("twice the sum over the batch", lambda batch, outputs: 2 * batch),
    Factor("the mean over the batch and the outputs", lambda batch, outputs: 1 / outputs),
    Factor("half the mean over the batch and the outputs", lambda batch, outputs: 0.5 / outputs),
    Factor("twice the mean over the batch and the outputs", lambda batch, outputs: 2 / outputs),
    Factor("the sum over the batch, the mean over the outputs", lambda b, k: b / k),
    Factor("the mean over the batch, divided by the batch again", lambda b, k: 1 / b),
    Factor("the mean over the batch in bits", lambda batch, outputs: 1 / math.log(2)),
)
# Of gradients: these point the way down.
NEGATIVE = tuple(Factor(f"minus {each.words}", each.of, -1) for each in FACTORS)
# The losses, each of which the contract takes in one form. A half or a mean of the squared errors
# is a factor of this one.
SQUARED, BINARY, CROSS = "squared_error", "binary_cross_entropy", "softmax_cross_entropy"
# How the contract's names are read when they are stated: the loss, and its factor.
STATED = {
    "squared_error": (SQUARED, "the mean over the batch"),
    "half_squared_error": (SQUARED, "half the mean over the batch"),
    "mean_squared_error": (SQUARED, "the mean over the batch and the outputs"),
    "binary_cross_entropy": (BINARY, "the mean over the batch"),
    "sigmoid_binary_cross_entropy": ("sigmoid_binary_cross_entropy", "the mean over the batch"),
    "softmax_cross_entropy": (CROSS, "the mean over the batch"),
}
IN_WORDS = {
    SQUARED: "squared error",
    BINARY: "binary cross-entropy",
    CROSS: "cross-entropy",
    "sigmoid_binary_cross_entropy": "binary cross-entropy of logits",
}


@dataclass(frozen=True)
class Model:
    """The activation of each layer, as somebody's forward pass has them, and a loss."""

    activations: tuple[str, ...]
    loss: str

    @property
    def in_words(self) -> str:
        """The loss in words: "cross-entropy"."""
        return IN_WORDS[self.loss]

    def exactly(self, drawn: Drawn) -> ExactPass:
        """Loss and gradients, exact, with bounds; by the logits where there are some."""
        *hidden, last = self.activations
        if self.loss == CROSS and last == "softmax":
            return drawn.exactly((*hidden, "identity"), CROSS)
        if self.loss == BINARY and last == "sigmoid":
            return drawn.exactly((*hidden, "identity"), "sigmoid_binary_cross_entropy")
        return drawn.exactly(self.activations, self.loss)


def losses_after(activation: str) -> Iterator[str]:
    """The losses that make sense of the outputs of a network that ends so."""
    yield SQUARED
    if activation in ("softmax", "identity"):
        yield CROSS  # of two outputs it is half the binary one, and comes first
    if activation in ("sigmoid", "softmax"):
        yield BINARY
    if activation == "identity":
        yield "sigmoid_binary_cross_entropy"


def factors_of(loss: str) -> Sequence[Factor]:
    """The constants of a loss, the usual ones first: of two outputs half is the mean over them."""
    if loss == SQUARED:
        return FACTORS
    return sorted(FACTORS, key=lambda each: each.words.startswith("half"))


def every_combination(layers: int) -> Iterator[tuple[str, ...]]:
    """The activations that the layers may have; those of one kind of hidden layer come first."""
    uniform = [(*[hidden] * (layers - 1), last) for hidden in ACTIVATIONS for last in ACTIVATIONS]
    yield from dict.fromkeys(uniform)
    if layers <= MIXED_LAYERS:
        yield from (each for each in product(ACTIVATIONS, repeat=layers) if each not in uniform)


assert set(STATED) == set(LOSSES)

"""One step of somebody's own training, beside the gradients by which it is meant to go."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.verification.checking.asking import Make, ask, gradients
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.named import Grads

QUANTITY = "update"
# The rate, and how many roundings a step may take beside those of the gradient.
RATE, ROUNDINGS = 0.25, 4


@dataclass(frozen=True)
class Moved:
    """A weight or a bias before and after a step.

    Attributes:
        name: "W1".
        layer, part: Where it stands: part 0 is the weight, 1 the bias.
        before, after: The parameter.
        grad: Its gradient.
        spread: The mean size of the gradients of each sample, where these are taken one at a time
            and added up in an order of their own; else 0.
        unit: The unit roundoff of what they are computed in.
    """

    name: str
    layer: int
    part: int
    before: Array
    after: Array
    grad: Array
    spread: Array | float
    unit: float

    def rest(self, grad: Array) -> Array:
        """What is left of the step beside the rate times this gradient; 0 if that is all."""
        return self.after - (self.before - RATE * grad)

    def over(self, grad: Array, allowed: Array) -> float:
        """By how many times what is allowed the rest of this gradient is, at most.

        Infinite for another shape, and where an entry is NaN, of which no comparison holds.
        """
        if self.after.shape != self.before.shape:
            return np.inf
        worst = float(np.max(np.abs(self.rest(grad)) / allowed))
        return worst if np.isfinite(worst) else np.inf

    def allowed(self, grad: Array, samples: int, times: float = 1.0) -> Array:
        """How large the rest may be by roundings.

        Args:
            grad: The gradient that is taken off.
            samples: How many there are.
            times: By what constant the gradient is multiplied.
        """
        of_samples = (samples + ROUNDINGS) * RATE * abs(times) * self.spread
        of_step = ROUNDINGS * (np.abs(self.before) + np.abs(RATE * grad))
        return np.asarray(self.unit * (of_step + of_samples))


@dataclass(frozen=True)
class Taken:
    """A step on a network and a batch.

    Attributes:
        drawn: They.
        moved: Every parameter that has a gradient.
        one_by_one: Whether the network takes one sample at a time.
    """

    drawn: Drawn
    moved: tuple[Moved, ...]
    one_by_one: bool = False


def take(make: Make, drawn: Drawn) -> Taken:
    """Let somebody's own code take a step.

    Raises:
        RaisedByOwnCodeError: If the code raises anything.
    """
    after = ask(make, drawn, "update", RATE)
    grads = gradients(make, drawn)
    spread = _spread(make, drawn)
    return Taken(drawn, tuple(_moved(drawn, after, grads, spread)), spread is not None)


def _moved(drawn: Drawn, after: Layers, grads: Grads, spread: Grads | None) -> Iterator[Moved]:
    unit = float(np.finfo(drawn.dtype).eps) / 2
    for layer, (own, now) in enumerate(zip(grads, after, strict=True)):
        for part, name in enumerate(("W", "b")):
            grad = own[part]
            if grad is None:
                continue
            size = 0.0 if spread is None else spread[layer][part]
            assert size is not None
            yield Moved(
                f"{name}{layer + 1}",
                layer,
                part,
                drawn.params[layer][part],
                np.asarray(now[part]),
                np.asarray(grad, "float64"),
                size,
                unit,
            )


def _spread(make: Make, drawn: Drawn) -> Grads | None:
    """The mean size of the gradients of each sample, for a network that takes one at a time."""
    if not getattr(make(), "one_by_one", False):
        return None
    single = [
        gradients(
            make, replace(drawn, inputs=drawn.inputs[at:][:1], targets=drawn.targets[at:][:1])
        )
        for at in range(drawn.batch)
    ]
    return [
        (
            np.mean([np.abs(weight) for weight, _ in layer], axis=0),
            None if layer[0][1] is None else np.mean([np.abs(bias) for _, bias in layer], axis=0),
        )
        for layer in zip(*single, strict=True)
    ]

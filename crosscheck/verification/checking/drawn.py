"""The networks and batches on which somebody's own network is judged, drawn for its sizes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.numerics.bounds.functions import FLOAT_ACTIVATIONS
from crosscheck.verification.exact_values import ExactPass, exact_pass

# The samples of a batch; of another one, so that what depends on their number shows; and of one
# that is odd, and more than a vector of the processor has lanes.
BATCH, OTHER_BATCH, MANY = 6, 5, 67
# So many networks are drawn, of which the one with the fewest sleeping units is taken.
TRIALS = 20


@dataclass(frozen=True)
class Drawn:
    """Parameters and a batch: weights (fan_out, fan_in), biases (fan_out,), samples as rows.

    `dtype` is what somebody computes in: exact values are those of the arrays rounded to it.
    """

    params: Layers
    inputs: Array
    targets: Array
    dtype: str = "float64"

    @property
    def batch(self) -> int:
        """How many samples there are."""
        return len(self.inputs)

    @property
    def outputs(self) -> int:
        """How many outputs the network has."""
        return int(self.targets.shape[1])

    def exactly(self, activations: Sequence[str], loss: str) -> ExactPass:
        """Every quantity of a network with these activations and this loss, exact, with bounds."""
        given = self.params, self.inputs, self.targets
        return exact_pass(*given, activations=activations, loss=loss, dtype=self.dtype)

    def copies(self) -> "Drawn":
        """The same in arrays of its own, for somebody who may write into them."""
        params = [(np.array(weight), np.array(bias)) for weight, bias in self.params]
        return Drawn(params, np.array(self.inputs), np.array(self.targets), self.dtype)


def draw(
    sizes: Sequence[int],
    batch: int = BATCH,
    seed: int = 0,
    biases: Sequence[bool] | None = None,
    classes: bool = False,
) -> Drawn:
    """A network and a batch.

    Args:
        sizes: The units of the inputs, of each hidden layer, and of the outputs.
        batch: How many samples.
        seed: Of everything that is drawn.
        biases: Whether each layer has a bias; that of one without is 0. None: all have.
        classes: Whether the targets are rows of zeros and a one.

    Returns:
        No other bias is 0, and the targets are probabilities; those of several outputs sum to one.
    """
    drawn = (
        _drawn(sizes, batch, [31, seed, trial], biases or [True] * (len(sizes) - 1))
        for trial in range(TRIALS)
    )
    params, inputs, rng = max(drawn, key=_awake)  # the first of the best
    one = sizes[-1] == 1
    targets = rng.random((batch, 1)) if one else rng.dirichlet(np.ones(sizes[-1]), batch)
    if classes:
        # The last class first: who makes the rows himself may count the classes by the largest.
        targets = np.eye(sizes[-1])[-1 - np.arange(batch) % sizes[-1]]
    return Drawn(params, inputs, targets)


def _drawn(
    sizes: Sequence[int], batch: int, seed: list[int], biases: Sequence[bool]
) -> tuple[Layers, Array, np.random.Generator]:
    rng = np.random.default_rng(seed)
    params = [
        (rng.standard_normal((above, below)) / np.sqrt(below), each * rng.standard_normal(above))
        for (below, above), each in zip(pairwise(sizes), biases, strict=True)
    ]
    return params, rng.standard_normal((batch, sizes[0])), rng


def _awake(drawn: tuple[Layers, Array, np.random.Generator]) -> float:
    """The least share of the units of a hidden layer that a relu would let through for somebody.

    Behind a layer of which none is, whatever is wrong in the layers below is hidden.
    """
    params, a, _ = drawn
    shares = []
    for weight, bias in params[:-1]:
        a = np.maximum(a @ weight.T + bias, 0)
        shares.append(float((a[:OTHER_BATCH] > 0).any(axis=0).mean()))
    return min(shares, default=1.0)


def reaching(drawn: Drawn, layer: int, activations: Sequence[str], reach: float) -> Drawn:
    """The same network with the parameters of one layer so large that its z reaches so far.

    The largest |z| is that of `reach`; below 0 it turns all of them round.
    """
    below = outputs_of(replace(drawn, params=drawn.params[:layer]), activations[:layer])
    params = list(drawn.params)
    weight, bias = params[layer]
    factor = reach / np.abs(below @ weight.T + bias).max()
    params[layer] = weight * factor, bias * factor
    return replace(drawn, params=params)


def outputs_of(
    drawn: Drawn,
    activations: Sequence[str],
    functions: Mapping[str, Callable[[Array], Array]] = FLOAT_ACTIVATIONS,
) -> Array:
    """The outputs in float64: near enough to tell which activations they may be."""
    a = drawn.inputs
    for (weight, bias), name in zip(drawn.params, activations, strict=True):
        a = functions[name](a @ weight.T + bias)
    return a

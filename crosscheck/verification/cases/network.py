"""A forward and backward pass of one network on one batch.

The generated cases take every activation with every loss, in both dtypes, on one small network. Its
sizes are above 1, two that meet in a matrix differ, and no bias is zero: a transposed or misplaced
array has another shape or other numbers. Its outputs are as many as the units of its first layer
and as the entries of a sample at the edges, since JAX compiles each operation for each shape.
Beside these there are a batch of one, the edges (pre-activations at a kink and in the tails), and
the documents' own networks. NumPy draws everything from a seed.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from crosscheck.documents import transcription
from crosscheck.documents.examples import to_floats
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics import tensors
from crosscheck.numerics.bounds.network import InexactPass, inexact_params, inexact_pass
from crosscheck.numerics.bounds.precision import Precision
from crosscheck.numerics.bounds.weights import inexact_factors
from crosscheck.numerics.exact.balls import enclose, from_floats
from crosscheck.numerics.exact.network import Pass, forward_and_backward
from crosscheck.numerics.trees import Layer, to_framework
from crosscheck.verification.cases.stages import ByContent, Quantities, Stage, Stages

SIZES = (3, 5, 4, 5)
BATCH = 6
DTYPES = ("float64", "float32")

PROBABILITIES = ("sigmoid", "softmax")  # the activations whose outputs are probabilities
# The quantities of each stage that have exact values with bounds of their own.
STAGE_QUANTITIES = {
    Stage.FORWARD: ("pre_activations", "activations", "loss"),
    Stage.DELTAS: ("deltas",),
    Stage.GRADIENTS: ("grads",),
}


@dataclass(frozen=True, eq=False)
class NetworkCase(ByContent):
    """One network, one batch and one loss. Cases of equal content share their exact values.

    Attributes:
        group, name: The group of cases, and the name of this one.
        params: Weight and bias of each layer.
        inputs, targets: (batch, units) and (batch, outputs).
        activations: One per layer.
        loss: Name of the loss.
        again: Whether every function is called once more, with other inputs, before its result is
            read.
        weights, normalizer: As in the contract: one weight per sample, or None.
        in_float32: Which sums whoever computes it adds up in float32, by their kinds: only the
            bounds depend on that.
    """

    group: str
    name: str
    params: tuple[tuple[np.ndarray, np.ndarray], ...]
    inputs: np.ndarray
    targets: np.ndarray
    activations: tuple[str, ...]
    loss: str
    again: bool = False
    weights: np.ndarray | None = None
    normalizer: str = "count"
    in_float32: tuple[str, ...] = ()

    @property
    def dtype(self) -> str:
        return str(self.inputs.dtype)

    @property
    def data(self) -> tuple[np.ndarray, ...]:
        """Inputs, targets and, if there are any, weights."""
        return (self.inputs, self.targets, *(() if self.weights is None else (self.weights,)))

    @cached_property
    def content(self) -> str:
        """A digest of everything that the exact values depend on."""
        arrays = [*(leaf for layer in self.params for leaf in layer), *self.data]
        text = repr((self.activations, self.loss, [(a.shape, str(a.dtype)) for a in arrays]))
        text += "" if self.weights is None else self.normalizer
        text += repr(self.in_float32) if self.in_float32 else ""
        return hashlib.sha256(text.encode() + b"".join(a.tobytes() for a in arrays)).hexdigest()

    def exactly(self) -> Stages:
        """Every quantity of the pass, exact, with its bound."""
        return exact_stages(self)

    @property
    def kinks(self) -> tuple[tuple[int, int, int], ...]:
        """Where the input of a relu is exactly 0, as (layer, sample, unit): no derivative there."""
        return exact_pass(self).kinks

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """Every quantity of the pass by a framework, stage by stage."""
        module, kind = framework.params, {"activations": self.activations, "loss": self.loss}
        params = to_framework(module, self.params)
        inputs, targets, *weights = (to_framework(module, each) for each in self.data)
        weighted = {"weights": weights[0], "normalizer": self.normalizer} if weights else {}
        others = to_framework(module, self.inputs / 2)

        def called(function: Callable[..., Any], *rest: Any, **keywords: Any) -> Any:
            result = function(params, inputs, *rest, **keywords)
            if self.again:
                function(params, others, *rest, **keywords)
            return result

        trace = called(framework.mlp.forward, activations=self.activations)
        forward = {
            "pre_activations": trace.pre_activations,
            "activations": trace.activations,
            "loss": framework.losses.LOSSES[self.loss](trace.outputs, targets, **weighted),
        }
        yield Stage.FORWARD, tensors.computed(module, forward)
        errors = called(framework.gradients.deltas, targets, **kind, **weighted)
        yield Stage.DELTAS, tensors.computed(module, {"deltas": errors})
        value, grads = called(framework.gradients.value_and_grad, targets, **kind, **weighted)
        arguments = (*params, inputs, targets, *weights)
        gradients = {"grads": grads, "loss beside grads": value, "arguments afterwards": arguments}
        yield Stage.GRADIENTS, tensors.computed(module, gradients)


@cache
def exact_pass(case: NetworkCase) -> Pass:
    """The pass in ball arithmetic."""
    if case.in_float32:  # which changes nothing here
        return exact_pass(replace(case, in_float32=()))
    computed: Pass = enclose(
        lambda: forward_and_backward(
            [Layer(*map(from_floats, layer)) for layer in case.params],
            from_floats(case.inputs),
            from_floats(case.targets),
            case.activations,
            case.loss,
            None if case.weights is None else from_floats(case.weights),
            case.normalizer,
        )
    )
    return computed


@cache
def bounds_of(case: NetworkCase, computed_in: Precision | None = None) -> InexactPass:
    """The pass with its bounds.

    Args:
        case: The network and the batch.
        computed_in: The precision in which it is computed; None takes that of the case.
    """
    precision = computed_in or Precision.of(case.dtype, case.in_float32)
    # Where nothing is promised a bound comes out as infinite.
    with np.errstate(all="ignore"):
        return inexact_pass(
            inexact_params(case.params, precision),
            case.inputs.astype("float64"),
            case.targets.astype("float64"),
            case.activations,
            case.loss,
            precision,
            around=exact_pass(case),
            factors=inexact_factors(case.weights, case.normalizer, precision),
        )


@cache
def exact_stages(case: NetworkCase) -> Stages:
    """What `NetworkCase.exactly` gives, computed once for each content."""
    computed, inexact = exact_pass(case), bounds_of(case)
    found = {
        stage: {
            name: tensors.bounded(getattr(computed, name), getattr(inexact, name)) for name in names
        }
        for stage, names in STAGE_QUANTITIES.items()
    }
    # `value_and_grad` returns the loss once more, and must not change its arguments.
    found[Stage.GRADIENTS]["loss beside grads"] = found[Stage.FORWARD]["loss"]
    arguments = (*(Layer(*layer) for layer in case.params), *case.data)
    found[Stage.GRADIENTS]["arguments afterwards"] = tensors.unchanged(arguments)
    return found


# ----- which cases there are -----


@cache
def generated() -> list[NetworkCase]:
    """Every activation with every loss and dtype, and a batch of one."""
    batches = [
        _generated(activation, ACTIVATIONS[(index + 1) % len(ACTIVATIONS)], loss, dtype)
        for dtype in DTYPES
        for loss in LOSSES
        for index, activation in enumerate(ACTIVATIONS)
    ]
    one = drawn_with("batch of one", ("tanh", "gelu", "sigmoid"), batch=1, loss=LOSSES[0])
    return [*batches, one]


def _generated(activation: str, second: str, loss: str, dtype: str) -> NetworkCase:
    output = activation
    if loss == "binary_cross_entropy" and activation not in PROBABILITIES:
        output = "sigmoid"
    seed = 100 * ACTIVATIONS.index(activation) + LOSSES.index(loss)
    name = f"{activation}-{loss}-{dtype}"
    activations = (activation, second, output)
    return drawn_with(name, activations, loss=loss, dtype=dtype, seed=seed)


def drawn_with(
    name: str,
    activations: Sequence[str],
    sizes: Sequence[int] = SIZES,
    batch: int = BATCH,
    loss: str = "half_squared_error",
    dtype: str = "float64",
    seed: int = 7,
) -> NetworkCase:
    """Weights N(0, 1/fan_in), biases and inputs N(0, 1); targets are probabilities."""
    numbers = np.random.default_rng([seed, 0])
    params = tuple(
        (
            (numbers.standard_normal((above, below)) / np.sqrt(below)).astype(dtype),
            numbers.standard_normal(above).astype(dtype),
        )
        for below, above in pairwise(sizes)
    )
    inputs = np.random.default_rng([seed, 1]).standard_normal((batch, sizes[0])).astype(dtype)
    targets = np.random.default_rng([seed, 2]).dirichlet(np.ones(sizes[-1]), batch).astype(dtype)
    return NetworkCase("networks", name, params, inputs, targets, tuple(activations), loss)


@cache
def worked() -> list[NetworkCase]:
    """The documents' networks, their decimals rounded to float64, as a framework gets them."""
    return [
        NetworkCase(
            "worked examples",
            f"document {number}",
            *network.arrays(to_floats),
            network.activations,
            network.loss,
        )
        for number in transcription.DOCUMENTS
        for network in [transcription.load(number).example.network]
        if network is not None
    ]

"""Cases made of somebody's own network or optimizer, of which only what they compute is compared.

They are cases as any other, so known mistakes can be run on them. But a user's own function returns
less than a framework does, so they have fewer quantities.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from crosscheck.frameworks.hyperparameters import CLIP, DECAY, split_clip
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics import tensors
from crosscheck.numerics.trees import Layer, to_framework
from crosscheck.verification.cases.descent import DescentCase
from crosscheck.verification.cases.network import DTYPES, NetworkCase
from crosscheck.verification.cases.stages import ByContent, Quantities, Stage, Stages
from reference_numpy import checks, optimizers
from reference_numpy.activations import ACTIVATIONS
from reference_numpy.losses import LOSSES, check_weights
from reference_numpy.mlp import forward

# One array, or one pair (weight, bias) per layer.
Tree = Any
GROUP = "own"


def own_network(
    params: Sequence[Any],
    inputs: Any,
    targets: Any,
    activations: Sequence[str],
    loss: str,
    dtype: str | None = None,
    weights: Any = None,
    normalizer: str = "count",
) -> NetworkCase:
    """The case of one network and one batch.

    Args:
        params: One pair (weight, bias) per layer, (fan_out, fan_in) and (fan_out,).
        inputs, targets: (batch, units) and (batch, outputs).
        activations: One name per layer.
        loss: A name of the contract.
        dtype: What everything is rounded to; None leaves the dtype as it is.
        weights, normalizer: As in the contract: one weight per sample, or None.

    Raises:
        ValueError: If shapes or names do not fit, a number is not finite, or a target or output is
            outside the domain of the loss; for a dtype other than float64 and float32.
        TypeError: If something is no array of floating numbers, or two dtypes differ.
    """
    if dtype is not None:
        checks.known("dtype", dtype, DTYPES)
    layers: Any = tuple(_layer(index, pair, dtype) for index, pair in enumerate(params))
    x, y = _array("inputs", inputs, dtype), _array("targets", targets, dtype)
    names = activations if isinstance(activations, str) else tuple(activations)
    checks.network(layers, x, names, ACTIVATIONS)
    checks.targets_of(layers, x, y)
    checks.known("loss", loss, LOSSES)
    w = None if weights is None else _array("weights", weights, dtype)
    check_weights(w, normalizer, "inputs", x)
    checks.known("dtype", x.dtype.name, DTYPES)
    for name, tree in {"params": layers, "inputs": x, "targets": y}.items():
        checks.finite(name, tree)
    checks.target_domain(loss, y)
    if loss == "binary_cross_entropy":
        outputs = forward(layers, x, activations=names).outputs
        if bool(((outputs < 0) | (outputs > 1)).any()):
            raise ValueError(f"{loss} needs outputs in [0, 1]: end in sigmoid or softmax")
    case = NetworkCase(GROUP, "your network", layers, x, y, tuple(names), loss)
    return replace(case, weights=w, normalizer=normalizer)


def own_history(
    optimizer: str,
    grads: Sequence[Tree],
    learning_rate: float | Callable[[int], float],
    params: Tree | None,
    hyperparameters: Mapping[str, Any],
) -> DescentCase:
    """The case of one optimizer and somebody's own gradients, all taken at the same parameters.

    Args:
        optimizer: A name of the contract.
        grads: The gradient of every step, all of one shape and dtype.
        learning_rate: A number, or a function of the step, which is 0 for the first update.
        params: What every update is given; None for zeros.
        hyperparameters: Those that differ from the reference's defaults, and those of a decay.

    Raises:
        ValueError: If a name, a number or a shape does not fit.
        TypeError: If a keyword is not known, or something is no array of floating numbers.
    """
    trees = [_tree("grads", grad) for grad in grads]
    if not trees:
        raise ValueError("grads must have the gradient of at least one step")
    start = _zeros(trees[0]) if params is None else _tree("params", params)
    for tree in trees:
        checks.same_shapes("grads", tree, "params", start)
    keywords = _all_keywords(optimizer, hyperparameters, learning_rate)
    rates = _rates(learning_rate, len(trees))
    return _AtOnePoint(GROUP, "your history", optimizer, keywords, rates, start, tuple(trees))


def drawn_history(
    optimizer: str,
    learning_rate: float | Callable[[int], float],
    steps: int,
    hyperparameters: Mapping[str, Any],
) -> DescentCase:
    """The case of one optimizer on drawn gradients of one array, whose parameters move.

    The gradients have both signs and magnitudes from 1e-14 to 100; at some steps they are 0.

    Args:
        optimizer, learning_rate, hyperparameters: As `own_history` takes them.
        steps: How many updates.

    Raises:
        ValueError, TypeError: As `own_history`; if there is not one step.
    """
    checks.whole_number("steps", steps, at_least=1)
    keywords = _all_keywords(optimizer, hyperparameters, learning_rate)
    rng = np.random.default_rng(17)
    factors = np.resize(FACTORS, steps)
    grads = tuple(factor * rng.standard_normal(ENTRIES) for factor in factors)
    start, rates = rng.standard_normal(ENTRIES), _rates(learning_rate, steps)
    return DescentCase(GROUP, "a drawn history", optimizer, keywords, rates, start, grads)


# An odd number, which is no multiple of what a processor computes at once.
ENTRIES = 17
FACTORS = (1.0, -0.5, 1e-3, 1e-8, 0.0, 2.0, -1e-5, 0.3, 100.0, 1e-14, -3.0, 0.1, 10.0)


class _AtOnePoint(DescentCase):
    """A history in which every update is given the same parameters."""

    @cached_property
    def points(self) -> tuple[Any, ...]:
        return (self.start,) * len(self.grads)


@dataclass(frozen=True, eq=False)
class OwnGradients(ByContent):
    """The loss and the gradients of one network, as one call of `value_and_grad` returns them."""

    network: NetworkCase
    group = GROUP

    @property
    def content(self) -> str:
        return self.network.content

    @property
    def name(self) -> str:
        return self.network.name

    @property
    def dtype(self) -> str:
        return self.network.dtype

    def exactly(self) -> Stages:
        """The loss, the gradients and the unchanged arguments, with their bounds."""
        quantities = self.network.exactly()[Stage.GRADIENTS]
        return {
            Stage.GRADIENTS: {
                "loss": quantities["loss beside grads"],
                "grads": quantities["grads"],
                "arguments afterwards": quantities["arguments afterwards"],
            }
        }

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """The same by a framework."""
        network, module = self.network, framework.params
        params = to_framework(module, network.params)
        inputs, targets, *weights = (to_framework(module, each) for each in network.data)
        kind = {"activations": network.activations, "loss": network.loss}
        if weights:
            kind |= {"weights": weights[0], "normalizer": network.normalizer}
        value, grads = framework.gradients.value_and_grad(params, inputs, targets, **kind)
        afterwards = (*params, inputs, targets, *weights)
        quantities = {"loss": value, "grads": grads, "arguments afterwards": afterwards}
        yield Stage.GRADIENTS, tensors.computed(module, quantities)


@dataclass(frozen=True, eq=False)
class OwnSteps(ByContent):
    """The updates of one optimizer, whatever its state is called."""

    history: DescentCase
    group = GROUP

    @property
    def content(self) -> str:
        return self.history.content

    @property
    def name(self) -> str:
        return self.history.name

    @property
    def dtype(self) -> str:
        return self.history.dtype

    def exactly(self) -> Stages:
        """The updates and the unchanged arguments, with their bounds."""
        stages = self.history.exactly()
        unchanged = stages[Stage.TRAJECTORY]["arguments afterwards"]
        return {Stage.UPDATE: {**stages[Stage.UPDATE], "arguments afterwards": unchanged}}

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """The same by a framework."""
        stages = dict(self.history.compute(framework))
        unchanged = stages[Stage.TRAJECTORY]["arguments afterwards"]
        yield Stage.UPDATE, {**stages[Stage.UPDATE], "arguments afterwards": unchanged}


# ----- arguments -----


def _layer(index: int, pair: Any, dtype: str | None = None) -> Layer:
    """A copy of somebody's own pair of arrays."""
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise TypeError(f"layer {index} must be a pair (weight, bias), not {pair!r}")
    places = (f"layer {index} {part}" for part in Layer._fields)
    return Layer(*(_array(place, leaf, dtype) for place, leaf in zip(places, pair, strict=True)))


def _array(name: str, value: Any, dtype: str | None = None) -> np.ndarray:
    """A copy of anything that NumPy takes for an array of numbers."""
    try:
        array = np.array(value)
    except ValueError as error:  # nested lists of different lengths
        raise TypeError(f"{name} is no array: {error}") from None
    if array.dtype.kind in "iu" and not hasattr(value, "dtype"):  # a list of whole numbers
        array = array.astype("float64")
    return array if dtype is None or array.dtype.kind != "f" else array.astype(dtype)


def _tree(name: str, tree: Tree) -> Tree:
    if isinstance(tree, tuple | list) and tree and isinstance(tree[0], tuple):
        return tuple(_layer(index, pair) for index, pair in enumerate(tree))
    return _array(name, tree)


def _zeros(tree: Tree) -> Tree:
    if isinstance(tree, tuple):
        return tuple(Layer(*map(np.zeros_like, layer)) for layer in tree)
    return np.zeros_like(tree)


def _rates(learning_rate: float | Callable[[int], float], steps: int) -> tuple[float, ...]:
    rates = tuple(float(checks.learning_rate_at(learning_rate, step)) for step in range(steps))
    if not any(rates):
        raise ValueError(
            "learning_rate is 0 at every step: nothing moves, and nothing can be wrong"
        )
    return rates


def _all_keywords(optimizer: str, given: Mapping[str, Any], learning_rate: Any) -> dict[str, Any]:
    """Every keyword of an optimizer with its value; the reference checks that they fit."""
    checks.known("optimizer", optimizer, optimizers.OPTIMIZERS)
    factory = optimizers.OPTIMIZERS[optimizer]
    parameters = inspect.signature(factory).parameters
    own = {name: value for name, value in given.items() if name in parameters}
    rest, clip = split_clip({name: given[name] for name in given if name not in own})
    known = [*dict.fromkeys([*parameters, *DECAY, *CLIP])]
    known.remove("learning_rate")
    for name in given:
        if name not in known:
            raise TypeError(f"{optimizer} has no keyword {name!r}: it has {', '.join(known)}")
    built = factory(learning_rate, **own)
    if rest:
        optimizers.decayed(built, learning_rate, **rest)
    if clip:
        optimizers.clipped(built, **{name.removeprefix("clip_"): clip[name] for name in clip})
    defaults = {
        name: parameter.default
        for name, parameter in parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    return defaults | own | rest | clip
